"""Our Questionnaires in a renderer that is not ours: lforms, of the US National Library of Medicine, as we serve it."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest

from plugin.drafting.plan import draft_plan
from plugin.drafting.questionnaires import questionnaires
from plugin.findings.bundle import resources_of
from plugin.findings.reader import read_findings
from plugin.library.content import PACKAGE
from plugin.library.forms import every_item
from plugin.library.validation import check_model
from plugin.sandbox.sample_patients import sample_patients
from plugin.web import facts_form_pages

LFORMS = PACKAGE / "web" / "static" / facts_form_pages.LFORMS
PUBLISHED = Path(__file__).parent / "node" / "node_modules" / "lforms"
SITE = "http://forms.example"
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Form</title>
<link rel="stylesheet" href="/webcomponent/styles.css"></head><body><div id="form"></div>
<script src="/webcomponent/assets/lib/zone.min.js"></script><script src="/webcomponent/lhc-forms.js"></script>
<script src="/fhir/R4/lformsFHIR.min.js"></script></body></html>"""
TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
TEMPLATES = ("plan-review", "facts-to-confirm", "for-the-patient")
PATIENTS = ("hr-positive", "brain-metastases")
# The renderer takes prefilled answers in, but for choices among plain words: those are marked in its own model.
SHOW = """async ([form, answers, chosen]) => {
  let shown = LForms.Util.convertFHIRQuestionnaireToLForms(form, 'R4');
  if (answers) shown = LForms.Util.mergeFHIRDataIntoLForms('QuestionnaireResponse', answers, shown, 'R4');
  const mark = (items) => (items || []).forEach((item) => {
    const choice = (item.answers || []).find((each) => each.text === chosen[item.linkId]);
    if (choice) item.value = item.answerCardinality?.max === '*' ? [choice] : choice;
    mark(item.items);
  });
  mark(shown.items);
  await LForms.Util.addFormToPage(shown, 'form');
}"""
ANSWERS = "LForms.Util.getFormFHIRData('QuestionnaireResponse', 'R4')"


@pytest.fixture(scope="module")
def drafted(template, as_of):
    """The forms of two patients' drafts, and the patient's own in Spanish."""
    charts = {patient.id: resources_of(patient.bundle) for patient in sample_patients() if patient.id in PATIENTS}
    forms = {}
    for name, chart in charts.items():
        draft = draft_plan(read_findings(chart, template.vocabulary, as_of), template, as_of)
        for kind, form in questionnaires(draft, template).items():
            forms[f"{kind} of {name}"] = form
        forms[f"for-the-patient of {name} in Spanish"] = in_spanish(forms[f"for-the-patient of {name}"])
    return forms | {f"{kind} of the template": form for kind, form in template.questionnaires.items()}


NAMES = [
    *[f"{kind} of {who}" for kind in TEMPLATES for who in (*PATIENTS, "the template")],
    *[f"for-the-patient of {who} in Spanish" for who in PATIENTS],
]


@pytest.fixture
def show(browse):
    """Renders a form, filled with the answers where some are given; gives the page. What it logs as an error fails."""
    page = browse().new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)

    def serve(route):
        path = route.request.url.removeprefix(SITE).partition("?")[0].lstrip("/")
        if path == "":
            route.fulfill(body=PAGE, content_type="text/html")
        elif (LFORMS / path).is_file():
            route.fulfill(path=LFORMS / path)
        else:
            route.fulfill(status=204)

    page.route("**/*", serve)

    def render(form, answers=None):
        page.goto(f"{SITE}/")
        page.wait_for_function("window.LForms && LForms.Util && LForms.FHIR")
        page.evaluate(SHOW, [form, answers, words_chosen(form) if answers else {}])
        page.locator("#form lhc-item").first.wait_for()
        assert errors == []
        return page

    return render


def in_spanish(form):
    """A form with every text replaced by its Spanish translation: this renderer does not choose by itself."""

    def told(element):
        if isinstance(element, list):
            return [told(member) for member in element]
        if not isinstance(element, dict):
            return element
        result = {key: told(value) for key, value in element.items()}
        for key, more in element.items():
            for extension in more.get("extension", []) if key.startswith("_") else []:
                parts = {part["url"]: part for part in extension.get("extension", [])}
                if extension["url"] == TRANSLATION and parts["lang"]["valueCode"] == "es":
                    result[key[1:]] = parts["content"]["valueString"]
        return result

    return told(copy.deepcopy(form)) | {"language": "es"}


def help_(item):
    """Whether it is what stands behind the question mark of an item."""
    controls = [each for each in item.get("extension", []) if each["url"].endswith("/questionnaire-itemControl")]
    return any(coding["code"] == "help" for each in controls for coding in each["valueCodeableConcept"]["coding"])


def answer_of(item):
    """One possible answer to an item; None for groups, words to read, and a choice that has nothing to choose yet."""
    if item["type"] in ("group", "display") or (item["type"] == "choice" and "answerOption" not in item):
        return None
    if item["type"] == "choice":
        option = item["answerOption"][-1]
        return {key: value for key, value in option.items() if key.startswith("value")}
    values = {"boolean": {"valueBoolean": False}, "integer": {"valueInteger": 3}, "decimal": {"valueDecimal": 1.5}}
    return values.get(item["type"], {"valueString": f"Words for {item['linkId']}"})


def words_chosen(form):
    """By linkId, the answer to each choice among plain words."""
    return {
        item["linkId"]: answer["valueString"]
        for item in every_item(form)
        if item["type"] == "choice" and (answer := answer_of(item)) and "valueString" in answer
    }


def answered(form):
    """The form with every question answered that is asked whatever the other answers are."""

    def items(of):
        for item in of:
            inner = list(items(item.get("item", [])))
            answer = None if "enableWhen" in item else answer_of(item)
            if inner or answer:
                yield {
                    "linkId": item["linkId"],
                    **({"text": item["text"]} if "text" in item else {}),
                    **({"answer": [answer]} if answer else {}),
                    **({"item": inner} if inner else {}),
                }

    response = {"resourceType": "QuestionnaireResponse", "status": "completed"}
    return response | ({"item": found} if (found := list(items(form["item"]))) else {})


def given(response):
    """Every answer by the linkId of its question; what this renderer gives back for plain words is a coding of them."""

    def told(answer):
        coding = answer.get("valueCoding")
        return coding.get("code", coding["display"]) if coding else next(iter(answer.values()))

    return {
        item["linkId"]: [told(answer) for answer in item["answer"]] for item in every_item(response) if "answer" in item
    }


def test_what_we_serve_is_what_its_makers_published():
    assert PUBLISHED.is_dir(), f"{PUBLISHED} is not there: run `npm ci` in {Path(__file__).parent / 'node'}"
    assert json.loads((PUBLISHED / "package.json").read_text())["version"] == LFORMS.name
    served = [path for path in LFORMS.rglob("*") if path.is_file()]
    assert len(served) == 6
    for path in served:
        assert path.read_bytes() == (PUBLISHED / "dist" / "lforms" / path.relative_to(LFORMS)).read_bytes()
    assert (LFORMS.parent / "LICENSE.md").read_bytes() == (PUBLISHED / "LICENSE.md").read_bytes()


def plain(text):
    return " ".join(text.split())


@pytest.mark.parametrize("name", NAMES)
def test_every_item_is_shown_and_every_answer_comes_back(show, drafted, name):
    form = drafted[name]
    filled = answered(form)
    page = show(form, filled)
    words = plain(page.locator("#form").inner_text())
    texts = [
        item["text"] for item in every_item(form) if "enableWhen" not in item and "text" in item and not help_(item)
    ]
    assert [text for text in texts if plain(text) not in words] == []
    back = page.evaluate(ANSWERS)
    assert check_model(back) == []
    assert given(back) == given(filled)


def test_a_decision_is_made_by_hand_and_asks_for_its_reason(show, drafted):
    page = show(drafted["plan-review of hr-positive"])
    reason = page.get_by_label("Reason, or the change in words")
    assert reason.count() == 0
    decision = page.get_by_role("combobox").first
    decision.click()
    page.locator("#lhc-tools-searchResults li", has_text="Decline").click()
    reason.first.fill("She does not want it.")
    reason.first.blur()
    answers = list(given(page.evaluate(ANSWERS)).values())
    assert answers == [["decline"], ["She does not want it."]]
