"""What a rule aims at: single codes, and groups of them by the canonical URL of a ValueSet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from plugin.errors import Fault
from plugin.library.drug_tables import holding
from plugin.library.elements import extensions
from plugin.library.near import did_you_mean
from plugin.library.rules import Activity
from plugin.library.terminology import Terminology
from plugin.library.yaml_file import Document, ElementPath


class Groups:
    """Resolves the targets of a template's rules; notes in `faults` what no group answers to."""

    def __init__(self, terminology: Terminology, activities: Mapping[str, Activity], faults: list[Fault]) -> None:
        self._terminology = terminology
        self._activities = activities
        self._faults = faults

    def targets(self, action: dict[str, Any], name: str, document: Document, path: ElementPath) -> Iterator[str]:
        """The codes that the extensions `name` of an action aim at, those of groups one by one."""
        for value in extensions(action, name):
            where = holding(document, path, value)
            yield from self._group(str(value), document, where) if str(value).startswith("http") else [str(value)]

    def _group(self, canonical: str, document: Document, path: ElementPath) -> list[str]:
        name = canonical.rsplit("/", 1)[-1]
        group = self._terminology.find("ValueSet", name)
        if group is None:
            message = f"the group {canonical} is neither in profiles/ nor in codes/"
            near = did_you_mean(name, self._terminology.names("ValueSet"))
            remedy = f"{near}add the ValueSet to codes/, or correct the canonical URL"
            self._faults.append(document.fault(path, message, remedy, canonical))
            return []
        return [code for part in group["compose"]["include"] for code in self._included(part)]

    def _included(self, part: dict[str, Any]) -> list[str]:
        """The codes that a part of a group lists; of a whole CodeSystem, those that this template describes."""
        if "concept" in part:
            return [concept["code"] for concept in part["concept"]]
        return [code for code, activity in self._activities.items() if activity.system == part["system"]]
