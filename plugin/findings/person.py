"""What the Patient resource itself tells: sex, age, alive or not."""

from __future__ import annotations

from collections.abc import Iterator

from plugin.findings.chart import Chart
from plugin.findings.dates import completed_years, first_day, spoken
from plugin.findings.elements import code_of, objects, text_of
from plugin.findings.model import Finding, Problem
from plugin.library.vocabulary import Vocabulary

BIRTH_SEX = "us-core-birthsex"
SEXES = {"F": "female", "M": "male"}
OLDEST = 125


def read_person(chart: Chart, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Findings of kind `person`; what the resource does not say is left out."""
    readers = {"sex": _sex, "age": _age, "deceased": _deceased}
    for definition in vocabulary.values():
        reading = definition.reading
        if reading is not None and reading.kind == "person":
            finding = readers[reading.attribute](chart, definition.code)
            if finding is not None:
                yield finding


def _sex(chart: Chart, code: str) -> Finding | None:
    gender = text_of(chart.person.get("gender"))
    at_birth = next(
        (
            SEXES.get(code_of(extension.get("valueCode")), "")
            for extension in objects(chart.person.get("extension"))
            if text_of(extension.get("url")).endswith(BIRTH_SEX)
        ),
        "",
    )
    said = {sex for sex in (gender, at_birth) if sex in SEXES.values()}
    where = (chart.patient.reference,)
    if len(said) > 1:
        note = f"the chart says {gender}, and {at_birth} at birth"
        return Finding(code, "conflicting", None, evidence=where, note=note)
    return Finding(code, "known", said.pop(), gender or at_birth, where) if said else None


def _age(chart: Chart, code: str) -> Finding | None:
    if not chart.born:
        if chart.person.get("birthDate") is not None:
            chart.problems.append(Problem("unread", chart.patient.reference, "the birth date is no date"))
        return None
    years = completed_years(chart.born, chart.as_of)
    if years < 0 and first_day(chart.born) <= chart.as_of:
        years = 0
    if not 0 <= years <= OLDEST:
        text = f"the birth date, {spoken(chart.born)}, would make the age {years}"
        chart.problems.append(Problem("impossible", chart.patient.reference, text))
        return None
    note = "" if len(chart.born) == 10 else "the birth date is not complete; this age is certain, one more is possible"
    return Finding(code, "known", years, f"born {chart.born}", (chart.patient.reference,), note)


def _deceased(chart: Chart, code: str) -> Finding | None:
    if chart.deceased is None:
        return None
    words = f"died {chart.died}" if chart.died else ""
    return Finding(code, "known", chart.deceased, words, (chart.patient.reference,))
