"""The patient's page: only what was accepted, only in plain words, in English and Spanish."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from plugin.delivery.lines import decidable_lines, kind_of
from plugin.drafting.model import OwnWords
from plugin.findings.model import Findings, FormAnswer
from plugin.outputs.page_words import LANGUAGES, WORDS
from plugin.outputs.patient_page import patient_page
from tests.outputs.conftest import decided
from tests.reading_level import grade, inflesz, longest

SIXTH_GRADE, EASY, SHORT = 6.0, 65.0, 25  # Flesch-Kincaid grade, INFLESZ, words of a sentence
HARD = 9.0  # of a single text, which a few long words make look worse than it reads
# What a page without names of drugs, doses and outlook cannot say; beginnings of words.
NOT_PLAIN = (
    " mg", "dose", "dosis", "inhibitor", "metasta", "palliat", "paliativ", "prognos", "pronóstico", "surviv",
    "supervivencia", "ciclib", "mab ", "tecan", "estrant", "months to live", "terminal", "receptor", "systemic",
)  # fmt: skip


def accepting(*codes):
    return lambda line: decided(line, "accept") if line.code in codes else None


def with_answers(draft, *answers):
    """The draft of somebody who has filled in forms."""
    old = draft.findings
    vocabulary = dict.fromkeys(old)
    made = Findings(old.patient, list(old.values()), vocabulary, old.problems, old.inputs, old.lines, (), answers)
    return replace(draft, findings=made)


def answer(template, link_id, text, reference="QuestionnaireResponse/new", form=None):
    url = template.questionnaires["for-the-patient"]["url"] if form is None else form
    return FormAnswer(reference, url, link_id, "Asked", text, "patient", "2026-11-20")


def test_every_item_of_the_template_has_plain_words_in_both_languages(template):
    for code in template.activities:
        assert set(template.plain_words[code]) == set(LANGUAGES), code


def test_the_plain_words_can_be_read_in_sixth_grade(template):
    english = [texts["en"] for texts in template.plain_words.values()]
    spanish = [texts["es"] for texts in template.plain_words.values()]
    assert grade(english) <= SIXTH_GRADE
    assert inflesz(spanish) >= EASY
    assert max(longest(english), longest(spanish)) <= SHORT
    assert {text: grade([text]) for text in english if grade([text]) > HARD} == {}


def test_the_plain_words_name_no_drug_no_dose_and_no_outlook(template):
    drugs = [name.lower() for name in template.drugs]
    for code, texts in template.plain_words.items():
        for text in texts.values():
            said = f" {text.lower()} "
            assert [word for word in (*NOT_PLAIN, *drugs) if word in said] == [], code
            assert not any(letter.isdigit() for letter in said.replace("her2", "")), code


def test_what_the_page_itself_says_is_as_easy(template):
    for language, measure in (("en", lambda texts: grade(texts) <= SIXTH_GRADE), ("es", lambda t: inflesz(t) >= EASY)):
        words = WORDS[language]
        said = [getattr(words, each.name) for each in fields(words) if each.name not in ("language", "when")]
        assert all(said)
        assert measure(said)


@pytest.mark.parametrize(("recorded", "said"), [("1962-03", "1962-03"), ("1962", "1962"), ("", "")])
def test_a_day_of_birth_of_which_the_chart_holds_a_part_is_said_as_it_is(reviewed, by_turns, recorded, said):
    plan, _ = by_turns(reviewed, "hr-positive")
    old = plan.draft.findings
    patient = replace(old.patient, birth_date=recorded, identifier="")
    made = Findings(patient, list(old.values()), dict.fromkeys(old), old.problems, old.inputs, old.lines)
    page = patient_page(replace(plan, draft=replace(plan.draft, findings=made)), "es")
    assert (page.born, page.record) == (said, "")


def test_only_lines_that_were_accepted_or_changed_stand_on_it(reviewed, by_turns):
    plan, _ = by_turns(reviewed, "hr-positive")
    page = patient_page(plan, "en")
    words = plan.template.plain_words
    taken = [line for line in decidable_lines(plan.draft) if plan.choice(line) in ("accept", "change")]
    others = [line for line in decidable_lines(plan.draft) if plan.choice(line) not in ("accept", "change")]
    assert {line.text for line in page.lines} == {words[line.code]["en"] for line in taken}
    assert others
    assert {line.text for line in page.lines}.isdisjoint(
        {words[line.code]["en"] for line in others} - {words[line.code]["en"] for line in taken}
    )


def test_a_decision_taken_on_other_facts_does_not_bring_a_line_to_the_page(reviewed):
    plan, _ = reviewed("hr-positive", lambda line: replace(decided(line, "accept"), standing="elsewhere"))
    assert patient_page(plan, "en").lines == ()


def test_each_kind_stands_under_its_heading_and_same_words_stand_once(reviewed, template):
    plan, _ = reviewed("hr-positive", lambda line: decided(line, "accept"))
    page = patient_page(plan, "es")
    drawn = {
        "treatment-category": (*page.treatment, *page.if_it_fits),
        "supportive-care": page.help,
        "assessment": page.checks,
    }
    for kind, lines in drawn.items():
        expected = {
            template.plain_words[line.code]["es"] for line in decidable_lines(plan.draft) if kind_of(line) == kind
        }
        assert [line.text for line in lines] == list(dict.fromkeys(line.text for line in lines))
        assert {line.text for line in lines} == expected
    assert page.day == "22 de noviembre de 2026"


def test_what_waits_for_facts_stands_apart_and_not_where_the_same_words_are_settled(reviewed, template):
    plan, _ = reviewed("hr-positive", lambda line: decided(line, "accept"))
    page = patient_page(plan, "en")
    words = {line.code: template.plain_words[line.code]["en"] for line in plan.draft.categories}
    waiting = {words[line.code] for line in plan.draft.standing("conditional")}
    settled = {words[line.code] for name in ("offered", "judgement") for line in plan.draft.standing(name)}
    assert {line.text for line in page.treatment} == settled
    assert {line.text for line in page.if_it_fits} == waiting - settled
    assert waiting - settled


def test_a_line_without_plain_words_is_left_off_and_the_clinician_is_told(reviewed):
    plan, _ = reviewed("hr-positive", accepting("cdk46-et", "bma"))
    words = {code: texts for code, texts in plan.template.plain_words.items() if code != "cdk46-et"}
    words["bma"] = {"en": words["bma"]["en"]}
    plan = replace(plan, template=replace(plan.template, plain_words=words))
    english, spanish = patient_page(plan, "en"), patient_page(plan, "es")
    assert [line.text for line in english.treatment] == ["Medicine that keeps your bones strong."]
    assert english.unspoken == ("CDK4/6 inhibitor + endocrine therapy",)
    assert spanish.treatment == ()
    assert set(spanish.unspoken) == {"CDK4/6 inhibitor + endocrine therapy", "Bone-modifying agent"}


def test_a_change_in_the_clinicians_words_is_shown_to_her_and_not_printed(reviewed):
    plan, _ = reviewed("hr-positive", lambda line: decided(line, "change", text="Letrozole 2.5 mg daily"))
    page = patient_page(plan, "en")
    assert {line.change for line in page.changed} == {"Letrozole 2.5 mg daily"}
    assert not any("Letrozole" in line.text for line in page.lines)


def test_what_is_not_decided_or_was_put_off_is_counted(reviewed):
    plan, _ = reviewed("hr-positive", accepting("hospice"))
    total = len(decidable_lines(plan.draft))
    assert (patient_page(plan, "en").undecided, patient_page(plan, "en").deferred) == (total, 0)
    choices = {"cdk46-et": "accept", "bma": "change", "pc": "decline", "ngs": "defer"}
    plan, _ = reviewed("hr-positive", lambda line: decided(line, choices[line.code]) if line.code in choices else None)
    assert (patient_page(plan, "es").undecided, patient_page(plan, "es").deferred) == (total - 4, 1)


def test_unticked_lines_are_left_off(reviewed):
    plan, _ = reviewed("hr-positive", accepting("cdk46-et", "pc", "ngs"))
    assert {line.key for line in patient_page(plan, "en").lines} == {
        "treatment-category.cdk46-et",
        "supportive-care.pc",
        "assessment.ngs",
    }
    left = patient_page(plan, "en", frozenset({"treatment-category.cdk46-et", "assessment.ngs"}))
    assert [line.key for line in left.lines] == ["supportive-care.pc"]


# What concerns everybody with metastatic cancer, whatever is given: no plan may take it off the page.
ALWAYS = {f"sign.urgent.{name}" for name in ("legs", "head", "breath", "face", "leg", "thirst", "yellow", "life")}
OF_TREATMENT = {f"sign.urgent.{name}" for name in ("fever", "cough", "gut")}


def on_the_page(page):
    return {sign.key for sign in page.urgent.signs if sign.fits}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_signs_that_cannot_wait_follow_what_was_taken_into_the_plan(reviewed, language):
    for codes, signs in (
        ((), set()),
        (("et-single", "bma"), set()),
        (("cdk46-et",), OF_TREATMENT),
        (("chemo-single",), {"sign.urgent.fever", "sign.urgent.gut"}),
    ):
        plan, _ = reviewed("hr-positive", accepting(*codes))
        page = patient_page(plan, language)
        assert on_the_page(page) == ALWAYS | signs, codes
        assert page.unfit == OF_TREATMENT - signs
        assert page.urgent.heading


def test_a_treatment_that_is_given_or_may_be_given_keeps_its_signs(reviewed):
    running, _ = reviewed("line-under-way")
    assert OF_TREATMENT & on_the_page(patient_page(running, "en"))
    unknown, _ = reviewed("treatment-unknown")
    assert on_the_page(patient_page(unknown, "en")) >= ALWAYS | OF_TREATMENT


def test_the_signs_are_in_her_language(reviewed):
    plan, _ = reviewed("hr-positive", accepting("cdk46-et"))
    for language, fever in (("en", "A fever of 38 °C"), ("es", "Fiebre de 38 °C")):
        assert any(sign.text.startswith(fever) for sign in patient_page(plan, language).urgent.signs)


def test_a_template_without_a_form_for_the_patient_has_no_such_list(reviewed):
    plan, _ = reviewed("hr-positive")
    forms = {name: form for name, form in plan.template.questionnaires.items() if name != "for-the-patient"}
    page = patient_page(replace(plan, template=replace(plan.template, questionnaires=forms)), "en")
    assert (page.urgent.signs, page.questions) == ((), ())


def test_her_questions_come_from_her_newest_form_in_the_language_of_the_page(reviewed, drafted, template):
    draft = with_answers(
        drafted("hr-positive"),
        answer(template, "questions.own", "Can I go to the wedding in May?"),
        answer(template, "more.effects", "Which of them can last?"),
        answer(template, "questions.effects", "¿Cuáles se quitan pronto?"),
        answer(template, "symptoms.since", "Since Monday"),
        answer(template, "questions.own", "An old question", reference="QuestionnaireResponse/old"),
        answer(template, "questions.own", "Of another form", form="https://other.example.org/Questionnaire/q"),
    )
    plan, _ = reviewed("hr-positive", draft=draft)
    assert patient_page(plan, "en").questions == (
        "Can I go to the wedding in May?",
        "Which of them can last?",
        "Which of them go away soon?",
    )
    assert patient_page(plan, "es").questions == (
        "Can I go to the wedding in May?",
        "¿Cuáles pueden durar?",
        "¿Cuáles se quitan pronto?",
    )


def test_what_she_said_that_matters_is_quoted_and_what_others_said_or_is_proposed_is_not(reviewed, drafted):
    def said(by, text):
        return OwnWords(text, by, "2026-11-03", ("Goal/one",))

    draft = replace(drafted("hr-positive"), own_words=(said("patient", "See the sea again"), said("family", "Rest")))
    plan, _ = reviewed("hr-positive", draft=draft)
    page = patient_page(plan, "en")
    assert [wish.text for wish in page.wishes] == ["See the sea again"]
    assert "wish.1" in page.keys
    assert patient_page(plan, "es", frozenset({"wish.1"})).wishes == ()
