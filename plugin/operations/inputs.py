"""The parameters of an operation, read from a Parameters resource and held against what it takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from plugin.operations.faults import OperationFault, shown
from plugin.operations.offered import ELEMENTS, Operation, Parameter

Resource = dict[str, Any]
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_YEARS = range(1900, 2200)  # whose charts and plans there can be
FETCHING = frozenset(
    {"dataEndpoint", "contentEndpoint", "terminologyEndpoint", "useServerData", "prefetchData", "parameters"}
)


@dataclass(frozen=True, slots=True)
class Inputs:
    """What was given, by the name of the parameter; a Reference is its `reference`, parts are dictionaries of lists."""

    values: dict[str, list[Any]]

    def one(self, name: str) -> Any | None:
        """The one value; None where it was not given."""
        return next(iter(self.values.get(name, ())), None)

    def all(self, name: str) -> list[Any]:
        """Every value, in the order given."""
        return self.values.get(name, [])


def read_parameters(operation: Operation, document: Any) -> Inputs:
    """What a Parameters resource gives; raises OperationFault for what is none, is unknown, missing or wrong."""
    if not isinstance(document, dict) or document.get("resourceType") != "Parameters":
        message = 'the body is no Parameters resource; send {"resourceType": "Parameters", "parameter": [...]}'
        raise OperationFault(400, "structure", message)
    known = {parameter.name: parameter for parameter in (*operation.identifying, *operation.taken)}
    return _counted(known, _read(known, document.get("parameter", []), "Parameters.parameter"))


def _read(known: dict[str, Parameter], given: Any, at: str) -> dict[str, list[Any]]:
    if not isinstance(given, list):
        raise OperationFault(400, "structure", f"{at} is no list; send a list of parameters", expression=at)
    values: dict[str, list[Any]] = {}
    for number, each in enumerate(given):
        here = f"{at}[{number}]"
        if not isinstance(each, dict) or not isinstance(each.get("name"), str):
            raise OperationFault(400, "structure", f"{here} has no name; send name and value", expression=here)
        parameter = _parameter(known, each["name"])
        values.setdefault(parameter.name, []).append(_value(parameter, each, here))
    return values


def _parameter(known: dict[str, Parameter], name: str) -> Parameter:
    if name in known:
        return known[name]
    if name in FETCHING:
        message = f"{name} is not supported: nothing is fetched from elsewhere; send the chart in data"
        raise OperationFault(422, "not-supported", message)
    message = f"{shown(name)} is no parameter here; use {', '.join(known)}"
    raise OperationFault(400, "invalid", message)


def _value(parameter: Parameter, given: Resource, at: str) -> Any:
    if parameter.parts:
        parts = {part.name: part for part in parameter.parts}
        return _counted(parts, _read(parts, given.get("part", []), f"{at}.part")).values
    if parameter.type == "CodeableConcept":
        return given.get("valueCodeableConcept")
    if parameter.type == "Resource" and "resource" not in given:
        return _reference(parameter, given.get("valueReference"), at)
    if parameter.type not in ELEMENTS:
        return _resource(parameter, given.get("resource"), at)
    name = next((name for name in ELEMENTS[parameter.type] if name in given), "")
    if not name:
        raise _wrong(parameter, at, f"give {' or '.join(ELEMENTS[parameter.type])}")
    if name == "valueReference":
        return _reference(parameter, given[name], at)
    if name == "valueBoolean" and isinstance(given[name], bool):
        return given[name]
    if name != "valueBoolean" and isinstance(given[name], str):
        return _text(parameter, given[name], at)
    raise _wrong(parameter, at, f"{name} holds another type of value")


def _text(parameter: Parameter, text: str, at: str) -> str | date:
    if not text.strip():
        raise _wrong(parameter, at, "it is empty")
    if parameter.type != "date":
        return text.strip()
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or day.year not in _YEARS:
        raise _wrong(parameter, at, f"it is no day from {_YEARS[0]} to {_YEARS[-1]}; write it as 2026-11-22")
    return day


def _reference(parameter: Parameter, given: Any, at: str) -> str:
    reference = given.get("reference") if isinstance(given, dict) else None
    if not isinstance(reference, str) or not reference.strip():
        raise _wrong(parameter, at, "give a Reference with reference")
    return reference.strip()


def _resource(parameter: Parameter, given: Any, at: str) -> Resource:
    kind = given.get("resourceType") if isinstance(given, dict) else None
    if not isinstance(given, dict) or not isinstance(kind, str):
        raise _wrong(parameter, at, f"give a {parameter.type} as resource")
    if parameter.type not in ("Resource", kind):
        raise _wrong(parameter, at, f"give a {parameter.type} as resource, not another type")
    return given


def _wrong(parameter: Parameter, at: str, why: str) -> OperationFault:
    return OperationFault(400, "value", f"the parameter {parameter.name} cannot be used: {why}", expression=at)


def _counted(known: dict[str, Parameter], values: dict[str, list[Any]]) -> Inputs:
    for fault in _miscounted(known, values):
        raise fault
    return Inputs(values)


def _miscounted(known: dict[str, Parameter], values: dict[str, list[Any]]) -> Iterator[OperationFault]:
    for name, parameter in known.items():
        count = len(values.get(name, ()))
        if count < parameter.least:
            kind = parameter.type or "parts"
            yield OperationFault(400, "required", f"the parameter {name} is missing; send a {kind}", expression=name)
        if count > 1 and parameter.most == "1":
            yield OperationFault(400, "value", f"the parameter {name} came {count} times; send it once")
