"""The JSON Schemas of template files, and what they say about one document."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Any

import orjson
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from plugin.errors import Fault
from plugin.library.near import did_you_mean
from plugin.library.yaml_file import Document, ElementPath

LIBRARIES = {
    "logic-library": "library-definitions",
    "asset-collection": "library-evidence",
    "open-questions": "library-open-questions",
    "drug-table": "library-drugs",
    "superseded-statements": "library-superseded",
    "module-definition": "library-about",
    "invariants": "library-invariants",
}
BY_TYPE = {
    "PlanDefinition": "plan-definition",
    "ActivityDefinition": "activity-definition",
    "Questionnaire": "questionnaire",
    "ConceptMap": "concept-map",
    "CodeSystem": "code-system-supplement",
}


def schema_faults(document: Document) -> list[Fault]:
    """What the schema of this kind of file finds wrong, most telling fault per element, in file order."""
    data = document.data
    if not isinstance(data, dict) or "resourceType" not in data:
        remedy = "start it with resourceType: PlanDefinition (or another FHIR resource type)"
        return [document.fault((), "this is no FHIR resource", remedy)]
    name = schema_name(data)
    if name is None:
        known = ", ".join([*BY_TYPE, "Library"])
        return [document.fault((), f"a template has no place for a {data['resourceType']}", f"use one of: {known}")]
    return [fault for _, fault in _schema_says(document, name)]


def case_file_errors(document: Document) -> list[tuple[ElementPath, Fault]]:
    """What the schema of case files finds wrong, each with the path to where."""
    return _schema_says(document, "cases")


def chart_file_faults(document: Document, name: str = "charts") -> list[Fault]:
    """What the schema of files of chart cases finds wrong, or that of what they share (`charts-shared`)."""
    return [fault for _, fault in _schema_says(document, name)]


def vocabulary_faults(document: Document) -> list[Fault]:
    """What the schema of the vocabulary finds wrong."""
    return [fault for _, fault in _schema_says(document, "library-findings")]


def _schema_says(document: Document, name: str) -> list[tuple[ElementPath, Fault]]:
    return [
        (tuple(error.absolute_path), _fault(document, error))
        for error in sorted(_validator(name).iter_errors(document.data), key=lambda e: list(map(str, e.path)))
    ]


def schema_name(data: dict[str, Any]) -> str | None:
    """Which schema a resource of a template goes by; None where a template has no place for it."""
    if data["resourceType"] != "Library":
        return BY_TYPE.get(data["resourceType"])
    for coding in data.get("type", {}).get("coding", []):
        return LIBRARIES.get(coding.get("code", ""))
    return None


@cache
def _validator(name: str) -> Draft202012Validator:
    file = resources.files("plugin.library") / "schemas" / f"{name}.schema.json"
    return Draft202012Validator(orjson.loads(file.read_bytes()))


def _fault(document: Document, error: ValidationError) -> Fault:
    path = tuple(error.absolute_path)
    where = ".".join(map(str, path)) or "the resource"
    remedy = (
        str(error.schema.get("description", "compare it with a neighbouring element that loads"))
        if isinstance(error.schema, dict)
        else "remove it"
    )
    known, wrong = _known_and_wrong(error)
    return document.fault(path, f"{where}: {error.message}", did_you_mean(wrong, known) + remedy, wrong)


def _known_and_wrong(error: ValidationError) -> tuple[list[str], str]:
    """The words that may stand there, and the one that does; no words where the value is wrong as a whole."""
    keyword: Any = error.validator_value
    schema: Any = error.schema
    if error.validator == "enum":
        return list(map(str, keyword)), str(error.instance)
    if error.validator == "additionalProperties":
        element: Any = error.instance
        known = list(schema.get("properties", {}))
        patterns = "|".join(schema.get("patternProperties", {})) or "(?!)"
        return known, next(name for name in element if name not in known and not re.search(patterns, name))
    return [], ""
