"""Which codes this server's results carry, and what the reader makes of them: read, set aside and why, not read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

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
from plugin.quality.as_text import counted

NOT_UNDERSTOOD = frozenset({"unread", "mismatch", "impossible"})
WHY_ASIDE = {
    "withdrawn": "withdrawn by its sender",
    "superseded": "replaced by a later one",
    "other-person": "about somebody else",
    "preliminary": "not final",
    "stale": "too old, or without a date",
    "unverified": "only the patient says so",
    "unconfirmed": "suspected only",
    "unfit": "sample not fit for the test",
    "confounded": "a drug may explain it",
    "unread": "answer not understood",
    "impossible": "cannot be",
    "mismatch": "code not known, or at odds with its name or value",
    "no-answer": "without an answer",
    "look-alike": "another test or sample of a like name",
    "out-of-scope": "not what the fact asks about",
}
MOST_ROWS = 60
MOST_FACTS = 2
MAP = "careplan codes scan, then careplan codes map, and have a person decide (docs/local-codes.md)"


@dataclass
class Used:
    """One code of Observations: how often, how often read, what was set aside and why, and for which facts."""

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

    @property
    def matters(self) -> bool:
        """Whether anything was read from it, or would have been."""
        return bool(self.facts or self.aside)

    def why(self, kinds: frozenset[str] = frozenset(WHY_ASIDE)) -> str:
        """What was set aside, in words with counts."""
        told = [(WHY_ASIDE[kind], count) for kind, count in sorted(self.aside.items()) if kind in kinds]
        return ", ".join(f"{words} ({count})" for words, count in told)


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
        except InputError:  # its words may name the patient
            checks.append(_unreadable())
            continue
        _count(resources, found, vocabulary, used)
    scan = scan_of(tally, index_of(vocabulary), ())
    checks += _judged(list(used.values()))
    checks += _local(scan, used)
    of_use = _ordered([each for each in used.values() if each.matters], vocabulary)
    other = [each for each in used.values() if not each.matters]
    if not of_use:
        seen = "none of the results is of a test that facts are read from; try another patient"
        checks.append(Check("codes", "open", seen))
    elif not checks:
        seen = f"every result under the {len(of_use)} codes that facts are read from was understood"
        checks.append(Check("codes", "good", seen))
    if other:
        results = sum(each.count for each in other)
        seen = f"no fact is read from {counted(len(other), 'further code')}, with {counted(results, 'result')}"
        checks.append(Check("other-codes", "note", seen))
    return checks, [_table(of_use, vocabulary)] if of_use else []


def _count(resources: list[Json], found: Findings, vocabulary: Vocabulary, used: dict[tuple[str, str], Used]) -> None:
    facts: dict[str, set[str]] = {}
    read: set[str] = set()
    aside: dict[str, set[str]] = {}
    for code, finding in found.items():
        for result in finding.results:
            facts.setdefault(result.reference, set()).add(code)
            if result.set_aside:
                aside.setdefault(result.reference, set()).add(result.aside_kind)
            else:
                read.add(result.reference)
    for problem in found.problems:
        aside.setdefault(problem.reference, set()).add(problem.kind)
    for resource in resources:
        if resource.get("resourceType") != "Observation":
            continue
        entry, reference = _entry(resource, used), name_of(resource)
        entry.count += 1
        entry.facts |= facts.get(reference, set())
        entry.read += reference in read
        # A result that is read for one fact may well say nothing about another; that it was not understood is told.
        kinds = aside.get(reference, set()) & (NOT_UNDERSTOOD if reference in read else WHY_ASIDE.keys())
        entry.aside.update(kinds)


def _entry(resource: Json, used: dict[tuple[str, str], Used]) -> Used:
    coding = next(iter(codings_of(resource.get("code"))), None)
    key = (coding.system, coding.code) if coding else ("", "no code")
    name = next((use.name for use in uses_in(resource)), "") if coding else ""
    return used.setdefault(key, Used(*key, name))


def _ordered(used: list[Used], vocabulary: Vocabulary) -> list[Used]:
    """What was not understood first, then in the order of the vocabulary."""
    places = {code: place for place, code in enumerate(vocabulary)}
    last = len(places)

    def place(each: Used) -> tuple[int, int, str]:
        return -each.lost, min((places[code] for code in each.facts), default=last), each.code

    return sorted(used, key=place)


def _judged(used: list[Used]) -> Iterator[Check]:
    for each in sorted(used, key=lambda one: (-one.lost, one.code)):
        if each.lost:
            where = f"{each.code} of {each.system or 'no system'}"
            seen = f"{each.lost} of {each.count} results under {where} ({each.name}): {each.why(NOT_UNDERSTOOD)}"
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
        seen = f"{counted(code.count, 'use')} of {where}: nothing is read from it"
        near = f"; it may be {each.proposals[0].code} ({each.proposals[0].display})" if each.proposals else ""
        why = f"what it says is passed over{near}"
        yield Check(f"local-{code.code}", "limit", seen, why, f"map {code.code}: {MAP}", OPERATOR)


def _unreadable() -> Check:
    why = "no plan can be drafted for such a chart"
    seen = "the chart of a patient cannot be read at all (two patients mixed, or resources that are no FHIR)"
    return Check("chart-unreadable", "fault", seen, why, "see careplan findings with an export of it", OPERATOR)


def _table(used: list[Used], vocabulary: Vocabulary) -> Table:
    shared = Counter(fact for each in used for fact in each.facts)
    rows = [_row(each, _facts(each, vocabulary, shared)) for each in used[:MOST_ROWS]]
    head = ("code", "system", "name", "results", "read", "set aside", "facts")
    return Table("Codes of results that facts are read from", head, tuple(rows))


def _row(used: Used, facts: str) -> tuple[str, ...]:
    counts = (str(used.count), str(used.read))
    return used.code, used.system or "no system", used.name, *counts, used.why(), facts


def _facts(used: Used, vocabulary: Vocabulary, shared: Counter[str]) -> str:
    """The facts that a code feeds; those that few others feed first, since they tell most about it."""
    places = {code: place for place, code in enumerate(vocabulary)}
    codes = sorted(used.facts, key=lambda code: (shared[code], places[code]))
    more = f" and {len(codes) - MOST_FACTS} more" if len(codes) > MOST_FACTS else ""
    return ", ".join(vocabulary[code].label for code in codes[:MOST_FACTS]) + more if codes else "none"
