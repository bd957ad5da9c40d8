"""The pages over HTTP: headers, forms, errors, and a chart that is slow, partial or empty."""

import re
import threading

import pytest
from sqlalchemy import update

from plugin.chart.searches import CHART_SEARCHES
from plugin.storage.database import Database
from plugin.storage.tables import WorkspaceRow
from tests.review.visit import PATIENT, TOKEN, Visit


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
    assert "Iris" not in title_of(page)


def test_the_tabs_of_two_launches_have_different_titles(visit):
    first = title_of(visit.read().text)
    visit.launch()
    assert title_of(visit.read().text) != first


def test_the_foot_names_the_types_of_what_the_launch_came_from_and_no_id(visit):
    assert "opened from" not in visit.read().text
    screen = [
        {"reference": "DiagnosticReport/hidden-id-7", "type": "DiagnosticReport"},
        {"reference": "DiagnosticReport/hidden-id-8", "type": "DiagnosticReport"},
        {"identifier": "urn:dicom:uid|hidden-id-9", "type": "ImagingStudy"},
        {
            "reference": "ServiceRequest/hidden-id-10",
            "type": "ServiceRequest",
            "role": "https://ehr.example.org/reason",
        },
        {"reference": "Iris Example/1", "type": "Iris Example"},
    ]
    database = Database(visit.settings.database)
    with database.session() as session:
        session.execute(update(WorkspaceRow).values(fhir_context=screen))
    database.close()
    page = visit.read().text
    assert "opened from DiagnosticReport, ImagingStudy." in page
    assert "hidden-id" not in page


def title_of(page):
    return re.search(r"<title>(.*?)</title>", page)[1]


def test_a_plan_that_offers_nothing_says_what_it_waits_for(visit):
    page = visit.read().text
    assert "Nothing can be offered yet" in page
    assert re.search(r"\d+ lines wait for facts", page)
    assert "Nothing stands out" not in page


def test_no_id_of_a_resource_is_shown_in_what_needs_attention(visit, chart):
    chart.resources += [receptor("one", "positive"), receptor("two", "negative")]
    box = re.search(r'<section id="attention".*?</section>', visit.read().text, re.S)[0]
    assert "Results disagree" in box
    assert 'href="#fact-er"' in box
    assert not re.search(r"\b(Observation|Condition|Patient|Specimen)/", re.sub(r'="[^"]*"', "", box))


def test_the_date_of_a_specimen_is_called_that(visit, chart):
    chart.resources += [
        receptor("one", "positive") | {"specimen": {"reference": "Specimen/s"}},
        {
            "resourceType": "Specimen",
            "id": "s",
            "subject": {"reference": "Patient/p1"},
            "collection": {"collectedDateTime": "2026-10-08"},
        },
    ]
    assert "taken 8 Oct 2026" in visit.read().text


def test_a_line_waits_for_a_test_only_where_a_test_would_settle_it(visit):
    lines = re.findall(r'<article class="line standing-conditional.*?</article>', visit.read().text, re.S)
    assert lines
    for line in lines:
        assert ("Waits for a test" in line) == (". Test: " in line)
        assert ("Waits for an answer" in line) == (". Test: " not in line)


def test_nobody_is_confident_without_a_source(visit):
    page = visit.opened(visit.read().text, "lines")
    unsourced = [line for line in re.findall(r"<article.*?</article>", page, re.S) if ">No source found<" in line]
    assert unsourced
    assert not [line for line in unsourced if "<dt>Certainty</dt>" in line]
    assert "<dt>Certainty</dt>" in page


def test_a_reason_is_not_told_twice(visit):
    notes = re.findall(r'<details class="fact".*?</details>', visit.read().text, re.S)
    told = [re.findall(r"<p[^>]*>(?:Why this is presumed: )?(.*?)</p>", note, re.S) for note in notes]
    assert not [paragraphs for paragraphs in told if len(paragraphs) != len(set(paragraphs))]


def test_confirming_brings_focus_to_what_it_changed(visit):
    visit.read()
    answer = visit.post("/facts/visceral-crisis", value="false")
    assert answer.headers["Location"].endswith("/w/w1/#changes")
    assert re.search(r'id="changes"[^>]* tabindex="-1"', visit.read().text)


def receptor(name, value):
    """A result of the estrogen receptor."""
    return {
        "resourceType": "Observation",
        "id": name,
        "status": "final",
        "subject": {"reference": "Patient/p1"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "85337-4", "display": "Estrogen receptor"}]},
        "effectiveDateTime": "2026-10-20",
        "valueCodeableConcept": {"text": value},
    }


def test_a_form_without_its_token_changes_nothing(visit):
    visit.page()
    answer = visit.client.post("/w/w1/lines/supportive-care/pc", data={"choice": "accept"}, base_url=visit.base)
    assert answer.status_code == 400
    assert "nothing was stored" in answer.text
    assert "none decided" in visit.page().text


def test_forms_work_over_tls_though_our_pages_send_no_referrer(chart, tmp_path):
    visit = Visit(chart.base, tmp_path, "https://127.0.0.1")
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
    assert "is due now" in answer.text
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
    assert answer.headers["Location"].endswith("#changes")
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
    assert answer.headers["Location"].endswith("/w/w1/#changes")


def test_a_fact_that_the_template_does_not_know_is_not_found(visit):
    assert visit.post("/facts/shoe-size", value="7").status_code == 404


def test_a_part_of_the_chart_that_failed_is_named(visit, chart):
    chart.down = {"Observation"}
    assert "The chart was read in part" in visit.read().text


def test_a_plan_from_a_chart_read_in_part_is_saved_only_by_somebody_who_says_so(visit, chart):
    chart.down = {"Observation"}
    assert "read in part" in visit.read().text
    answer = visit.post("/save")
    assert answer.status_code == 422
    assert "was not read completely" in answer.text
    assert visit.post("/save", in_part="yes").status_code == 303


def test_a_chart_that_cannot_be_read_again_stays_and_the_page_says_from_when(visit, chart):
    assert "Iris Example" in visit.page().text
    before = re.search(r"from (\d+) resources of the chart", visit.page().text)[1]
    chart.down = {"Patient", "Observation", "Condition"}
    visit.post("/reload")
    page = visit.read().text
    assert "could not be read again" in page
    assert "showing the chart of 22 Nov 2026, 23:30" in page
    assert "Iris Example" in page
    assert f"from {before} resources of the chart" in page
    assert visit.post("/save").status_code == 422
    chart.down = set()
    visit.post("/reload")
    assert "could not be read again" not in visit.read().text


def test_without_the_patient_nothing_is_drafted_and_one_can_try_again(visit, chart):
    chart.down = {"Patient"}
    for answer in (visit.read(), visit.page()):
        assert answer.status_code == 502
        assert "The patient could not be read" in answer.text
        assert "Save to EHR" not in answer.text
        assert 'class="line' not in answer.text
    assert f'href="{visit.workspace}/"' in answer.text
    chart.down = set()
    assert "Iris Example" in visit.read().text


def test_nothing_is_saved_without_the_patient(visit, chart, monkeypatch):
    token = TOKEN.search(visit.read().text)[1]
    sent = []
    monkeypatch.setattr("plugin.web.desk.save_plan", lambda *_: sent.append(1))
    visit.app.extensions["careplan.office"].charts.forget("w1")
    chart.down = {"Patient"}
    answer = visit.client.post("/w/w1/save", data={"csrf_token": token, "in_part": "yes"}, base_url=visit.base)
    assert answer.status_code == 502
    assert sent == []


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


@pytest.mark.parametrize(
    ("path", "anchor"),
    [
        ("/lines/supportive-care/pc", "#line-supportive-care-pc"),
        ("/facts/er", "#fact-er"),
        ("/save", ""),
        ("/reload", ""),
    ],
)
def test_the_address_of_a_form_opens_the_page_it_belongs_to(visit, path, anchor):
    answer = visit.page(f"/w/w1{path}")
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(f"/w/w1/{anchor}")


@pytest.mark.parametrize("path", ["/lines/supportive-care/pc", "/facts/er", "/save"])
def test_a_form_of_a_browser_that_lost_its_cookies_says_to_launch_again(visit, path):
    stranger = visit.app.test_client()
    answer = stranger.post(f"/w/w1{path}", data={"choice": "accept"}, base_url=visit.base)
    assert answer.status_code == 401
    assert "launch the plug-in from the EHR again" in answer.text
    assert answer.text.split("quote error")[0] == stranger.get("/w/w1/").text.split("quote error")[0]


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


def test_an_unknown_address_is_a_page_of_ours(visit, capsys):
    capsys.readouterr()
    answer = visit.page("/nowhere")
    assert answer.status_code == 404
    assert "quote error" in answer.text
    logged = capsys.readouterr().err
    assert logged.count("error page") == 1
    assert ".py" not in logged, "the framework's frames say nothing about an address that is not there"


@pytest.mark.parametrize("needed", [True, False])
def test_the_patient_is_named_on_the_page_whether_the_ehr_asks_for_it_or_not(visit, needed):
    database = Database(visit.settings.database)
    with database.session() as session:
        session.execute(update(WorkspaceRow).values(need_patient_banner=needed))
    database.close()
    assert '<p class="name">Iris Example</p>' in visit.read().text


def test_a_storm_of_429_over_all_searches_is_said_on_the_page(visit, chart):
    chart.busy = {search.resource_type for search in CHART_SEARCHES}
    page = visit.read().text
    assert "the server asks us to slow down (429)" in page
    assert "Results and observations could not be read completely" in page


def test_alive(visit):
    assert visit.page("/healthz").json == {"status": "ok"}
