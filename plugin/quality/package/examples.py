"""Drafts as examples: the chart of a sample patient and what is drafted from it, as resources that name each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from plugin.drafting.bundle import draft_bundle
from plugin.drafting.model import Draft
from plugin.drafting.plan import draft_plan
from plugin.errors import InputError
from plugin.findings.reader import read_findings
from plugin.library.rules import Template

Resource = dict[str, Any]


def example_drafts(
    charts: Mapping[str, Sequence[Resource]], template: Template, as_of: date | None, software_version: str
) -> Iterator[Resource]:
    """Every resource of each chart, then the parts of its draft, with ids that begin with the chart's name.

    None at all of a template that offers nothing to any of the patients: it is for others.
    A resource that several charts hold comes once. as_of: the day to draft for; that of the template when None.
    Raises InputError where the template has no date and none is given.
    """
    day = _day(template, as_of)
    drafts = {
        name: draft_plan(read_findings(list(chart), template.vocabulary, day), template, day)
        for name, chart in charts.items()
    }
    if not any(draft.standing("offered") for draft in drafts.values()):
        return
    seen: set[str] = set()
    for name, chart in charts.items():
        for resource in (*chart, *_parts(name, drafts[name], template, software_version)):
            key = f"{resource['resourceType']}/{resource['id']}"
            if key not in seen:
                seen.add(key)
                yield resource


def _day(template: Template, as_of: date | None) -> date:
    if as_of is not None:
        return as_of
    if not template.date:
        raise InputError(f"the template {template.id} has no date to draft its examples for; give --as-of")
    return date.fromisoformat(template.date)


def _parts(name: str, draft: Draft, template: Template, software_version: str) -> Iterator[Resource]:
    """The parts of the draft. What is a template's own resource and no patient's stays out: the package has it."""
    entries = draft_bundle(draft, template, software_version)["entry"]
    names: dict[str, str] = {}
    counts: dict[str, int] = {}
    for entry in entries:
        names[entry["fullUrl"]] = _reference(name, entry["resource"], counts)
    for entry in entries:
        kind, _, identity = names[entry["fullUrl"]].partition("/")
        if kind != "Library":
            yield _renamed(entry["resource"], names) | {"resourceType": kind, "id": identity}


def _reference(name: str, resource: Resource, counts: dict[str, int]) -> str:
    kind = resource["resourceType"]
    if kind == "Library":
        return f"{kind}/{resource['id']}"
    part = resource.get("id", kind.lower())
    counts[part] = counts.get(part, 0) + 1
    number = f"-{counts[part]}" if counts[part] > 1 else ""
    return f"{kind}/{name}-{part}{number}"


def _renamed(element: Any, names: Mapping[str, str]) -> Any:
    if isinstance(element, dict):
        return {key: _renamed(value, names) for key, value in element.items()}
    if isinstance(element, list):
        return [_renamed(member, names) for member in element]
    return names.get(element, element) if isinstance(element, str) else element
