"""Which results are dated by their specimen: the page says of those when the sample was taken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

MEMBERS = ("result", "hasMember")


def sampled(resources: Iterable[dict[str, Any]]) -> frozenset[str]:
    """References of the Observations whose date is that of a specimen, their own or that of report or panel."""
    resources = list(resources)
    taken = {_name(resource) for resource in resources if _collected(resource)}
    found: set[str] = set()
    for holder in resources:
        if not taken.isdisjoint(_references(holder.get("specimen"))):
            found.add(_name(holder))
            found.update(reference for element in MEMBERS for reference in _references(holder.get(element)))
    return frozenset(found)


def _collected(resource: dict[str, Any]) -> bool:
    collection = resource.get("collection")
    if resource.get("resourceType") != "Specimen" or not isinstance(collection, dict):
        return False
    return bool(collection.get("collectedDateTime") or collection.get("collectedPeriod"))


def _name(resource: dict[str, Any]) -> str:
    return f"{resource.get('resourceType')}/{resource.get('id')}"


def _references(element: Any) -> Iterator[str]:
    for each in element if isinstance(element, list) else [element]:
        if isinstance(each, dict) and isinstance(each.get("reference"), str):
            yield "/".join(each["reference"].split("/")[-2:])
