"""Contained resources set free: their ids are local to the resource around them, and two of those may use the same.

Whatever is found in them is evidence under the name of the resource around them, since nothing else can be linked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

import orjson

from plugin.errors import InputError
from plugin.findings.elements import Json, code_of, name_of, objects, text_of
from plugin.findings.model import Finding, Problem


def opened(resources: list[Json]) -> tuple[list[Json], dict[str, str]]:
    """Resources with those they contain set free, and the name of the resource around each that was contained."""
    free: list[Json] = []
    holders: dict[str, str] = {}
    for resource in resources:
        if "contained" not in resource:
            free.append(resource)
            continue
        outer, *inner = apart(resource)
        free += [outer, *inner]
        holders.update((name_of(part), name_of(outer)) for part in inner)
    return free, holders


def under_holders(finding: Finding, holders: Mapping[str, str]) -> Finding:
    """A finding whose evidence names resources that can be linked."""
    evidence = tuple(dict.fromkeys(holders.get(name, name) for name in finding.evidence))
    results = tuple(replace(one, reference=holders.get(one.reference, one.reference)) for one in finding.results)
    return replace(finding, evidence=evidence, results=results)


def problem_under_holder(problem: Problem, holders: Mapping[str, str]) -> Problem:
    """A problem that names a resource which can be linked."""
    return replace(problem, reference=holders.get(problem.reference, problem.reference))


def apart(resource: Json) -> Iterator[Json]:
    """A resource, then those it contains, of the same subject as the resource around them where they name none.

    `#s` of Observation o becomes Specimen `o#s`, in the references as well. A contained Patient is left where it is.
    """
    inner = [part for part in objects(resource.get("contained")) if text_of(part.get("resourceType"))]
    inner = [part for part in inner if part["resourceType"] != "Patient"]
    if not inner:
        yield resource
        return
    around = code_of(resource.get("id")) or _fingerprint(resource)
    names = {
        f"#{code_of(part.get('id'))}": f"{part['resourceType']}/{around}#{code_of(part.get('id'))}" for part in inner
    }
    outer = {**renamed({**resource, "contained": []}, names), "contained": resource["contained"]}
    yield outer
    for part in inner:
        free = renamed(part, names)
        if code_of(part.get("id")):
            free["id"] = f"{around}#{code_of(part['id'])}"
        yield free if "subject" in part or "subject" not in resource else {**free, "subject": outer["subject"]}


def renamed(node: Any, names: Mapping[str, str]) -> Any:
    """A copy in which references are replaced by those that `names` gives for them; at any depth."""
    root = [node]
    waiting: list[tuple[Any, Any]] = [(root, 0)]
    while waiting:
        around, key = waiting.pop()
        copy = around[key] = around[key].copy()
        for step, value in copy.items() if isinstance(copy, dict) else enumerate(copy):
            if isinstance(value, dict | list):
                waiting.append((copy, step))
            elif step == "reference" and isinstance(value, str):
                copy[step] = names.get(value, value)
    return root[0]


def canonical(resource: Json) -> bytes:
    """The content as bytes that do not depend on the order of elements.

    Raises InputError where it is nested deeper than JSON writers go.
    """
    try:
        return orjson.dumps(resource, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    except orjson.JSONEncodeError:
        pass
    try:
        return repr(resource).encode("utf-8", "backslashreplace")
    except RecursionError as error:
        raise InputError(
            f"{name_of(resource)} is nested deeper than any FHIR resource is; check how the input was made"
        ) from error


def _fingerprint(resource: Json) -> str:
    """A name for a resource without id that is the same wherever it stands in the input."""
    return sha256(canonical(resource)).hexdigest()[:12]
