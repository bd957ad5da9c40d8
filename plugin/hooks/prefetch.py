"""The chart of one call: from what was prefetched, and from the client's FHIR server what was not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from plugin.cds_clients import CdsClient
from plugin.chart.http import Limits, http_session
from plugin.chart.reading import Gap, read_chart
from plugin.chart.searches import CHART_SEARCHES, PATIENT, Search
from plugin.errors import HookError
from plugin.findings.subject import subject_id
from plugin.hooks.call import Access, HookCall

Json = dict[str, Any]
# Without these nobody knows whose chart it is, what the patient has, or what was found: no card can be honest then.
REQUIRED = frozenset({"Patient", "Observation", "Condition"})
BY_KEY = {search.resource_type[0].lower() + search.resource_type[1:]: search for search in (PATIENT, *CHART_SEARCHES)}


@dataclass(slots=True)
class CallChart:
    """What is known of the patient. resources: ready for findings, gaps among them. gaps: what is missing.

    drugs: each Medication that was read because an order refers to it. unread: why others could not be, by reference.
    """

    resources: list[Json] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    drugs: list[Json] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Brought:
    """What came for one prefetch key; `lacks` says why it is not all there is, and is empty where it is."""

    resources: list[Json] = field(default_factory=list)
    lacks: str = ""


def prefetch_templates() -> dict[str, str]:
    """Key -> query, of the searches that a chart is made of (CDS Hooks 2.0, Prefetch Template).

    In the small language that clients are asked to support: a read, and searches by patient, without includes.
    """
    patient = "{{context.patientId}}"
    return {
        key: f"Patient/{patient}" if search is PATIENT else f"{search.resource_type}?patient={patient}"
        for key, search in BY_KEY.items()
    }


def chart_of(call: HookCall, client: CdsClient, limits: Limits) -> CallChart:
    """The chart that the call brings along, completed from the client's FHIR server where it may be asked.

    An OperationOutcome where data was expected is a gap, null is an empty answer (CDS Hooks 2.0, Prefetch). Raises
    HookError 412 where what no card can do without cannot be had, 400 for a prefetch that is no FHIR.
    """
    brought = {key: _brought(key, search, call) for key, search in BY_KEY.items()}
    lacking = {key: one.lacks for key, one in brought.items() if one.lacks}
    chart = CallChart([resource for one in brought.values() for resource in one.resources])
    if not lacking:
        return chart
    access, refusal = usable(call.access, client)
    if access is None:
        chart.gaps += [_gap(BY_KEY[key], why) for key, why in lacking.items()]
        _require([key for key in lacking if not brought[key].resources and _is_required(key, call)], refusal)
    else:
        _complete(chart, [BY_KEY[key] for key in lacking], access, call, limits)
    chart.resources += [gap.as_resource() for gap in chart.gaps]
    return chart


def _brought(key: str, search: Search, call: HookCall) -> _Brought:
    if key not in call.prefetch:
        return _Brought(lacks="it was not prefetched")
    value = call.prefetch[key]
    if value is None:
        return _Brought(lacks="the EHR has no such record" if search is PATIENT else "")
    kind = value.get("resourceType") if isinstance(value, dict) else None
    if kind == "OperationOutcome":
        return _Brought(lacks="the EHR reports that it could not prefetch it")
    if search is PATIENT:
        return _patient(value, kind, call)
    if kind != "Bundle":
        message = f"prefetch.{key} must be a Bundle, an OperationOutcome or null, as its template is a search"
        raise HookError(message)
    return _searched(value, search, call.patient_id)


def _patient(value: Any, kind: object, call: HookCall) -> _Brought:
    if kind != "Patient":
        raise HookError("prefetch.patient must be a Patient, an OperationOutcome or null, as its template is a read")
    if value.get("id") != call.patient_id:
        raise HookError("prefetch.patient is another patient than context.patientId names; prefetch for that one")
    return _Brought([value])


def _searched(bundle: Json, search: Search, patient_id: str) -> _Brought:
    entries = bundle.get("entry")
    given = [entry.get("resource") for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    found = [one for one in given if isinstance(one, dict) and isinstance(one.get("resourceType"), str)]
    outcomes = [one for one in found if one["resourceType"] == "OperationOutcome"]
    resources = [one for one in found if one["resourceType"] != "OperationOutcome"]
    matching = [one for one in resources if one["resourceType"] == search.resource_type]
    if len(found) < len(given):
        return _Brought(resources, "some of its entries are no FHIR resources")
    if any(link.get("relation") == "next" for link in _objects(bundle.get("link"))):
        return _Brought(resources, "only the first page was prefetched")
    total = bundle.get("total")
    if isinstance(total, int) and total > len(matching):
        return _Brought(resources, f"{len(matching)} of {total} were prefetched")
    if any(issue.get("severity") in ("error", "fatal") for one in outcomes for issue in _objects(one.get("issue"))):
        return _Brought(resources, "the EHR reports that its search failed in part")
    if foreign := sum(subject_id(one) not in ("", patient_id) for one in matching):
        return _Brought(resources, f"{foreign} of {len(matching)} that were prefetched are of another patient")
    if search.refers and _unresolved(matching, resources, search.refers):
        return _Brought(resources, "they refer to resources that were not prefetched")
    return _Brought(resources)


def _unresolved(matching: Iterable[Json], resources: Iterable[Json], element: str) -> bool:
    """Whether any names its drug by a reference alone, to a resource that did not come along."""
    have = {f"{one['resourceType']}/{one.get('id')}" for one in resources}
    for one in matching:
        reference = one.get(element)
        if not isinstance(reference, dict) or reference.get("display"):
            continue
        target = str(reference.get("reference", ""))
        if not target.startswith("#") and "/".join(target.split("/")[-2:]) not in have:
            return True
    return False


def usable(access: Access | None, client: CdsClient) -> tuple[Access | None, str]:
    """The FHIR server where we may ask it, else None and why not. A token goes to no server that is not on the list."""
    if access is None:
        return None, "and the call names no fhirServer to read it from"
    if not client.may_name(access.fhir_server):
        return None, "and its fhirServer is not among the fhir_servers that are allowed for this client"
    return access, ""


def _complete(chart: CallChart, searches: list[Search], access: Access, call: HookCall, limits: Limits) -> None:
    """Read what is lacking from the server; what came in part before is not lost when that fails."""
    wanted = [search for search in searches if search is not PATIENT]
    with http_session(limits) as session:
        if access.token:
            session.headers["Authorization"] = f"Bearer {access.token}"
        read = read_chart(session, access.fhir_server, call.patient_id, wanted, limits)
    chart.resources += [one for one in read.resources if one["resourceType"] != "OperationOutcome"]
    chart.gaps += [gap for gap in read.gaps if gap.resource_type != "Patient" or PATIENT in searches]
    have = {resource["resourceType"] for resource in chart.resources}
    failed = {gap.resource_type for gap in chart.gaps} & REQUIRED
    missing = [key for key, search in BY_KEY.items() if search.resource_type in failed - have]
    _require(missing, "and it could not be read from fhirServer: check the access token, its scopes and the server")


def _is_required(key: str, call: HookCall) -> bool:
    """A search that the EHR tried in vain is a gap and is said; what it did not try is what 412 is for."""
    return BY_KEY[key].resource_type in REQUIRED and (key == "patient" or key not in call.prefetch)


def _require(missing: list[str], why: str) -> None:
    if missing:
        raise HookError(f"prefetch is missing {', '.join(missing)}, {why}", 412)


def _gap(search: Search, why: str) -> Gap:
    return Gap(search.resource_type, f"{search.label} could not be read completely: {why}")


def _objects(value: object) -> list[Json]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
