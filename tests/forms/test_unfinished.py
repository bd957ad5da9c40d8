"""A form that is broken off: what cannot wait reaches the team at once, and nothing of it is lost."""

import requests

from plugin.storage.database import Database
from plugin.storage.forms import forms_of
from plugin.storage.reviews import PatientKey
from tests.forms.tablet import Tablet

FEVER = "A fever of 38 °C (100.4 °F) or more, or chills that shake you"


def section(page, name):
    return page.partition(f'id="{name}"')[2].partition("</section>")[0]


def version(visit):
    return visit.page(f"{visit.workspace}/version").json["version"]


def stored(visit):
    database = Database(visit.settings.database)
    with database.session() as session:
        found = forms_of(session, PatientKey(visit.iss, "p1"))
    database.close()
    return found


def started(visit, **more):
    """A tablet in the patient's hands, while the visit goes on in the browser of a colleague."""
    tablet = Tablet(visit, **more)
    tablet.start()
    visit.launch(("Practitioner/berg", "Dr. Bo Berg"))
    return tablet


def test_a_sign_that_cannot_wait_is_on_every_open_review_while_she_still_fills_in(visit):
    tablet = started(visit)
    seen = version(visit)
    tablet.answers(1, given={"urgent.fever": "yes"})
    assert version(visit) > seen
    attention = section(visit.read().text, "attention")
    assert FEVER in attention
    assert "the form is not finished" in attention
    assert "Nothing stands out" not in attention
    [form] = stored(visit)
    assert form.response["status"] == "in-progress"


def test_typing_on_does_not_call_the_reviewers_again_but_another_sign_does(visit):
    tablet = started(visit)
    tablet.post("keep", part="1", **{"urgent.fever": "yes"})
    seen = version(visit)
    tablet.answers(2, given={"symptoms.other": "Tired"})
    assert version(visit) == seen
    tablet.answers(1, given={"urgent.fever": "yes", "urgent.legs": "yes"})
    assert version(visit) > seen
    assert len(stored(visit)) == 1


def test_what_can_wait_is_visit_until_she_sends_it_or_gives_the_tablet_back(visit):
    tablet = started(visit)
    tablet.answers(2, given={"symptoms.other": "Tired"})
    assert stored(visit) == ()
    tablet.take_back()
    said = section(visit.read().text, "said")
    assert "Tired" in said
    assert "Not finished" in said


def test_a_tablet_taken_back_untouched_leaves_no_form(visit):
    started(visit).take_back()
    assert stored(visit) == ()
    assert "has not filled in the form yet" in section(visit.read().text, "said")


def test_a_second_hand_over_goes_on_where_she_stopped_and_sending_ends_it(visit):
    tablet = started(visit)
    tablet.answers(1, given={"urgent.fever": "yes"})
    tablet.answers(2, given={"symptoms.pain": "7", "symptoms.other": "Tired"})
    tablet.take_back()
    page = visit.page(f"{visit.workspace}/hand-over/").text
    assert "The patient stopped before the end" in page
    again = started(visit)
    assert 'name="urgent.fever" value="yes" checked' in again.get().text
    second = again.get(f"{again.address}?part=2").text
    assert 'name="symptoms.pain" value="7" checked' in second
    assert "Tired" in second
    again.answers(1)
    again.answers(99, "send")
    again.take_back()
    page = visit.read().text
    assert FEVER not in section(page, "attention")
    assert "Tired" in section(page, "said")
    assert "Not finished" not in section(page, "said")


def test_beginning_anew_does_not_take_back_what_could_not_wait(visit):
    tablet = started(visit)
    tablet.answers(1, given={"urgent.fever": "yes"})
    tablet.take_back()
    again = started(visit, anew="yes")
    assert "checked" not in again.get().text
    again.answers(2, given={"symptoms.other": "Tired"})
    again.take_back()
    page = visit.read().text
    assert FEVER in section(page, "attention")
    assert "Tired" in section(page, "said")


def test_saving_says_that_the_unfinished_form_stays_and_writes_none(fhir_visit):
    visit = fhir_visit
    tablet = started(visit)
    tablet.answers(1, given={"urgent.fever": "yes"})
    tablet.take_back()
    assert "The patient has not finished the form" in section(visit.read().text, "send")
    visit.post("/save", way="transaction")
    found = requests.get(f"{visit.iss}/QuestionnaireResponse", {"patient": "p1"}, timeout=10).json()
    assert {each["resource"]["status"] for each in found["entry"] if "source" in each["resource"]} <= {"completed"}
    page = visit.read().text
    assert "<strong>Saved</strong>" in page
    assert FEVER in section(page, "attention")
