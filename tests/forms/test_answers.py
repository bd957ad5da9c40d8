"""What a patient answers on the tablet: on the review page at once, quoted by the plan, and in the EHR with it."""

import requests

from plugin.library.validation import check_model
from plugin.storage.database import Database
from plugin.storage.forms import forms_of
from plugin.storage.reviews import PatientKey
from tests.forms.tablet import Tablet
from tests.review.visit import TOKEN


def number_of(page, name, text):
    """The number of a choice on the page of a part."""
    before = page.partition(f"<span>{text}</span>")[0]
    return before.rpartition(f'name="{name}" value="')[2].partition('"')[0]


def filled_in(visit):
    """A tablet on which a patient has answered in Spanish and sent it."""
    tablet = Tablet(visit, language="es")
    tablet.start("es")
    tablet.answers(1, given={"urgent.fever": "yes"})
    tablet.answers(2, given={"symptoms.pain": "7", "symptoms.other": "Me mareo por la mañana"})
    third = tablet.get(f"{tablet.address}?part=3").text
    home = number_of(third, "matters.choose", "Quiero estar en casa lo más posible")
    tablet.answers(3, given={"matters.choose": home, "matters.most": "Ver crecer a mis nietos"})
    tablet.answers(99, "send")
    return tablet


def stored(visit):
    database = Database(visit.settings.database)
    with database.session() as session:
        found = forms_of(session, PatientKey(visit.iss, "p1"))
    database.close()
    return found


def answers_in(response):
    found = {}

    def walk(items):
        for item in items:
            if "answer" in item:
                found[item["linkId"]] = item["answer"]
            walk(item.get("item", []))

    walk(response["item"])
    return found


def test_the_page_for_the_patient_opens_in_the_language_in_which_she_answered(visit):
    filled_in(visit)
    visit.launch()
    visit.read()
    address = f"{visit.workspace}/print/patient"
    assert '<html lang="es">' in visit.page(address).text
    assert '<html lang="en">' in visit.page(f"{address}?lang=en").text


def test_answers_become_a_response_by_the_patient_in_the_words_of_the_form_and_hers(visit):
    filled_in(visit)
    [form] = stored(visit)
    response = form.response
    assert check_model(response) == []
    assert response["status"] == "completed"
    assert response["language"] == "es"
    assert response["source"] == response["author"] == response["subject"] == {"reference": "Patient/p1"}
    assert response["authored"] == "2026-11-22T23:30:00+00:00"
    assert response["questionnaire"] == "https://careplan-plugin.example.org/fhir/Questionnaire/for-the-patient|0.2.0"
    given = answers_in(response)
    assert given["urgent.fever"] == [{"valueBoolean": True}]
    assert given["symptoms.pain"] == [{"valueInteger": 7}]
    assert given["matters.most"] == [{"valueString": "Ver crecer a mis nietos"}]
    [home] = given["matters.choose"]
    assert home["valueString"] == "I want to be at home as much as I can"
    assert home["_valueString"]["extension"][0]["extension"][1]["valueString"] == "Quiero estar en casa lo más posible"
    assert "urgent.yellow" not in given


def test_the_thanks_tell_her_to_speak_up_and_show_no_answer(visit):
    tablet = filled_in(visit)
    page = tablet.get().text
    assert "Gracias" in page
    assert "Avise ahora a alguien del equipo" in page
    assert "No hace falta que termine" not in page
    assert "nietos" not in page


def test_severe_pain_cannot_wait_and_less_pain_can(visit):
    for score, waits in (("6", True), ("7", False)):
        tablet = Tablet(visit)
        tablet.start()
        tablet.answers(2, given={"symptoms.pain": score})
        tablet.take_back()
        assert ('id="said-urgent"' not in visit.read().text) is waits, score


def test_sending_twice_counts_once(visit):
    tablet = filled_in(visit)
    token = TOKEN.search(tablet.get(f"{tablet.address}team").text)[1]
    tablet.post("answers", token=token, part="9", action="send")
    assert len(stored(visit)) == 1


def test_the_review_shows_what_cannot_wait_first_then_all_and_the_plan_quotes_her(visit):
    filled_in(visit).take_back()
    page = visit.read().text
    attention = page.partition('id="attention"')[2].partition("</section>")[0]
    assert "The patient marked something that cannot wait" in attention
    assert "A fever of 38 °C (100.4 °F) or more, or chills that shake you" in attention
    assert "from 0 (none) to 10 (the most you can think of): 7</li>" in attention
    said = page.partition('id="said"')[2].partition("</section>")[0]
    assert said.index("A fever of 38") < said.index("Me mareo") < said.index("Ver crecer a mis nietos")
    assert '<span lang="es">Me mareo por la mañana</span>' in said
    assert "Quiero estar en casa lo más posible" in said
    goals = page.partition('id="goals"')[2].partition("</section>")[0]
    assert "“Ver crecer a mis nietos”" in goals
    assert "in the patient&#39;s own words" in goals


def test_answers_go_into_the_ehr_with_the_plan_and_are_read_from_there_afterwards(fhir_visit):
    visit = fhir_visit
    filled_in(visit).take_back()
    answer = visit.post("/save", way="transaction")
    assert answer.status_code == 303
    page = visit.read().text
    assert "<strong>Saved</strong>" in page
    found = requests.get(f"{visit.iss}/QuestionnaireResponse", {"patient": "p1"}, timeout=10).json()
    held = [entry["resource"] for entry in found["entry"]]
    [hers] = [each for each in held if "source" in each]
    assert answers_in(hers)["matters.most"] == [{"valueString": "Ver crecer a mis nietos"}]
    goals = requests.get(f"{visit.iss}/Goal", {"patient": "p1"}, timeout=10).json()["entry"]
    sources = [each["valueReference"]["reference"] for goal in goals for each in goal["resource"].get("extension", ())]
    assert sources
    assert set(sources) == {f"QuestionnaireResponse/{hers['id']}"}
    assert page.count("“Ver crecer a mis nietos”") == 1
    assert "Nothing has changed since." in page
    visit.post("/save", way="transaction")
    again = requests.get(f"{visit.iss}/QuestionnaireResponse", {"patient": "p1"}, timeout=10).json()
    assert len([e for e in again["entry"] if "source" in e["resource"]]) == 1
