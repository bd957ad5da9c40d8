"""Alerts that the chart raises by itself: results that disagree with a statement, and results too old to count."""

from __future__ import annotations

from typing import Any

import pytest

from plugin.drafting.as_json import draft_json
from plugin.drafting.plan import draft_plan
from plugin.findings.reader import read_findings
from plugin.library.content import default_template_folder
from plugin.library.rules import Template
from plugin.library.template import load_template
from tests.findings.charts import AS_OF, chart

STATED = {"code": "finding|er", "is": "value|positive", "by": "Practitioner/d"}
NEGATIVE = {"code": "loinc|85337-4", "is": "loinc|LA6577-6", "date": "2026-06-01", "specimen": "metastasis"}
ER = "85337-4"
OLD_ECOG = {"code": "loinc|89247-1", "counts": 1, "date": "2026-04-01"}
METASTASIS = [{"code": "icd|C79.51", "date": "2026-01-01"}, {"code": "icd|C50.412"}]


@pytest.fixture(scope="module")
def template() -> Template:
    return load_template(default_template_folder())


def drafted(template: Template, *observations: dict[str, Any]) -> dict[str, Any]:
    resources = chart({"obs": list(observations), "cond": METASTASIS})
    return draft_json(draft_plan(read_findings(resources, template.vocabulary, AS_OF), template, AS_OF))


def alerts_of(draft: dict[str, Any], code: str, word: str) -> list[dict[str, Any]]:
    return [alert for alert in draft["alerts"] if alert["code"] == code and word in alert["text"]]


def test_a_result_after_a_statement_is_an_alert(template: Template) -> None:
    (alert,) = alerts_of(drafted(template, {**STATED, "date": "2026-01-10"}, NEGATIVE), "conflict", "stated by")
    assert alert["because"] == ["Observation/o1", "Observation/o2"]
    assert "the chart says negative, not older than that: LA6577-6 (1 Jun 2026)" in alert["text"]
    assert alert["level"] == "warning"


def test_a_result_before_a_statement_is_none(template: Template) -> None:
    draft = drafted(template, {**STATED, "date": "2026-07-10"}, NEGATIVE)
    assert not alerts_of(draft, "conflict", "stated by")
    assert draft["findings"]["er"]["value"] == "positive"


def test_results_too_old_to_count_are_one_alert(template: Template) -> None:
    draft = drafted(template, OLD_ECOG, {"code": "loinc|10230-1", "measured": [60, "%"], "date": "2026-02-03"})
    (alert,) = alerts_of(draft, "stale", "")
    assert set(alert["because"]) == {"Observation/o1", "Observation/o2"}
    assert "(1 Apr 2026)" in alert["text"]
    assert "(3 Feb 2026)" in alert["text"]
    assert draft["findings"]["ecog"]["set_aside"][0]["kind"] == "stale"


def test_an_old_result_beside_a_valid_one_is_no_alert(template: Template) -> None:
    assert not alerts_of(drafted(template, OLD_ECOG, {**OLD_ECOG, "date": "2026-11-10"}), "stale", "")


def test_an_alert_by_rule_names_its_sources_or_says_that_there_are_none(template: Template) -> None:
    alerts = drafted(template, OLD_ECOG)["alerts"]
    by_rule = [alert for alert in alerts if alert["rule"]]
    assert by_rule
    assert all(bool(alert["evidence"]) is not alert["unsourced"] for alert in by_rule)


def test_an_alert_that_the_chart_raises_claims_no_source(template: Template) -> None:
    (alert,) = alerts_of(drafted(template, {**STATED, "date": "2026-01-10"}, NEGATIVE), "conflict", "stated by")
    assert (alert["rule"], alert["evidence"], alert["unsourced"]) == ("", [], False)


@pytest.mark.parametrize(
    ("code", "values", "told", "untold"),
    [
        (ER, ("LA6576-8", "LA6577-6"), "Results on ER disagree", "ER is not known"),
        ("48676-1", ("LA6576-8", "LA6577-6"), "Results on HER2 disagree", "HER2 is not decided"),
    ],
)
def test_results_that_disagree_are_never_called_not_known(
    template: Template, code: str, values: tuple[str, str], told: str, untold: str
) -> None:
    both = [{"code": f"loinc|{code}", "is": f"loinc|{value}", "date": "2026-06-01"} for value in values]
    conflicting, silent = drafted(template, *both), drafted(template)
    assert alerts_of(conflicting, "insufficient", told)
    assert not alerts_of(conflicting, "insufficient", untold)
    assert alerts_of(silent, "insufficient", untold)
    assert any(told in line["why"] for line in conflicting["assessments"]) is (code == ER)
    assert not any(told in line["why"] for line in silent["assessments"])
