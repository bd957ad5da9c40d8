"""What the chart says that the patient wants: goals on record, and answers in filled-in forms, each word for word.

Nothing here is interpreted and none of it decides a fact; what an answer means is known to the form that asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from plugin.findings.chart import Chart
from plugin.findings.dates import day_of
from plugin.findings.elements import Json, modified, name_of, objects, reference_of, text_of, words_of
from plugin.findings.fhir_types import RESOURCE_TYPES
from plugin.findings.model import FormAnswer, GoalOnRecord, Problem, SaidBy
from plugin.library.content import extension_url, system_url

IN_FORCE = frozenset({"proposed", "planned", "accepted", "active"})
GIVEN = frozenset({"completed", "amended"})
UNFINISHED = "in-progress"
OURS, COPIED_FROM = system_url("goal"), extension_url("goal-source")
SPEAKERS: dict[str, SaidBy] = {
    "Patient": "patient",
    "RelatedPerson": "family",
    "Practitioner": "clinician",
    "PractitionerRole": "clinician",
}
DEEPEST = 20


def goals_on_record(chart: Chart) -> tuple[GoalOnRecord, ...]:
    """The goals in force, the newest first; what we proposed ourselves earlier is nobody's goal yet and left out."""
    found = [goal for resource in chart.of_type("Goal") if _counts(resource, chart) for goal in _goal(resource)]
    return tuple(sorted(found, key=lambda goal: goal.date, reverse=True))


def form_answers(chart: Chart) -> tuple[FormAnswer, ...]:
    """Every answer in words of every form that was filled in, those of the newest form first."""
    forms = [form for form in chart.of_type("QuestionnaireResponse") if _counts(form, chart) and _is_given(form)]
    forms.sort(key=lambda form: day_of(form.get("authored")), reverse=True)
    return tuple(answer for form in forms for answer in _answers(form, form, 0))


def filled_in_by_patients(chart: Chart) -> Iterator[Json]:
    """Every form that the patient or the family filled in, sent or not, the newest first."""
    forms = [form for form in chart.of_type("QuestionnaireResponse") if _counts(form, chart)]
    forms.sort(key=lambda form: text_of(form.get("authored")), reverse=True)
    for form in forms:
        told = text_of(form.get("status")) in {*GIVEN, UNFINISHED}
        if told and _speaker(form.get("source") or form.get("author")) in ("patient", "family"):
            yield form


def _counts(resource: Json, chart: Chart) -> bool:
    name = name_of(resource)
    if name in chart.strays or not _is_held(name, chart):
        return False
    if why := modified(resource):
        chart.problems.append(Problem("unread", name, f"what the patient wants: {why}"))
        return False
    return True


def _is_held(name: str, chart: Chart) -> bool:
    """A goal inside a plan that is only proposed says as little as that plan."""
    holder = chart.holders.get(name)
    return holder is None or chart.resolve(holder, holder.split("/")[0]) is not None


def _goal(resource: Json) -> Iterator[GoalOnRecord]:
    description = resource.get("description")
    text = words_of(description)
    status = text_of(resource.get("lifecycleStatus"))
    if status not in IN_FORCE or not text or _is_ours(description) or (status == "proposed" and _is_copy(resource)):
        return
    dates = (day_of(resource.get("statusDate")), day_of(resource.get("startDate")))
    yield GoalOnRecord(name_of(resource), text, _speaker(resource.get("expressedBy")), next(filter(None, dates), ""))


def _is_ours(description: Any) -> bool:
    codings = objects(description.get("coding")) if isinstance(description, dict) else []
    return any(coding.get("system") == OURS for coding in codings)


def _is_copy(resource: Json) -> bool:
    """Whether it only quotes a form, which speaks for itself and may have been answered anew since."""
    return any(each.get("url") == COPIED_FROM for each in objects(resource.get("extension")))


def _is_given(form: Json) -> bool:
    return text_of(form.get("status")) in GIVEN and bool(text_of(form.get("questionnaire")))


def _answers(form: Json, node: Json, depth: int) -> Iterator[FormAnswer]:
    if depth > DEEPEST:
        return
    for item in objects(node.get("item")):
        for answer in objects(item.get("answer")):
            if words := words_answered(answer):
                yield FormAnswer(
                    reference=name_of(form),
                    form=text_of(form["questionnaire"]).split("|")[0],
                    link_id=text_of(item.get("linkId")),
                    question=text_of(item.get("text")),
                    text=words,
                    said_by=_speaker(form.get("source") or form.get("author")),
                    date=day_of(form.get("authored")),
                )
            yield from _answers(form, answer, depth + 1)
        yield from _answers(form, item, depth + 1)


def words_answered(answer: Json) -> str:
    """What an answer says in words; empty where it is a number or a tick."""
    coding = answer.get("valueCoding")
    display = text_of(coding.get("display")) or text_of(coding.get("code")) if isinstance(coding, dict) else ""
    return text_of(answer.get("valueString")) or display


def _speaker(reference: Any) -> SaidBy:
    named = reference_of(reference)
    kind = next((part for part in named.split("/")[:-1] if part in RESOURCE_TYPES), "")
    declared = text_of(reference.get("type")) if isinstance(reference, dict) else ""
    return SPEAKERS.get(kind or declared, "")
