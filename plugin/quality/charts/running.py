"""Chart cases at work: what is read from each chart, what that shows of the readings, what would have shown in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from plugin.drafting.facts import Facts
from plugin.drafting.plan import draft_from
from plugin.errors import InputError
from plugin.findings.evidence import Evidence
from plugin.findings.gathered import Gathered, gather
from plugin.findings.index import Panel
from plugin.findings.interval import Interval
from plugin.findings.model import DECIDED, Finding, Findings
from plugin.findings.reader import findings_of
from plugin.findings.resolve import Resolved, resolve_panel
from plugin.findings.statements import STATED_UNKNOWN
from plugin.library.expressions import evaluate
from plugin.library.rules import Template
from plugin.library.side_by_side import side_by_side
from plugin.library.vocabulary import FindingDefinition, Value
from plugin.quality.cases import Case
from plugin.quality.charts.expected import facts_missed
from plugin.quality.charts.files import UNDECIDED, ChartCase
from plugin.quality.charts.trials import Key, PanelTrials, code_key, trials_of
from plugin.quality.misses import misses_of
from plugin.quality.running import lists_of

WORTH_IT = 100  # chart cases


@dataclass(frozen=True, slots=True)
class ChartOutcome:
    """What came of one chart case.

    misses: what was expected and did not come, a sentence each. shown: the findings that it shows with a value.
    noticed: the trials by which it would have failed, those that another case of the same process noticed left out.
    """

    misses: tuple[str, ...]
    shown: frozenset[str]
    noticed: tuple[Key, ...]


def run_chart_cases(cases: Sequence[ChartCase], template: Template) -> Iterator[ChartOutcome]:
    """The outcome of each case, in their order, as they come."""
    return side_by_side(_Runner(template, cases).run, cases, worth_it=WORTH_IT)


class _Runner:
    """Runs cases one after the other, and tries on each what none before it noticed."""

    def __init__(self, template: Template, cases: Sequence[ChartCase]) -> None:
        self.template = template
        self._trials = trials_of(template) if cases else {}
        self._noticed: set[Key] = set()

    def run(self, case: ChartCase) -> ChartOutcome:
        try:
            gathered = gather(list(case.resources), self.template.vocabulary, case.as_of)
        except InputError as error:
            return ChartOutcome((f"the chart cannot be read: {error}",), frozenset(), ())
        findings = findings_of(gathered)
        missed = facts_missed(case, findings)
        misses = (*(str(each) for each in missed), *self._lists_missed(case, findings))
        came = case.expect.keys() - {each.code for each in missed}
        shown = frozenset(code for code in came if case.expect[code] not in UNDECIDED)
        if misses:
            return ChartOutcome(misses, shown, ())
        before = set(self._noticed)
        self._try(case, gathered, findings)
        return ChartOutcome(misses, shown, tuple(self._noticed - before))

    def _lists_missed(self, case: ChartCase, findings: Findings) -> Iterator[str]:
        if not case.draft:
            return
        facts = Facts(findings, self.template.vocabulary)
        draft = draft_from(facts, self.template, case.as_of, weigh_facts=False)
        patient = Case(case.id, "", case.id, {}, case.draft, {}, (), case.as_of, case.file, case.line)
        yield from map(str, misses_of(patient, lists_of(draft), draft, self.template))

    def _try(self, case: ChartCase, gathered: Gathered, findings: Findings) -> None:
        """Note every trial by which this case would fail; none where a resource may be of another patient."""
        if gathered.chart.strays:
            return
        by_panel: dict[str, list[FindingDefinition]] = {}
        for code in case.expect:
            definition = self.template.vocabulary[code]
            by_panel.setdefault(definition.panel, []).append(definition)
        for name, definitions in by_panel.items():
            if name in self._trials and gathered.evidence_of(name):
                _Tried(case, gathered, findings, self._trials[name], definitions, self._noticed).all()


@dataclass(frozen=True, slots=True)
class _Tried:
    """The trials of one panel, on one chart."""

    case: ChartCase
    gathered: Gathered
    findings: Findings
    tried: PanelTrials
    definitions: list[FindingDefinition]
    noticed: set[Key]

    def all(self) -> None:
        panel, noticed = self.tried.panel, self.noticed
        weighed = self.gathered.weighed_for(panel)
        before = resolve_panel(panel, weighed)
        own = [each for each in self.definitions if self._is_read(each, before[each.code].finding)]
        if not own:
            return
        there = {found.part for found in weighed} | {"", *(each.variable for each in panel.definitions)}
        for trial in self.tried.trials:
            if trial.key in noticed or trial.name not in there:
                continue
            evidence = weighed if trial.key.kind == "comparison" else self.gathered.weighed_for(trial.panel)
            if self._shows(own, resolve_panel(trial.panel, evidence)):
                noticed.add(trial.key)
        for key, moved in self._moved(weighed):
            if key not in noticed and self._shows(own, resolve_panel(moved, weighed)):
                noticed.add(key)
        for keys, left in self._without_codes(weighed):
            if not noticed.issuperset(keys) and self._shows(own, resolve_panel(panel, left)):
                noticed.update(keys)

    def _is_read(self, definition: FindingDefinition, resolved: Finding) -> bool:
        """Whether what the case expects of a finding comes of its results alone, and of no statement."""
        found = self.findings[definition.code]
        stated = found.stated or found.note == STATED_UNKNOWN
        return not stated and _answer(resolved) == _answer(found) == self.case.expect[definition.code]

    def _shows(self, definitions: list[FindingDefinition], resolved: dict[str, Resolved]) -> bool:
        return any(self._differs(each, resolved) for each in definitions)

    def _differs(self, definition: FindingDefinition, resolved: dict[str, Resolved]) -> bool:
        """Whether the case would surely fail: what follows or is presumed may give it what it expects all the same."""
        expected, answer = self.case.expect[definition.code], _answer(resolved[definition.code].finding)
        if answer == expected:
            return False
        if answer == "unknown":
            presumed = definition.presumption.value if definition.presumption else None
            return expected != presumed and not any(
                each.value == expected and evaluate(each.when, self._known(resolved)) is True
                for each in definition.derivations
            )
        return expected != "conflicting" or not definition.denials

    def _known(self, resolved: dict[str, Resolved]) -> dict[str, Value | None]:
        """What is known besides, in the names of conditions."""
        return {
            each.variable: finding.value
            for each in self.gathered.index.vocabulary.values()
            if (finding := resolved[each.code].finding if each.code in resolved else self.findings[each.code])
            and finding.value not in each.undecided
        }

    def _moved(self, weighed: list[Evidence]) -> Iterator[tuple[Key, Panel]]:
        """Each threshold that a number of the chart comes near, moved past it."""
        numbers = [
            (found.part, found.value.exact)
            for found in weighed
            if found.counts and isinstance(found.value, Interval) and found.value.exact is not None
        ]
        for threshold in self.tried.thresholds:
            for part, number in numbers:
                if part == threshold.comparison.name and threshold.is_near(number):
                    key = threshold.key(threshold.is_above(number))
                    yield key, threshold.moved_past(number, self.tried.panel)

    def _without_codes(self, weighed: list[Evidence]) -> Iterator[tuple[list[Key], list[Evidence]]]:
        """Each code by which alone a result was known, and what is left where it is taken out."""
        for found in weighed:
            part = self.tried.panel.parts.get(found.part)
            if part is not None and found.counts:
                keys = list(self._known_by(found.origin.reference, part.tests))
                yield keys, [each for each in weighed if each is not found]

    def _known_by(self, reference: str, sets: tuple[str, ...]) -> Iterator[Key]:
        """The one code of a resource that these ValueSets hold, in each of them; nothing where several do."""
        held = {
            (coding.get("system", ""), coding.get("code", ""), name)
            for resource in self.case.resources
            if f"{resource['resourceType']}/{resource.get('id')}" == reference
            for asked in (resource, *resource.get("component", ()))
            for coding in asked.get("code", {}).get("coding", ())
            for name in sets
            if (coding.get("system"), coding.get("code")) in self.tried.sets[name]
        }
        if len({(system, code) for system, code, _ in held}) == 1:
            yield from (code_key(name, system, code) for system, code, name in held)


def _answer(finding: Finding) -> Value:
    """What was found as cases write it."""
    return finding.value if finding.state in DECIDED and finding.value is not None else finding.state
