"""Every deliberate fault is caught at the right file and line; the template they are planted in has none."""

from __future__ import annotations

import pytest

from plugin.quality.as_text import report_text
from plugin.quality.check import check_template
from tests.quality.planted import AS_OF, main, planted_faults, shared_profiles, verdict
from tests.quality.small_template import small_template

FAULTS = planted_faults()
# What the issue names, each at least once.
KINDS = {
    "YAML",
    "JSON Schema",
    "FHIR",
    "profile",
    "broken reference",
    "wrong canonical version",
    "group missing",
    "duplicate id",
    "wrong code",
    "unknown CodeSystem code",
    "empty ValueSet",
    "missing activity",
    "typo in a name",
    "impossible value",
    "circular definitions",
    "uncited rule",
    "source without date",
    "past review date",
    "dose in wording",
    "order in wording",
    "flipped comparison",
    "removed gate",
    "dead rule",
    "constant condition",
    "case about unknown rule",
    "case with impossible value",
}


def test_the_small_template_is_green_before_a_fault_is_planted(tmp_path):
    report = check_template(small_template(tmp_path), AS_OF, shared_profiles())
    assert report.faults == 0, report_text(report)
    assert len(report.outcomes) > 20


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_a_planted_fault_is_caught_where_it_is(tmp_path, fault):
    found = verdict(fault, tmp_path)
    assert found.caught, f"expected {found.expected}: {found.says}\ngot {found.reported}"


def test_there_are_faults_of_every_kind_that_the_issue_names():
    assert {fault.raw["kind"] for fault in FAULTS} >= KINDS
    assert len(FAULTS) >= 45
    assert len({fault.id for fault in FAULTS}) == len(FAULTS)


def test_the_score_is_printed(capsys, monkeypatch):
    monkeypatch.setattr("tests.quality.planted.planted_faults", lambda: FAULTS[:1])
    assert main() == 0
    assert capsys.readouterr().out == "caught 1 of 1\n"


def test_a_fault_that_survives_is_named_with_what_was_said_in_its_place(capsys, monkeypatch):
    monkeypatch.setattr(
        "tests.quality.planted.planted_faults", lambda: [type(FAULTS[0])("x", {**FAULTS[0].raw, "says": "zzz"})]
    )
    assert main() == 1
    out = capsys.readouterr().out
    assert "survived: x" in out
    assert out.endswith("caught 0 of 1\n")
