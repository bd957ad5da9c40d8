"""A new finding: a fact that conditions can ask for, with how the chart tells it."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from textwrap import indent

from plugin.errors import UsageError
from plugin.library.content import CANONICAL
from plugin.library.template import VOCABULARY_FILE
from plugin.library.vocabulary import variable_name
from plugin.quality.authoring.codes import add_code
from plugin.quality.authoring.wording import checked_code, quoted, skeleton
from plugin.quality.authoring.workplace import Workplace, refuse_taken, refuse_unknown

FIELD_MARGIN = " " * 8
VALUES = {"boolean": "valueBoolean", "code": "valueCode", "integer": "valueInteger", "decimal": "valueDecimal"}
UNITS_FILE = "profiles/ValueSet-units.json"
MOST_NEAR = 5
FILES = "see the names of ValueSet and ConceptMap files in profiles/, or write one in codes/"


@dataclass(frozen=True, slots=True)
class FindingWish:
    """What the author says of a finding.

    values: of a code; tests: ValueSets of the tests that tell it; answers: ConceptMaps from their answers to values.
    presumed: `value: reason`, or empty. settled_by: an assessment.
    valid_days: how long a result counts. minimum, maximum: a number outside is a mistake and no result.
    """

    code: str
    label: str
    type: str
    group: str
    values: tuple[str, ...] = ()
    unit: str = ""
    tests: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    settled_by: str = ""
    asked_of: str = "chart"
    presumed: str = ""
    valid_days: int | None = None
    minimum: float | None = None
    maximum: float | None = None

    @property
    def is_number(self) -> bool:
        """Whether it is one that has a unit and limits."""
        return self.type in ("integer", "decimal")


def new_finding(folder: Path, wish: FindingWish) -> tuple[str, ...]:
    """Write the finding and its code; gives the files that changed. Raises UsageError where the wish makes no sense."""
    place = Workplace(folder)
    checked_code("code of a finding", wish.code)
    refuse_taken("the finding", wish.code, place.findings)
    _check(wish, place)
    if wish.code not in place.terminology.displays("finding"):
        add_code(place, place.strategy["id"], "finding", wish.code, wish.label)
    known_values = place.terminology.displays("finding-value")
    for value in wish.values:
        if value not in known_values:
            add_code(place, place.strategy["id"], "finding-value", value, value.replace("-", " ").capitalize())
    item = skeleton(
        "finding.yaml",
        finding=wish.code,
        filters=indent("\n".join(_filters(wish)), "    "),
        label=quoted(wish.label),
        type=wish.type,
        fields=indent("\n".join(_fields(wish)), FIELD_MARGIN),
    )
    place.add_item(VOCABULARY_FILE, "dataRequirement", item)
    return place.save()


def _check(wish: FindingWish, place: Workplace) -> None:
    if (wish.type == "code") != bool(wish.values):
        raise UsageError("give --value for each value of a finding of type code, and for no other")
    if wish.type == "code" and wish.tests and not wish.answers:
        raise UsageError("a code that tests tell needs --answers: a ConceptMap from what they answer to its values")
    if wish.presumed and ":" not in wish.presumed:
        raise UsageError("write --presumed as VALUE: REASON, such as 'false: charts record it when it is there'")
    if wish.is_number:
        _check_number(wish, place)
    elif wish.unit or wish.minimum is not None or wish.maximum is not None:
        raise UsageError("--unit, --minimum and --maximum are of a number; leave them out, or say --type decimal")
    if wish.valid_days is not None and not wish.tests:
        raise UsageError("--valid-days is how long a result counts; name the tests with --tests, or leave it out")
    if wish.settled_by:
        assessments = [code for code, system in place.items.items() if system == "assessment"]
        refuse_unknown(
            "assessment", wish.settled_by, assessments, "write it with careplan new category --kind assessment"
        )
    for kind, names in (("ValueSet", wish.tests), ("ConceptMap", wish.answers)):
        for name in names:
            refuse_unknown(kind, name, place.terminology.names(kind), FILES)


def _check_number(wish: FindingWish, place: Workplace) -> None:
    """Raises UsageError where a result could be read that is out of date, impossible, or in a unit nobody knows."""
    if wish.tests:
        given = {"--valid-days": wish.valid_days, "--minimum": wish.minimum, "--maximum": wish.maximum}
        lacking = [option for option, value in given.items() if value is None]
        if lacking:
            raise UsageError(
                f"a number that tests tell needs {', '.join(lacking)}: how many days a result counts, and between "
                "which limits a number can be a result at all, such as 0 and 100 for a percentage"
            )
    if wish.minimum is not None and wish.maximum is not None and wish.minimum >= wish.maximum:
        raise UsageError(f"--minimum {wish.minimum:g} must be less than --maximum {wish.maximum:g}")
    units = _units(place)
    if wish.unit and wish.unit not in units:
        meant = [unit for unit, name in units.items() if wish.unit.casefold() in (unit.casefold(), name.casefold())]
        near = meant or get_close_matches(wish.unit, units, n=MOST_NEAR, cutoff=0.3) or units
        listed = ", ".join(f"'{unit}'" for unit in near)
        raise UsageError(f"'{wish.unit}' is no unit that is known; use {listed}, or add it to {UNITS_FILE}")


def _units(place: Workplace) -> dict[str, str]:
    """The units that a chart may have, with their names: those of the profiles, and those the template reads."""
    known = place.terminology.resource("ValueSet", "units")["compose"]["include"]
    units = {each["code"]: each["display"] for part in known for each in part["concept"]}
    return units | {unit: unit for unit in place.units}


def _filters(wish: FindingWish) -> list[str]:
    if not wish.tests:
        return [f"- {{path: code, code: [{{system: {CANONICAL}/CodeSystem/finding, code: {wish.code}}}]}}"]
    return [f"- {{path: code, valueSet: {CANONICAL}/ValueSet/{name}}}" for name in wish.tests]


def _fields(wish: FindingWish) -> list[str]:
    lines = [f"- {{url: value, valueCode: {quoted(value)}}}" for value in wish.values]
    if wish.unit:
        lines.append(f"- {{url: unit, valueString: {quoted(wish.unit)}}}")
    if wish.settled_by:
        lines.append(f"- {{url: settled-by, valueCode: {wish.settled_by}}}")
    lines.append(f"- {{url: group, valueString: {quoted(wish.group)}}}")
    if wish.asked_of != "chart":
        lines.append(f"- {{url: asked-of, valueCode: {wish.asked_of}}}")
    if wish.presumed:
        value, _, reason = wish.presumed.partition(":")
        lines += [
            "- url: presumption",
            f"  extension: [{{url: value, {VALUES[wish.type]}: {value.strip()}}},",
            f"    {{url: reason, valueString: {quoted(reason)}}}]",
        ]
    return [*lines, *_reading(wish)] if wish.tests else lines


def _reading(wish: FindingWish) -> list[str]:
    """A result of these tests, or a Condition of these codes, tells the value."""
    name = f"{variable_name(wish.code)}Result"
    parts = {
        "boolean": ["kind, valueCode: condition", "value, valueBoolean: true", "active, valueBoolean: true"],
        "code": ["kind, valueCode: answer", *(f"answers, valueCode: {each}" for each in wish.answers)],
    }.get(wish.type, ["kind, valueCode: number", *([f"unit, valueString: {quoted(wish.unit)}"] if wish.unit else [])])
    limits = (("minimum", wish.minimum), ("maximum", wish.maximum))
    tests = [f"tests, valueCode: {each}" for each in wish.tests]
    tests += [f"{name}, valueDecimal: {_written(limit)}" for name, limit in limits if limit is not None]
    counts = [f"    - {{url: valid-days, valueInteger: {wish.valid_days}}}"] if wish.valid_days else []
    told = f"value, {VALUES['boolean']}: true" if wish.type == "boolean" else f'part, valueString: "{name}"'
    return [
        "- url: reading",
        "  extension:",
        "    - {url: kind, valueCode: results}",
        *counts,
        "    - url: part",
        f'      extension: [{{url: name, valueString: "{name}"}}, {_joined([*parts, *tests])}]',
        "    - url: rule",
        f"      extension: [{{url: {told}}},",
        f'        {{url: when, valueExpression: {{language: text/fhirpath, expression: "%{name}.exists()"}}}}]',
    ]


def _joined(fields: list[str]) -> str:
    return ", ".join(f"{{url: {field}}}" for field in fields)


def _written(limit: float) -> str:
    """A number as YAML reads it: never with an exponent."""
    return f"{limit:.10f}".rstrip("0").rstrip(".")
