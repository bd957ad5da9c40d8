"""A new finding: a fact that conditions can ask for, with how the chart tells it."""

from __future__ import annotations

from dataclasses import dataclass
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
FILES = "see the names of ValueSet and ConceptMap files in profiles/, or write one in codes/"


@dataclass(frozen=True, slots=True)
class FindingWish:
    """What the author says of a finding.

    values: of a code; tests: ValueSets of the tests that tell it; answers: ConceptMaps from their answers to values.
    presumed: `value: reason`, or empty. settled_by: an assessment.
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
    if wish.settled_by:
        assessments = [code for code, system in place.items.items() if system == "assessment"]
        refuse_unknown(
            "assessment", wish.settled_by, assessments, "write it with careplan new category --kind assessment"
        )
    for kind, names in (("ValueSet", wish.tests), ("ConceptMap", wish.answers)):
        for name in names:
            refuse_unknown(kind, name, place.terminology.names(kind), FILES)


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
    tests = [f"tests, valueCode: {each}" for each in wish.tests]
    told = f"value, {VALUES['boolean']}: true" if wish.type == "boolean" else f'part, valueString: "{name}"'
    return [
        "- url: reading",
        "  extension:",
        "    - {url: kind, valueCode: results}",
        "    - url: part",
        f'      extension: [{{url: name, valueString: "{name}"}}, {_joined([*parts, *tests])}]',
        "    - url: rule",
        f"      extension: [{{url: {told}}},",
        f'        {{url: when, valueExpression: {{language: text/fhirpath, expression: "%{name}.exists()"}}}}]',
    ]


def _joined(fields: list[str]) -> str:
    return ", ".join(f"{{url: {field}}}" for field in fields)
