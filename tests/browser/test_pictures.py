"""Twelve patients as pictures, at three widths and on paper: what changed for the eye is looked at before it lands.

Run by hand, since another browser or other fonts draw other letters: `pytest -m pictures`, look at build/pictures, and
when the change is meant `python -m tests.browser.pictures`.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from plugin.sandbox.fhir_server import free_port
from plugin.sandbox.serving import serving
from tests.browser.pictures import changed
from tests.review.ehr_stub import chart_of, serving_chart
from tests.review.visit import Visit

pytestmark = pytest.mark.pictures

NOW = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
PATIENTS = (
    "bone-metastases",
    "brain-metastases",
    "brca-carrier",
    "deceased",
    "early-stage",
    "esr1-second-line",
    "her2-conflict",
    "her2-second-line",
    "hr-positive",
    "man",
    "no-results",
    "triple-negative-pdl1-high",
)
WIDTHS = {"wide": 1280, "frame": 1024, "narrow": 400}
HEIGHT = 800
PAPER = 718  # CSS pixels between the margins of A4


@pytest.fixture
def page(request, browse, tmp_path, template, monkeypatch):
    """The review of a patient in a browser, at a time that stands still."""
    monkeypatch.setattr("plugin.library.template.load_template", lambda *_: template)
    port = free_port()
    with serving_chart(*chart_of(request.param)) as chart:
        visit = Visit(chart.base, tmp_path, public_url=f"http://127.0.0.1:{port}", clock=lambda: NOW)
        visit.read()
        with serving(visit.app, port):
            browser = browse(viewport={"width": 1280, "height": HEIGHT}, reduced_motion="reduce")
            cookie = visit.client.get_cookie(visit.cookie, path=visit.workspace, domain="127.0.0.1")
            browser.add_cookies(
                [{"name": cookie.key, "value": cookie.value, "domain": "127.0.0.1", "path": cookie.path}]
            )
            opened = browser.new_page()
            opened.goto(f"http://127.0.0.1:{port}{visit.workspace}/")
            opened.locator("#know").wait_for()
            yield opened


@pytest.mark.parametrize(("page", "patient"), [(each, each) for each in PATIENTS], indirect=["page"], ids=PATIENTS)
def test_the_page_looks_as_it_did(page, patient):
    found = []
    for name, width in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": HEIGHT})
        found.append(changed(page.screenshot(full_page=True), f"{patient}-{name}"))
    page.set_viewport_size({"width": PAPER, "height": HEIGHT})
    page.emulate_media(media="print")
    found.append(changed(page.screenshot(full_page=True), f"{patient}-print"))
    assert [each for each in found if each] == []
