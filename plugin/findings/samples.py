"""Evidence grouped into samples, and each sample turned into a value by the rules of the finding."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import product
from typing import cast

from plugin.findings.dates import days_between, last_day
from plugin.findings.evidence import Evidence
from plugin.findings.index import Panel, reading_of
from plugin.findings.interval import Interval
from plugin.library.expressions import Environment, evaluate
from plugin.library.readings import Rule
from plugin.library.vocabulary import FindingDefinition, Value

MOST_COMBINATIONS = 64
MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a sample says about a finding: a value, or that its results contradict each other."""

    value: Value | None = None
    conflict: bool = False
    note: str = ""
    derived: bool = False


NOTHING = Outcome()


@dataclass
class Sample:
    """Results of one specimen, or of one day and lesion where no specimen is named."""

    specimen: str
    day: str
    site: str
    evidence: list[Evidence] = field(default_factory=list)

    def methods(self, panel: Panel) -> set[str]:
        """The methods of its parts; an empty name among them where a part belongs to none."""
        return {panel.parts[found.part].method for found in self.evidence}


def group(panel: Panel, evidence: Iterable[Evidence]) -> list[Sample]:
    """The samples of a panel, in an order of our own."""
    samples: dict[tuple[str, ...], Sample] = {}
    for found in evidence:
        origin = found.origin
        key = (origin.specimen,) if origin.specimen else ("", origin.day, origin.site)
        sample = samples.setdefault(key, Sample(origin.specimen, origin.day, origin.site))
        sample.evidence.append(found)
        sample.site = sample.site or origin.site
        sample.day = max(sample.day, origin.day, key=lambda day: last_day(day).toordinal() if day else 0)
    ordered = [samples[key] for key in sorted(samples)]
    join_days = max((reading_of(definition).join_days for definition in panel.definitions), default=0)
    return _joined(panel, ordered, join_days) if join_days else ordered


def _joined(panel: Panel, samples: list[Sample], join_days: int) -> list[Sample]:
    """Parts of different methods that were reported apart, such as a reflex test, put back together."""
    joined: list[Sample] = []
    for sample in sorted(samples, key=lambda sample: (sample.day, sample.specimen, sample.site)):
        fitting = [other for other in joined if _completes(panel, other, sample, join_days)]
        if not fitting or (not sample.day and len(fitting) > 1):
            joined.append(sample)
            continue
        best = min(fitting, key=lambda other: days_between(other.day, sample.day))
        best.evidence = best.evidence + sample.evidence
        best.specimen = best.specimen or sample.specimen
        best.site = best.site or sample.site
        best.day = sample.day or best.day
    return joined


def _completes(panel: Panel, one: Sample, other: Sample, join_days: int) -> bool:
    mine, yours = one.methods(panel), other.methods(panel)
    if "" in mine | yours or mine & yours:
        return False
    if one.specimen and other.specimen and one.specimen != other.specimen:
        return False
    if one.site and other.site and one.site != other.site:
        return False
    return not (one.day and other.day) or days_between(one.day, other.day) <= join_days


def outcome_of(panel: Panel, sample: Sample, definition: FindingDefinition) -> Outcome:
    """What the sample says about one finding of the panel.

    Where a part has several values, every combination is judged; they must come to the same.
    """
    values: dict[str, list[Value | Interval]] = {}
    for found in sample.evidence:
        known = values.setdefault(found.part, [])
        if found.counts and found.value is not None and found.value not in known:
            known.append(found.value)
    names = [name for name, known in values.items() if known]
    size = 1
    for name in names:
        size *= len(values[name])
    if size > MOST_COMBINATIONS:
        return Outcome(conflict=True)
    choices = product(*(values[name] for name in names))
    outcomes = {_judged(panel, dict(zip(names, chosen, strict=True)), definition) for chosen in choices}
    return _agreed(sorted(outcomes, key=repr), definition)


def outcome_alone(panel: Panel, evidence: Evidence, definition: FindingDefinition) -> Outcome:
    """What one result says about a finding by itself."""
    return said_alone(panel, evidence, definition) if evidence.counts else NOTHING


def said_alone(panel: Panel, evidence: Evidence, definition: FindingDefinition) -> Outcome:
    """The same, as if nothing spoke against the result."""
    return NOTHING if evidence.value is None else _judged(panel, {evidence.part: evidence.value}, definition)


def contradicting(panel: Panel, evidence: Iterable[Evidence]) -> tuple[Value, ...]:
    """Values that single results give a finding, each for itself, although only one can be; empty where they agree.

    Only findings that lead are asked: details that follow them may be told with more or less precision. An undecided
    value contradicts a decided one of the same method; another method may have settled it.
    """
    evidence = list(evidence)
    for definition in (one for one in panel.definitions if not reading_of(one).follows):
        told = [(panel.parts[one.part].method, outcome_alone(panel, one, definition).value) for one in evidence]
        said = [(method, value) for method, value in told if value is not None]
        decided = {value for _, value in said} - definition.undecided
        if len(decided) > 1:
            return tuple(sorted(decided, key=str))
        for method in sorted({method for method, _ in said} - {""}):
            of_method = {value for one, value in said if one == method}
            if len(of_method) > 1:
                return tuple(sorted(of_method, key=str))
    return ()


def _judged(panel: Panel, values: dict[str, Value | Interval], definition: FindingDefinition) -> Outcome:
    """What values of parts come to; remembered, since most results say one of a few things."""
    key = (definition.code, frozenset([(name, type(value), value) for name, value in values.items()]))
    known = panel.judged.get(key)
    if known is None:
        if len(panel.judged) >= MOST_REMEMBERED:
            panel.judged.clear()
        known = panel.judged[key] = _worked_out(panel, values, definition)
    return known


def _worked_out(panel: Panel, values: dict[str, Value | Interval], definition: FindingDefinition) -> Outcome:
    environment: dict[str, Value | Interval | None] = {name: _plain(value) for name, value in values.items()}
    for other in panel.order:
        outcome = _ruled(environment, other)
        if other is definition:
            return outcome
        environment[other.variable] = outcome.value
    raise AssertionError(definition.code)


def _plain(value: Value | Interval) -> Value | Interval:
    exact = value.exact if isinstance(value, Interval) else None
    return value if exact is None else exact


def _ruled(environment: dict[str, Value | Interval | None], definition: FindingDefinition) -> Outcome:
    facts = cast(Environment, environment)
    hits = [
        (value, rule)
        for rule in reading_of(definition).rules
        if evaluate(rule.when, facts) is True and (value := _value(rule, environment, definition)) is not None
    ]
    return _agreed([Outcome(value, False, rule.note, rule.derived) for value, rule in hits], definition)


def _value(rule: Rule, environment: dict[str, Value | Interval | None], definition: FindingDefinition) -> Value | None:
    found: Value | Interval | None = rule.value if rule.value is not None else environment.get(rule.part)
    if isinstance(found, Interval):
        found = found.exact
    if definition.type == "integer" and isinstance(found, str | float):
        return int(found)
    if definition.type == "code":
        return found if found in definition.values else None
    return found


def _agreed(outcomes: list[Outcome], definition: FindingDefinition) -> Outcome:
    """One outcome of several that must agree; an undecided value yields to a decided one."""
    if any(outcome.conflict for outcome in outcomes):
        return Outcome(conflict=True)
    given = [outcome for outcome in outcomes if outcome.value is not None]
    decided = [outcome for outcome in given if outcome.value not in definition.undecided] or given
    if len({outcome.value for outcome in decided}) > 1:
        return Outcome(conflict=True)
    if not decided:
        return Outcome()
    notes = "; ".join(dict.fromkeys(outcome.note for outcome in decided if outcome.note))
    return Outcome(decided[0].value, False, notes, all(outcome.derived for outcome in decided))
