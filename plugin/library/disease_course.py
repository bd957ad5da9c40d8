"""What is shown of the course of the disease, as data: results on the time line, markers that are followed, cautions.

`findings.yaml` writes it once, as an extension of its Library; `plugin.findings.series` reads the markers and
`plugin.review.course` draws it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugin.library.fields import Fields


@dataclass(frozen=True, slots=True)
class ShownResult:
    """A finding whose results stand on the time line. short: its name there, where there is little room."""

    finding: str
    short: str


@dataclass(frozen=True, slots=True)
class Marker:
    """A value that is followed as a trend.

    tests: the ValueSets of its Observation codes. units: as senders write them (UCUM or not); the number is the same in
    all of them, and the first is shown.
    """

    code: str
    label: str
    tests: tuple[str, ...]
    units: tuple[str, ...]

    @property
    def unit(self) -> str:
        """The unit that is shown; empty where none is named, which is a fault of the template."""
        return next(iter(self.units), "")


@dataclass(frozen=True, slots=True)
class Caution:
    """What must be kept in mind when markers are read. sources: ids of evidence.yaml; unsourced: it stands without."""

    text: str
    sources: tuple[str, ...]
    unsourced: bool


@dataclass(frozen=True, slots=True)
class DiseaseCourse:
    """What is shown along time; nothing where the template says nothing of it."""

    results: tuple[ShownResult, ...] = ()
    markers: tuple[Marker, ...] = ()
    cautions: tuple[Caution, ...] = ()

    @property
    def sets(self) -> frozenset[str]:
        """Every ValueSet that it names."""
        return frozenset(name for marker in self.markers for name in marker.tests)


NO_COURSE = DiseaseCourse()


def disease_course(fields: Fields, known: frozenset[str]) -> DiseaseCourse:
    """What the extension `disease-course` writes down; faults go to the list of its fields.

    known: the codes of the findings that it may name.
    """
    course = DiseaseCourse(
        results=tuple(_result(nested, known) for nested in fields.nested("result")),
        markers=tuple(_marker(nested) for nested in fields.nested("marker")),
        cautions=tuple(_caution(nested) for nested in fields.nested("caution")),
    )
    fields.finish("the course of the disease")
    codes = [marker.code for marker in course.markers]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        fields.fault(f"the marker '{code}' stands twice", "keep one of them")
    return course


def _result(fields: Fields, known: frozenset[str]) -> ShownResult:
    result = ShownResult(fields.required("finding"), fields.required("short"))
    if result.finding and result.finding not in known:
        fields.fault(f"the course of the disease shows '{result.finding}', which is no finding", "correct it")
    fields.finish("the result")
    return result


def _marker(fields: Fields) -> Marker:
    marker = Marker(
        code=fields.required("code"),
        label=fields.required("label"),
        tests=fields.names("tests"),
        units=fields.all("unit"),
    )
    if not (marker.tests and marker.units):
        fields.fault(f"the marker '{marker.code}' has no tests or no unit", "give it at least one of each")
    fields.finish(f"the marker '{marker.code}'")
    return marker


def _caution(fields: Fields) -> Caution:
    caution = Caution(fields.required("text"), fields.all("citation"), bool(fields.one("unsourced", False)))
    if caution.unsourced == bool(caution.sources):
        remedy = "give citations with ids of evidence.yaml, or unsourced: true, not both"
        fields.fault("a caution either cites sources or is marked unsourced", remedy)
    fields.finish("the caution")
    return caution
