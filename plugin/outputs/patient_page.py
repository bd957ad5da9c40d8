"""The page that the patient takes home: what was accepted, in plain words, own questions, when and whom to call.

Only lines that a clinician has accepted or changed stand on it, each in the plain words of the template. A line without
such words is left off, and the clinician is told: nothing else would be plain.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from plugin.delivery.clashes import TAKEN
from plugin.delivery.lines import Line, decidable_lines, key_of, kind_of
from plugin.delivery.plan import ReviewedPlan
from plugin.drafting.fitting import fitted
from plugin.drafting.model import Draft
from plugin.findings.model import FormAnswer
from plugin.library.forms import every_item
from plugin.library.rules import Template
from plugin.outputs.page_words import WORDS, Language, PageWords

FORM, URGENT, ASKED = "for-the-patient", "urgent", ("questions", "more")
TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PlainLine:
    """What the page says for a line, or for several that are the same in plain words.

    key: names it in the form in which the clinician unticks it. label: what clinicians call it. change: what a
    clinician has changed it to, which is shown on the screen only.
    """

    key: str
    label: str
    text: str
    change: str = ""


@dataclass(frozen=True, slots=True)
class PatientPage:
    """The page in one language.

    unspoken: accepted lines and lines that clinicians added for which there are no plain words; they are not on it.
    questions: asked in the words of the form or in own words. urgent: what cannot wait.
    """

    words: PageWords
    name: str
    clinician: str
    day: str
    treatment: tuple[PlainLine, ...]
    help: tuple[PlainLine, ...]
    checks: tuple[PlainLine, ...]
    unspoken: tuple[str, ...]
    questions: tuple[str, ...]
    urgent_heading: str
    urgent: tuple[str, ...]

    @property
    def lines(self) -> tuple[PlainLine, ...]:
        """Every line of the plan on the page."""
        return (*self.treatment, *self.help, *self.checks)

    @property
    def changed(self) -> tuple[PlainLine, ...]:
        """The lines whose change in words is not on the page."""
        return tuple(line for line in self.lines if line.change)


def patient_page(plan: ReviewedPlan, language: Language, left_off: frozenset[str] = frozenset()) -> PatientPage:
    """The page for a review as it stands. left_off: keys of lines that the clinician has unticked."""
    draft, template = plan.draft, plan.template
    taken = [line for line in decidable_lines(draft) if plan.choice(line) in TAKEN]
    spoken = [line for line in taken if language in template.plain_words.get(line.code, {})]

    def of_kind(kind: str) -> tuple[PlainLine, ...]:
        lines = [line for line in spoken if kind_of(line) == kind]
        return tuple(line for line in _plain(lines, plan, language) if line.key not in left_off)

    heading, urgent = _urgent(draft, template, language)
    return PatientPage(
        words=WORDS[language],
        name=draft.findings.patient.name,
        clinician=plan.reviewer.name,
        day=WORDS[language].when(date.fromisoformat(draft.as_of)),
        treatment=of_kind("treatment-category"),
        help=of_kind("supportive-care"),
        checks=of_kind("assessment"),
        unspoken=(*(line.label for line in taken if line not in spoken), *(each.now.text for each in plan.own_lines)),
        questions=tuple(_questions(draft, template, language)),
        urgent_heading=heading,
        urgent=urgent,
    )


def _plain(lines: list[Line], plan: ReviewedPlan, language: Language) -> Iterator[PlainLine]:
    same: dict[str, list[Line]] = {}
    for line in lines:
        same.setdefault(plan.template.plain_words[line.code][language], []).append(line)
    for text, alike in same.items():
        changes = [plan.decisions[key_of(line)].text for line in alike if plan.choice(line) == "change"]
        key = f"{kind_of(alike[0])}.{alike[0].code}"
        yield PlainLine(key, ", ".join(line.label for line in alike), text, "; ".join(dict.fromkeys(changes)))


def _urgent(draft: Draft, template: Template, language: Language) -> tuple[str, tuple[str, ...]]:
    """What cannot wait, as the patient's form says it; empty where the template has no such form."""
    form = template.questionnaires.get(FORM)
    if form is None:
        return "", ()
    group = next((item for item in fitted(form, draft, template)["item"] if item["linkId"] == URGENT), None)
    if group is None:
        return "", ()
    return _said(group, "text", language), tuple(_said(item, "text", language) for item in group.get("item", ()))


def _questions(draft: Draft, template: Template, language: Language) -> Iterator[str]:
    """What the patient has asked in the newest form that was filled in, in the language of the page where it can be."""
    form = template.questionnaires.get(FORM)
    if form is None:
        return
    answers = [answer for answer in draft.findings.answers if answer.form == form["url"] and _is_question(answer)]
    translated = _translations(form, language)
    newest = answers[0].reference if answers else ""
    told = (translated.get(answer.text, answer.text) for answer in answers if answer.reference == newest)
    yield from dict.fromkeys(told)


def _is_question(answer: FormAnswer) -> bool:
    return answer.link_id.split(".")[0] in ASKED


def _translations(form: Item, language: Language) -> Mapping[str, str]:
    """Every answer that the form offers, in any of its languages -> the same in this one."""
    found: dict[str, str] = {}
    for item in every_item(form):
        for option in item.get("answerOption", ()):
            if "valueString" in option:
                said = _said(option, "valueString", language)
                found |= {option["valueString"]: said, **dict.fromkeys(_other_words(option, "valueString"), said)}
    return found


def _said(element: Item, name: str, language: Language) -> str:
    """A text of the form in this language; as it stands where it is not translated."""
    spoken = dict(_translated(element, name))
    return spoken.get(language, str(element[name]))


def _other_words(element: Item, name: str) -> list[str]:
    return [text for _, text in _translated(element, name)]


def _translated(element: Item, name: str) -> Iterator[tuple[str, str]]:
    """FHIR R4, extension `translation`: language and text."""
    for extension in element.get(f"_{name}", {}).get("extension", ()):
        if extension["url"] == TRANSLATION:
            parts = {part["url"]: part for part in extension["extension"]}
            yield str(parts["lang"]["valueCode"]), str(parts["content"]["valueString"])
