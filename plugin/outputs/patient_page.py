"""The page that the patient takes home: what was accepted, in plain words, own questions, when and whom to call.

Only lines that a clinician has accepted, changed or added from the template's list stand on it, each in the plain words
of the template. A line without such words is left off, and the clinician is told: nothing else would be plain.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from plugin.delivery.lines import Line, decidable_lines, key_of, kind_of
from plugin.delivery.plan import ReviewedPlan
from plugin.drafting.model import Draft
from plugin.findings.model import FormAnswer
from plugin.library.forms import every_item
from plugin.library.languages import text_in, translations
from plugin.library.rules import Template
from plugin.outputs.page_words import WORDS, Language, PageWords
from plugin.outputs.urgent_signs import FORM, UrgentSigns, urgent_signs

ASKED = ("questions", "more")
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

    born: day of birth in words, or as much of it as the chart holds. record: the number of the record at the clinic.
    wishes: what matters most to the patient, word for word; goals that are only proposed never stand on the page.
    if_it_fits: treatment that was accepted while facts are not known, so that tests must show first whether it fits.
    unspoken: accepted lines and lines that clinicians added for which there are no plain words; they are not on it.
    undecided, deferred: how many lines nobody has decided on, and how many were put off; they are not on the page.
    questions: asked in the words of the form or in own words. urgent: what cannot wait, with the signs that belong to
    treatment which is neither given nor in the plan, for the clinician to put on.
    """

    words: PageWords
    name: str
    born: str
    record: str
    clinician: str
    day: str
    treatment: tuple[PlainLine, ...]
    if_it_fits: tuple[PlainLine, ...]
    help: tuple[PlainLine, ...]
    checks: tuple[PlainLine, ...]
    wishes: tuple[PlainLine, ...]
    unspoken: tuple[str, ...]
    undecided: int
    deferred: int
    questions: tuple[str, ...]
    urgent: UrgentSigns

    @property
    def whose(self) -> str:
        """Whose page it is, on one line, for every sheet of it."""
        words = ((self.words.born, self.born), (self.words.record, self.record))
        return " · ".join(filter(None, (self.name, *(f"{word}: {said}" for word, said in words if said))))

    @property
    def lines(self) -> tuple[PlainLine, ...]:
        """Every line of the plan on the page."""
        return (*self.treatment, *self.if_it_fits, *self.help, *self.checks)

    @property
    def sign_keys(self) -> frozenset[str]:
        """The signs that cannot wait."""
        return frozenset(sign.key for sign in self.urgent.signs)

    @property
    def keys(self) -> frozenset[str]:
        """What can be ticked: the lines of the plan, the signs that cannot wait, and what the patient said matters."""
        return self.sign_keys | {each.key for each in (*self.lines, *self.wishes)}

    @property
    def unfit(self) -> frozenset[str]:
        """What is left off unless somebody ticks it: signs of treatment that is neither given nor in the plan."""
        return frozenset(sign.key for sign in self.urgent.signs if not sign.fits)

    @property
    def changed(self) -> tuple[PlainLine, ...]:
        """The lines whose change in words is not on the page."""
        return tuple(line for line in self.lines if line.change)


def patient_page(plan: ReviewedPlan, language: Language, left_off: frozenset[str] = frozenset()) -> PatientPage:
    """The page for a review as it stands. left_off: keys of lines and signs that the clinician has unticked."""
    draft, template = plan.draft, plan.template
    taken = plan.taken()
    choices = [plan.choice(line) for line in decidable_lines(draft)]
    spoken = [line for line in taken if language in template.plain_words.get(line.code, {})]

    def plain(lines: list[Line]) -> tuple[PlainLine, ...]:
        return tuple(line for line in _plain(lines, plan, language) if line.key not in left_off)

    def of_kind(kind: str) -> tuple[PlainLine, ...]:
        return plain([line for line in spoken if kind_of(line) == kind and not plan.waits_in_words(line)])

    treatment = of_kind("treatment-category")
    settled = {line.text for line in treatment}
    on_condition = plain([line for line in spoken if plan.waits_in_words(line)])
    chosen = tuple(_chosen(plan, language))
    urgent = urgent_signs(plan, language)
    return PatientPage(
        words=WORDS[language],
        name=draft.findings.patient.name,
        born=_born(draft.findings.patient.birth_date, WORDS[language]),
        record=draft.findings.patient.identifier,
        clinician=plan.reviewer.name,
        day=WORDS[language].when(date.fromisoformat(draft.as_of)),
        treatment=treatment,
        if_it_fits=tuple(line for line in on_condition if line.text not in settled),
        help=_help(of_kind("supportive-care"), chosen, left_off),
        checks=of_kind("assessment"),
        wishes=tuple(wish for wish in _wishes(draft) if wish.key not in left_off),
        unspoken=(*(line.label for line in taken if line not in spoken), *_unspoken(plan, language)),
        undecided=choices.count(None),
        deferred=choices.count("defer"),
        questions=tuple(_questions(draft, template, language)),
        urgent=replace(urgent, signs=tuple(sign for sign in urgent.signs if sign.key not in left_off)),
    )


def _born(recorded: str, words: PageWords) -> str:
    """A FHIR date may be a year or a month alone, which is said as it is."""
    return words.when(date.fromisoformat(recorded)) if len(recorded) == len("2026-11-29") else recorded


def _plain(lines: list[Line], plan: ReviewedPlan, language: Language) -> Iterator[PlainLine]:
    same: dict[str, list[Line]] = {}
    for line in lines:
        same.setdefault(plan.template.plain_words[line.code][language], []).append(line)
    for text, alike in same.items():
        changes = [plan.decisions[key_of(line)].text for line in alike if plan.choice(line) == "change"]
        key = f"{kind_of(alike[0])}.{alike[0].code}"
        yield PlainLine(key, ", ".join(line.label for line in alike), text, "; ".join(dict.fromkeys(changes)))


def _chosen(plan: ReviewedPlan, language: Language) -> Iterator[PlainLine]:
    """Lines of the clinicians' own that were taken from the template's list of care, in its plain words."""
    for each in plan.own_lines:
        text = plan.template.plain_words.get(each.now.item, {}).get(language)
        if text is not None:
            change = each.now.text if each.now.text != each.first.text else ""
            yield PlainLine(f"own.{each.first.key}", each.first.text, text, change)


def _help(
    drafted: tuple[PlainLine, ...], chosen: tuple[PlainLine, ...], left_off: frozenset[str]
) -> tuple[PlainLine, ...]:
    said = {line.text for line in drafted}
    return (*drafted, *(line for line in chosen if line.text not in said and line.key not in left_off))


def _unspoken(plan: ReviewedPlan, language: Language) -> Iterator[str]:
    spoken = {line.key for line in _chosen(plan, language)}
    yield from (each.now.text for each in plan.own_lines if f"own.{each.first.key}" not in spoken)


def _wishes(draft: Draft) -> Iterator[PlainLine]:
    for number, words in enumerate(draft.own_words, start=1):
        if words.said_by == "patient":
            yield PlainLine(
                f"wish.{number}", " ".join(filter(None, ("in the patient’s own words", words.date))), words.text
            )


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
                said = text_in(option, "valueString", language)
                words = (option["valueString"], *translations(option, "valueString").values())
                found |= dict.fromkeys(words, said)
    return found
