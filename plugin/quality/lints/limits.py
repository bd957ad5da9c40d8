"""Numbers: no condition asks for one, and no case states one, that no result could be read as."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeGuard

from plugin.library.elements import condition_text
from plugin.library.expressions import Comparison, Membership
from plugin.library.rules import Condition
from plugin.library.vocabulary import FindingDefinition
from plugin.library.yaml_file import Document, ElementPath
from plugin.quality.lints.walking import at
from plugin.quality.material import Material
from plugin.quality.report import Section

REMEDY = "correct the number, or the minimum and maximum of the parts in findings.yaml"
NAMED = ("valueExpression", "expression")
OF_A_RULE = ("condition", 0, "expression", "expression")


def numbers_possible(material: Material) -> Section:
    """Numbers in conditions and cases lie within what the parts of the finding can be read as."""
    asked = list(_asked(material))
    stated = [
        (document, ("cases", index, "findings", code), material.template.vocabulary[code], value)
        for document in material.case_files
        for index, case in enumerate(document.data["cases"])
        for code, value in case["findings"].items()
        if code in material.template.vocabulary and _is_number(value)
    ]
    remarks = [
        at(document, path, f"'{definition.code}' cannot be {value}: it is read {_between(definition)}", REMEDY)
        for document, path, definition, value in (*asked, *stated)
        if not _possible(definition, value)
    ]
    return Section("Numbers that can be read", len(asked) + len(stated), tuple(remarks))


def _asked(material: Material) -> Iterator[tuple[Document, ElementPath, FindingDefinition, float]]:
    """Document, path, finding and number of every comparison that a rule or named condition writes itself."""
    for document, path, condition in _conditions(material):
        for comparison in condition.numbers:
            definition = material.template.vocabulary.by_variable(comparison.name)
            if definition is not None and f"%{comparison.name}" in condition.text:
                yield from ((document, path, definition, number) for number in _numbers(comparison))


def _conditions(material: Material) -> Iterator[tuple[Document, ElementPath, Condition]]:
    by_id = {rule.id: rule.condition for rule in material.template.rules}
    for document in material.documents:
        for index, action in enumerate(document.data.get("action", [])):
            if condition_text(action) and action.get("id") in by_id:
                yield document, ("action", index, *OF_A_RULE), by_id[action["id"]]
        for index, extension in enumerate(document.data.get("extension", [])):
            name = extension.get("valueExpression", {}).get("name", "")
            if name in material.template.named:
                yield document, ("extension", index, *NAMED), material.template.named[name].condition


def _numbers(comparison: Comparison | Membership) -> Iterator[float]:
    values = comparison.values if isinstance(comparison, Membership) else (comparison.value,)
    yield from (value for value in values if _is_number(value))


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _bounds(definition: FindingDefinition) -> tuple[float | None, float | None]:
    """The least and the most of the parts that are read in the finding's own unit; None where any has no such end."""
    parts = [part for part in definition.reading.parts if definition.unit in part.units] if definition.reading else []
    least, most = [part.minimum for part in parts], [part.maximum for part in parts]
    return (
        None if not least or None in least else min(each for each in least if each is not None),
        None if not most or None in most else max(each for each in most if each is not None),
    )


def _possible(definition: FindingDefinition, value: float) -> bool:
    least, most = _bounds(definition)
    return (least is None or value >= least) and (most is None or value <= most)


def _between(definition: FindingDefinition) -> str:
    least, most = _bounds(definition)
    ends = [f"from {least}" if least is not None else "", f"up to {most}" if most is not None else ""]
    return " ".join(end for end in ends if end)
