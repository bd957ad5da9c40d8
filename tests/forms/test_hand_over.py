"""A tablet in the patient's hands: no way into a chart, her form in her language, and the way back for the team."""

import re
from datetime import timedelta

import pytest

from plugin.storage.forms import forms_of
from plugin.storage.patients import PatientKey
from tests.forms.tablet import PIN, Tablet
from tests.review.ehr_stub import open_workspace
from tests.review.visit import NOW, Visit

CHART_WORDS = ("Example", "1962", "breast", "Draft", "Dr. Ana Ruiz")


@pytest.fixture
def clock():
    return Clock()


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now

    def pass_(self, **time):
        self.now += timedelta(**time)


@pytest.fixture
def visit(chart, tmp_path, clock):
    return Visit(chart.base, tmp_path, clock=clock)


def chart_addresses(visit):
    space = visit.workspace
    return [f"{space}/", f"{space}/plan.json", f"{space}/plan.pdf", f"{space}/hand-over/",
            f"{space}/about", f"{space}/style.css", f"{space}/logic/assessment/her2-ish"]  # fmt: skip


def test_after_the_hand_over_no_address_of_the_chart_answers_with_anything_of_it(visit):
    before = visit.page()
    assert "Iris" in visit.read().text
    tablet = Tablet(visit)
    assert tablet.answer.headers["Clear-Site-Data"] == '"cache"'
    assert before.headers["Cache-Control"] == "no-store"
    for step in (lambda: None, tablet.get, tablet.start):
        step()
        for address in chart_addresses(visit):
            answer = visit.page(address)
            assert answer.status_code in (401, 403), address
            assert [word for word in ("Iris", *CHART_WORDS) if word in answer.text] == [], address


def test_the_old_cookie_opens_nothing_even_where_the_browser_kept_it(visit):
    kept = visit.client.get_cookie("careplan-workspace", domain="127.0.0.1", path=visit.workspace)
    Tablet(visit)
    other = visit.app.test_client()
    other.set_cookie("careplan-workspace", kept.value, path=visit.workspace, domain="127.0.0.1")
    assert other.get(f"{visit.workspace}/", base_url=visit.base).status_code == 401


def test_another_chart_that_is_open_in_the_same_browser_is_closed_too_until_the_tablet_is_back(visit):
    secret = open_workspace(visit.settings, visit.iss, NOW, "other")
    visit.client.set_cookie("careplan-workspace", secret, path="/w/other", domain="127.0.0.1")
    assert "Iris" in visit.read().text
    tablet = Tablet(visit)
    tablet.get()
    answer = visit.page("/w/other/")
    assert answer.status_code == 403
    assert f'href="{tablet.address}"' in answer.text
    tablet.take_back()
    assert visit.page("/w/other/").status_code == 200


def test_she_sees_her_first_name_and_nothing_else_that_names_her(visit):
    tablet = Tablet(visit)
    landing = tablet.get()
    assert "Hello, Iris" in landing.text
    assert "Is this not you? Please hand the tablet back." in landing.text
    assert [word for word in CHART_WORDS if word in landing.text] == []
    tablet.start()
    page = tablet.get()
    assert "Hello, Iris" in page.text
    assert [word for word in CHART_WORDS if word in page.text] == []


def test_the_address_opens_once_and_in_one_browser_only(visit):
    tablet = Tablet(visit)
    other = Tablet.__new__(Tablet)
    other.visit, other.address, other.client = visit, tablet.address, visit.app.test_client()
    assert other.get().status_code == 200
    tablet.start()
    answer = other.get()
    assert answer.status_code == 410
    assert "Iris" not in answer.text
    assert "Este cuestionario está cerrado" in answer.text


def test_the_page_may_be_framed_by_nobody_and_loads_nothing_from_elsewhere(visit):
    policy = Tablet(visit).get().headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_every_word_is_there_in_her_language_and_what_was_marked_stays_when_it_changes(visit):
    tablet = Tablet(visit, language="es")
    assert 'lang="es"' in tablet.get().text
    tablet.start("es")
    page = tablet.get().text
    assert "Hola, Iris" in page
    assert "Parte 1 de" in page
    assert "Siguiente" in page
    assert "Next" not in page.replace('aria-hidden="true">Next', "")
    tablet.answers(1, "language:en", given={"urgent.fever": "yes"})
    page = tablet.get().text
    assert "Hello, Iris" in page
    assert 'name="urgent.fever" value="yes" checked' in page
    assert "Tell somebody here now" in page


def test_what_is_typed_is_there_after_a_reload_and_unfinished_when_the_tablet_is_back(visit):
    tablet = Tablet(visit)
    tablet.start()
    kept = tablet.post("keep", part="3", **{"matters.most": "To see my garden in spring"})
    assert kept.status_code == 204
    assert "To see my garden in spring" in tablet.get(f"{tablet.address}?part=3").text
    back = tablet.take_back()
    assert back.status_code == 303
    assert tablet.get().status_code == 410
    said = visit.read().text.partition('id="said"')[2].partition("</section>")[0]
    assert "To see my garden in spring" in said
    assert "Not finished" in said


def test_a_number_that_is_none_is_named_and_nothing_is_lost(visit):
    tablet = Tablet(visit)
    tablet.start()
    answer = tablet.answers(2, given={"symptoms.pain": "11", "symptoms.other": "Dizzy"})
    assert answer.status_code == 422
    assert "Dizzy" in answer.text


def test_the_pin_leads_back_and_a_wrong_one_does_not(visit):
    tablet = Tablet(visit)
    tablet.start()
    wrong = tablet.take_back("1111")
    assert wrong.status_code == 403
    assert visit.page().status_code == 403
    back = tablet.take_back()
    assert back.headers["Location"] == f"{visit.workspace}/?back=tablet"
    assert "Iris Example" in visit.read().text
    returned = visit.page(back.headers["Location"]).text
    assert "This page now stands by itself, without the EHR around it." in returned
    assert "from-tablet" not in visit.page().text


def test_after_five_wrong_pins_only_a_launch_from_the_ehr_leads_back(visit):
    tablet = Tablet(visit)
    tablet.start()
    for _ in range(5):
        tablet.take_back("1111")
    assert "Launch the plug-in from the EHR again" in tablet.get(f"{tablet.address}team").text
    token = tablet.get().text.partition('name="csrf_token" value="')[2].partition('"')[0]
    assert tablet.post("team", token=token, pin=PIN, action="chart").status_code == 403
    assert visit.page().status_code == 403


def test_a_pin_that_is_none_is_refused_and_nothing_is_closed(visit):
    page = visit.page(f"{visit.workspace}/hand-over/").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    for pin in ("", "123", "123456789", "12a4", "１２３４"):
        data = {"csrf_token": token, "pin": pin}
        answer = visit.client.post(f"{visit.workspace}/hand-over/", data=data, base_url=visit.base)
        assert answer.status_code == 422
        assert "PIN of four to eight digits" in answer.text
    assert visit.page().status_code == 200


def test_a_form_that_nobody_touches_is_closed_until_the_team_lets_her_go_on(visit, clock):
    tablet = Tablet(visit)
    tablet.start()
    tablet.answers(1, given={"urgent.fever": "yes"})
    clock.pass_(minutes=21)
    page = tablet.get().text
    assert "closed to protect you" in page
    assert "Iris" not in page
    assert tablet.post("keep", token="none").status_code == 400
    tablet.take_back(action="go-on")
    assert 'name="urgent.fever" value="yes" checked' in tablet.get().text
    clock.pass_(hours=2)
    assert tablet.get().status_code == 410


def test_what_goes_wrong_says_nothing_technical_and_nothing_of_the_chart(visit):
    tablet = Tablet(visit)
    tablet.start()
    answer = tablet.post("answers", token="stale", part="1")
    assert answer.status_code == 400
    assert "Algo salió mal" in answer.text
    assert "token" not in answer.text


def test_reloading_or_opening_what_a_button_sent_shows_the_form(visit):
    tablet = Tablet(visit)
    tablet.start()
    for path in ("answers", "keep", "start"):
        assert tablet.get(f"{tablet.address}{path}").headers["Location"] == tablet.address


def test_none_of_these_is_shown_again_denies_nothing_and_gives_way_to_a_mark(visit):
    tablet = Tablet(visit)
    tablet.start()
    tablet.answers(1, given={"urgent:none": "yes"})
    assert re.search(r'name="urgent:none" value="yes" data-none checked', tablet.get().text)
    tablet.answers(2, given={"symptoms.bone": "none"})
    tablet.answers(99, "send")
    tablet.take_back()
    assert "None of these" not in visit.read().text
    with visit.app.extensions["careplan.office"].workbench.database.session() as session:
        [form] = forms_of(session, PatientKey(visit.iss, "p1"))
    assert "item" not in form.response


def test_a_mark_that_cannot_wait_counts_beside_none_of_these(visit):
    tablet = Tablet(visit)
    tablet.start()
    tablet.answers(1, given={"urgent:none": "yes", "urgent.fever": "yes"})
    page = tablet.get().text
    assert re.search(r'name="urgent.fever" value="yes" checked data-urgent', page)
    assert "data-none checked" not in page
    assert "Tell somebody here now" in page
