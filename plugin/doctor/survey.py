"""Which codes this server's results carry, and what the reader makes of them: read, set aside and why, not read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from operator import attrgetter

from plugin.doctor.codes.kinds import uses_in
from plugin.doctor.codes.scan import Scan, scan_of
from plugin.doctor.codes.tally import Tally
from plugin.doctor.report import OPERATOR, Check, Table
from plugin.errors import InputError
from plugin.findings.elements import Json, codings_of, name_of
from plugin.findings.index import index_of
from plugin.findings.model import Findings
from plugin.findings.reader import read_findings
from plugin.library.vocabulary import Vocabulary

NOT_UNDERSTOOD = frozenset({"unread", "mismatch", "impossible"})
MOST_ROWS = 60
MAP = "careplan codes scan, then careplan codes map, and have a person decide (docs/local-codes.md)"


@dataclass
class Used:
    """One code of Observations: how often, for which facts it is read, and what came of it."""

    system: str
    code: str
    name: str
    count: int = 0
    read: int = 0
    aside: Counter[str] = field(default_factory=Counter)
    facts: set[str] = field(default_factory=set)

    @property
    def lost(self) -> int:
        """How many results were not understood."""
        return sum(count for kind, count in self.aside.items() if kind in NOT_UNDERSTOOD)


def survey(charts: Iterable[list[Json]], vocabulary: Vocabulary, as_of: date) -> tuple[list[Check], list[Table]]:
    """Read each chart and count by code; the checks, and a table of the codes that facts are read from."""
    used: dict[tuple[str, str], Used] = {}
    tally = Tally(index_of(vocabulary))
    checks: list[Check] = []
    for chart in charts:
        resources = [each for each in chart if each.get("resourceType") != "OperationOutcome"]
        tally.add(resources)
        try:
            found = read_findings(resources, vocabulary, as_of)
        except InputError as error:
            checks.append(_unreadable(error))
            continue
        _count(resources, found, vocabulary, used)
    scan = scan_of(tally, index_of(vocabulary), ())
    checks += _judged(list(used.values()))
    checks += _local(scan, used)
    of_use = sorted((each for each in used.values() if each.facts), key=attrgetter("system", "code"))
    other = [each for each in used.values() if not each.facts]
    if not of_use:
        checks.append(
            Check("codes", "open", "none of the results is of a test that facts are read from; try another patient")
        )
    elif not checks:
        seen = f"{len(of_use)} codes are read, and every result under them"
        checks.append(Check("codes", "good", seen))
    if other:
        results = sum(each.count for each in other)
        seen = f"{len(other)} further codes in {results} results: no fact is read from them"
        checks.append(Check("other-codes", "note", seen))
    return checks, [_table(of_use)] if of_use else []


def _count(resources: list[Json], found: Findings, vocabulary: Vocabulary, used: dict[tuple[str, str], Used]) -> None:
    counting: dict[str, set[str]] = {}
    aside: dict[str, set[str]] = {}
    for code, finding in found.items():
        for result in finding.results:
            if result.set_aside:
                aside.setdefault(result.reference, set()).add(result.aside_kind)
            else:
                counting.setdefault(result.reference, set()).add(vocabulary[code].label)
    for problem in found.problems:
        aside.setdefault(problem.reference, set()).add(problem.kind)
    for resource in resources:
        if resource.get("resourceType") == "Observation":
            entry = _entry(resource, used)
            entry.count += 1
            reference = name_of(resource)
            facts = counting.get(reference, set())
            entry.facts |= facts
            entry.read += bool(facts)
            for kind in aside.get(reference, ()) if not facts else aside.get(reference, set()) & NOT_UNDERSTOOD:
                entry.aside[kind] += 1
            if reference in aside:
                entry.facts |= {"set aside"} if not facts else set()


def _entry(resource: Json, used: dict[tuple[str, str], Used]) -> Used:
    concept = resource.get("code")
    coding = next(iter(codings_of(concept)), None)
    key = (coding.system, coding.code) if coding else ("", "no code")
    name = next((use.name for use in uses_in(resource)), "") if coding else ""
    return used.setdefault(key, Used(*key, name))


def _judged(used: list[Used]) -> Iterator[Check]:
    for each in sorted(used, key=lambda one: (-one.lost, one.code)):
        if each.lost:
            kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(each.aside.items()) if kind in NOT_UNDERSTOOD)
            where = f"{each.code} of {each.system or 'no system'}"
            seen = f"{each.lost} of {each.count} results under {where} ({each.name}) are not read: {kinds}"
            why = "the fact they would tell stays open, and the plan asks for a test that was done"
            remedy = f"map the code or its answers: {MAP}; careplan findings tells each reason"
            yield Check(f"unread-{each.code}", "limit", seen, why, remedy, OPERATOR)


def _local(scan: Scan, used: dict[tuple[str, str], Used]) -> Iterator[Check]:
    for each in scan.likely:
        code = each.code
        told = used.get((code.system, code.code))
        if told is not None and told.lost:
            continue
        name = next(iter(code.names), "no name")
        where = f"the local {code.kind} code {code.code} of {code.system} ({name})"
        seen = f"{code.count} uses of {where}, which nothing is read from"
        near = f"; it may be {each.proposals[0].code} ({each.proposals[0].display})" if each.proposals else ""
        yield Check(
            f"local-{code.code}", "limit", seen, f"its results are passed over{near}", f"map it: {MAP}", OPERATOR
        )


def _unreadable(error: InputError) -> Check:
    del error  # its words may name the patient
    why = "no plan can be drafted for such a chart"
    seen = "the chart of a patient cannot be read at all (two patients mixed, or resources that are no FHIR)"
    return Check("chart-unreadable", "fault", seen, why, "see careplan findings with an export of it", OPERATOR)


def _table(used: list[Used]) -> Table:
    rows = []
    for system, group in groupby(used, attrgetter("system")):
        for each in group:
            facts = ", ".join(sorted(each.facts - {"set aside"})) or "none"
            aside = ", ".join(f"{kind} {count}" for kind, count in sorted(each.aside.items()))
            rows.append(
                (f"{each.code}", system or "no system", each.name, str(each.count), str(each.read), aside, facts)
            )
    head = ("code", "system", "name", "results", "read", "set aside", "facts")
    return Table("Codes of results that facts are read from", head, tuple(rows[:MOST_ROWS]))
