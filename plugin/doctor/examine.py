"""The whole examination of a server, step by step: what is public first, then what a token opens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from plugin.chart.http import Limits, mount_limits
from plugin.doctor.access import Access, public_access
from plugin.doctor.capabilities import Statement, capability_checks, statement_of
from plugin.doctor.connection import address_checks, clock_check, is_safe, open_check
from plugin.doctor.discovery import WELL_KNOWN, discovery_checks, metadata_agrees
from plugin.doctor.paging import paging_checks
from plugin.doctor.probe import Answer, Clock, Probe
from plugin.doctor.report import ADMINISTRATOR, Check, Report, Section, Table
from plugin.doctor.scopes import is_backend, scope_checks
from plugin.doctor.searching import slow_checks, try_searches
from plugin.doctor.survey import survey
from plugin.doctor.trial import try_writing
from plugin.doctor.writing import writing_checks
from plugin.library.vocabulary import Vocabulary

Tell = Callable[[str], None]
SLOW_AFTER = 3.0  # seconds


@dataclass(frozen=True, slots=True)
class Wish:
    """What to examine. patients: ids of test patients, the first for searching and writing. writing: try it, too."""

    iss: str
    patients: tuple[str, ...] = ()
    writing: bool = False
    slow_after: float = SLOW_AFTER


def examine(
    wish: Wish, access: Access, vocabulary: Vocabulary | None, limits: Limits, clock: Clock, tell: Tell
) -> Report:
    """Examine a server. Never raises for what the server does; the report says it, `reached` whether it answered.

    vocabulary: what results are read with; None where no patient is wished for. limits: for each request.
    """
    once = replace(limits, retries=0)  # a look is not repeated: what fails now and then is to be seen, and timed
    mount_limits(access.session, once)
    public = Probe(public_access(once).session, wish.iss, once, clock)
    probe = Probe(access.session, wish.iss, once, clock)
    tell("connection")
    transport = address_checks(wish.iss, limits.connect, clock)
    tell("metadata")
    metadata = public.get("metadata")
    tell("discovery")
    configuration = public.get(WELL_KNOWN, accept="application/json")
    made_at = clock().isoformat(timespec="seconds")
    reached = bool(metadata.status or configuration.status)
    if not reached:
        transport.append(_unreached(metadata))
        sections = (Section("connection", "Connection", tuple(transport)),)
        return Report(wish.iss, made_at, access.words, sections, reached=_refused_by_us(transport))
    transport.append(clock_check(metadata if metadata.status else configuration))
    unasked = public.get("Patient", [("_count", "1")])
    transport.append(open_check(unasked))
    if unasked.ok and not access.let_in:
        access = replace(access, let_in=True, words="without a token, which the server does not ask for")
    if access.let_in and metadata.status in (401, 403):
        metadata = probe.get("metadata")
    statement = statement_of(metadata)
    discovered = discovery_checks(public, configuration)
    discovered += metadata_agrees(configuration.body, statement.document if statement else None, public.base)
    sections_made = [
        Section("connection", "Connection", tuple(transport)),
        Section("discovery", "Discovery", tuple(discovered)),
        _section("scopes", "Scopes", scope_checks(configuration.body, access.granted)),
        _section("capabilities", "What the server promises", capability_checks(metadata, statement)),
    ]
    sections_made += _with_patients(wish, access, probe, vocabulary, tell)
    sections_made.append(_writing(wish, access, probe, statement, clock(), tell))
    return Report(wish.iss, made_at, access.words, tuple(sections_made))


def _with_patients(
    wish: Wish, access: Access, probe: Probe, vocabulary: Vocabulary | None, tell: Tell
) -> list[Section]:
    why = _why_not(wish, access)
    if why or vocabulary is None:
        return [
            Section("searches", "Searches", (Check("searches", "open", f"no search was tried: {why}"),)),
            Section("codes", "Codes", (Check("codes", "open", f"no result was read: {why}"),)),
        ]
    first, *others = wish.patients
    searches, checks, tables = try_searches(probe, first, tell)
    checks += slow_checks(searches.walks, wish.slow_after)
    if searches.together is None:
        nothing = Check("codes", "open", "no result was read: the patient could not be read")
        return [Section("searches", "Searches", tuple(checks), tuple(tables)), Section("codes", "Codes", (nothing,))]
    tell("paging")
    checks += paging_checks(probe, first, searches.walks)
    charts = [searches.together.resources]
    for number, patient in enumerate(others, start=2):
        tell(f"chart {number} of {len(wish.patients)}")
        beside, found, _ = try_searches(probe, patient, lambda _: None)
        checks += [check for check in found if check.level == "fault" and check.id not in {one.id for one in checks}]
        charts += [beside.together.resources] if beside.together is not None else []
    tell("reading the codes")
    return [
        Section("searches", "Searches", tuple(checks), tuple(tables)),
        _section("codes", "Codes", survey(charts, vocabulary, probe.clock().date())),
    ]


def _writing(
    wish: Wish, access: Access, probe: Probe, statement: Statement | None, now: datetime, tell: Tell
) -> Section:
    granted = access.granted.split()
    checks, tables = writing_checks(statement, () if is_backend(granted) else granted)
    if not wish.writing:
        checks.append(
            Check("tried", "open", "nothing was written; --try-writing writes to a test patient and removes it")
        )
    elif why := _why_not(wish, access):
        checks.append(Check("tried", "open", f"nothing was written: {why}"))
    else:
        tried, table = try_writing(probe, wish.patients[0], now, tell)
        checks, tables = [*checks, *tried], [*tables, *table]
    return Section("writing", "What can be written", tuple(checks), tuple(tables))


def _why_not(wish: Wish, access: Access) -> str:
    if not is_safe(wish.iss):
        return "charts are not asked for over plain http"
    if not access.let_in:
        return "it needs a token, or backend credentials (see docs/doctor.md)"
    return "" if wish.patients else "it needs the id of a test patient (--patient ID)"


def _section(key: str, title: str, found: tuple[list[Check], list[Table]]) -> Section:
    checks, tables = found
    return Section(key, title, tuple(checks), tuple(tables))


def _unreached(answer: Answer) -> Check:
    why = "nothing can be said about a server that does not answer"
    remedy = "check the address, the network and the firewall between this machine and the server"
    return Check("reached", "fault", f"the server cannot be reached: {answer.failure}", why, remedy, ADMINISTRATOR)


def _refused_by_us(transport: list[Check]) -> bool:
    """Whether the server is there, and only its certificate keeps us out: a fault found, not a failed examination."""
    return any(check.id == "certificate" and "refused" in check.seen for check in transport)
