"""A new source that rules can cite."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from plugin.errors import UsageError
from plugin.quality.authoring.wording import extension_lines, quoted, skeleton
from plugin.quality.authoring.workplace import Workplace, refuse_taken

SOURCE_ID = re.compile(r"^[A-Za-z0-9_.-]{1,64}$")
EVIDENCE = "evidence.yaml"


@dataclass(frozen=True, slots=True)
class SourceWish:
    """What the author says of a source. read: the day on which the document itself was read; empty for never."""

    id: str
    organisation: str
    title: str
    kind: str
    year: int
    url: str = ""
    read: str = ""


def new_source(folder: Path, wish: SourceWish) -> tuple[str, ...]:
    """Write the source; gives the files that changed. Raises UsageError where the id is taken or is none."""
    place = Workplace(folder)
    if not SOURCE_ID.match(wish.id):
        raise UsageError(f"'{wish.id}' is no id of a source; write letters, digits, and _ . - between them")
    refuse_taken("the source", wish.id, place.sources)
    extensions = [
        ("evidence-year", "valueInteger", str(wish.year)),
        ("evidence-kind", "valueCode", wish.kind),
        ("evidence-verification", "valueCode", "primary" if wish.read else "knowledge"),
        *([("evidence-read", "valueDate", wish.read)] if wish.read else []),
    ]
    item = skeleton(
        "source.yaml",
        source=wish.id,
        organisation=quoted(wish.organisation),
        title=quoted(wish.title),
        citation=quoted(f"{wish.organisation} {wish.year}. {wish.title}. {wish.url}".strip()),
        url=f"  url: {wish.url}\n" if wish.url else "",
        extensions=extension_lines(extensions, "    "),
    )
    place.add_item(EVIDENCE, "relatedArtifact", item)
    return place.save()
