"""The page of `careplan check`: for assistive technology, in narrow windows, in the dark, on paper."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from plugin.quality.cases import Case
from plugin.quality.misses import Difference, Miss
from plugin.quality.origin import Origin
from plugin.quality.report import Remark, Section, Table, TemplateReport
from plugin.quality.reports.as_html import reports_html
from plugin.quality.running import Outcome
from plugin.quality.worlds.observed import Seen

LONG = "word " * 40
CASE = Case("one", "rule-one", "A patient", {"fact": True}, {}, {}, (), date(2026, 11, 22), "cases/one.yaml", 3)
MISS = Miss("offered", (Difference("this", True, LONG), Difference("that", False, "speaks")))
TABLE = Table(("statement", "combinations", "result"), ((LONG, "1,024", "proven"), ("short", "3.1 × 10^31", LONG)))
SECTIONS = (
    Section("Everything right", 3),
    Section(
        "Statements",
        2,
        (
            Remark("fault", LONG, "pathways/a-file-with-a-long-name.yaml:120:45", "mend it", "%unbreakable" * 9),
            Remark("gap", LONG, "", "close it"),
            Remark("note", LONG),
        ),
        "1 of 2 holds.",
        TABLE,
    ),
)


@pytest.fixture(scope="module")
def html():
    origin = Origin(Path("template"), Path("profiles"), f"sha256:{'a1' * 32}", f"sha256:{'b2' * 32}")
    outcome = Outcome(CASE, True, Seen({}, frozenset()), (MISS,))
    report = TemplateReport(
        "made-up", "Made up, version 1.0.0", SECTIONS, (outcome,), 1.5, "1.0.0", "2026-11-01", "2026-11-22", origin
    )
    return reports_html([report], "careplan-plugin 1")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing_and_nothing_runs_off_the_side(browse, html, scheme, width):
    page = browse(color_scheme=scheme, viewport={"width": width, "height": 900}).new_page()
    page.set_content(html)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_it_is_whole_without_scripts_and_on_paper(browse, html):
    page = browse(java_script_enabled=False).new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(html)
    page.emulate_media(media="print", color_scheme="dark")
    for told in ("2 faults to mend", "expected, missing: this", "3.1 × 10^31", "Signature"):
        assert page.get_by_text(told, exact=False).first.is_visible()
    assert asked == []
