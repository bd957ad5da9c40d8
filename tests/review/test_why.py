"""Why, on every line: the rule put to the patient, what would settle it, and what is not offered found again."""

import re

import pytest

from tests.review.ehr_stub import chart_of


@pytest.fixture
def page(visit, chart):
    chart.resources[:] = chart_of("conflicting-results")
    return visit.read().text


def line(page, code):
    return re.search(rf'<article class="[^"]*" id="line-treatment-category-{code}".*?</article>', page, re.S)[0]


def rule(visit, code):
    return visit.page(f"{visit.workspace}/logic/treatment-category/{code}/rule")


def test_a_line_that_waits_says_what_each_answer_would_make_of_it(page):
    told = re.search(r'<ol class="settling">.*?</ol>', line(page, "cdk46-et"), re.S)[0]
    assert 'href="#fact-er"' in told
    assert re.search(r"if <b>positive</b>: .*?offered", told)
    assert re.search(r"if <b>negative</b>: .*?left to your judgement", told)


def test_a_fact_that_settles_nothing_alone_says_so_and_comes_after_those_that_do(visit):
    orders = []
    for told in re.findall(r'<ol class="settling">.*?</ol>', visit.read().text, re.S):
        facts = re.split(r'<li><a href="#fact-', told)[1:]
        orders.append(["does not move it by itself" in fact for fact in facts])
        assert all(("if <b>" in fact) != ("does not move it by itself" in fact) for fact in facts)
    assert any(True in order and False in order for order in orders)
    assert all(order == sorted(order) for order in orders)


def test_the_rule_comes_to_the_line_with_the_values_of_the_patient(visit, page):
    address = re.search(r'data-part="([^"]+)"', line(page, "cdk46-et"))[1]
    part = visit.page(address)
    assert part.status_code == 200
    assert "<html" not in part.text
    assert "hr-1l-cdk46-et" in part.text
    assert re.search(r'href="#fact-er">[^<]*</a>: <b>[^<]*</b> <span class="meta">found: results disagree', part.text)


def test_a_term_that_the_line_fails_or_waits_for_is_open_and_one_that_holds_is_folded(visit, page):
    terms = re.findall(
        r'<details class="term-of"( open)?><summary>.*?class="hidden">([^<]+): ', rule(visit, "cdk46-et").text
    )
    assert {said for is_open, said in terms if is_open} <= {"cannot be told yet", "does not hold"}
    assert {said for is_open, said in terms if not is_open} == {"holds"}
    assert any(is_open for is_open, _ in terms)


def test_without_a_script_the_rule_stands_behind_a_link(visit, page):
    for each in re.findall(r'<p class="rule".*?</p>', page, re.S)[:3]:
        href = re.search(r'href="([^"]+)"', each)[1]
        assert visit.page(href).status_code == 200


def test_a_line_that_is_no_more_is_said_to_be_missing(visit, page):
    answer = rule(visit, "no-such-line")
    assert answer.status_code == 404
    assert "no such line" in answer.text
