"""Which results may count at all: not replaced, final, still valid, and not explained by a drug.

Whatever may not is set aside with the reason; its value is kept for the screen and for what must not be presumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from plugin.findings.chart import Chart
from plugin.findings.dates import completed_years, first_day, last_day, later, spoken
from plugin.findings.evidence import Evidence
from plugin.findings.history.drugs import Drugs
from plugin.findings.index import Index, reading_of
from plugin.library.readings import Part


@dataclass(frozen=True)
class Validity:
    """The tests that every result has to pass. progressed: when the disease is last recorded to have progressed."""

    chart: Chart
    index: Index
    drugs: Drugs
    progressed: str = ""

    def weighed(self, evidence: list[Evidence]) -> list[Evidence]:
        """The same results, in the same order, those that may not count set aside."""
        current = _without_replaced(evidence)
        return [self._weighed(found, current) for found in current]

    def _weighed(self, found: Evidence, others: list[Evidence]) -> Evidence:
        part = self.index.panels[found.panel].parts.get(found.part)
        if part is None or not found.counts:
            return found
        if found.origin.standing == "preliminary":
            return found.aside("it is preliminary; a final result has to confirm it", "preliminary")
        if why := self._expired(found, part, others):
            return found.aside(why, "stale")
        why = self._confounded(found, part)
        return found.aside(why, "confounded") if why else found

    def _expired(self, found: Evidence, part: Part, others: list[Evidence]) -> str:
        """Why it is too old; a lasting answer counts longer, unless a later one said otherwise and is too old."""
        panel = self.index.panels[found.panel]
        days = part.valid_days or max(reading_of(definition).valid_days for definition in panel.definitions)
        day = found.origin.day
        progressed = self.progressed if any(reading_of(one).until_progression for one in panel.definitions) else ""
        if later(progressed, day):
            return f"it is from before the progression of {spoken(progressed)}"
        if part.lasting_days and found.value == part.lasting_value:
            later_ones = [other for other in others if _contradicts(other, found)]
            if later_ones and all(too_old(other.origin.day, days, self.chart.as_of) for other in later_ones):
                return "a later result says otherwise"
            days = part.lasting_days
        return too_old(day, days, self.chart.as_of)

    def _confounded(self, found: Evidence, part: Part) -> str:
        """Which drug may explain the answer; from a certain age on it stands all the same."""
        if not part.confounded_by or found.value != part.confounded_value:
            return ""
        day = found.origin.day
        at = last_day(day) if day else self.chart.as_of
        if self.chart.born and completed_years(self.chart.born, at) >= part.confounded_age:
            return ""
        for drug in self.drugs.of_classes(part.confounded_by):
            if not day or drug.may_act_on(at):
                return f"it may be an effect of {drug.words}, not a lasting state"
        return ""


def too_old(day: str, days: int, as_of: date) -> str:
    """Why something of a day does not count any more where it is valid for some days; empty where it does."""
    if not days:
        return ""
    if not day:
        return f"it has no date, and this fact is valid for {days} days only"
    if first_day(day) < as_of - timedelta(days=days):
        return f"it is from {spoken(day)}; this fact is valid for {days} days only"
    return ""


def _contradicts(other: Evidence, found: Evidence) -> bool:
    same = (other.panel, other.part) == (found.panel, found.part)
    return same and other.counts and other.value != found.value and later(other.origin.day, found.origin.day)


def _without_replaced(evidence: list[Evidence]) -> list[Evidence]:
    """Of one test of one specimen, or of one day and lesion, the newest corrected result replaces all others."""
    newest: dict[tuple[str, ...], str] = {}
    for found in evidence:
        if found.origin.corrected and found.counts:
            newest[_test(found)] = max(newest.get(_test(found), ""), found.origin.issued)
    return [_replaced(found, newest) for found in evidence]


def _replaced(found: Evidence, newest: dict[tuple[str, ...], str]) -> Evidence:
    issued = newest.get(_test(found))
    if issued is None or not found.counts or (found.origin.corrected and found.origin.issued == issued):
        return found
    return found.aside("a corrected report replaces it", "superseded").hushed()


def _test(found: Evidence) -> tuple[str, ...]:
    origin = found.origin
    sample = (origin.specimen,) if origin.specimen else ("", origin.day, origin.site)
    return (found.panel, found.part, *sample)
