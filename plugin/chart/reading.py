"""A patient's chart, read in parallel: everything that came, and a named gap for everything that did not."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

import requests

from plugin.chart.bounded import ends_by
from plugin.chart.client import FhirClient, Parameters, Resource
from plugin.chart.http import Limits
from plugin.chart.searches import CHART_SEARCHES, PATIENT, Search
from plugin.errors import Refused, RemoteError, Unreachable

Progress = Callable[[int, int, str], None]

# A server that does not support a search says so with one of these; asking differently may help.
SEARCH_NOT_SUPPORTED = frozenset({400, 404, 422, 501})

_GRACE = 0.25  # seconds after the deadline by which a search that nobody waits for any more has ended


@dataclass(frozen=True, slots=True)
class Gap:
    """A part of the chart that is missing: which resource type, why, and the HTTP status where the server answered.

    cause: why in a few words of ours, fit for a log; `text` may hold the server's own.
    """

    resource_type: str
    text: str
    status: int | None = None
    cause: str = ""

    def as_resource(self) -> Resource:
        """The gap as the OperationOutcome that findings understand."""
        issue = {
            "severity": "error",
            "code": "incomplete",
            "expression": [self.resource_type],
            "diagnostics": self.text,
        }
        return {"resourceType": "OperationOutcome", "issue": [issue]}


@dataclass(frozen=True, slots=True)
class Chart:
    """What was read.

    resources: each resource once, in the order of the searches, then one OperationOutcome a gap; ready for findings.
    gaps: what is missing. timings: seconds a search, by resource type. seconds: wall time of the whole.
    """

    resources: list[Resource]
    gaps: list[Gap]
    timings: dict[str, float]
    seconds: float

    @property
    def has_patient(self) -> bool:
        """Whether the patient's own record is there, without which nobody knows whose chart this is."""
        return any(resource["resourceType"] == "Patient" for resource in self.resources)

    @property
    def missing_patient(self) -> str:
        """Why the patient's own record is not there, in a sentence; empty where nobody said."""
        return next((gap.text for gap in self.gaps if gap.resource_type == "Patient"), "")


@dataclass(slots=True)
class _Found:
    """What one search brought so far; shared with the thread that still reads, so that a deadline loses nothing."""

    search: Search
    resources: list[Resource] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    seconds: float = 0.0
    abandoned: bool = False

    def miss(self, reason: object, cause: str, status: int | None = None) -> None:
        self.gaps.append(_gap(self.search, reason, cause, status))


def read_chart(
    session: requests.Session,
    base_url: str,
    patient_id: str,
    searches: Sequence[Search] = CHART_SEARCHES,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> Chart:
    """Read the patient and all searches at the same time, for at most `limits.whole` seconds.

    session: carries the authorization, see `plugin.chart.http.http_session` for time limits and retries.
    progress: called from this thread with (searches done, searches in all, label of the one just done).
    Never raises for a search that failed: that is a gap. Raises what the session raises when the launch itself ended.
    """
    limits = limits or Limits()
    client = FhirClient(session, base_url, limits)
    began = time.monotonic()
    found = [_Found(PATIENT), *map(_Found, searches)]
    pool = ThreadPoolExecutor(max_workers=len(found), thread_name_prefix="chart")
    try:
        ends = began + limits.whole + _GRACE
        futures = {pool.submit(_fill, client, patient_id, one, ends): one for one in found}
        late = _await(futures, began + limits.whole, progress)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    for one in late:
        one.abandoned = True
    gaps = [gap for one in found for gap in list(one.gaps)]
    too_late = f"the server gave no complete answer within {limits.whole:g} s"
    gaps += [_gap(one.search, too_late, "time-out") for one in late]
    own, foreign = _sort_out(found, patient_id)
    gaps += foreign
    timings = {one.search.resource_type: one.seconds for one in found if one not in late}
    resources = own + [gap.as_resource() for gap in gaps]
    return Chart(resources, gaps, timings, time.monotonic() - began)


def _await(futures: dict[Future[None], _Found], deadline: float, progress: Progress | None) -> list[_Found]:
    """Wait for the searches; those still running at the deadline."""
    pending = set(futures)
    count = 0
    while pending:
        done, pending = wait(pending, timeout=max(0.0, deadline - time.monotonic()), return_when="FIRST_COMPLETED")
        if not done:
            break
        for future in done:
            future.result()
            count += 1
            if progress is not None:
                progress(count, len(futures), futures[future].search.label)
    return [futures[future] for future in futures if future in pending]


def _fill(client: FhirClient, patient_id: str, found: _Found, ends: float) -> None:
    began = time.monotonic()
    try:
        with ends_by(ends):
            _read_or_search(client, patient_id, found)
    except Refused as refusal:
        found.miss(refusal, "refused", refusal.status)
    except Unreachable as failure:
        found.miss(failure, failure.why)
    except RemoteError as failure:
        found.miss(failure, "paging")
    finally:
        found.seconds = time.monotonic() - began


def _read_or_search(client: FhirClient, patient_id: str, found: _Found) -> None:
    search = found.search
    if search is PATIENT:
        found.resources.append(client.read("Patient", patient_id))
        return
    try:
        _collect(client, search, search.parameters(patient_id), found)
    except Refused as refusal:
        if refusal.status not in SEARCH_NOT_SUPPORTED or not (search.refers or search.categories):
            raise
        _ask_differently(client, patient_id, found, refusal)
    if search.refers:
        _fetch_what_is_referred_to(client, found)


def _ask_differently(client: FhirClient, patient_id: str, found: _Found, refusal: Refused) -> None:
    """The search without what the server may not support; what is lost by that is a gap."""
    search = found.search
    plain = [("patient", patient_id)]
    if not search.categories:
        _collect(client, search, plain, found)
        return
    for category in search.categories:
        _collect(client, search, [*plain, ("category", category)], found)
    reason = "the server sends them by category only, those without a category were not read"
    found.miss(reason, "by category only", refusal.status)


def _fetch_what_is_referred_to(client: FhirClient, found: _Found) -> None:
    """Read what the server did not send along, such as the medication of a prescription."""
    have = {f"{resource['resourceType']}/{resource.get('id')}" for resource in found.resources}
    wanted = {_reference_in(resource, found.search.refers) for resource in found.resources}
    failures: list[RemoteError] = []
    for reference in sorted(wanted - {""}):
        if found.abandoned or "/".join(reference.split("/")[-2:]) in have:
            continue
        try:
            found.resources.append(client.read_reference(reference))
        except RemoteError as failure:
            failures.append(failure)
    if failures:
        reason = f"{len(failures)} of the resources they refer to could not be read, the first because {failures[0]}"
        found.miss(reason, "referred to")


def _collect(client: FhirClient, search: Search, parameters: Parameters, found: _Found) -> None:
    for page in client.search(search.resource_type, parameters):
        if found.abandoned:
            return
        found.resources.extend(page.resources)
        for warning in page.warnings:
            found.miss(f"the server reports: {warning}", "reported")


def _gap(search: Search, reason: object, cause: str, status: int | None = None) -> Gap:
    return Gap(search.resource_type, f"{search.label} could not be read completely: {reason}", status, cause)


def _sort_out(found: Iterable[_Found], patient_id: str) -> tuple[list[Resource], list[Gap]]:
    """Each resource once, without those of another patient: a server that ignores `patient=` sends everybody's."""
    own: dict[tuple[object, object], Resource] = {}
    gaps = []
    for one in found:
        foreign = 0
        for number, resource in enumerate(list(one.resources)):
            if _of_another_patient(resource, patient_id):
                foreign += 1
                continue
            kind = resource["resourceType"]
            key = (kind, resource.get("id") or f"without id {one.search.resource_type} {number}")
            own.setdefault(key, resource)
        if foreign:
            reason = f"the server sent {foreign} of another patient, which were left out"
            gaps.append(_gap(one.search, reason, "of another patient"))
    return list(own.values()), gaps


def _of_another_patient(resource: Resource, patient_id: str) -> bool:
    if resource["resourceType"] == "Patient":
        return resource.get("id") != patient_id
    reference = _reference_in(resource, "subject") or _reference_in(resource, "patient")
    parts = reference.split("/")
    return "Patient" in parts[:-1] and parts[parts.index("Patient") + 1] != patient_id


def _reference_in(resource: Resource, element: str) -> str:
    """The literal reference in an element; empty where there is none, or one to a contained resource."""
    value = resource.get(element)
    reference = value.get("reference") if isinstance(value, dict) else None
    return reference if isinstance(reference, str) and not reference.startswith("#") else ""
