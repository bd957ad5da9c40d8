"""The pages over HTTP: headers, forms, errors, and a chart that is slow, partial or empty."""

import logging
import re
import threading
from datetime import UTC, datetime

import pytest

from plugin import create_app
from plugin.launch.cookies import CookiePolicy
from plugin.settings import Issuer, Settings
from tests.review.ehr_stub import open_workspace, serving_chart

NOW = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "name": [{"given": ["Iris"], "family": "Example"}],
    "gender": "female",
    "birthDate": "1962-03-04",
}
SNOMED = "http://snomed.info/sct"
BREAST_CANCER = {
    "resourceType": "Condition",
    "id": "primary",
    "subject": {"reference": "Patient/p1"},
    "code": {"coding": [{"system": SNOMED, "code": "254837009", "display": "Malignant neoplasm of breast"}]},
}
BONE = {
    "resourceType": "Condition",
    "id": "bone",
    "subject": {"reference": "Patient/p1"},
    "code": {"coding": [{"system": SNOMED, "code": "94222008", "display": "Secondary malignant neoplasm of bone"}]},
}
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@pytest.fixture
def chart():
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with serving_chart(PATIENT, BREAST_CANCER, BONE) as served:
        yield served


class Visit:
    """A browser with an open launch."""

    def __init__(self, chart, folder, public_url="http://127.0.0.1:8766"):
        self.settings = Settings(
            secret_key="s" * 40,
            public_url=public_url,
            instance_folder=folder,
            read_timeout=5.0,
            allowed_issuers=(Issuer(iss=chart.base, client_id="careplan"),),
        )
        self.app = create_app(self.settings, clock=lambda: NOW)
        secret = open_workspace(self.settings, chart.base, NOW)
        self.client = self.app.test_client()
        self.base = public_url
        self.client.set_cookie(
            CookiePolicy.of(self.settings).name("workspace"), secret, path="/w/w1", domain="127.0.0.1"
        )

    def page(self, path="/w/w1/"):
        return self.client.get(path, base_url=self.base)

    def read(self):
        """The review page, once the chart is read."""
        for _ in range(20):
            answer = self.page()
            if "Reading the chart" not in answer.text:
                break
        return answer

    def post(self, path, **form):
        token = TOKEN.search(self.page().text)[1]
        return self.client.post(f"/w/w1{path}", data={"csrf_token": token, **form}, base_url=self.base)

    def decide(self, line, choice, standing="due", **form):
        return self.post(f"/lines/{line}", choice=choice, standing=standing, **form)


@pytest.fixture(autouse=True)
def loaded_once(monkeypatch, template):
    """The real template, read from disk once for all tests."""
    monkeypatch.setattr("plugin.library.template.load_template", lambda *_: template)


@pytest.fixture
def visit(chart, tmp_path):
    return Visit(chart, tmp_path)


def test_a_page_with_a_patient_is_kept_by_nobody_and_framed_only_by_the_ehr(visit, chart):
    headers = visit.page().headers
    policy = headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert f"frame-ancestors {chart.base.removesuffix('/fhir')}" in policy


def test_names_stay_out_of_the_title_which_browsers_keep(visit):
    page = visit.page().text
    assert "Iris Example" in page
    assert "Iris" not in re.search(r"<title>(.*?)</title>", page)[1]


def test_a_form_without_its_token_changes_nothing(visit):
    visit.page()
    answer = visit.client.post("/w/w1/lines/supportive-care/pc", data={"choice": "accept"})
    assert answer.status_code == 400
    assert "none decided" in visit.page().text


def test_forms_work_over_tls_though_our_pages_send_no_referrer(chart, tmp_path):
    visit = Visit(chart, tmp_path, "https://127.0.0.1")
    answer = visit.decide("supportive-care/pc", "accept")
    assert answer.status_code == 303


def test_a_decision_answers_with_a_redirect_to_its_line(visit):
    answer = visit.decide("supportive-care/pc", "decline", reason_text="Her own team")
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("/w/w1/#line-supportive-care-pc")
    page = visit.page().text
    assert "Her own team" in page
    assert "1 decided: 1 declined." in page


def test_a_decision_can_be_taken_back(visit):
    visit.decide("supportive-care/pc", "accept")
    visit.decide("supportive-care/pc", "reopen")
    assert "none decided" in visit.page().text


def test_a_line_that_moved_since_the_page_was_shown_is_not_decided_unseen(visit):
    answer = visit.decide("supportive-care/pc", "accept", standing="conditional")
    assert answer.status_code == 422
    assert "stands as due now" in answer.text
    assert "none decided" in visit.page().text


@pytest.mark.parametrize("path", ["/lines/supportive-care/nonsense", "/lines/assessment/pc", "/lines/x/pc"])
def test_only_lines_of_this_draft_can_be_decided(visit, path):
    answer = visit.post(path, choice="accept", standing="due")
    assert answer.status_code == 422
    assert "no longer part of the draft" in answer.text
    assert "none decided" in visit.page().text


def test_what_was_typed_is_still_there_when_a_form_is_refused(visit):
    answer = visit.decide("supportive-care/pc", "change", text="x" * 1001)
    assert answer.status_code == 422
    assert "x" * 1001 in answer.text


def test_a_statement_changes_the_draft_and_can_be_withdrawn(visit):
    before = visit.page().text
    answer = visit.post("/facts/er", value="positive")
    assert answer.headers["Location"].endswith("#fact-er")
    stated = visit.page().text
    assert stated.count("Stated by clinician") > before.count("Stated by clinician")
    visit.post("/facts/er", withdraw="yes")
    assert visit.page().text.count("Stated by clinician") == before.count("Stated by clinician")


def test_overruling_the_chart_needs_a_reason(visit):
    refused = visit.post("/facts/sex", value="male")
    assert refused.status_code == 422
    assert "needs a reason" in refused.text
    assert visit.post("/facts/sex", value="male", reason="Registered wrongly").status_code == 303
    assert "Registered wrongly" in visit.page().text


@pytest.mark.parametrize("back", ["//evil.example", "questions\r\nSet-Cookie: a=b", "https://evil.example", "a b"])
def test_a_form_cannot_send_the_browser_elsewhere(visit, back):
    answer = visit.post("/facts/er", value="positive", back=back)
    assert answer.headers["Location"].endswith("/w/w1/#fact-er")


def test_a_fact_that_the_template_does_not_know_is_not_found(visit):
    assert visit.post("/facts/shoe-size", value="7").status_code == 404


def test_a_part_of_the_chart_that_failed_is_named(visit, chart):
    chart.down = {"Observation"}
    assert "Part of the chart is missing" in visit.read().text


def test_a_chart_without_anything_still_gives_a_page(visit, chart):
    chart.resources = [PATIENT]
    answer = visit.page()
    assert answer.status_code == 200
    assert "Iris Example" in answer.text


def test_a_slow_chart_shows_that_it_is_being_read(visit, chart):
    chart.hold = threading.Event()
    waiting = visit.page()
    assert "Reading the chart" in waiting.text
    assert 'http-equiv="refresh"' in waiting.text
    chart.hold.set()
    chart.hold = None
    assert "Iris Example" in visit.read().text


def test_the_chart_is_read_again_on_demand(visit, chart):
    visit.page()
    chart.resources[0] = PATIENT | {"name": [{"text": "Iris Renamed"}]}
    assert "Iris Renamed" not in visit.page().text
    assert visit.post("/reload").status_code == 303
    assert "Iris Renamed" in visit.page().text


def test_the_day_of_the_draft_is_the_day_at_the_site(visit):
    assert "as of 22 Nov 2026" in visit.page().text


def test_a_stranger_sees_nothing(visit):
    visit.page()
    stranger = visit.app.test_client()
    for answer in (
        stranger.get("/w/w1/"),
        stranger.get("/w/nonsense/"),
    ):
        assert answer.status_code == 401
        assert "Iris" not in answer.text


def test_errors_carry_an_id_that_the_log_has_and_nothing_of_the_patient(visit, monkeypatch, capsys):
    def break_down(*_):
        raise ZeroDivisionError("Iris Example has MRN 123")

    visit.app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setattr("plugin.review.workbench.Workbench.open", break_down)
    answer = visit.page()
    assert answer.status_code == 500
    error_id = re.search(r"quote error <code>([0-9a-f]{8})</code>", answer.text)[1]
    logged = capsys.readouterr().err
    assert error_id in logged
    assert "ZeroDivisionError" in logged
    assert "Iris" not in answer.text + logged


def test_logs_name_routes_and_not_addresses(visit, capsys):
    visit.post("/facts/er", value="positive")
    logged = capsys.readouterr().err
    assert '"route": "review.state_fact"' in logged
    assert "w1" not in logged
    assert "positive" not in logged


def test_an_unknown_address_is_a_page_of_ours(visit):
    answer = visit.page("/nowhere")
    assert answer.status_code == 404
    assert "quote error" in answer.text


def test_alive(visit):
    assert visit.page("/healthz").json == {"status": "ok"}
