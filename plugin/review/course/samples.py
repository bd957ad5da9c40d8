"""What samples are called: where each was taken from, for the results of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from plugin.findings.elements import name_of, references_of, refers_to, words_of

TAG = re.compile(r"\s*\([a-z ]+\)$")  # the semantic tag of a fully specified name of SNOMED CT
PART = " structure"  # how SNOMED CT names parts of the body
HELD = ("result", "hasMember")


def sample_names(resources: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """By reference of an Observation, where its sample was taken from, else what it is, in the chart's words.

    A report's or panel's sample is that of its results, unless these name one of their own.
    """
    specimens: dict[str, str] = {}
    holders: list[Mapping[str, Any]] = []
    for resource in resources:
        if resource.get("resourceType") == "Specimen":
            specimens[name_of(dict(resource))] = _called(resource)
        elif "specimen" in resource:
            holders.append(resource)
    named: dict[str, str] = {}
    for holder in sorted(holders, key=lambda holder: holder.get("resourceType") == "Observation"):
        found = (specimens.get(refers_to(reference, "Specimen"), "") for reference in references_of(holder["specimen"]))
        if words := next(filter(None, found), ""):
            named[name_of(dict(holder))] = words
            for element in HELD:
                for reference in references_of(holder.get(element)):
                    named.setdefault(refers_to(reference, "Observation"), words)
    return named


def _called(specimen: Mapping[str, Any]) -> str:
    collection = specimen.get("collection")
    site = words_of(collection.get("bodySite")) if isinstance(collection, dict) else ""
    return TAG.sub("", site or words_of(specimen.get("type"))).removesuffix(PART)
