"""The plan in brief: the first screen answers what is offered, what waits and for what, before anybody scrolls."""

import re

from tests.review.ehr_stub import chart_of


def brief(page):
    return re.search(r'<section id="brief".*?</section>', page, re.S)[0]


def list_of(page, title):
    """The names under a heading of the brief, and the number beside the heading."""
    [block] = [each for each in re.findall(r'<div class="brief .*?</div>', brief(page), re.S) if f"{title}</a>" in each]
    names = re.findall(r'href="#(line-[^"]+)"', block)
    return names, int(re.search(r'class="count">(\d+)', block)[1]), block


def in_full(page, name):
    """The lines of the whole list on the page, as anchors."""
    section = re.search(rf'aria-labelledby="list-{name}".*?</section>', page, re.S)[0]
    return re.findall(r'<article class="[^"]*" id="([^"]+)"', section)


def test_all_that_is_offered_or_left_to_judgement_is_named_in_full(visit, chart):
    chart.resources[:] = chart_of("hr-positive")
    page = visit.read().text
    for name, title in (("offered", "Offered"), ("judgement", "For your judgement")):
        named, size, _ = list_of(page, title)
        assert named == in_full(page, name)
        assert size == len(named) > 0


def test_what_waits_says_for_what_most_lines_wait(visit):
    page = visit.read().text
    named, size, block = list_of(page, "Conditional")
    assert size == len(in_full(page, "conditional")) > len(named)
    assert f"and {size - len(named)} more" in block
    waits = [int(count) for count in re.findall(r"\((\d+) lines?\)", block)]
    assert waits == sorted(waits, reverse=True)
    assert len(waits) == 3


def test_a_decision_shows_in_the_brief(visit, chart):
    chart.resources[:] = chart_of("hr-positive")
    [first, *_], _, before = list_of(visit.read().text, "Offered")
    visit.decide(first.removeprefix("line-").replace("treatment-category-", "treatment-category/"), "accept", "offered")
    after = list_of(visit.read().text, "Offered")[2]
    assert "Accepted" not in before
    assert "Accepted" in after


def test_a_dead_patient_has_no_brief(visit, chart):
    chart.resources[0] = chart.resources[0] | {"deceasedDateTime": "2026-10-01"}
    page = visit.read().text
    assert "No plan is drafted" in page
    assert 'id="brief"' not in page
    banner = page.partition('class="banner"')[2].partition("</dl>")[0]
    assert "<dt>Died</dt><dd><strong>1 Oct 2026</strong>" in banner
    assert "years" not in banner


def test_a_death_without_a_date_is_said_to_have_none(visit, chart):
    chart.resources[0] = chart.resources[0] | {"deceasedBoolean": True}
    assert "<dt>Died</dt><dd><strong>date not recorded</strong>" in visit.read().text


def test_a_man_is_asked_nothing_about_pregnancy_or_menopause(visit, chart):
    chart.resources[:] = chart_of("man")
    page = visit.read().text
    assert 'id="ask-breast-primary-right"' in page
    asked = set(re.findall(r'id="ask-([a-z0-9-]+)"', page))
    assert not {code for code in asked if "pregnan" in code or "menopaus" in code}
