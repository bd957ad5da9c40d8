"""The course of the disease: what stands on the axis of time, and that nothing is lost or invented."""

import re
from datetime import date, timedelta
from itertools import combinations

import pytest

from plugin.drafting.plan import draft_plan
from plugin.findings.reader import read_findings
from plugin.review.course.axis import axis_of
from plugin.review.course.course import course_of
from plugin.review.course.labels import FULL, laid_out, width_of
from plugin.sandbox.sample_patients import sample_patients
from tests.review.visit import BONE, BREAST_CANCER, PATIENT

AS_OF = date(2026, 11, 22)
LOINC = "http://loinc.org"
SPREAD = BONE | {"onsetDateTime": "2026-10-06"}
LIVER = {
    "resourceType": "Specimen",
    "id": "liver",
    "subject": {"reference": "Patient/p1"},
    "collection": {
        "collectedDateTime": "2024-03-12",
        "bodySite": {
            "coding": [{"system": "http://snomed.info/sct", "code": "10200004", "display": "Liver structure"}]
        },
    },
}


def result(name, code, value, day="2026-10-20", **more):
    about = {"resourceType": "Observation", "id": name, "status": "final", "subject": {"reference": "Patient/p1"}}
    return {**about, "code": {"coding": [{"system": LOINC, "code": code}]}, "effectiveDateTime": day, **value, **more}


def ca153(name, number, day, **more):
    value = {"value": number, "unit": "U/mL", **more}
    return result(name, "6875-9", {"valueQuantity": value, "referenceRange": [{"high": {"value": 31}}]}, day)


def word(text):
    return {"valueCodeableConcept": {"text": text}}


def drug(name, status="completed", **period):
    about = {
        "resourceType": "MedicationStatement",
        "id": name,
        "status": status,
        "subject": {"reference": "Patient/p1"},
    }
    return {**about, "medicationCodeableConcept": {"text": name}, "effectivePeriod": period}


@pytest.fixture
def course(template):
    def course(*resources):
        chart = [PATIENT, BREAST_CANCER, SPREAD, *resources]
        return course_of(draft_plan(read_findings(chart, template.vocabulary, AS_OF), template, AS_OF), template, chart)

    return course


def test_a_chart_with_nothing_to_show_has_no_such_section(course):
    assert course() is None


def test_results_of_one_sample_and_day_are_one_mark_that_says_all_of_it(course):
    taken = {"specimen": {"reference": "Specimen/liver"}}
    view = course(
        LIVER,
        result("er", "85337-4", word("positive"), **taken),
        result("er-percent", "85329-1", {"valueQuantity": {"value": 95, "unit": "%"}}, **taken),
        result("her2", "85319-2", word("0"), **taken),
    )
    [mark] = view.results.marks
    assert mark.title.startswith("12 Mar 2024, Liver: ER positive (95 %), HER2 negative (0)")
    assert (mark.standing, mark.anchor) == ("leads", "fact-er")


def test_what_leads_what_is_older_and_what_is_set_aside_are_told_apart(course):
    view = course(
        result("old", "85337-4", word("positive"), "2021-03-05"),
        result("new", "85337-4", word("negative"), "2026-10-20"),
        result("odd", "85337-4", word("lilac"), "2026-11-02"),
    )
    assert [mark.standing for mark in view.results.marks] == ["read", "leads", "aside"]
    assert [said.counts.split(":")[0] for said in view.results.said] == [
        "Set aside",
        "Counts",
        "Read, not the one that counts",
    ]


def test_a_date_that_is_only_a_year_is_drawn_as_long_as_it_may_be(course):
    [mark] = course(result("er", "85337-4", word("positive"), "2024")).results.marks
    assert mark.title.startswith("2024: ER positive")
    assert mark.width > 10
    assert mark.start < mark.x < mark.start + mark.width


def test_ends_that_nobody_recorded_are_said_and_never_invented(course):
    view = course(
        drug("letrozole", start="2019-02-01", end="2024-01-31"),
        drug("ribociclib", "active", start="2026-10-15"),
        drug("fulvestrant", start="2026-10-15"),
        drug("tamoxifen", end="2018-12-31"),
        drug("capecitabine"),
    )
    told = {one.drug: (one.began, one.ended) for one in view.treatments.told}
    assert told == {
        "letrozole": ("1 Feb 2019", "31 Jan 2024"),
        "ribociclib": ("15 Oct 2026", "still given"),
        "fulvestrant": ("15 Oct 2026", "end not recorded"),
        "tamoxifen": ("start not recorded", "31 Dec 2018"),
        "capecitabine": ("start not recorded", "end not recorded"),
    }
    assert [one.drug for one in view.treatments.undated] == ["capecitabine"]
    bars = {bar.title.split(":")[0]: bar for bar in view.treatments.bars}
    assert bars["ribociclib"].goes_on
    assert [name for name, bar in bars.items() if bar.after[1] > 1] == ["fulvestrant"]
    assert [name for name, bar in bars.items() if bar.before[1] > 1] == ["tamoxifen"]
    assert {name: bar.kind for name, bar in bars.items()} == {
        "letrozole": "before", "ribociclib": "line", "fulvestrant": "line", "tamoxifen": "before"
    }  # fmt: skip


def test_a_bar_leads_to_the_fact_that_rests_on_it(course):
    [bar] = course(drug("ribociclib", "active", start="2026-10-15")).treatments.bars
    assert bar.anchor.startswith("fact-")


def test_a_marker_is_drawn_from_zero_with_the_range_of_its_laboratory(course):
    view = course(
        ca153("a", 62, "2026-01-05"), ca153("b", 31, "2026-06-05"), ca153("c", 5, "2026-11-05", comparator="<")
    )
    [plot] = view.plots
    first, second, third = plot.points
    assert plot.top == "80"
    assert first.y < second.y < third.y <= plot.baseline
    [band] = plot.bands
    assert band.y == pytest.approx(second.y)  # the limit is as high as the value that equals it
    assert band.y + band.height == plot.baseline
    assert [point.bound for point in plot.points] == ["", "", "below"]
    assert third.title == "5 Nov 2026: < 5 U/mL, normal up to 31"
    assert plot.summary == (
        "CA 15-3 in U/mL: 3 values, first 62 on 5 Jan 2026, highest 62 on 5 Jan 2026, newest < 5 on 5 Nov 2026, "
        "normal up to 31."
    )
    assert view.absent == ("CA 27.29", "CEA")


def test_a_range_that_changes_is_drawn_where_it_held(course):
    value = {"valueQuantity": {"value": 20, "unit": "U/mL"}, "referenceRange": [{"high": {"value": 25}}]}
    view = course(ca153("a", 20, "2026-01-05"), result("b", "6875-9", value, "2026-06-05"))
    first, second = view.plots[0].bands
    assert first.x + first.width == pytest.approx(second.x, abs=0.01)
    assert first.height > second.height


def test_cautions_stand_beside_markers_with_their_sources_and_nowhere_else(course):
    assert course(result("er", "85337-4", word("positive"))).cautions == ()
    cautions = course(ca153("a", 62, "2026-01-05")).cautions
    assert len(cautions) == 3
    assert all(caution.citations and not caution.unsourced for caution in cautions)


def test_what_was_long_before_is_drawn_closer_together_and_in_order():
    axis = axis_of(["2012-05-01", "2026-10-20"], AS_OF, "2026-06-01")
    assert axis.bend == date(2026, 6, 1)
    days = [date(2012, 5, 1), date(2019, 1, 1), date(2026, 5, 31), date(2026, 6, 1), date(2026, 10, 1), AS_OF]
    places = [axis.at(day) for day in days]
    assert places == sorted(places)
    assert axis.at(axis.bend) < 40
    assert axis_of(["2026-01-01"], AS_OF, "2026-02-01").bend is None


def overlapping(extents):
    return [pair for pair in combinations(extents, 2) if pair[0][0] < pair[1][1] and pair[1][0] < pair[0][1]]


def test_rows_hold_what_finds_room_and_items_lose_labels_before_they_overlap():
    bodies = [(float(start), start + 4.0) for start in range(0, 60, 5)]
    labelled = [(start, start + 22) for start, _ in bodies]
    placed = laid_out(bodies, labelled, 3, reversed(range(len(bodies))))
    rows = [[], [], []]
    for place, (row, written) in enumerate(placed):
        rows[row].append(labelled[place] if written else bodies[place])
    assert [overlapping(row) for row in rows] == [[], [], []]
    assert placed[-1] == (0, True)  # what comes first in precedence chooses first
    assert 0 < sum(written for _, written in placed) < len(bodies)


def test_what_finds_no_room_at_all_is_still_placed():
    assert [row for row, _ in laid_out([(0.0, 9.0)] * 7, [(0.0, 20.0)] * 7, 2, range(7))].count(0) > 2


def test_many_results_lose_labels_and_never_data(course):
    first = date(2016, 1, 4)
    drugs = ["letrozole", "capecitabine", "fulvestrant", "paclitaxel", "tamoxifen"]
    treatments = [
        drug(drugs[n % 5], start=f"{first + timedelta(days=97 * n)}", end=f"{first + timedelta(days=97 * n + 80)}")
        | {"id": f"drug-{n}"}
        for n in range(40)
    ]
    values = [ca153(f"m{n}", 20 + n, f"{first + timedelta(days=39 * n)}") for n in range(100)]
    view = course(*treatments, *values)
    assert len(view.treatments.bars) == len(view.treatments.told) > 20
    [plot] = view.plots
    assert len(plot.points) == 100
    labels = [
        (point.x - width_of(point.label) / 2, point.x + width_of(point.label) / 2)
        for point in plot.points
        if point.label
    ]
    assert 5 < len(labels) < 100
    assert overlapping(labels) == []
    assert plot.points[-1].label == "119"
    assert view.treatments.rows <= 8
    ticks = [(tick.x, tick.x + width_of(tick.label)) for tick in view.ticks[:-1] if tick.label]
    assert ticks
    assert overlapping(ticks) == []
    assert all(0 <= tick.x <= FULL for tick in view.ticks)


def test_the_page_shows_it_as_drawing_and_as_table(visit, chart):
    chart.resources[-1] = SPREAD
    chart.resources += [
        result("er", "85337-4", word("positive")),
        drug("ribociclib", "active", start="2026-10-15"),
        ca153("a", 62, "2026-01-05"),
        result("b", "6875-9", {"valueQuantity": {"value": 3, "unit": "kU/dL"}}, "2026-02-05"),
    ]
    page = visit.page().text
    section = page[page.index('<section id="course"') :].partition("</section>")[0]
    assert 'aria-label="CA 15-3 in U/mL: 1 value, newest 62 on 5 Jan 2026, normal up to 31. As a ta' in section
    assert "its unit is kU/dL, not U/mL" in section
    assert "Not in the chart: CA 27.29, CEA." in section
    assert "ASCO 2022" in section
    table = re.sub(r"<[^>]+>", " ", section[section.index('id="course-table"') :])
    assert re.search(r"ribociclib\s+15 Oct 2026\s+still given\s+line 1", table)
    assert re.search(r"20 Oct 2026\s+—\s+ER positive\s+Counts", table)
    assert " style=" not in section
    anchors = set(re.findall(r'href="#(fact-[a-z0-9-]+)"', section))
    assert anchors
    assert all(f'id="{anchor}"' in page for anchor in anchors)
    inside = re.findall(r'<a href="#[^"]+"( tabindex="-1")?><title>', section)
    assert inside
    assert all(inside)  # what the table has as well is no stop for the keyboard


def test_a_page_without_anything_to_show_leaves_the_section_out(visit):
    assert 'id="course"' not in visit.page().text


@pytest.mark.parametrize("patient", [one.id for one in sample_patients()])
def test_the_course_of_every_sample_patient_stays_on_the_axis(template, patient):
    chart = next([e["resource"] for e in one.bundle["entry"]] for one in sample_patients() if one.id == patient)
    view = course_of(draft_plan(read_findings(chart, template.vocabulary, AS_OF), template, AS_OF), template, chart)
    if view is None:
        return
    for mark in view.results.marks:
        assert 0 <= mark.start <= mark.x <= FULL
        wide = width_of(mark.label)
        assert mark.x + wide <= FULL + 1 if mark.side != "left" else mark.x - wide >= -1
    for bar in view.treatments.bars:
        assert 0 <= bar.before[0] <= FULL
        assert bar.x + bar.width <= FULL
