"""Where in the vocabulary's file each reading stands: its rules, its parts and their fields, by line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from plugin.library.vocabulary_file import FINDING_DEFINITION
from plugin.library.yaml_file import Document, ElementPath

Found = tuple[ElementPath, dict[str, Any]]


class ReadingPlaces:
    """Looks up lines of `findings.yaml` by finding; each place is `file:line`."""

    def __init__(self, vocabulary: Document) -> None:
        self.document = vocabulary
        self._at = {item["id"]: index for index, item in enumerate(vocabulary.data["dataRequirement"])}

    def path(self, code: str) -> ElementPath:
        """The way to a finding."""
        return ("dataRequirement", self._at[code])

    def of(self, code: str) -> str:
        """The finding itself."""
        return self._where(self.path(code))

    def rule(self, code: str, place: int) -> str:
        """The condition of one rule of its reading."""
        return self._where(self.rule_path(code, place))

    def rule_path(self, code: str, place: int) -> ElementPath:
        """The way to the condition of one rule of its reading."""
        rules = [found for path, _ in self._readings(code) for found in self._inside(path, "rule")]
        if place >= len(rules):
            return self.path(code)
        return next((path for path, _ in self._inside(rules[place][0], "when")), rules[place][0])

    def part_path(self, code: str, name: str) -> ElementPath:
        """The way to one part of its reading."""
        for reading, _ in self._readings(code):
            for path, _ in self._inside(reading, "part"):
                if any(field.get("valueString") == name for _, field in self._inside(path, "name")):
                    return path
        return self.path(code)

    def field(self, code: str, url: str) -> str:
        """One field of its reading."""
        found = [path for reading, _ in self._readings(code) for path, _ in self._inside(reading, url)]
        return self._where(found[0] if found else self.path(code))

    def has(self, code: str, url: str) -> bool:
        """Whether its reading says anything under this url."""
        return any(True for reading, _ in self._readings(code) for _ in self._inside(reading, url))

    def age(self, code: str, part: str) -> str:
        """Its limit of age, or that of one part."""
        if not part:
            return self.field(code, "valid-days")
        return self._where(next(iter(self._inside(self.part_path(code, part), "valid-days")), (self.path(code), {}))[0])

    def tests(self, value_set: str) -> str:
        """The first part that is known by the codes of a ValueSet."""
        for code in self._at:
            for reading, _ in self._readings(code):
                for part, _ in self._inside(reading, "part"):
                    for path, field in self._inside(part, "tests"):
                        if field.get("valueCode") == value_set:
                            return self._where(path)
        return self.document.file

    def _readings(self, code: str) -> Iterator[Found]:
        for path, extension in self._inside(self.path(code)):
            if extension["url"] == FINDING_DEFINITION:
                yield from self._inside(path, "reading")

    def _inside(self, path: ElementPath, url: str = "") -> Iterator[Found]:
        """The extensions inside an element, all or those of one url."""
        element: Any = self.document.data
        for step in path:
            element = element[step]
        for index, extension in enumerate(element.get("extension", [])):
            if url in ("", extension["url"]):
                yield (*path, "extension", index), extension

    def _where(self, path: ElementPath) -> str:
        return f"{self.document.file}:{self.document.line(*path)}"
