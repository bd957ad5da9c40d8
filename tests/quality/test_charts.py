"""Charts of a template: what is read from them is checked, readings are tried, and both are told with their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from plugin.library.content import content_folder
from plugin.quality.check import check_template
from plugin.quality.report import Section, TemplateReport
from tests.quality.planted import AS_OF, shared_profiles
from tests.quality.small_template import small_template

SHARED, READINGS = "charts/shared.yaml", "charts/readings.yaml"


def section(report: TemplateReport, key: str) -> Section:
    return next(each for each in report.sections if each.key == key)


def checked(folder: Path, edits: dict[str, tuple[str, str]] | None = None) -> TemplateReport:
    """The report of the small template with edits: file -> (text, what stands in its place)."""
    template = small_template(folder)
    for file, (old, new) in (edits or {}).items():
        text = (template / file).read_text()
        assert old in text
        (template / file).write_text(text.replace(old, new))
    return check_template(template, AS_OF, shared_profiles())


def test_the_report_says_how_many_charts_are_read_and_what_they_show(tmp_path):
    report = checked(tmp_path)
    assert section(report, "charts-read").summary == "8 of 8 charts are read as their cases say"
    assert section(report, "readings-shown").summary == "Readings that a chart case shows: 4 of 4"
    assert section(report, "readings-tried").summary.startswith("11 of 11 changes make a chart case fail (100.0 %): ")


def test_what_was_set_aside_is_told_with_the_reason(tmp_path):
    [remark] = section(
        checked(tmp_path, {READINGS: ("expect: {oil-level: unknown}\n    note", "expect: {oil-level: 12}\n    note")}),
        "charts-read",
    ).remarks
    assert remark.where == f"{READINGS}:6:5"
    assert remark.text.startswith("oil-too-old: oil-level: expected 12, got unknown — it is from 22 Oct 2026")
    assert "Observation/o1 “12 mg/dL” set aside" in remark.text


def test_a_list_of_the_draft_is_checked_too(tmp_path):
    report = checked(tmp_path, {READINGS: ("draft: {conditional: []}", "draft: {offered: [lamp]}")})
    [remark] = section(report, "charts-read").remarks
    assert remark.text.startswith("glow-at-its-threshold: offered")
    assert "lamp" in remark.text


def test_where_charts_are_not_declared_complete_what_they_miss_is_a_note(tmp_path):
    death = "  - id: a-death\n    patient: {deceasedBoolean: true}\n    expect: {deceased: true}\n"
    report = checked(tmp_path, {READINGS: (death, ""), SHARED: ("complete: true\n", "")})
    shown = section(report, "readings-shown")
    assert shown.summary == "Readings that a chart case shows: 3 of 4"
    assert [(each.level, each.text) for each in shown.remarks] == [
        ("note", "no chart case shows how these are read: deceased")
    ]


def test_a_template_without_charts_says_that_none_is_shown(tmp_path):
    template = small_template(tmp_path)
    for file in (SHARED, READINGS):
        (template / file).unlink()
    report = check_template(template, AS_OF, shared_profiles())
    assert section(report, "readings-shown").summary == "Readings that a chart case shows: 0 of 4"
    assert section(report, "readings-tried").looked_at == 0
    assert report.faults == 0


def test_fhir_may_be_written_element_for_element(tmp_path):
    resource = (
        "raw: [{resourceType: Observation, status: final, effectiveDateTime: 2026-10-23, "
        "code: {coding: [{system: http://loinc.org, code: 99999-9}]}, valueQuantity: {value: 12, unit: mg/dL}}]"
    )
    shorthand = 'obs: [{code: loinc|99999-9, measured: [12, "mg/dL"], date: 2026-10-23}]'
    report = checked(tmp_path, {READINGS: (shorthand, resource)})
    assert section(report, "charts-read").worst is None
    assert section(report, "readings-tried").worst is None


@pytest.mark.parametrize("name", sorted(path.name for path in content_folder("templates").iterdir() if path.is_dir()))
def test_the_shipped_templates_read_every_chart_as_they_say(name):
    from plugin.library.template import load_template
    from plugin.quality.charts.files import read_chart_cases
    from plugin.quality.charts.running import run_chart_cases

    folder = content_folder("templates") / name
    template = load_template(folder)
    charts = read_chart_cases(folder, template)
    assert charts.faults == ()
    sample = charts.cases[::7]  # all of them are read one by one in tests/findings, and by every check
    assert [(c.id, o.misses) for c, o in zip(sample, run_chart_cases(sample, template), strict=True) if o.misses] == []
    assert len(sample) > 5
