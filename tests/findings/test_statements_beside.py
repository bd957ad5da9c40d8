"""Statements beside a chart that was weighed once give what reading both together gives, and change nothing in it."""

from datetime import UTC, datetime, timedelta
from functools import cache

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugin.delivery.statements import observations
from plugin.findings.bundle import resources_of
from plugin.findings.gathered import gather
from plugin.findings.reader import findings_stating, read_findings
from plugin.findings.weighed import weigh
from plugin.sandbox.sample_patients import sample_patients
from plugin.storage.reviews import Author, Fact
from tests.findings.charts import AS_OF, cases, chart, vocabulary

WORDS = vocabulary()
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
RUIZ = Author("Practitioner/ruiz", "Dr. Ana Ruiz")


@cache
def charts():
    """The sandbox's patients, and the cases of the template whose patient is on record."""
    of_cases = (chart(case) for case in cases())
    of_people = (resources_of(patient.bundle) for patient in sample_patients())
    return [one for one in (*of_people, *of_cases) if sum(each["resourceType"] == "Patient" for each in one) == 1]


def patient_of(resources):
    return next(each["id"] for each in resources if each["resourceType"] == "Patient")


def told(findings):
    """Everything that a reading yields."""
    everything = (
        findings.patient,
        findings.problems,
        findings.inputs,
        findings.lines,
        findings.goals,
        findings.answers,
    )
    return dict(findings.items()), everything


def values(definition):
    of_type = {"boolean": st.booleans(), "code": st.sampled_from(definition.values or ("",))}
    return of_type.get(definition.type, st.integers(0, 90))


@st.composite
def statements(draw):
    codes = draw(st.lists(st.sampled_from(sorted(WORDS)), max_size=4, unique=True))
    return [
        Fact(number, code, draw(values(WORDS[code])), "", RUIZ, NOON - timedelta(days=draw(st.integers(0, 900))))
        for number, code in enumerate(codes, start=1)
    ]


@settings(max_examples=60)
@given(number=st.integers(0, 10_000), first=statements(), second=statements())
def test_beside_is_as_if_it_had_been_in_the_chart_however_often_it_is_concluded(number, first, second):
    resources = charts()[number % len(charts())]
    weighed = weigh(gather(resources, WORDS, AS_OF))
    for stated in (first, second, []):
        beside = observations(stated, WORDS, patient_of(resources))
        assert all(map(weighed.takes, beside))
        assert told(findings_stating(weighed, beside)) == told(read_findings([*resources, *beside], WORDS, AS_OF))


@pytest.mark.parametrize(
    "otherwise",
    [
        {"subject": {"reference": "Patient/somebody-else"}},
        {"hasMember": [{"reference": "Observation/1"}]},
        {"contained": [{"resourceType": "Specimen", "id": "s"}]},
        {"code": {"coding": [{"system": "http://loinc.org", "code": "85337-4"}]}},
        {"resourceType": "Condition"},
        {"id": ""},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_could_change_the_rest_of_the_chart_is_not_taken_beside_it(otherwise):
    resources = charts()[0]
    weighed = weigh(gather(resources, WORDS, AS_OF))
    [stated] = observations([Fact(1, "er", "positive", "", RUIZ, NOON)], WORDS, patient_of(resources))
    assert weighed.takes(stated)
    assert not weighed.takes(stated | otherwise)


def test_a_name_that_the_chart_knows_is_not_taken_and_the_chart_stays_as_it_was():
    resources = charts()[0]
    before = orjson.dumps(resources)
    weighed = weigh(gather(resources, WORDS, AS_OF))
    [stated] = observations([Fact(1, "er", "positive", "", RUIZ, NOON)], WORDS, patient_of(resources))
    known = next(each["id"] for each in resources if each["resourceType"] == "Observation")
    assert not weighed.takes(stated | {"id": known})
    findings_stating(weighed, [stated])
    assert orjson.dumps(resources) == before
