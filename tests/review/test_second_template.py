"""The review page with another template in use: another disease, and nothing of the first one on the page."""

import json
import logging
from pathlib import Path

import pytest

from plugin.library.content import content_folder
from plugin.library.template import load_template
from tests.quality.test_no_clinical_terms import found_in
from tests.review.ehr_stub import serving_chart
from tests.review.visit import Visit

FOLDER = content_folder("templates") / "prostate-cancer-bone-health"
CHART = Path(__file__).parent.parent / "templates/charts/prostate-bone-pain.json"
FIRST = {"breast", "her2", "tumour", "she", "her", "woman", "women"}


@pytest.fixture(scope="module")
def template():
    return load_template(FOLDER)


@pytest.fixture
def chart():
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    entries = json.loads(CHART.read_text(encoding="utf-8"))["entry"]
    with serving_chart(*(entry["resource"] for entry in entries)) as served:
        yield served


@pytest.fixture
def visit(chart, tmp_path):
    return Visit(chart.base, tmp_path, templates_folder=FOLDER)


def test_the_page_drafts_by_the_template_in_use(visit):
    page = visit.read().text
    assert "Bone-modifying agent against skeletal events" in page
    assert "Radium-223" in page
    assert not FIRST.intersection(found_in(page))


def test_the_reasons_to_choose_from_are_those_of_the_template(visit):
    page = visit.opened(visit.read().text, "lines/treatment-category")
    assert "<option>Teeth first</option>" in page
    assert "<option>To be discussed with the bone health service</option>" in page


def test_a_line_can_be_deferred_and_a_fact_stated(visit):
    answer = visit.decide("treatment-category/bma", "defer", "offered", reason="Teeth first")
    assert answer.status_code == 303
    assert "Reason: Teeth first" in visit.read().text
    for code, value in (
        ("visceral-metastasis", "false"),
        ("few-bone-metastases", "false"),
        ("two-lines-for-resistant-disease", "true"),
    ):
        assert visit.post(f"/facts/{code}", value=value).status_code == 303
    offered = visit.read().text.split('id="list-offered"')[1].split('id="list-not-offered"')[0]
    assert "Radium-223" in offered


def test_what_the_template_says_of_itself_is_shown(visit):
    page = visit.page(f"{visit.workspace}/about").text
    assert "Prostate cancer: bone health" in page
    assert "statements 30 and 37 to 40" in page
