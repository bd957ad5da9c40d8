"""A line accepted while facts are not known says so wherever it stands, and is saved only by somebody who knows it."""

import re

import pytest

from tests.review.ehr_stub import chart_of
from tests.review.visit import line_on

LINE = "treatment-category/cdk46-et"


@pytest.fixture
def accepted(visit, chart):
    """The visit to a patient without any result, with one conditional line accepted."""
    chart.resources[:] = chart_of("no-results")
    assert visit.decide(LINE, "accept", "conditional").status_code == 303
    return visit


def attention(page):
    return re.search(r'<section id="attention".*?</section>', page, re.S)[0]


def said(html):
    return " ".join(re.sub(r"<[^>]+>", "", html).split())


def test_the_line_and_one_notice_say_that_facts_are_not_known(accepted):
    page = accepted.read().text
    assert "Accepted, while facts are not known. Waits for" in said(line_on(page, LINE))
    notice = re.search(r'<div class="alert warning" id="on-condition">.*?</div>', page, re.S)[0]
    assert "Accepted, while facts are not known: CDK4/6 inhibitor + endocrine therapy waits for" in said(notice)
    waited = re.findall(r'#fact-([a-z0-9-]+)"', re.search(r'<p class="waits">.*?</p>', line_on(page, LINE), re.S)[0])
    assert re.findall(r'href="#fact-([a-z0-9-]+)"', notice) == waited[:3] == ["er", "pr", "her2"]
    assert f"HER2 and {len(waited) - 3} more." in said(notice)


def test_the_brief_names_it_first_of_what_waits_and_says_that_it_waits(visit, chart):
    chart.resources[:] = chart_of("no-results")
    page = visit.read().text
    waiting = re.search(r'aria-labelledby="list-conditional".*?</section>', page, re.S)[0]
    last = re.findall(r'<article class="[^"]*" id="line-treatment-category-([^"]+)"', waiting)[-1]
    assert visit.decide(f"treatment-category/{last}", "accept", "conditional").status_code == 303
    brief = re.search(r'<section id="brief".*?</section>', visit.read().text, re.S)[0]
    named = re.search(r"Conditional</a>.*?<ul>\s*(<li>.*?</li>)", brief, re.S)[1]
    assert f'href="#line-treatment-category-{last}"' in named
    assert "Accepted, waits for facts" in said(named)
    assert brief.count("waits for facts") == 1


def test_undecided_and_offered_lines_say_nothing_of_it(visit, chart):
    chart.resources[:] = chart_of("no-results")
    assert "while facts are not known" not in visit.read().text
    chart.resources[:] = chart_of("hr-positive")
    visit.post("/reload")
    visit.decide(LINE, "accept", "offered")
    page = visit.read().text
    assert "Accepted by" in line_on(page, LINE)
    assert "while facts are not known" not in page


def test_saving_asks_to_know_it_and_is_refused_in_place_without(accepted, chart):
    send = accepted.read().text.partition('id="send"')[2]
    label = re.search(r'<label for="waiting">(.*?)</label>', send, re.S)[1]
    assert "CDK4/6 inhibitor + endocrine therapy waits for" in said(label)
    refused = accepted.post("/save", way="transaction")
    assert refused.status_code == 422
    place = refused.text.partition('id="send"')[2]
    assert "CDK4/6 inhibitor + endocrine therapy waits for" in said(
        re.search(r'<div [^>]*id="problem".*?</div>', place, re.S)[0]
    )
    assert "Tick that you know this" in place
    assert accepted.post("/save", waiting="yes").status_code != 422


def test_taking_it_back_ends_the_notice_and_the_question(accepted):
    accepted.decide(LINE, "reopen", "conditional")
    page = accepted.read().text
    assert 'id="on-condition"' not in page
    assert 'id="waiting" name' not in page


def test_the_board_page_and_the_note_say_what_it_waits_for(accepted):
    for path in ("print/board", "note.txt"):
        told = accepted.page(f"{accepted.workspace}/{path}").text
        assert re.search(
            r"CDK4/6 inhibitor \+ endocrine therapy \(accepted, waits for [^;]*HER2 and \d+ more\)", told
        ), path
        assert "Accepted, while facts are not known: CDK4/6 inhibitor" in told, path


@pytest.mark.parametrize(
    ("language", "heading", "treatment"),
    [
        ("en", "Only if tests and checks show that it fits you", ">Treatment<"),
        ("es", "Solo si las pruebas y revisiones muestran que es para usted", ">Tratamiento<"),
    ],
)
def test_on_the_patients_page_it_stands_apart(accepted, language, heading, treatment):
    page = accepted.page(f"{accepted.workspace}/print/patient?lang={language}").text
    printed = re.search(r"<main.*</main>", page, re.S)[0]
    group = printed.partition(f"<h3>{heading}</h3>")[2].partition("</section>")[0]
    assert 'value="treatment-category.cdk46-et"' in group
    assert treatment not in printed
    assert "Accepted, while facts are not known." in page


def test_the_reason_of_a_line_that_waits_is_led_in_by_its_conditions(visit, chart):
    chart.resources[:] = chart_of("no-results")
    page = visit.read().text
    assert '<p class="reason">If its conditions hold: ' in line_on(page, LINE)
    assert "If its conditions hold" not in line_on(page, "supportive-care/pc")
