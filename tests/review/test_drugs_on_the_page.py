"""What the page says of single drugs, of older texts, and of two accepted lines that do not go together."""

import re

import orjson
import pytest

from plugin.findings.bundle import resources_of
from plugin.library.content import PACKAGE


@pytest.fixture
def page_of(visit, chart):
    """The review page of a sample patient, who is the patient of the launch, with some lines opened."""

    def read(name, *codes):
        text = (PACKAGE / "sandbox" / "patients" / f"{name}.json").read_text()
        chart.resources[:] = resources_of(orjson.loads(re.sub(rf'"(Patient/)?{name}"', r'"\1p1"', text)))
        return visit.opened(visit.read().text, *(f"lines/treatment-category/{code}" for code in codes))

    return read


def line(page, code):
    return re.search(rf'<article[^>]*id="line-treatment-category-{code}".*?</article>', page, re.S)[0]


def drugs(article):
    found = re.search(r'<ul class="drugs">(.*?)\n</ul>', article, re.S)[1]
    return {re.search(r"<b>(.*?)</b>", each)[1]: each for each in re.split(r"\n  <li>", found)[1:]}


def test_a_drug_that_waits_says_for_what_and_for_which_test(page_of):
    found = drugs(line(page_of("triple-negative-pdl1-low", "chemo-single"), "chemo-single"))
    assert "Not named yet" in found["capecitabine"]
    assert 'href="#fact-dpd-deficiency"' in found["capecitabine"]
    assert "Test: DPYD" in found["capecitabine"]
    assert "Not named" not in found["paclitaxel"]


def test_each_drug_shows_its_status_with_date_and_what_is_new(page_of):
    page = page_of("triple-negative-pdl1-low", "sg", "chemo-single")
    found = drugs(line(page, "sg"))["sacituzumab govitecan"]
    assert "Approved" in found
    assert "24 June 2026" in found
    assert ">New<" in found
    assert "no source found" in drugs(line(page, "chemo-single"))["paclitaxel"]


def test_a_withdrawn_drug_is_shown_as_such_and_not_named(page_of):
    found = drugs(line(page_of("triple-negative-pdl1-high", "io-chemo"), "io-chemo"))["atezolizumab"]
    assert "Withdrawn" in found
    assert "Not named" in found


def test_older_texts_stand_beside_what_holds_now(page_of):
    article = line(page_of("triple-negative-pdl1-low", "sg"), "sg")
    assert "What older texts say" in article
    assert "only" in re.search(r'<ul class="older">.*?</ul>', article, re.S)[0]


def test_two_lines_that_do_not_go_together_may_stand_beside_each_other(page_of):
    page = page_of("triple-negative-pdl1-low", "sg")
    assert "Not at the same time" in line(page, "sg")
    assert "Accepted together" not in page


def test_accepting_both_warns_above_the_plan_and_on_both_lines(page_of, visit):
    page_of("triple-negative-pdl1-low")
    for code in ("sg", "dato"):
        assert visit.decide(f"treatment-category/{code}", "accept", "offered").status_code == 303
    page = visit.read().text
    attention = re.search(r'<section id="attention".*?</section>', page, re.S)[0]
    assert "Sacituzumab govitecan and Datopotamab deruxtecan are both in the plan." in attention
    assert [code for code in ("sg", "dato", "chemo-single") if "Accepted together" in line(page, code)] == [
        "sg",
        "dato",
    ]
    assert "both stand in the plan" in page.partition('id="send"')[2]
    refused = visit.post("/save", way="transaction")
    assert refused.status_code == 422
    assert "Tick that you know this" in refused.text.partition('id="send"')[2]


def test_taking_one_of_them_back_ends_the_warning(page_of, visit):
    page_of("triple-negative-pdl1-low")
    for code in ("sg", "dato"):
        visit.decide(f"treatment-category/{code}", "accept", "offered")
    visit.decide("treatment-category/dato", "decline", "offered", reason="Not available or not covered here")
    assert "Accepted together" not in visit.read().text
