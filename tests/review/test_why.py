"""Why, on every line: the rule put to the patient, what would settle it, and what is not offered found again."""

import re

import pytest

from tests.review.ehr_stub import chart_of
from tests.review.visit import line_on


@pytest.fixture
def page(visit, chart):
    chart.resources[:] = chart_of("conflicting-results")
    return visit.read().text


def why(visit, code):
    return visit.page(f"{visit.workspace}/lines/treatment-category/{code}/why?bare")


def test_a_line_that_waits_says_what_each_answer_would_make_of_it(visit, page):
    told = re.search(r'<ol class="settling">.*?</ol>', why(visit, "cdk46-et").text, re.S)[0]
    assert 'href="#fact-er"' in told
    assert re.search(r"if <b>positive</b>: .*?offered", told)
    assert re.search(r"if <b>negative</b>: .*?left to your judgement", told)


def test_a_fact_that_settles_nothing_alone_says_so_and_comes_after_those_that_do(visit):
    orders = []
    page = visit.opened(visit.read().text, "lines/treatment-category")
    for told in re.findall(r'<ol class="settling">.*?</ol>', page, re.S):
        facts = re.split(r'<li><a href="#fact-', told)[1:]
        orders.append(["does not change it by itself" in fact for fact in facts])
        assert all(("if <b>" in fact) != ("does not change it by itself" in fact) for fact in facts)
    assert any(True in order and False in order for order in orders)
    assert all(order == sorted(order) for order in orders)


def test_the_rule_comes_to_the_line_with_the_values_of_the_patient(visit, page):
    part = why(visit, "cdk46-et")
    assert part.status_code == 200
    assert "<html" not in part.text
    assert "hr-1l-cdk46-et" in part.text
    assert re.search(r'href="#fact-er">[^<]*</a>: <b>[^<]*</b> <span class="meta">found: results disagree', part.text)


def test_a_term_that_the_line_fails_or_waits_for_is_open_and_one_that_holds_is_folded(visit, page):
    terms = re.findall(
        r'<details class="term-of"( open)?><summary>.*?class="hidden">([^<]+): ', why(visit, "cdk46-et").text
    )
    assert {said for is_open, said in terms if is_open} <= {"cannot be told yet", "does not hold"}
    assert {said for is_open, said in terms if not is_open} == {"holds"}
    assert any(is_open for is_open, _ in terms)


def test_without_a_script_what_is_folded_stands_behind_links_to_pages_that_work(visit, page):
    for kind, code, part in (("treatment-category", "cdk46-et", "why"), ("supportive-care", "pc", "decline")):
        address = re.search(rf'<p class="opened" data-part><a href="([^"]+/{kind}/{code}/{part})">', page)[1]
        shown = visit.page(address)
        assert "<html" in shown.text
        assert re.search(r'<details class="(why|decide)"[^>]* open>', shown.text)
        assert f'href="{visit.workspace}/#line-{kind}-{code}">Back to the review' in shown.text
        assert 'href="#fact-' not in shown.text
    form = re.search(r'<form[^>]*data-keep="line-supportive-care-pc-decline".*?</form>', shown.text, re.S)[0]
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    action = re.search(r'action="([^"]+)"', form)[1]
    sent = {**fields, "choice": "decline", "reason_text": "Later"}
    assert visit.client.post(action, data=sent, base_url=visit.base).status_code == 303
    assert "Reason: Later" in line_on(visit.page().text, "supportive-care/pc")


def test_a_fact_opens_to_its_results_and_forms_on_a_page_of_its_own_too(visit, page):
    shown = visit.page(re.search(r'<a href="([^"]+/facts/er/open)">', page)[1]).text
    assert re.search(r'<details class="fact" id="fact-er"[^>]* open>', shown)
    assert "Disagrees with another" in shown
    assert 'name="value" required' in shown
    assert visit.page(f"{visit.workspace}/facts/shoe/open").status_code == 404


def test_nothing_is_decided_on_what_is_not_offered(visit, page):
    code = re.search(r'standing-not-offered" id="line-treatment-category-([a-z0-9-]+)"', page)[1]
    assert why(visit, code).status_code == 200
    assert visit.page(f"{visit.workspace}/lines/treatment-category/{code}/decline").status_code == 404


def test_a_line_that_is_no_more_is_said_to_be_missing(visit, page):
    answer = why(visit, "no-such-line")
    assert answer.status_code == 404
    assert "no such line" in answer.text
