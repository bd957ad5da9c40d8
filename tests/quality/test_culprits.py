"""Why cases fail: what they have in common is named once, with its place; what waits is not said to be closed."""

from __future__ import annotations

from datetime import date

import pytest

from plugin.quality.as_text import report_text
from plugin.quality.check import check_template
from plugin.quality.culprits import culprits
from plugin.quality.reports.as_html import reports_html
from plugin.quality.reports.as_json import reports_json
from tests.quality.small_template import small_profiles, small_template
from tests.quality.test_diff import change

DAY = date(2026, 11, 29)


@pytest.fixture
def folder(tmp_path):
    small_profiles(tmp_path)
    return small_template(tmp_path)


def checked(folder):
    return check_template(folder, DAY, folder.parent / "profiles")


def test_one_flipped_gate_is_named_once_for_all_that_fail_by_it_with_file_and_line(folder):
    change(folder / "safety.yaml", 'expression: "%glassAllergy"', 'expression: "%glassAllergy.not()"')
    report = checked(folder)
    first = culprits(report.failed)[0]
    line = 1 + (folder / "safety.yaml").read_text().splitlines().index('          expression: "%glassAllergy.not()"')
    assert (first.id, first.at) == ("gate-glass", f"safety.yaml:{line}")
    assert first.by > len(report.failed) / 2
    said = f"{first.by} of {len(report.failed)} failures have to do with gate-glass (safety.yaml:{line})"
    assert said in report_text(report)
    by = [
        each["at"]
        for case in reports_json([report], "careplan-plugin 0")["templates"][0]["cases"]
        for miss in case["misses"]
        for each in miss["missing"]
        if each["by"] == "gate-glass"
    ]
    assert set(by) == {f"safety.yaml:{line}"}
    assert f"<b>gate-glass</b> <code>safety.yaml:{line}</code>" in reports_html([report], "careplan-plugin 0")


def test_a_rule_whose_line_waits_is_not_said_to_stand_on_a_closed_one(folder):
    cases = folder / "cases/all.yaml"
    cases.write_text(
        f"{cases.read_text()}  - id: shade.waits\n    rule: shade-lamps\n    title: Oil unknown\n"
        "    findings: {lantern-fever: true, glow: bright, line: 1, age: 40}\n    expect: {speaks: [shade-lamps]}\n"
    )
    [failed] = checked(folder).failed
    [difference] = failed.misses[0].differences
    assert "but no line that it stands beside may start: lamp is conditional by rule lamp-first" in difference.why
    assert "waits for oil-level" in difference.why
    assert difference.by == "shade-lamps"
