"""The table of interactions as an OpenAPI 3.1 document, for tools that know HTTP and no FHIR."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from plugin.operations.definitions import TYPES
from plugin.operations.offered import ELEMENTS, SEARCHES, Operation, Parameter
from plugin.operations.searching import LARGEST_PAGE, LONGEST_NUMBER
from plugin.operations.served import Service

if TYPE_CHECKING:
    from plugin.operations.interactions import Interaction

Json = dict[str, Any]
OPENAPI_VERSION = "3.1.0"
FHIR = "application/fhir+json"
NUMBER = {"type": "string", "pattern": f"^[0-9]{{0,{LONGEST_NUMBER}}}$"}
TEXT = {"type": "string", "minLength": 1}
ID = "[A-Za-z0-9.-]{1,64}"
# What a refusal means here, by its status; the OperationOutcome says which of these it was.
REFUSALS = {
    "400": "The request cannot be read, or a parameter is missing, unknown or wrong",
    "401": "No access token, or none that holds",
    "403": "The token's scopes do not allow this",
    "404": "Nothing of that name is published here",
    "405": "The address does not take this method",
    "406": "Another format than FHIR R4 JSON was asked for",
    "413": "The body is larger than the settings allow",
    "415": "The body is in another format than FHIR JSON",
    "422": "What was sent can be read, and no plan can be drafted of it",
    "500": "A fault of this server",
    "503": "As many charts as are drafted for at once are under way",
}
_OF_KIND = {
    "metadata": ("400", "405", "406", "500"),
    "openapi": ("405", "406", "500"),
    "read": ("401", "403", "404", "405", "406", "500"),
    "search": ("400", "401", "403", "404", "405", "406", "413", "415", "500"),
    "operation": tuple(REFUSALS),
}


def openapi_document(service: Service, interactions: Iterable[Interaction]) -> Json:
    """Every interaction as a path with its parameters, answers and refusals."""
    paths: dict[str, Json] = {}
    for each in interactions:
        path = re.sub(r"<(\w+)>", r"{\1}", each.path)
        paths[path] = {method.lower(): _operation(service, each, method) for method in each.methods}
    return {
        "openapi": OPENAPI_VERSION,
        "info": {
            "title": "careplan-plugin: FHIR operations",
            "version": service.version,
            "description": "Drafts care plans for a clinician to review. /metadata says the same in FHIR's own terms.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": service.base}],
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            "schemas": {
                "Resource": _resource(""),
                "OperationOutcome": _resource("OperationOutcome")
                | {"required": ["resourceType", "issue"]}
                | {"properties": {"resourceType": {"const": "OperationOutcome"}, "issue": {"type": "array"}}},
            },
        },
    }


def _operation(service: Service, each: Interaction, method: str) -> Json:
    found: Json = {
        "operationId": each.name if method == each.methods[0] else f"{each.name}-{method.lower()}",
        "summary": each.summary,
        "parameters": [*_in_path(each), *_in_query(each, method)],
        "responses": {"200": _success(each), **_refused(each)},
    }
    if each.operation:
        found["description"] = each.operation.says
    if each.access == "token" or (each.access == "definitions" and not service.public_definitions):
        found["security"] = [{"bearer": []}]
    if method == "POST":
        found["requestBody"] = {"required": True, "content": _body(each)}
    return found


def _in_path(each: Interaction) -> Iterator[Json]:
    schemas = {"type": {"type": "string", "enum": list(TYPES)}, "id": {"type": "string", "pattern": f"^{ID}$"}}
    for name in re.findall(r"<(\w+)>", each.path):
        yield {"name": name, "in": "path", "required": True, "schema": schemas[name]}


def _in_query(each: Interaction, method: str) -> Iterator[Json]:
    if each.kind == "search" and method == "GET":
        yield from (_query(found.name, {"type": "string"}, found.says) for found in SEARCHES)
        yield _query("_count", NUMBER, f"How many a page holds, {LARGEST_PAGE} at most.")
        yield _query("_offset", NUMBER, "How many to pass over.")
        yield _query("_summary", {"type": "string"}, "count: only how many there are; other values change nothing.")
        yield _query("_elements", {"type": "string"}, "Names of elements, with commas; the others are left out.")
    if each.kind == "metadata":
        yield _query("mode", {"type": "string", "enum": ["full", "normative"]}, "Both give the same.")
    yield _query("_format", {"type": "string", "enum": ["", "json", "application/json", FHIR]}, "Wins over Accept.")
    yield _query("_pretty", {"type": "string"}, "true: indent the answer.")


def _query(name: str, schema: Json, says: str) -> Json:
    return {"name": name, "in": "query", "schema": schema, "description": says}


def _body(each: Interaction) -> Json:
    if each.operation:
        return {FHIR: {"schema": _parameters(each.operation)}}
    names = [*(found.name for found in SEARCHES), "_summary", "_elements"]
    fields = {"type": "object", "properties": {**{name: {"type": "string"} for name in names}, "_count": NUMBER}}
    return {"application/x-www-form-urlencoded": {"schema": fields}}


def _parameters(operation: Operation) -> Json:
    """Which parameters there are, and how those that are required give their value; the rest is FHIR's."""
    taken = (*operation.identifying, *operation.taken)
    parameter = {
        "type": "object",
        "required": ["name"],
        "properties": {"name": {"enum": [each.name for each in taken]}},
    }
    required = [_contains(each) for each in taken if each.least]
    given = {"type": "array", "items": parameter, "allOf": required}
    properties = {"resourceType": {"const": "Parameters"}, "parameter": given}
    return {"type": "object", "required": ["resourceType", "parameter"], "properties": properties}


def _contains(parameter: Parameter) -> Json:
    elements = ELEMENTS.get(parameter.type, ("resource",))
    reference = {"type": "object", "required": ["reference"], "properties": {"reference": TEXT}}
    values = {"resource": _resource(parameter.type), "valueReference": reference}
    named: Json = {
        "type": "object",
        "required": ["name"],
        "properties": {"name": {"const": parameter.name}, **{each: values.get(each, TEXT) for each in elements}},
        "anyOf": [{"required": [each]} for each in elements],
    }
    return {"contains": named, "minContains": 1, **({"maxContains": 1} if parameter.most == "1" else {})}


def _success(each: Interaction) -> Json:
    if each.operation is None:
        kind = {"metadata": "CapabilityStatement", "search": "Bundle"}.get(each.kind, "")
        schema = {"type": "object"} if each.kind == "openapi" else _resource(kind)
    else:
        alone = [found.type for found in each.operation.given if found.name == "return"]
        schema = _resource(alone[0] if alone else "Parameters")
    media = "application/json" if each.kind == "openapi" else FHIR
    return {"description": each.summary, "content": {media: {"schema": schema}}}


def _refused(each: Interaction) -> dict[str, Json]:
    content = {FHIR: {"schema": {"$ref": "#/components/schemas/OperationOutcome"}}}
    return {status: {"description": REFUSALS[status], "content": content} for status in _OF_KIND[each.kind]}


def _resource(kind: str) -> Json:
    named: Json = {"const": kind} if kind else {"type": "string"}
    return {"type": "object", "required": ["resourceType"], "properties": {"resourceType": named}}
