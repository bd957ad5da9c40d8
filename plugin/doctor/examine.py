"""The whole examination of a server, step by step: what is public first, then what a token opens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from plugin.chart.http import Limits, mount_limits
from plugin.doctor.access import GIVE_TOKEN, Access, entered, public_access
from plugin.doctor.arrival import Arrival, arrive
from plugin.doctor.capabilities import Statement, capability_checks, statement_of
from plugin.doctor.connection import is_safe, open_check
from plugin.doctor.discovery import discovery_checks, metadata_agrees
from plugin.doctor.paging import paging_checks
from plugin.doctor.probe import Clock, Probe
from plugin.doctor.report import OPERATOR, REGISTRATION, Check, Report, Section, Table
from plugin.doctor.scopes import scope_checks
from plugin.doctor.searching import slow_checks, try_searches
from plugin.doctor.survey import survey
from plugin.doctor.trial import try_writing
from plugin.doctor.writing import writing_checks
from plugin.library.vocabulary import Vocabulary

Tell = Callable[[str], None]
SLOW_AFTER = 3.0  # seconds
TOPICS = {
    "discovery": "Discovery",
    "scopes": "Scopes",
    "capabilities": "What the server promises",
    "searches": "Searches",
    "codes": "Codes",
    "writing": "What can be written",
}


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
    public = Probe(public_access(once).session, wish.iss, once, clock)
    tell("connection, metadata and discovery")
    made_at = clock().isoformat(timespec="seconds")
    arrival = arrive(public)
    if arrival.barred:
        return _ended(wish, made_at, arrival)
    metadata, configuration, transport = arrival.metadata, arrival.configuration, list(arrival.checks)
    if access.ask is not None:
        tell("asking for a token")
        access = entered(access, once)
    if access.failure or access.unusable:
        transport.append(_without_token(access))
    mount_limits(access.session, once)
    probe = Probe(access.session, wish.iss, once, clock)
    unasked = public.get("Patient", [("_count", "1")])
    transport.append(open_check(unasked))
    is_open = unasked.ok and unasked.body is not None and unasked.body.get("resourceType") == "Bundle"
    if is_open and not access.let_in:
        access = replace(access, let_in=True, words="without a token, which the server does not ask for")
    if access.let_in and metadata.status in (401, 403):
        metadata = probe.get("metadata")
    statement = statement_of(metadata)
    discovered = discovery_checks(public, configuration)
    discovered += metadata_agrees(configuration.body, statement.document if statement else None, public.base)
    sections_made = [
        Section("connection", "Connection", tuple(transport)),
        _section("discovery", (discovered, [])),
        _section("scopes", scope_checks(configuration.body, access.granted)),
        _section("capabilities", capability_checks(metadata, statement)),
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
            _section("searches", ([Check("searches", "open", f"no search was tried: {why}")], [])),
            _section("codes", ([Check("codes", "open", f"no result was read: {why}")], [])),
        ]
    first, *others = wish.patients
    searches, checks, tables = try_searches(probe, first, access, tell)
    checks += slow_checks(searches.walks, wish.slow_after)
    if searches.together is None:
        nothing = Check("codes", "open", "no result was read: the patient could not be read")
        return [
            _section("searches", (checks, tables)),
            _section("codes", ([nothing], [])),
        ]
    tell("paging")
    checks += paging_checks(probe, first, searches.walks)
    charts = [searches.together.resources]
    for number, patient in enumerate(others, start=2):
        tell(f"chart {number} of {len(wish.patients)}")
        beside, found, _ = try_searches(probe, patient, access, lambda _: None)
        checks += [check for check in found if check.level == "fault" and check.id not in {one.id for one in checks}]
        charts += [beside.together.resources] if beside.together is not None else []
    tell("reading the codes")
    return [
        _section("searches", (checks, tables)),
        _section("codes", survey(charts, vocabulary, probe.clock().date())),
    ]


def _writing(
    wish: Wish, access: Access, probe: Probe, statement: Statement | None, now: datetime, tell: Tell
) -> Section:
    granted = access.granted.split()
    checks, tables = writing_checks(statement, granted)
    if not wish.writing:
        checks.append(
            Check("tried", "open", "nothing was written; --try-writing writes to a test patient and removes it")
        )
    elif why := _why_not(wish, access):
        checks.append(Check("tried", "open", f"nothing was written: {why}"))
    else:
        tried, table = try_writing(probe, wish.patients[0], now, access, tell)
        checks, tables = [*checks, *tried], [*tables, *table]
    return _section("writing", (checks, tables))


def _why_not(wish: Wish, access: Access) -> str:
    if not is_safe(wish.iss):
        return "charts are not asked for over plain http"
    if access.failure:
        return "our backend credentials got no token"
    if not access.let_in:
        in_vain = "--patient had no effect: " if wish.patients else ""
        return f"{in_vain}it needs a token, or backend credentials (see docs/doctor.md)"
    return "" if wish.patients else "it needs the id of a test patient (--patient ID)"


def _section(key: str, found: tuple[list[Check], list[Table]]) -> Section:
    checks, tables = found
    return Section(key, TOPICS[key], tuple(checks), tuple(tables))


def _ended(wish: Wish, made_at: str, arrival: Arrival) -> Report:
    """The report of an examination that ended with the connection; the rest is named as not looked at."""
    why = f"not looked at: {arrival.barred}"
    rest = (Section(key, title, (Check(key, "open", why),)) for key, title in TOPICS.items())
    sections = (Section("connection", "Connection", arrival.checks), *rest)
    return Report(wish.iss, made_at, "without a token", sections, arrival.reached)


def _without_token(access: Access) -> Check:
    why = "what needs a token was not looked at"
    if access.unusable:
        remedy = f"complete the settings (signing_keys, client_id or backend_client_id of this EHR), or {GIVE_TOKEN}"
        seen = f"our backend credentials could not be used: {access.unusable}"
        return Check("credentials", "open", seen, why, remedy, OPERATOR)
    remedy = (
        "compare the settings of this EHR (backend_client_id, signing_keys, backend_scopes) with the app's registration"
        " there, and its jwks or jwks_uri with our public keys"
    )
    seen = f"our backend credentials got no token: {access.failure}"
    return Check("credentials", "fault", seen, why, remedy, f"{OPERATOR}, {REGISTRATION}")
