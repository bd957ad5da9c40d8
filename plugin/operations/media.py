"""Which format an answer is given in: `_format`, then the Accept header (FHIR R4, http.html#mime-type)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_options_header

from plugin.operations.faults import OperationFault, shown

CONTENT_TYPE = "application/fhir+json"
FORMATS = frozenset({"json", "application/json", "application/fhir+json"})
RANGES = FORMATS - {"json"} | {"*/*", "application/*"}
VERSIONS = frozenset({"", "4.0"})


def require_json(query: Mapping[str, str], accept: MIMEAccept) -> None:
    """Raise OperationFault with 406 where the caller takes no FHIR R4 JSON.

    query: of the address; `_format` stands for the header. accept: the header, parsed; empty where none came.
    """
    asked = query.get("_format", "")
    if asked:
        # `+` in a query stands for a space, and few people write %2B.
        name, options = parse_options_header(asked.replace(" json", "+json"))
        if name not in FORMATS or options.get("fhirversion", options.get("fhirVersion", "")) not in VERSIONS:
            raise _not_acceptable(f"_format={shown(asked)}")
        return
    if accept and not any(quality > 0 and _takes(value) for value, quality in accept):
        raise _not_acceptable("this Accept header")


def _takes(value: str) -> bool:
    name, options = parse_options_header(value)
    return name in RANGES and options.get("fhirversion", options.get("fhirVersion", "")) in VERSIONS


def _not_acceptable(what: str) -> OperationFault:
    message = f"{what} asks for a format that is not given here; ask for application/fhir+json, FHIR version 4.0"
    return OperationFault(406, "not-supported", message)


def rendered(resource: Any, *, pretty: bool) -> bytes:
    """A resource as JSON; pretty: for people to read (`_pretty=true`)."""
    return orjson.dumps(resource, option=orjson.OPT_INDENT_2 if pretty else None)
