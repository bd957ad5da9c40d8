"""One search read to its end, page by page, looking at each Bundle for what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from plugin.doctor.connection import absolute
from plugin.doctor.probe import Answer, Probe
from plugin.setting_kinds import origin_of

Json = dict[str, Any]


@dataclass
class Walk:
    """What a search brought.

    resources: matches and includes. stopped: why it could not be read to its end; `elsewhere` where a next link led to
    another origin, `circle` where links lead round, `refused` where a page was. no_self: pages without a self link.
    """

    resource_type: str
    resources: list[Json] = field(default_factory=list)
    pages: int = 0
    seconds: float = 0.0
    status: int = 0
    stopped: str = ""
    kind: str = ""
    no_self: int = 0
    severe: list[str] = field(default_factory=list)

    @property
    def matches(self) -> list[Json]:
        """The resources of the type that was asked for."""
        return [each for each in self.resources if each.get("resourceType") == self.resource_type]

    def of_others(self, patient: str) -> int:
        """How many resources are about another patient."""
        return sum(_about_another(each, patient) for each in self.resources)


def walk(probe: Probe, resource_type: str, parameters: Sequence[tuple[str, str]], most_pages: int) -> Walk:
    """Read a search to its end, or to `most_pages`."""
    found = Walk(resource_type)
    answer = probe.get(resource_type, parameters)
    seen: set[str] = set()
    while _take_in(found, answer):
        following = _next(answer)
        if following is None or found.pages >= most_pages:
            break
        if not _same_origin(following, probe.base):
            found.kind = "elsewhere"
            found.stopped = f"the next page is on another server ({_origin(following)})"
            break
        if following in seen:
            found.kind, found.stopped = "circle", "the pages lead in a circle"
            break
        seen.add(following)
        answer = probe.get(following)
    return found


def _take_in(found: Walk, answer: Answer) -> bool:
    found.seconds += answer.seconds
    found.status = answer.status
    if not answer.ok or answer.body is None or answer.body.get("resourceType") != "Bundle":
        found.kind, found.stopped = "refused", answer.in_words
        return False
    found.pages += 1
    if not any(relation == "self" for relation, _ in _links(answer.body)):
        found.no_self += 1
    for resource in _entries(answer.body):
        if resource.get("resourceType") == "OperationOutcome":
            found.severe += _severe(resource)
        else:
            found.resources.append(resource)
    return True


def _same_origin(one: str, other: str) -> bool:
    return _origin(one) == _origin(other)


def _origin(address: str) -> str:
    try:
        return origin_of(address)
    except ValueError:
        return "an address that is none"


def _links(bundle: Json) -> Iterator[tuple[str, str]]:
    links = bundle.get("link")
    for link in links if isinstance(links, list) else []:
        if isinstance(link, dict):
            yield str(link.get("relation")), str(link.get("url", ""))


def _next(answer: Answer) -> str | None:
    url = next((url for relation, url in _links(answer.body or {}) if relation == "next" and url), None)
    return absolute(answer.url, url) if url else None


def _entries(bundle: Json) -> Iterator[Json]:
    entries = bundle.get("entry")
    for entry in entries if isinstance(entries, list) else []:
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict):
            yield resource


def _severe(outcome: Json) -> list[str]:
    issues = outcome.get("issue")
    return [
        str(issue.get("code", "no code"))
        for issue in (issues if isinstance(issues, list) else [])
        if isinstance(issue, dict) and issue.get("severity") in ("error", "fatal")
    ]


def _about_another(resource: Json, patient: str) -> bool:
    for element in ("subject", "patient"):
        value = resource.get(element)
        reference = value.get("reference") if isinstance(value, dict) else None
        if isinstance(reference, str):
            parts = reference.split("/")
            return "Patient" in parts[:-1] and parts[parts.index("Patient") + 1] != patient
    return resource.get("resourceType") == "Patient" and resource.get("id") != patient
