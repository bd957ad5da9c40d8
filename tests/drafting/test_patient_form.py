"""The patient's form: what fits her comes first, nothing is lost, both languages are there, the words are plain."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

import pytest

from plugin.drafting.plan import draft_plan
from plugin.drafting.questionnaires import questionnaires
from plugin.library.content import extension_url
from plugin.library.elements import extension, extensions
from plugin.library.forms import every_item
from plugin.quality.stated import findings_from_values
from tests.reading_level import WORD, form_texts, grade, inflesz, longest, syllables_en, syllables_es

AS_OF = date(2026, 11, 22)
PLAIN = {"sex": "female", "age": 68, "breast-cancer": True, "metastatic": True}
HR_POSITIVE = PLAIN | {
    "er": "positive", "pr": "positive", "her2": "negative", "menopausal-status": "postmenopausal",
    "prior-systemic-therapy-metastatic": False,
}  # fmt: skip
# How many questions to ask the inventory of the project's sources holds, by topic.
QUESTIONS = {
    "dx": 5, "bio": 5, "tx": 12, "trial": 2, "log": 6, "se": 11, "life": 3, "team": 5, "stop": 2, "live": 5, "cost": 3,
    "pal": 3, "hospice": 3, "acp": 4, "general": 1,
}  # fmt: skip


@pytest.fixture
def form(template):
    def run(**findings):
        values = {code.replace("_", "-"): value for code, value in findings.items()}
        draft = draft_plan(findings_from_values(values, template.vocabulary, AS_OF), template, AS_OF)
        return questionnaires(draft, template)["for-the-patient"]

    return run


@pytest.fixture(scope="module")
def written(template):
    return template.questionnaires["for-the-patient"]


def of(values):
    return {code.replace("-", "_"): value for code, value in values.items()}


def group(form, link_id):
    return next((item for item in form["item"] if item["linkId"] == link_id), {"item": []})


def links(form, link_id):
    return [item["linkId"] for item in group(form, link_id)["item"]]


def asked(form, link_id):
    return [
        source
        for item in group(form, link_id)["item"]
        for option in item.get("answerOption", [])
        for source in extensions(option, "item-source")
        if source.startswith("Q-")
    ]


@pytest.mark.parametrize(
    "findings", [{}, PLAIN, HR_POSITIVE, PLAIN | {"hospice-elected": True, "metastasis-bone": True}], ids=str
)
def test_every_question_of_the_inventory_stands_in_the_form_exactly_once(form, findings):
    made = form(**of(findings))
    found = asked(made, "questions") + asked(made, "more")
    assert Counter(found).most_common(1)[0][1] == 1
    assert Counter(re.match(r"Q-([a-z]+)", source)[1] for source in found) == QUESTIONS
    assert len(found) == 70


def test_questions_that_fit_the_plan_stand_first_and_the_rest_in_the_last_group(form):
    first = form(**of(HR_POSITIVE))
    assert {"Q-tx-explain-types", "Q-tx-menopause", "Q-se-hair"} <= set(asked(first, "questions"))
    assert {"Q-hospice-where", "Q-stop-choose", "Q-live-employer"} <= set(asked(first, "more"))
    hospice = form(**of(HR_POSITIVE | {"hospice-elected": True}))
    assert "Q-hospice-where" in asked(hospice, "questions")
    assert first["item"][-1]["linkId"] == "more"


def test_the_last_group_is_folded(form):
    [folded] = [each for each in group(form(), "more")["extension"] if each["url"].endswith("collapsible")]
    assert folded["valueCode"] == "default-closed"


def test_symptoms_of_known_sites_come_first_those_of_unknown_sites_stay_those_of_absent_sites_go(form):
    made = links(
        form(**of(PLAIN | {"metastasis-lung": True, "metastasis-liver": False, "metastasis-peritoneum": False})),
        "symptoms",
    )
    assert made[:2] == ["symptoms.help", "symptoms.chest"]
    assert "symptoms.belly" not in made
    assert made.index("symptoms.bone") > made.index("symptoms.general")


def test_signs_of_the_brain_are_asked_though_a_brain_metastasis_is_presumed_absent(form, template):
    findings = findings_from_values(HR_POSITIVE, template.vocabulary, AS_OF)
    assert findings["metastasis-brain"].state == "presumed"
    assert "symptoms.head" in links(form(**of(HR_POSITIVE)), "symptoms")


def test_side_effects_are_asked_of_the_treatments_that_are_open(form):
    endocrine = links(form(**of(HR_POSITIVE | {"msi-h": False, "tmb-h": False})), "symptoms")
    assert "symptoms.on-hormones" in endocrine
    assert "symptoms.on-immune" not in endocrine
    negative = PLAIN | {"er": "negative", "pr": "negative", "her2": "negative", "pd-l1-cps-10": True}
    immune = links(form(**of(negative | {"prior-systemic-therapy-metastatic": False, "ecog": 1})), "symptoms")
    assert "symptoms.on-immune" in immune
    assert "symptoms.on-hormones" not in immune


def test_when_to_call_now_stands_on_top_and_is_never_left_out(form, written):
    sometimes = ("item-with", "item-when")
    items = group(written, "urgent")["item"]
    always = {item["linkId"] for item in items if not any(extension(item, name) for name in sometimes)}
    for findings in ({}, HR_POSITIVE):
        made = form(**of(findings))
        assert made["item"][0]["linkId"] == "urgent"
        assert always <= set(links(made, "urgent"))


def test_conditions_stay_in_the_template(form):
    urls = {each["url"] for item in every_item(form(**of(HR_POSITIVE))) for each in _extensions(item)}
    assert not urls & {extension_url("item-when"), extension_url("item-with"), extension_url("item-rest")}


def test_every_text_has_its_translation(written):
    assert [english for english, spanish in form_texts(written) if not spanish] == []
    assert [english for english, spanish in form_texts(written) if english == spanish] == []


def test_the_reading_level_that_the_form_states_is_the_one_it_has(written):
    english, spanish = (list(texts) for texts in zip(*form_texts(written), strict=True))
    stated = {}
    for each in written["extension"]:
        parts = {part["url"]: part for part in each["extension"]}
        stated[parts["language"]["valueCode"]] = float(parts["value"]["valueDecimal"])
    assert stated == {"en": grade(english), "es": inflesz(spanish)}
    assert stated["en"] <= 6
    assert stated["es"] >= 65
    for level in stated.values():
        assert str(level) in written["purpose"]


def test_no_single_text_of_a_sentence_is_hard(written):
    english, spanish = (list(texts) for texts in zip(*form_texts(written), strict=True))
    sentences = [text for text in english if len(WORD.findall(text)) >= 8]
    assert {text: grade([text]) for text in sentences if grade([text]) > 9} == {}
    assert (longest(english), longest(spanish)) <= (20, 20)


def test_syllables_are_counted_as_they_are_spoken():
    english = {
        "treatment": 2,
        "people": 2,
        "needed": 2,
        "cause": 1,
        "table": 2,
        "insurance": 3,
        "seizure": 2,
        "being": 2,
    }
    spanish = {"cáncer": 2, "guía": 2, "quimioterapia": 5, "ahora": 3, "muy": 1, "pingüino": 3, "cuidado": 3, "país": 2}
    counted = {word: syllables_en(word) for word in english}
    off = {word for word in english if abs(counted[word] - english[word]) > 1}
    assert off == set()
    assert sum(counted.values()) == pytest.approx(sum(english.values()), abs=2)
    assert {word: syllables_es(word) for word in spanish} == spanish


def _extensions(item):
    return [*item.get("extension", []), *(e for o in item.get("answerOption", []) for e in o.get("extension", []))]
