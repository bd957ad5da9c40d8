"""Codes from a server: the charts of named patients, or, with a token for many patients, type by type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from plugin.chart.client import FhirClient, PagingStopped, Parameters
from plugin.chart.http import Limits
from plugin.chart.reading import SEARCH_NOT_SUPPORTED
from plugin.chart.searches import CHART_SEARCHES, Search
from plugin.doctor.access import Access, entered, public_access
from plugin.doctor.arrival import arrive
from plugin.doctor.codes.scan import Missed
from plugin.doctor.codes.tally import Tally
from plugin.doctor.probe import Clock, Probe
from plugin.errors import Refused, RemoteError, Unreachable

CODED = ("Observation", "Condition", "Procedure", "MedicationRequest", "MedicationStatement", "Specimen")
LOOK = "careplan doctor tells of each search what is wrong with it, and who can change that"
TOO_MANY = "give --patient for the charts of some test patients, or an export of the server's data, which has no end"
NOT_ASKED = "not asked any more"
NOT_FOR_ALL = "let the token read this type; a token for one patient is seldom let search without it: give --patient ID"


def go_in(base: str, access: Access, limits: Limits, clock: Clock) -> Access:
    """The access once the server has answered as a FHIR server, and given us a token where we ask for one.

    Raises RemoteError in the words of `careplan doctor`: whether the address, the network or the credentials are wrong.
    """
    once = replace(limits, retries=0)
    arrival = arrive(Probe(public_access(once).session, base, once, clock))
    if arrival.barred:
        fault = next(check for check in arrival.checks if check.level == "fault")
        raise RemoteError(f"{base}: {fault.seen}; {fault.remedy}")
    access = entered(access, limits)
    if why := access.failure or access.unusable:
        raise RemoteError(
            f"{base}: our backend credentials got no token: {why}; careplan doctor with the same --config says more"
        )
    return access


def count_server(
    tally: Tally, access: Access, base: str, patients: Sequence[str], limits: Limits, tell: Callable[[str], None]
) -> list[Missed]:
    """Count the codes of a server, page by page, at most `limits.pages` pages of a search; and what was not read.

    Where the server lets us in no more, or is gone, nothing further is asked. Raises RemoteError where nothing at all
    could be read.
    """
    client = FhirClient(access.session, base, limits)
    searches = [search for search in CHART_SEARCHES if search.resource_type in CODED or search.refers]
    asked = [(search, patient) for patient in patients or ("",) for search in searches]
    missed: dict[Missed, None] = {}
    before, whole = tally.resources, 0
    for number, (search, patient) in enumerate(asked, start=1):
        tell(f"search {number} of {len(asked)}: {search.resource_type}")
        try:
            lacking = _count(tally, client, search, patient)
        except RemoteError as failure:
            why, remedy = _why(failure, access, bool(patient))
            missed[Missed(base, search.resource_type, why, remedy)] = None
            if _is_the_end(failure):
                rest = dict.fromkeys(later.resource_type for later, _ in asked[number:])
                missed |= {Missed(base, kind, NOT_ASKED, remedy): None for kind in rest}
                break
        else:
            whole += 1
            missed |= {Missed(base, search.resource_type, why, LOOK): None for why in lacking}
    if not whole and tally.resources == before:
        raise RemoteError(_nothing(base, list(missed)))
    return list(missed)


def _count(tally: Tally, client: FhirClient, search: Search, patient: str) -> set[str]:
    """Count what a search finds; what is known to be missing in its answers. Raises RemoteError where it fails."""
    whose = [("patient", patient)] if patient else []
    try:
        return _pages(tally, client, search, [*whose, *search.parameters(patient)[1:]])
    except Refused as refusal:
        if refusal.status not in SEARCH_NOT_SUPPORTED or not (search.refers or search.categories):
            raise
    if not search.categories:
        return {"the server does not send along what they refer to", *_pages(tally, client, search, whose)}
    lacking = {"the server sends them by category only, those without a category were not read"}
    for category in search.categories:
        lacking |= _pages(tally, client, search, [*whose, ("category", category)])
    return lacking


def _pages(tally: Tally, client: FhirClient, search: Search, parameters: Parameters) -> set[str]:
    lacking = set()
    for page in client.search(search.resource_type, parameters):
        tally.add(page.resources)
        if page.warnings:  # their words may name people
            lacking.add("the server reported an error beside the results")
    return lacking


def _why(failure: RemoteError, access: Access, of_patient: bool) -> tuple[str, str]:
    """Why a search failed and what to do, without the server's free words, which may name people."""
    if isinstance(failure, PagingStopped):
        return str(failure), TOO_MANY
    if not isinstance(failure, Refused):
        return str(failure), LOOK
    if failure.status == 401:
        seen, remedy = access.refused
        return f"{seen} (401)", remedy
    seen = str(failure)
    if failure.issues:
        codes = ", ".join(dict.fromkeys(issue.code for issue in failure.issues if issue.code))
        seen = seen.removesuffix(f": {failure.detail}") + (f", {codes}" if codes else "")
    return seen, LOOK if of_patient or failure.status != 403 else NOT_FOR_ALL


def _is_the_end(failure: RemoteError) -> bool:
    """Whether every further search would fail alike: nobody is let in, or nobody is there any more."""
    if isinstance(failure, Refused):
        return failure.status == 401
    return isinstance(failure, Unreachable) and failure.why != "time-out"


def _nothing(base: str, missed: list[Missed]) -> str:
    """One message where nothing could be read: each reason once, and what to do."""
    by_reason: dict[str, list[str]] = {}
    for each in missed:
        by_reason.setdefault(each.why, []).append(each.resource_type)
    by_reason.pop(NOT_ASKED, None)
    alone = len(by_reason) == 1
    told = (why if alone else f"{', '.join(kinds)}: {why}" for why, kinds in by_reason.items())
    return f"nothing could be read from {base}: {'; '.join(told)}; {missed[0].remedy}"
