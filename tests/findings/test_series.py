"""Markers that a template follows: each result once, as a number in time or with the reason why it is none."""

from datetime import date

import pytest

from plugin.findings.reader import read_findings

AS_OF = date(2026, 11, 22)
PATIENT = {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1962-03-04"}
LOINC = "http://loinc.org"
UNITS = {"unit": "U/mL"}
RANGE = {"low": UNITS | {"value": 3}, "high": UNITS | {"value": 9}}


def marker(name, value, code="6875-9", **more):
    return {
        "resourceType": "Observation",
        "id": name,
        "status": "final",
        "subject": {"reference": "Patient/p1"},
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "effectiveDateTime": "2026-10-20",
        **value,
        **more,
    }


def quantity(value, unit="U/mL", **more):
    return {"valueQuantity": {"value": value, "unit": unit, **more}}


def normal(**limits):
    return {"referenceRange": [{side: {"value": value, "unit": "U/mL"} for side, value in limits.items()}]}


@pytest.fixture
def read(template):
    def read(*resources):
        found = read_findings([PATIENT, *resources], template.vocabulary, AS_OF).series
        return {series.marker.code: series for series in found}

    return read


def test_results_of_a_marker_stand_in_the_order_of_their_days(read):
    found = read(
        marker("late", quantity(88.5), effectiveDateTime="2026-08-11T08:15:00+02:00"),
        marker("early", quantity(31), "83083-6", effectiveDateTime="2025"),
        marker("other", quantity(4, "ng/mL"), "2039-6"),
    )
    assert list(found) == ["ca-15-3", "cea"]
    assert [(one.day, one.number) for one in found["ca-15-3"].drawn] == [("2025", 31), ("2026-08-11", 88.5)]


@pytest.mark.parametrize("comparator", ["<", "<=", ">", ">="])
def test_a_comparator_stays_with_its_number(read, comparator):
    [one] = read(marker("bound", quantity(5, comparator=comparator)))["ca-15-3"].drawn
    assert (one.comparator, one.number) == (comparator, 5)


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        (marker("x", quantity(41.7, "nmol/L")), "its unit is nmol/L, not U/mL"),
        (marker("x", quantity(41.7, "")), "it has no unit"),
        (marker("x", {"valueString": "raised"}), "it has no number"),
        (marker("x", {"valueCodeableConcept": {"text": "Detected"}}, "2007-3"), "it has no number"),
        (marker("x", {"dataAbsentReason": {"text": "clotted"}}), "it has no number"),
        (marker("x", {"valueRange": RANGE}), "it is a range, no single number"),
        (marker("x", quantity(30), effectiveDateTime="2027-01-02"), "its date, 2 Jan 2027, lies in the future"),
        (marker("x", quantity(30), effectiveDateTime=None), "it has no date"),
        (marker("x", quantity(30), performer=[{"reference": "Patient/p1"}]), "only the patient reports it"),
        (marker("x", quantity(30), implicitRules="urn:odd"), "it follows rules of its sender that are not known"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_kept_with_the_reason(read, resource, reason):
    [series] = read(resource).values()
    assert series.drawn == ()
    assert [one.aside for one in series.aside] == [reason]


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled"])
def test_what_its_sender_took_back_is_left_out(read, status):
    assert read(marker("wrong", quantity(990), status=status)) == {}
    [series] = read(marker("wrong", quantity(990), status=status), marker("right", quantity(30))).values()
    assert [one.reference for one in series.measurements] == ["Observation/right"]


@pytest.mark.parametrize(
    ("more", "limits"),
    [
        (normal(high=31), (None, 31)),
        (normal(low=0, high=31), (0, 31)),
        ({"referenceRange": [{"high": {"value": 31}}]}, (None, 31)),
        ({"referenceRange": [{"high": {"value": 0.03, "unit": "mU/mL"}}]}, (None, None)),
        ({"referenceRange": [{"high": UNITS | {"value": 31}, "appliesTo": [{"text": "Pregnant"}]}]}, (None, None)),
        ({"referenceRange": [*normal(high=31)["referenceRange"], *normal(high=40)["referenceRange"]]}, (None, None)),
        ({}, (None, None)),
    ],
)  # fmt: skip
def test_the_normal_range_is_that_of_the_laboratory_or_none(read, more, limits):
    [one] = read(marker("x", quantity(30), **more))["ca-15-3"].drawn
    assert (one.low, one.high) == limits


def test_a_marker_among_the_components_of_a_panel_is_read(read):
    panel = marker("panel", {}, "24323-8") | {"component": [{"code": marker("", {})["code"], **quantity(30)}]}
    [one] = read(panel)["ca-15-3"].drawn
    assert (one.reference, one.number) == ("Observation/panel", 30)


def test_a_preliminary_result_says_so(read):
    [one] = read(marker("x", quantity(30), status="preliminary"))["ca-15-3"].drawn
    assert one.preliminary


def test_markers_decide_nothing(template):
    chart = [PATIENT, marker("x", quantity(900))]
    with_marker = read_findings(chart, template.vocabulary, AS_OF)
    without = read_findings(chart[:1], template.vocabulary, AS_OF)
    assert dict(with_marker) == dict(without)
    assert with_marker.problems == without.problems
