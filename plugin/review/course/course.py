"""The section as data: the axis, and what stands on it. The one door of this package."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from plugin.drafting.model import Draft
from plugin.library.rules import Remark, Template
from plugin.review.course.axis import Axis, Tick, axis_of
from plugin.review.course.markers import Plot, plot_of
from plugin.review.course.results import ResultLane, results_lane, said_of
from plugin.review.course.results import days_of as days_of_results
from plugin.review.course.samples import sample_names
from plugin.review.course.treatments import TreatmentLane, treatment_lane
from plugin.review.course.treatments import days_of as days_of_courses


@dataclass(frozen=True, slots=True)
class Beginning:
    """The day from which lines of treatment are counted. x: per cent; day: a (partial) date; label: what began."""

    x: float
    day: str
    label: str


@dataclass(frozen=True, slots=True)
class CourseView:
    """What the section shows. absent: the markers of the template of which the chart holds nothing."""

    axis: Axis
    ticks: tuple[Tick, ...]
    began: Beginning | None
    results: ResultLane
    treatments: TreatmentLane
    plots: tuple[Plot, ...]
    absent: tuple[str, ...]
    cautions: tuple[Remark, ...]
    treats: str


def course_of(draft: Draft, template: Template, resources: Iterable[Mapping[str, Any]]) -> CourseView | None:
    """The course of the disease as a draft's findings tell it; None where nothing of it is on record.

    resources: the chart that the draft was made of, for what its samples are called.
    """
    findings, vocabulary = draft.findings, template.vocabulary
    said = said_of(draft, vocabulary, sample_names(resources))
    if not (said or findings.courses or findings.series):
        return None
    since = findings.began.day if findings.began else ""
    days = [*days_of_results(said), *days_of_courses(findings.courses), *([since] if since else ())]
    days += [one.day for series in findings.series for one in series.drawn]
    axis = axis_of(days, date.fromisoformat(draft.as_of), since)
    present = {series.marker.code for series in findings.series}
    return CourseView(
        axis=axis,
        ticks=axis.ticks(),
        began=Beginning(axis.middle(since), since, findings.began.label) if since and findings.began else None,
        results=results_lane(said, axis),
        treatments=treatment_lane(draft, vocabulary, axis),
        plots=tuple(plot_of(series, axis) for series in findings.series),
        absent=tuple(marker.label for marker in vocabulary.course.markers if marker.code not in present),
        cautions=template.cautions if findings.series else (),
        treats=vocabulary.treatment.treats,
    )
