"""Is this FHIR R4? Three checks of rising cost, each answering with messages a person can act on; empty means sound.

check_structure  names, types, cardinalities, JSON rules of R4; microseconds, for every draft
check_model      that, then what the structure check lets pass: required codes, reference targets, empty objects;
                 milliseconds, for templates when they load and for each resource before it is written to an EHR
check_profile    the rules of our own profiles that the resource claims in meta.profile

The model check runs the R4B models of fhir.resources, since no R4 models exist there. They accept foreign codes, nulls,
empty arrays, any reference target, and elements that only R4B has. The R4 structure check finds nulls, empty arrays
and foreign elements; codes and targets are compared here with the lists that the models carry.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import fhirkit

from plugin.library.profile_check import check_profile
from plugin.library.profile_walk import referenced_type

__all__ = ["check_model", "check_profile", "check_structure", "element_path"]

# The models shorten these lists to "a | b | +"; the bindings are required all the same (FHIR R4, publish.required).
FULL_LISTS: dict[tuple[str, str], frozenset[str]] = {
    ("QuestionnaireItem", "type"): frozenset(
        {"group", "display", "question", "boolean", "decimal", "integer", "date", "dateTime", "time", "string", "text"}
        | {"url", "choice", "open-choice", "attachment", "reference", "quantity"}
    ),
    ("Observation", "status"): frozenset(
        {"registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", "unknown"}
    ),
    ("CapabilityStatement", "format"): frozenset(
        {"application/fhir+json", "application/fhir+xml", "json", "xml", "text/turtle", "ttl"}
    ),
    ("Task", "status"): frozenset(
        {"draft", "requested", "received", "accepted", "rejected", "ready", "cancelled", "in-progress", "on-hold"}
        | {"failed", "completed", "entered-in-error"}
    ),
}


def check_structure(resource: dict[str, Any]) -> list[str]:
    """What R4's structure rules find wrong, as `CarePlan.status: required element missing`.

    Blind to codes of required bindings, invariants, ids, empty objects and what a reference leads to.
    """
    try:
        issues = fhirkit.validate(resource)
    except (fhirkit.ParseError, TypeError, ValueError) as error:
        return [f"{_type_of(resource)}: not JSON: {error}; give only values that JSON can hold"]
    return [f"{issue.path}: {issue.message}" for issue in issues]


def check_model(resource: dict[str, Any]) -> list[str]:
    """All of check_structure, then the R4B model, required codes, reference targets and empty objects."""
    faults = check_structure(resource)
    if faults:
        return faults
    from fhir.resources.R4B import get_fhir_model_class  # slow to import, and only few callers need it
    from pydantic import ValidationError

    kind = _type_of(resource)
    faults = list(_empty_objects(resource, kind))
    try:
        model = get_fhir_model_class(kind).model_validate(resource)
    except ValidationError as error:
        return faults + [_model_fault(kind, detail) for detail in error.errors()]
    return faults + list(_codes_and_targets(model, kind, _contained_types(resource)))


def element_path(message: str) -> tuple[str | int, ...]:
    """Where a message of these checks points: `CarePlan.activity[0].detail: …` -> activity, 0, detail."""
    _, *steps = message.partition(": ")[0].partition(" ")[0].replace("[x]", "").split(".")
    return tuple(int(part) if part.isdigit() else part for step in steps for part in re.findall(r"[^\[\]]+", step))


def _type_of(resource: Any) -> str:
    return str(resource.get("resourceType", "Resource")) if isinstance(resource, dict) else "Resource"


def _model_fault(kind: str, detail: Any) -> str:
    path = kind
    for step in detail["loc"]:
        path += f"[{step}]" if isinstance(step, int) else f".{step}"
    return f"{path}: {detail['msg']}"


def _empty_objects(element: Any, path: str) -> Iterator[str]:
    if isinstance(element, list):
        for index, member in enumerate(element):
            yield from _empty_objects(member, f"{path}[{index}]")
    elif isinstance(element, dict):
        if not element:
            yield f"{path}: an empty object says nothing; fill it or leave it out"
        for name, member in element.items():
            yield from _empty_objects(member, f"{path}.{name}")


def _contained_types(resource: dict[str, Any]) -> dict[str, str]:
    return {str(inner["id"]): _type_of(inner) for inner in resource.get("contained", []) if "id" in inner}


def _codes_and_targets(model: Any, path: str, contained: dict[str, str]) -> Iterator[str]:
    """Walks the parsed model, since its classes hold for each field the codes and targets that FHIR allows."""
    cls = type(model)
    for name, field in cls.model_fields.items():
        value = getattr(model, name)
        if value is None:
            continue
        allowed = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        codes = FULL_LISTS.get((cls.__name__, name)) or frozenset(allowed.get("enum_values", ()))
        targets = frozenset(allowed.get("enum_reference_types", ())) - {"Resource"}
        for member, where in _members(value, f"{path}.{field.alias or name}"):
            if isinstance(member, str):
                if codes and "+" not in codes and member not in codes:
                    yield f"{where}: '{member}' is not a code of FHIR's list; use one of {', '.join(sorted(codes))}"
            elif hasattr(type(member), "model_fields"):
                if targets and type(member).__name__ == "Reference":
                    yield from _target_fault(member, where, targets, contained)
                yield from _codes_and_targets(member, where, contained)


def _members(value: Any, path: str) -> Iterator[tuple[Any, str]]:
    if not isinstance(value, list):
        yield value, path
        return
    for index, member in enumerate(value):
        yield member, f"{path}[{index}]"


def _target_fault(reference: Any, path: str, targets: frozenset[str], contained: dict[str, str]) -> Iterator[str]:
    target = _target_type(reference, contained)
    if target is not None and target not in targets:
        yield f"{path}: a reference to {target} is not allowed here; refer to one of {', '.join(sorted(targets))}"


def _target_type(reference: Any, contained: dict[str, str]) -> str | None:
    """The resource type a Reference leads to; None where it does not say (a urn, an identifier, a display alone)."""
    text = str(reference.reference or "")
    if text.startswith("#"):
        return contained.get(text[1:])
    return referenced_type(text) or reference.type
