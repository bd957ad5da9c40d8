"""What is awaited is named in the order in which it can be settled, and what was given earlier is seen at a glance."""

import re

import pytest

from tests.review.ehr_stub import chart_of


def reading(visit, chart, name):
    chart.resources[:] = chart_of(name)
    return visit.read().text


def test_where_nothing_can_be_offered_the_receptors_are_named_before_all_other_facts(visit, chart):
    page = reading(visit, chart, "no-results")
    waiting = page.partition('id="waiting"')[2].partition("</div>")[0]
    assert set(re.findall(r'href="#fact-([a-z0-9-]+)"', waiting)) == {"er", "pr", "her2"}


def test_where_nothing_is_on_record_what_lines_wait_for_is_asked_before_what_is_presumed(visit, chart):
    questions = reading(visit, chart, "no-results").partition('id="questions"')[2].partition("</section>")[0]
    assert "state-unknown" in questions.partition("<form")[2].partition("</form>")[0]
    assert re.search(r'value="false">Confirm: No<span class="hidden">', questions)


def test_a_question_that_a_test_settles_leads_to_the_test(visit, chart):
    page = reading(visit, chart, "her2-equivocal")
    asked = page.partition('id="ask-her2"')[2].partition("</p>")[0]
    assert 'settled by <a href="#line-assessment-her2-ish">' in asked


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("bone-metastases", ["Systemic therapy for metastatic disease given</a> <b>No</b>"]),
        (
            "triple-negative-pdl1-high",
            [
                "Systemic therapy for metastatic disease given</a> <b>No</b>",
                "doxorubicin: 12 Jun 2023 to 14 Aug 2023",
                'PD-L1 CPS 10 or higher</a> <span class="meta">20</span>',
            ],
        ),
    ],
)
def test_what_was_given_earlier_and_what_was_not_is_seen_at_a_glance(visit, chart, name, told):
    known = reading(visit, chart, name).partition('id="know"')[2].partition("</section>")[0]
    for words in told:
        assert words in known
