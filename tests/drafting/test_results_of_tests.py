"""A test of several results says which of them the chart has, which disagree, are too old, or are not there."""

from datetime import date

import pytest

from plugin.drafting.as_json import draft_json
from plugin.drafting.narrative import as_text
from plugin.drafting.plan import draft_plan
from plugin.findings.reader import read_findings
from tests.drafting.test_worth import AS_OF, chart

HBSAG, ANTI_HBC, ANTI_HBS = "5196-1", "16933-4", "10900-9"


def observation(code, text, day):
    return {
        "resourceType": "Observation",
        "id": f"test-{code}-{day}-{text.lower()}",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "subject": {"reference": "Patient/man"},
        "effectiveDateTime": day,
        "valueCodeableConcept": {"text": text},
    }


@pytest.fixture
def due(template):
    """What is said at the hepatitis B serology of a patient with these results and no others of hepatitis B."""
    resources = [each for each in chart("man") if HBSAG not in str(each.get("code"))]

    def said(*results):
        draft = draft_plan(read_findings([*resources, *results], template.vocabulary, AS_OF), template, AS_OF)
        return draft, next((item for item in draft.assessments if item.code == "hbv"), None)

    return said


def standings(item):
    return {result.name: result.standing for result in item.results}


def test_each_result_of_a_test_is_on_record_or_not(due):
    _, item = due(observation(HBSAG, "Negative", "2026-11-09"))
    assert standings(item) == {"HBsAg": "on-record", "anti-HBc": "missing", "anti-HBs": "missing"}
    _, item = due(observation(ANTI_HBC, "Negative", "2026-11-09"), observation(ANTI_HBS, "Positive", "2026-11-09"))
    assert standings(item) == {"HBsAg": "missing", "anti-HBc": "on-record", "anti-HBs": "on-record"}
    _, item = due()
    assert set(standings(item).values()) == {"missing"}


def test_results_that_disagree_are_not_called_missing(due):
    both = [observation(ANTI_HBS, said, "2026-11-09") for said in ("Negative", "Positive")]
    _, item = due(*both)
    assert standings(item)["anti-HBs"] == "conflicting"


def test_the_text_and_the_json_say_the_same(due, template):
    draft, _ = due(observation(HBSAG, "Negative", "2026-11-09"))
    text = as_text(draft, template)
    assert "      On record: HBsAg negative, 9 Nov 2026.\n      Not in the chart: anti-HBc; anti-HBs.\n" in text
    item = next(each for each in draft_json(draft)["assessments"] if each["code"] == "hbv")
    assert item["results"][0] == {
        "name": "HBsAg",
        "finding": "hepatitis-b-surface-antigen",
        "standing": "on-record",
        "text": "negative",
        "date": "2026-11-09",
    }


def test_with_antigen_and_core_antibody_the_test_is_no_longer_due(due):
    _, item = due(observation(HBSAG, "Negative", "2026-11-09"), observation(ANTI_HBC, "Negative", "2026-11-09"))
    assert item is None


def test_a_result_that_is_too_old_to_count_is_told_apart_from_none(template):
    as_of = date(2027, 11, 22)
    draft = draft_plan(read_findings(chart("man"), template.vocabulary, as_of), template, as_of)
    kidney = next(item for item in draft.assessments if item.code == "renal-ca")
    assert standings(kidney)["creatinine clearance"] == "too-old"
    assert "Too old to count: creatinine clearance 71 mL/min, 16 Nov 2026" in as_text(draft, template)
