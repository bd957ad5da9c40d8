"""A statement against results: the alert says who stated what and what the chart has, never that a sample says so."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from plugin.drafting.model import Draft
from plugin.drafting.plan import draft_plan
from plugin.findings.bundle import resources_of
from plugin.findings.overruled import chart_says
from plugin.findings.reader import read_findings
from plugin.library.content import PACKAGE, system_url
from plugin.library.rules import Template
from tests.findings.charts import AS_OF

WHO = "Dr Wen Li"
SAMPLE = "the leading sample"
# patient, fact, stated value, what the alert or the sentence has to say the chart has
CASES = (
    (
        "conflicting-results", "er", "positive",
        "negative (8 Oct 2026, metastasis, Northshore Reference Laboratory) and "
        "positive (8 Oct 2026, metastasis, Sandbox General Hospital Pathology)",
    ),
    (
        "discordant-receptors", "er", "positive",
        "negative (8 Oct 2026, metastasis), negative: 0 % (8 Oct 2026, metastasis), "
        "positive: 90 % (5 Mar 2021, primary) and positive (5 Mar 2021, primary)",
    ),
    ("her2-equivocal", "her2", "positive", "equivocal: 2+ (8 Oct 2026, metastasis)"),
)  # fmt: skip


def drafted(template: Template, patient: str, code: str = "", value: str = "") -> Draft:
    chart = resources_of(orjson.loads((PACKAGE / "sandbox" / "patients" / f"{patient}.json").read_bytes()))
    said: list[dict[str, Any]] = [
        {
            "resourceType": "Observation",
            "id": "said",
            "status": "final",
            "code": {"coding": [{"system": system_url("finding"), "code": code}]},
            "subject": {"reference": f"Patient/{patient}"},
            "effectiveDateTime": AS_OF.isoformat(),
            "performer": [{"reference": "Practitioner/li", "display": WHO}],
            "valueCodeableConcept": {"coding": [{"code": value}]},
        }
    ]
    resources = [*chart, *(said if code else ())]
    return draft_plan(read_findings(resources, template.vocabulary, AS_OF), template, AS_OF)


@pytest.mark.parametrize(("patient", "code", "value", "held"), CASES)
def test_what_the_chart_has_is_told_with_days_places_and_laboratories(
    template: Template, patient: str, code: str, value: str, held: str
) -> None:
    draft = drafted(template, patient, code, value)
    finding = draft.findings[code]
    assert (finding.value, finding.stated) == (value, "overrules")
    assert chart_says(finding) == f"the chart has {held}"
    assert not any(SAMPLE in alert.text and alert.code == "conflict" for alert in draft.alerts)


@pytest.mark.parametrize("patient", ["conflicting-results", "discordant-receptors"])
def test_a_rule_that_compares_samples_tells_the_statement_and_names_every_result(
    template: Template, patient: str
) -> None:
    (alert,) = [one for one in drafted(template, patient, "er", "positive").alerts if WHO in one.text]
    assert f"stated positive by {WHO}" in alert.text
    assert (alert.code, alert.level) == ("conflict", "warning")
    results = drafted(template, patient).findings["er"].results
    assert alert.because[0] == "Observation/said"
    assert set(alert.because[1:]) == {one.reference for one in results if not one.set_aside}


def test_samples_that_nobody_speaks_for_are_told_by_the_rule(template: Template) -> None:
    assert any(SAMPLE in alert.text and alert.rule for alert in drafted(template, "discordant-receptors").alerts)


def test_a_statement_that_the_leading_sample_bears_out_leaves_the_words_of_the_rule(template: Template) -> None:
    draft = drafted(template, "discordant-receptors", "er", "negative")
    assert draft.findings["er"].stated == "agrees"
    assert any(SAMPLE in alert.text and alert.rule for alert in draft.alerts)
