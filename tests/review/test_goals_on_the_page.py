"""Goals on the page: what the patient wants on top of the plan, in her words; what nobody asked yet, to be asked."""

import re

from tests.review.ehr_stub import serving_chart
from tests.review.visit import BONE, BREAST_CANCER, PATIENT, Visit

SEA = {
    "resourceType": "Goal",
    "id": "sea",
    "lifecycleStatus": "active",
    "description": {"text": "See the sea <b>again</b>"},
    "expressedBy": {"reference": "Patient/p1"},
    "statusDate": "2026-11-03",
    "subject": {"reference": "Patient/p1"},
}


def goals(page):
    return re.search(r'<section class="goals".*?</section>', page, re.S)[0]


def test_the_words_are_quoted_on_top_of_the_plan_with_who_said_them_and_when(visit, chart):
    chart.resources.append(SEA)
    page = visit.read().text
    shown = goals(page)
    assert "“See the sea &lt;b&gt;again&lt;/b&gt;”" in shown
    assert "in the patient&#39;s own words, 3 Nov 2026, goal on record" in shown
    assert "Goal/sea" not in shown
    assert page.index('id="goals"') < page.index('id="treatment-title"')


def test_a_chart_without_words_says_that_they_are_to_be_asked(visit):
    shown = goals(visit.read().text)
    assert "The chart does not say what matters most to the patient: ask." in shown
    assert re.search(r"\d goals to talk about, \d to ask about", shown)
    assert "To ask: To be at home" in shown
    assert 'href="#fact-care-at-home-wish"' in shown


def test_the_proposed_goals_are_counted_at_save_and_can_be_left_out(visit):
    page = visit.read().text
    count = re.search(r"(\d) proposed goals are written with it, as proposals", page.partition('id="send"')[2])[1]
    saved = f"{visit.workspace}/plan.json"
    assert visit.page(saved).text.count('"resourceType": "Goal"') == int(count)
    assert visit.post("/goals", write="no").status_code == 303
    page = visit.read().text
    assert "Left out of the saved plan by Dr. Ana Ruiz" in goals(page)
    assert "proposed goals are left out, as Dr. Ana Ruiz decided" in page.partition('id="send"')[2]
    assert '"resourceType": "Goal"' not in visit.page(saved).text
    assert "none decided." in page
    visit.post("/goals", write="yes")
    assert visit.page(saved).text.count('"resourceType": "Goal"') == int(count)


def test_goals_that_could_not_be_read_are_a_named_gap_and_no_error(tmp_path):
    with serving_chart(PATIENT, BREAST_CANCER, BONE) as chart:
        chart.down.add("Goal")
        answer = Visit(chart.base, tmp_path).read()
    assert answer.status_code == 200
    assert "goals could not be read completely" in answer.text
    assert 'id="plan"' in answer.text


def test_a_question_says_how_many_lines_it_could_change_and_the_fact_which(visit):
    page = visit.read().text
    assert re.search(r"could change \d+ lines", page)
    fact = visit.page(f"{visit.workspace}/facts/her2/open?bare").text
    assert "What it would change" in fact
    assert "positive: closes " in fact


def test_a_line_can_be_deferred_with_a_reason(visit):
    assert visit.decide("supportive-care/pc", "defer").status_code == 422
    answer = visit.decide("supportive-care/pc", "defer", reason="A result is awaited")
    assert answer.status_code == 303
    page = visit.read().text
    assert "Deferred by Dr. Ana Ruiz" in page
    assert "Reason: A result is awaited" in page
    assert "1 deferred" in page
