"""What a line rests on, on the page: what decides here comes first with its value, the rest is folded and complete."""

import re

import pytest

from plugin.drafting.common_ground import common_ground
from plugin.review.rests_on import rests_on
from tests.drafting.test_worth import chart as sandbox_chart
from tests.drafting.test_worth import drafted
from tests.review.ehr_stub import chart_of


@pytest.fixture
def page(visit, chart):
    chart.resources[:] = chart_of("esr1-second-line")
    return visit.read().text


def line(page, code):
    return re.search(rf'<article class="line[^>]*id="line-treatment-category-{code}".*?</article>', page, re.S)[0]


def words(html):
    return " ".join(re.sub(r"<[^>]+>", "", html).split())


def decides(page, code):
    return words(re.search(r'<p class="rests decides">.*?</p>', line(page, code), re.S)[0])


def folded(page, code):
    return re.search(r'<details class="rests-more">(.*?)</details>', line(page, code), re.S)[1]


def test_what_tells_a_line_from_the_others_comes_first_with_its_value(page):
    assert decides(page, "esr1-degrader").startswith("Decided by ESR1 mutation positive · ")
    assert "Oestrogen receptor (ER) positive (80 %)" in decides(page, "esr1-degrader")


def test_what_every_line_rests_on_does_not_decide_one(page):
    assert "Breast cancer" not in decides(page, "esr1-degrader")
    assert "Breast cancer" in folded(page, "esr1-degrader")


def test_what_a_line_alone_presumes_is_named_before_the_fold_is_opened(page):
    summary = words(re.search(r"<summary>(.*?)</summary>", folded(page, "esr1-degrader"), re.S)[1])
    assert summary.startswith("Presumed: Visceral crisis: no · ")
    assert re.search(r"\d more concluded from the chart", summary)


def test_a_line_that_waits_says_what_is_known_so_far(visit, chart):
    chart.resources[:] = chart_of("brca-carrier")
    page = visit.read().text
    assert "standing-conditional" in line(page, "parp")
    assert decides(page, "parp").startswith("Known so far: Chemotherapy given in any setting yes · Germline BRCA1/2")


@pytest.mark.parametrize("patient", ["man", "esr1-second-line", "her2-positive", "er-low", "no-results"])
def test_nothing_that_a_line_rests_on_is_lost(template, patient):
    draft = drafted(sandbox_chart(patient), template)
    ground = common_ground(draft)
    views = {code: _View(code, finding) for code, finding in draft.findings.items()}
    shared = {fact.code for fact in (*ground.presumes, *ground.derives)}
    for code, told in rests_on(draft.categories, ground, views).items():
        said = {view.code for view in told.decides}
        said |= {fact.code for facts in (told.recorded, told.presumed, told.concluded) for fact in facts}
        said |= shared if any(told.as_for_most) else set()
        of_line = next(each for each in draft.categories if each.code == code)
        behind = {fact.code for fact in (*of_line.facts, *of_line.derives, *of_line.presumes) if not fact.evident}
        assert behind <= said, code


class _View:
    def __init__(self, code, finding):
        self.code, self.finding = code, finding
