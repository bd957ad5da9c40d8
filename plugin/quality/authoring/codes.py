"""Codes that a template brings along, in its folder `codes/`, one file for each CodeSystem that it adds to."""

from __future__ import annotations

from plugin.library.terminology import CODES_FOLDER
from plugin.quality.authoring.wording import pascal, quoted, skeleton
from plugin.quality.authoring.workplace import Workplace


def add_code(place: Workplace, template: str, system: str, code: str, display: str) -> None:
    """Add a code to the template's fragment of one of our CodeSystems, beginning the file where there is none."""
    file = f"{CODES_FOLDER}/{system}.yaml"
    if not place.text(file):
        name = pascal(f"{system}-{template}")
        title = quoted(f"Codes of {template} in {system}")
        place.put(file, skeleton("codes.yaml", system=system, id=template, name=name, title=title))
    place.add_item(file, "concept", skeleton("concept.yaml", code=code, display=quoted(display)))
