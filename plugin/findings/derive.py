"""What follows from the findings themselves: derivations, then presumptions for what nobody wrote down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from plugin.findings.chart import Chart
from plugin.findings.dates import day_of, later, spoken
from plugin.findings.doubts import Doubts, might_be, spread
from plugin.findings.model import DECIDED, Finding, State
from plugin.findings.statements import STATED_UNKNOWN
from plugin.library.expressions import evaluate, names_in
from plugin.library.vocabulary import Derivation, FindingDefinition, Presumption, Value, Vocabulary


@lru_cache(maxsize=16)
def followers(vocabulary: Vocabulary) -> tuple[tuple[FindingDefinition, frozenset[str], bool], ...]:
    """The findings that may follow from others, the names they follow from, and whether any follows of knowing nothing.

    While nothing of those names is known, and nothing new since it was last asked, nothing can follow.
    """
    found = []
    for definition in vocabulary.derived:
        names = frozenset[str]().union(*(names_in(each.when) for each in definition.derivations))
        of_nothing = any(evaluate(each.when, {}) is True for each in definition.derivations)
        found.append((definition, names, of_nothing))
    return tuple(found)


class Conclusions:
    """Completes findings in place, in passes, until nothing more follows."""

    def __init__(self, vocabulary: Vocabulary, findings: dict[str, Finding]) -> None:
        self.vocabulary = vocabulary
        self.findings = findings
        self.environment: dict[str, Value | None] = {}
        self.known: set[str] = set()
        self.doubts: Doubts = {}
        for definition in vocabulary.values():
            self._remember(definition)

    def derive(self) -> None:
        """Apply every derivation whose condition is true to findings that nothing else decides.

        What follows from something presumed is itself presumed, and what speaks against it by itself cancels it too.
        """
        before: set[str] | None = None
        while before is None or before:
            moved: set[str] = set()
            for definition, names, of_nothing in followers(self.vocabulary):
                news = self.known if before is None else before | moved
                if names.isdisjoint(news) and not (of_nothing and before is None):
                    continue
                if self.findings[definition.code].state == "unknown" and self._derive(definition):
                    moved.add(definition.variable)
            before = moved

    def deny(self) -> None:
        """What was found although it cannot be is a conflict."""
        for definition in self.vocabulary.denied:
            finding = self.findings[definition.code]
            against = [each for each in definition.denials if each.value == finding.value]
            denial = next((each for each in against if self._holds_against(finding, each)), None)
            if denial is None:
                continue
            note = "; ".join(filter(None, (f"recorded, but {denial.reason}", finding.note)))
            self._set(definition, replace(finding, state="conflicting", value=None, detail="", note=note))

    def _holds_against(self, finding: Finding, denial: Derivation) -> bool:
        """Whether a value cannot be; a clinician's word leads over what the chart only held before it."""
        if evaluate(denial.when, self.environment) is not True:
            return False
        behind = self._behind(names_in(denial.when))
        if not finding.stated or any(found.stated for found in behind):
            return True
        told = [date for found in behind for date in _dates(found)]
        return not told or any(later(date, stated) for date in told for stated in _dates(finding))

    def presume(self, chart: Chart, recorded: Doubts, signs: Mapping[str, str]) -> None:
        """Presume what the vocabulary allows, unless something speaks against it; then derive again.

        recorded: per finding, what is said without counting, unless it was taken back (None: unreadable).
        signs: ValueSets with a code in the chart, and what the chart calls it.
        """
        doubts = self.doubts = spread(self.vocabulary, self.findings, recorded, self.environment)
        for definition in self.vocabulary.presumable:
            presumption = definition.presumption
            finding = self.findings[definition.code]
            if presumption is None or finding.state != "unknown" or finding.note == STATED_UNKNOWN:
                continue
            against = self._against(definition, presumption, chart, doubts, signs)
            if against:
                self._set(definition, replace(finding, note="; ".join(filter(None, (finding.note, against)))))
            else:
                presumed = replace(finding, state="presumed", value=presumption.value, note=presumption.reason)
                self._set(definition, presumed)
        self.derive()

    def _derive(self, definition: FindingDefinition) -> bool:
        for derivation in definition.derivations:
            if evaluate(derivation.when, self.environment) is True:
                finding = self.findings[definition.code]
                behind = self._behind(names_in(derivation.when))
                evidence = tuple(dict.fromkeys(reference for found in behind for reference in found.evidence))
                presumed = any(found.state == "presumed" for found in behind)
                if presumed and (finding.note == STATED_UNKNOWN or self._doubted(definition, derivation.value)):
                    continue
                state: State = "presumed" if presumed else "derived"
                derived = replace(
                    finding, state=state, value=derivation.value, note=derivation.reason, evidence=evidence
                )
                self._set(definition, derived)
                return True
        return False

    def _behind(self, names: frozenset[str]) -> list[Finding]:
        definitions = (self.vocabulary.by_variable(name) for name in sorted(names))
        found = [self.findings[definition.code] for definition in definitions if definition is not None]
        return [finding for finding in found if finding.state in DECIDED]

    def _against(
        self,
        definition: FindingDefinition,
        presumption: Presumption,
        chart: Chart,
        doubts: Doubts,
        signs: Mapping[str, str],
    ) -> str:
        if chart.missing(presumption.needs):
            return "not presumed: a part of the chart that would show it could not be read"
        if told := self.findings[definition.code].told:
            day = day_of(told.date)
            return f"not presumed: the patient marked “{told.text}” ({spoken(day) if day else 'no date'})"
        if self._doubted(definition, presumption.value):
            return "not presumed: something recorded speaks against it, but does not count by itself"
        for name in presumption.signs:
            if name in signs:
                return f"not presumed: {signs[name]} suggests otherwise"
        if any(evaluate(condition, self.environment) is True for condition in presumption.unless):
            return "not presumed: another finding speaks against it"
        if any(might_be(condition, self.vocabulary, doubts, self.environment) for condition in presumption.unless):
            return "not presumed: another finding that is open may speak against it"
        return ""

    def _doubted(self, definition: FindingDefinition, value: Value) -> bool:
        return any(doubt is None or doubt != value for doubt in self.doubts.get(definition.code, ()))

    def _set(self, definition: FindingDefinition, finding: Finding) -> None:
        self.findings[definition.code] = finding
        self._remember(definition)

    def _remember(self, definition: FindingDefinition) -> None:
        finding = self.findings[definition.code]
        decided = finding.state in DECIDED and finding.value not in definition.undecided
        self.environment[definition.variable] = finding.value if decided else None
        if decided:
            self.known.add(definition.variable)
        else:
            self.known.discard(definition.variable)


def _dates(finding: Finding) -> list[str]:
    """The dates of the results that lead a finding."""
    return [result.date for result in finding.results if result.date and result.reference in finding.evidence]
