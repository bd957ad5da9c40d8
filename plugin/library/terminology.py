"""The codes that a template works with: CodeSystems, ValueSets and ConceptMaps of profiles/, and its own in `codes/`.

A template adds codes to some of our CodeSystems with a fragment (`content: fragment`), and brings ValueSets and
ConceptMaps of its own. It adds, and never changes what profiles/ says: other templates rest on that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from plugin.errors import Fault, TemplateError
from plugin.library.content import content_folder

CODES_FOLDER = "codes"

Key = tuple[str, str]


@dataclass(frozen=True, eq=False)
class Terminology:
    """What profiles/ holds with what a template adds. folder: of profiles; own: (kind, name) -> resource."""

    folder: Path
    own: Mapping[Key, dict[str, Any]] = field(default_factory=dict)

    def find(self, kind: str, name: str) -> dict[str, Any] | None:
        """The resource of this kind and name, a CodeSystem with the template's own codes; None where there is none."""
        file = self.folder / f"{kind}-{name}.json"
        shared = _read(file) if file.is_file() else None
        own = self.own.get((kind, name))
        if kind != "CodeSystem" or shared is None or own is None:
            return shared or own
        told = {key: value for key, value in shared.items() if key != "count"}  # it counts the codes of profiles/ alone
        return told | {"concept": [*shared["concept"], *own["concept"]]}

    def resource(self, kind: str, name: str) -> dict[str, Any]:
        """As `find`; raises TemplateError where there is none, or where it cannot be read."""
        found = self.find(kind, name)
        if found is None:
            remedy = f"correct the name, or write it in {CODES_FOLDER}/ of the template"
            raise TemplateError([Fault(f"{kind}-{name}.json", None, "there is no such file", remedy)])
        return found

    def names(self, kind: str) -> list[str]:
        """The names of every resource of this kind, as `find` takes them."""
        shared = [path.stem.partition("-")[2] for path in self.folder.glob(f"{kind}-*.json")]
        return sorted({*shared, *(name for own, name in self.own if own == kind)})

    def concepts(self, system: str) -> list[dict[str, Any]]:
        """The concepts of one CodeSystem of ours; raises TemplateError where it cannot be read."""
        try:
            return list(self.resource("CodeSystem", system)["concept"])
        except KeyError:
            remedy = "restore the file from the release, or build the profiles anew"
            raise TemplateError([Fault(f"CodeSystem-{system}.json", None, "it has no concepts", remedy)]) from None

    def displays(self, system: str) -> dict[str, str]:
        """Code -> what people read for it, of one CodeSystem; raises TemplateError where it cannot be read."""
        return {concept["code"]: concept.get("display", concept["code"]) for concept in self.concepts(system)}

    def own_codes(self, system: str) -> frozenset[str]:
        """The codes that the template itself adds to one CodeSystem."""
        return frozenset(concept["code"] for concept in self.own.get(("CodeSystem", system), {}).get("concept", ()))


@cache
def shared_terminology(folder: Path | None = None) -> Terminology:
    """What profiles/ holds, without any template's own; the installed folder when None. Made once for each folder."""
    return Terminology(folder or content_folder("profiles"))


def _read(file: Path) -> dict[str, Any]:
    try:
        found = orjson.loads(file.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise TemplateError([Fault(file.name, None, f"cannot be read: {error}", "restore or mend the file")]) from error
    if not isinstance(found, dict) or found.get("resourceType") != file.name.partition("-")[0]:
        raise TemplateError([Fault(file.name, None, "is not what its name says", "write that FHIR resource into it")])
    return found
