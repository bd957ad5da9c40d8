"""The form of facts: what is changed becomes a statement, what is left alone does not, and all or nothing is kept."""

import html
import json
import re

import pytest

from plugin.library.content import extension_url
from plugin.library.forms import every_item
from plugin.library.validation import check_model
from plugin.storage.database import Database
from plugin.storage.forms import forms_of
from plugin.storage.reviews import PatientKey, facts_of, words_in_force
from tests.review.visit import TOKEN

CRISIS, CORD, BRAIN = "visceral-crisis", "cord-compression-suspected", "metastasis-brain"


class FactsForm:
    """The page of the form, and what a renderer would send."""

    def __init__(self, visit, page=None):
        self.visit, self.path = visit, f"{visit.workspace}/forms/facts/"
        self.page = page or visit.page(self.path)
        data = re.search(r'id="form-data">(.*?)</script>', self.page.text, re.S)[1]
        self.form = json.loads(data)
        self.shown = html.unescape(re.search(r'name="shown" value="([^"]*)"', self.page.text)[1])

    def item(self, link_id):
        return next(item for item in every_item(self.form) if item["linkId"] == link_id)

    def send(self, confirm=(), shows_words=True, **changes):
        """Send every answer as it is prefilled, but for changes: linkId -> answer, None to clear it."""
        changes = {link.replace("__", ".").replace("_", "-"): answer for link, answer in changes.items()}
        first = self.prefilled(shows_words)
        answers = {**first, **{link: [answer] if answer else [] for link, answer in changes.items()}}
        return self.post(
            response=json.dumps(response(answers)),
            untouched=json.dumps(response(first)),
            shown=self.shown,
            confirm=list(confirm),
        )

    def send_as_given_back(self, **more):
        """Send a form that came back from a refusal, with the answers that it came with and more."""
        more = {link.replace("__", ".").replace("_", "-"): [answer] for link, answer in more.items()}
        return self.post(
            response=json.dumps(response({**self.prefilled(shows_words=True), **more})),
            untouched=html.unescape(re.search(r'id="untouched" value="([^"]*)"', self.page.text)[1]),
            shown=self.shown,
            confirm=re.findall(r'name="confirm" value="([^"]*)" checked', self.page.text),
        )

    def prefilled(self, shows_words):
        """The answers as a renderer holds them; some pass over a selected answer where the answers are plain words."""
        found = {}
        for item in every_item(self.form):
            selected = [option for option in item.get("answerOption", ()) if option.get("initialSelected")]
            if "initial" in item:
                found[item["linkId"]] = item["initial"]
            if selected and shows_words:
                found[item["linkId"]] = [{"valueCoding": {"display": selected[0]["valueString"]}}]
        return found

    def post(self, **form):
        data = {"csrf_token": TOKEN.search(self.page.text)[1], **form}
        return self.visit.client.post(self.path, data=data, base_url=self.visit.base)


def response(answers):
    items = [{"linkId": link, "answer": answer} for link, answer in answers.items() if answer]
    return {"resourceType": "QuestionnaireResponse", "status": "completed", "item": items}


@pytest.fixture
def form(visit):
    return FactsForm(visit)


def stored(visit):
    database = Database(visit.settings.database)
    patient = PatientKey(visit.iss, "p1")
    with database.session() as session:
        found = words_in_force(facts_of(session, patient)), forms_of(session, patient)
    database.close()
    return found


def test_a_changed_answer_is_a_statement_and_what_is_left_alone_is_none(visit, form):
    assert form.item(CRISIS)["initial"] == [{"valueBoolean": False}]
    answer = form.send(visceral_crisis={"valueBoolean": True})
    assert answer.headers["Location"] == f"{visit.workspace}/#changes"
    facts, [filled] = stored(visit)
    assert {code: fact.value for code, fact in facts.items()} == {CRISIS: True}
    assert facts[CRISIS].author.name == "Dr. Ana Ruiz"
    response = filled.response
    assert check_model(response) == []
    assert response["status"] == "completed"
    assert response["author"]["reference"] == "Practitioner/ruiz"
    origins = {
        item["linkId"]: each["valueCode"]
        for item in every_item(response)
        for answer in item.get("answer", ())
        for each in answer.get("extension", ())
        if each["url"] == extension_url("item-origin")
    }
    assert origins[CRISIS] in ("manual", "override")
    assert origins[CORD] == "auto"


def test_a_prefilled_answer_counts_once_it_is_confirmed(visit, form):
    form.send(confirm=[CORD])
    facts, _ = stored(visit)
    assert {code: fact.value for code, fact in facts.items()} == {CORD: False}


def test_nothing_changed_and_nothing_confirmed_keeps_nothing_and_says_so(visit, form):
    answer = form.send()
    assert answer.status_code == 422
    assert "No answer was changed, and none was confirmed." in answer.text
    assert stored(visit) == ({}, ())


def test_overruling_needs_a_reason_and_without_it_nothing_of_the_form_is_kept(visit):
    visit.post(f"/facts/{CRISIS}", value="true")
    form = FactsForm(visit)
    assert form.item(f"{CRISIS}.reason")["enableWhen"] == [
        {"question": CRISIS, "operator": "!=", "answerBoolean": True}
    ]
    answers = {"visceral_crisis": {"valueBoolean": False}, "cord_compression_suspected": {"valueBoolean": True}}
    refused = form.send(**answers)
    assert refused.status_code == 422
    assert "Nothing was stored" in refused.text
    assert "needs a reason" in refused.text
    facts, filled = stored(visit)
    assert {code: fact.value for code, fact in facts.items()} == {CRISIS: True}
    assert filled == ()
    again = FactsForm(visit, refused)
    assert again.item(CRISIS)["initial"] == [{"valueBoolean": False}]
    assert again.item(CORD)["initial"] == [{"valueBoolean": True}]
    again.send_as_given_back(visceral_crisis__reason={"valueString": "Seen today"})
    facts, _ = stored(visit)
    assert {code: fact.value for code, fact in facts.items()} == {CRISIS: False, CORD: True}
    assert facts[CRISIS].reason == "Seen today"


def test_a_fact_that_somebody_else_stated_meanwhile_is_not_overruled_unseen(visit, form):
    visit.post(f"/facts/{CRISIS}", value="true")
    answer = form.send(visceral_crisis=None, confirm=[CRISIS])
    assert answer.status_code == 422
    assert "has changed since this form was opened" in answer.text
    again = FactsForm(visit, answer)
    assert again.item(CRISIS)["initial"] == [{"valueBoolean": True}]
    form.send(cord_compression_suspected={"valueBoolean": True})
    facts, _ = stored(visit)
    assert (facts[CRISIS].value, facts[CORD].value) == (True, True)


def test_clearing_what_was_stated_takes_it_back(visit, form):
    form.send(visceral_crisis={"valueBoolean": True})
    FactsForm(visit).send(visceral_crisis=None)
    facts, _ = stored(visit)
    assert facts[CRISIS].value is None


def test_what_the_renderer_failed_to_show_is_not_taken_back(visit):
    visit.post("/facts/dpd-deficiency", value="partial")
    FactsForm(visit).send(shows_words=False, cord_compression_suspected={"valueBoolean": True})
    facts, _ = stored(visit)
    assert facts["dpd-deficiency"].value == "partial"
    assert facts[CORD].value is True


def test_without_its_answers_the_form_says_where_facts_can_be_stated(form):
    answer = form.post(response="", untouched="", shown=form.shown)
    assert answer.status_code == 422
    assert "state facts on the review page" in answer.text


def test_this_page_alone_lets_the_renderer_set_styles_and_no_page_lets_strangers_run(visit, form):
    policy = form.page.headers["Content-Security-Policy"]
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe-inline" not in visit.read().headers["Content-Security-Policy"]


def test_the_renderer_is_ours_to_serve_and_stays_in_the_browser(visit, form):
    scripts = re.findall(r'(?:src|href)="(/static/[^"]+/vendor/[^"]+)"', form.page.text)
    assert len(scripts) == 4
    for address in scripts:
        answer = visit.page(address)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        answer.close()
