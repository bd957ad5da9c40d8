"""Resources inside other resources, taken out so that they are read like any other.

An id inside a resource is known only there: `#1` of two reports are two things. Outside they get the id of their holder
and their own, and whatever is found in them is evidence under the name of the holder, since nothing else can be linked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from plugin.findings.elements import Json, code_of, name_of, objects, text_of
from plugin.findings.model import Finding, Problem


def taken_out(resources: list[Json]) -> tuple[list[Json], dict[str, str]]:
    """Resources and those they contain, and the name of the holder of each that was contained.

    Contained resources are about the subject of the resource around them where they name none.
    """
    found: list[Json] = []
    holders: dict[str, str] = {}
    for number, resource in enumerate(resources):
        parts = [part for part in objects(resource.get("contained")) if _readable(part)]
        if not parts:
            found.append(resource)
            continue
        prefix = code_of(resource.get("id")) or str(number)
        links = {f"#{code_of(part.get('id'))}": f"{part['resourceType']}/{_outer(prefix, part)}" for part in parts}
        holder = {key: _linked(value, links) for key, value in resource.items() if key != "contained"}
        found.append(holder)
        for part in parts:
            moved = {**_linked(part, links), "id": _outer(prefix, part)}
            if "subject" in resource and "subject" not in part:
                moved["subject"] = resource["subject"]
            found.append(moved)
            holders[name_of(moved)] = name_of(resource)
    return found, holders


def under_holders(finding: Finding, holders: Mapping[str, str]) -> Finding:
    """A finding whose evidence names resources that can be linked."""
    evidence = tuple(dict.fromkeys(holders.get(name, name) for name in finding.evidence))
    results = tuple(replace(one, reference=holders.get(one.reference, one.reference)) for one in finding.results)
    return replace(finding, evidence=evidence, results=results)


def problem_under_holder(problem: Problem, holders: Mapping[str, str]) -> Problem:
    """A problem that names a resource which can be linked."""
    return replace(problem, reference=holders.get(problem.reference, problem.reference))


def _readable(part: Json) -> bool:
    return bool(text_of(part.get("resourceType"))) and part["resourceType"] != "Patient"


def _outer(prefix: str, part: Json) -> str:
    return f"{prefix}.{code_of(part.get('id'))}"


def _linked(node: Any, links: Mapping[str, str]) -> Any:
    if isinstance(node, dict):
        return {
            key: links.get(value, value) if key == "reference" and isinstance(value, str) else _linked(value, links)
            for key, value in node.items()
        }
    return [_linked(item, links) for item in node] if isinstance(node, list) else node
