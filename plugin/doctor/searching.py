"""Every search that a chart needs, made with a real patient: one after the other, then all together, and timed."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from plugin.chart.reading import Chart, read_chart
from plugin.chart.searches import CHART_SEARCHES, Search
from plugin.doctor.access import Access
from plugin.doctor.needs import ESSENTIAL
from plugin.doctor.probe import Answer, Probe
from plugin.doctor.report import ADMINISTRATOR, EXAMINER, Check, Level, Table
from plugin.doctor.walk import Walk, walk

Tell = Callable[[str], None]
TOGETHER_AT_MOST = 1.3  # times the slowest single search
NOT_FELT = 1.0  # seconds; below, nobody waits and the ratio is noise


@dataclass(frozen=True, slots=True)
class Searches:
    """What came of them. together: the chart as the plug-in reads it; None where the patient could not be read."""

    walks: dict[str, Walk]
    together: Chart | None


def try_searches(probe: Probe, patient: str, access: Access, tell: Tell) -> tuple[Searches, list[Check], list[Table]]:
    """Make every search alone and all together; with the checks of them and a table of times and counts.

    access: how we were let in, by which it is told who can mend a refusal.
    """
    own = probe.get(f"Patient/{patient}")
    if not own.ok or own.body is None or own.body.get("resourceType") != "Patient":
        return Searches({}, None), [_no_patient(own, access)], []
    walks: dict[str, Walk] = {}
    for search in CHART_SEARCHES:
        tell(f"searching {search.resource_type}")
        walks[search.resource_type] = _walk(probe, search, patient)
    tell("all searches together")
    together = read_chart(probe.session, probe.base, patient, limits=probe.limits)
    tell("searching for nobody")
    lenient = [kind for kind, found in walks.items() if not found.stopped and _answers_for_nobody(probe, kind)]
    checks = [check for search in CHART_SEARCHES for check in _judged(search, walks[search.resource_type], access)]
    checks += _ignoring(walks, lenient, patient)
    if not checks:
        checks.append(Check("searches", "good", f"all {len(walks)} searches of a chart are answered"))
    checks.append(_compared(walks, together))
    return Searches(walks, together), checks, [_times(walks, together)]


def _no_patient(own: Answer, access: Access) -> Check:
    """Why the patient could not be read: mostly by the id or the token that was given, which are not the server's."""
    why = "without the patient's own record nobody knows whose chart it is, and nothing is drafted"
    seen = f"reading the patient: {own.in_words}"
    if own.status == 401:
        meaning, remedy = access.refused
        return Check("read-patient", "fault", f"{seen}: {meaning}", why, remedy, access.mended_by)
    if own.status in (404, 410):
        remedy = "check the id given with --patient: the bare id, without Patient/, of a patient on this server"
        return Check("read-patient", "fault", f"{seen}: no such patient", why, remedy, EXAMINER)
    if own.status == 403:
        remedy = "give a token that is for the patient given with --patient, and may read Patient"
        return Check("read-patient", "fault", f"{seen}: this token may not read this patient", why, remedy, EXAMINER)
    remedy = (
        "answer GET Patient/id with the Patient, as application/fhir+json; the server's log may tell why it did not"
    )
    return Check("read-patient", "fault", seen, why, remedy, ADMINISTRATOR)


def slow_checks(walks: dict[str, Walk], slow_after: float) -> Iterator[Check]:
    """Searches that take longer than `slow_after` seconds."""
    for kind, found in walks.items():
        if not found.stopped and found.seconds > slow_after:
            seen = f"the search for {kind} took {found.seconds:.1f} s"
            why = "the chart is as slow as its slowest search, and the clinician has two minutes"
            remedy = f"look for an index on {kind} by patient, and at how many resources a page may hold"
            yield Check(f"slow-{kind}", "limit", seen, why, remedy, ADMINISTRATOR)


def _walk(probe: Probe, search: Search, patient: str) -> Walk:
    counted = [*search.parameters(patient), ("_count", str(probe.limits.count))]
    return walk(probe, search.resource_type, counted, probe.limits.pages)


def _answers_for_nobody(probe: Probe, kind: str) -> bool:
    """Whether a search for a patient who cannot exist finds something: then `patient=` is not looked at."""
    nobody = f"nobody-{secrets.token_hex(12)}"
    return bool(walk(probe, kind, [("patient", nobody), ("_count", "1")], 1).matches)


def _judged(search: Search, found: Walk, access: Access) -> Iterator[Check]:
    kind = search.resource_type
    level: Level = "fault" if kind in ESSENTIAL else "limit"
    if found.kind == "refused" and found.status in range(400, 500):
        why = f"{search.label} are missing from every plan, which says so on the page"
        allow = f"allow the search for {kind} by patient, and grant its scope to the app"
        remedy, who = allow if found.status == 403 else f"support the search for {kind} by patient", ADMINISTRATOR
        if found.status == 401:
            (_, remedy), who = access.refused, access.mended_by
        yield Check(f"search-{kind}", level, f"the search for {kind} was refused: {found.stopped}", why, remedy, who)
    elif found.kind == "refused":
        why = f"{search.label} cannot be read, and every plan says so"
        remedy = f"answer a search for {kind} with a Bundle of type searchset, as application/fhir+json"
        yield Check(
            f"search-{kind}", level, f"the search for {kind} failed: {found.stopped}", why, remedy, ADMINISTRATOR
        )
    for code in dict.fromkeys(found.severe):
        why = "a part of the answer is missing, and the plan says so"
        seen = f"the search for {kind} came with an error beside it ({code})"
        yield Check(f"outcome-{kind}", "limit", seen, why, "look for its reason in the server's log", ADMINISTRATOR)


def _ignoring(walks: dict[str, Walk], lenient: list[str], patient: str) -> Iterator[Check]:
    for kind, found in walks.items():
        foreign = found.of_others(patient)
        if not foreign and kind not in lenient:
            continue
        came = f"{foreign} of {len(found.resources)} resources were another patient's" if foreign else ""
        nobody = "a patient who does not exist has some too" if kind in lenient else ""
        seen = f"the search for {kind} does not keep to patient=: {'; '.join(filter(None, (came, nobody)))}"
        why = "charts of others are handed out; we leave them out, but they should never have left the server"
        remedy = f"let {kind}?patient= answer with this patient's resources only"
        yield Check(f"ignores-patient-{kind}", "fault", seen, why, remedy, ADMINISTRATOR)


def _compared(walks: dict[str, Walk], together: Chart) -> Check:
    slowest = max((found.seconds for found in walks.values()), default=0.0)
    ratio = together.seconds / slowest if slowest else 0.0
    seen = f"together {together.seconds:.2f} s, the slowest alone {slowest:.2f} s, {ratio:.1f} times"
    if ratio <= TOGETHER_AT_MOST:
        return Check("together", "good", seen)
    if together.seconds <= NOT_FELT:
        return Check("together", "good", f"{seen} (so short that nobody waits)")
    why = "the server answers one request after the other, so a chart takes as long as all of its searches"
    remedy = "allow as many requests at once for one app as a chart has searches, here " + str(len(walks) + 1)
    return Check("together", "limit", seen, why, remedy, ADMINISTRATOR)


def _times(walks: dict[str, Walk], together: Chart) -> Table:
    rows = []
    for kind, found in walks.items():
        beside = together.timings.get(kind)
        shown = f"{beside * 1000:.0f}" if beside is not None else "too late"
        state = found.stopped or "read to its end"
        rows.append((kind, str(len(found.resources)), str(found.pages), f"{found.seconds * 1000:.0f}", shown, state))
    head = ("search", "resources", "pages", "ms alone", "ms together", "outcome")
    return Table("Searches", head, tuple(rows))
