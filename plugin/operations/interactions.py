"""Every interaction once: its path, who may call it, and what answers it. Requests are routed by this table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from plugin.operations.capability import capability_statement
from plugin.operations.definitions import TYPES, Definition, etag_of
from plugin.operations.drafting import care_plan, drafted, whole_draft
from plugin.operations.faults import OperationFault, issue, outcome, shown
from plugin.operations.inputs import Inputs, read_parameters
from plugin.operations.offered import APPLY, DRAFT, OPERATIONS, POPULATE, Operation
from plugin.operations.openapi import openapi_document
from plugin.operations.populate import populated
from plugin.operations.searching import read_search, searchset
from plugin.operations.served import Answer, Call, Service

Resource = dict[str, Any]
Serve = Callable[[Service, Call], Answer]
Access = Literal["public", "definitions", "token"]
Kind = Literal["metadata", "openapi", "read", "search", "operation"]


@dataclass(frozen=True, slots=True)
class Interaction:
    """One path with its methods.

    path: below the FHIR base, with `<type>` and `<id>`. access: `definitions` is public or not by a setting.
    scope: what a token must allow, `{type}` standing for the type in the path. body: what a POST carries.
    """

    name: str
    kind: Kind
    path: str
    methods: tuple[str, ...]
    summary: str
    access: Access
    serve: Serve
    scope: str = ""
    body: Literal["", "form", "parameters"] = ""
    operation: Operation | None = None


def metadata(service: Service, call: Call) -> Answer:
    """The CapabilityStatement; `mode` other than full and normative is refused."""
    mode = dict(call.query).get("mode", "full")
    if mode not in ("full", "normative"):
        raise OperationFault(400, "not-supported", f"mode={shown(mode)} is not given; use mode=full")
    statement = capability_statement(service)
    return Answer(statement, etag_of(statement))


def openapi(service: Service, _call: Call) -> Answer:
    """The table below as an OpenAPI document."""
    document = openapi_document(service, INTERACTIONS)
    return Answer(document, etag_of(document), "application/json")


def read(service: Service, call: Call) -> Answer:
    """One published resource."""
    found = _instance(service, call.names["type"], call.names["id"])
    return Answer(found.resource, found.etag)


def search(service: Service, call: Call) -> Answer:
    """Published resources of one type."""
    kind = _published(call.names["type"])
    asked = read_search(call.query, strict=call.strict)
    found = tuple(service.definitions.of_type(kind).values())
    bundle = searchset(asked, found, f"{service.base}/{kind}", service.base)
    return Answer(bundle, etag_of(bundle))


def apply(service: Service, call: Call) -> Answer:
    """`PlanDefinition/$apply`."""
    inputs = _plan_inputs(APPLY, service, call)
    return Answer(care_plan(_draft(service, inputs, inputs.all("data")), service.template, service.version))


def draft(service: Service, call: Call) -> Answer:
    """`PlanDefinition/$draft`."""
    inputs = _plan_inputs(DRAFT, service, call)
    return Answer(whole_draft(_draft(service, inputs, inputs.all("data")), service.template, service.version))


def populate(service: Service, call: Call) -> Answer:
    """`Questionnaire/$populate`."""
    inputs = _inputs(POPULATE, call)
    form = _target(POPULATE, inputs, service, call)
    data, unused = [*inputs.all("data")], []
    for context in inputs.all("context"):
        for content in context["content"]:
            if isinstance(content, dict):
                data.append(content)
            elif content != inputs.one("subject"):
                unused.append("a Reference in context was not followed: nothing is fetched; send the resource itself")
    if not data:
        raise OperationFault(400, "required", "no chart came; send a Bundle in data, or resources in context")
    if inputs.one("local"):
        unused.append("local has no effect: no charts are kept here; what is not sent is not known")
    drawn = _draft(service, inputs, data)
    gaps = [problem.text for problem in drawn.findings.problems if problem.kind == "gap"]
    issues = [issue("information", "informational", text) for text in unused]
    issues += [issue("warning", "incomplete", text) for text in gaps]
    given = [{"name": "response", "resource": populated(form.resource["id"], drawn, service.template)}]
    given += [{"name": "issues", "resource": outcome(issues)}] if issues else []
    return Answer({"resourceType": "Parameters", "parameter": given})


def _draft(service: Service, inputs: Inputs, data: list[Resource]) -> Any:
    return drafted(inputs.one("subject") or "", data, service.template, inputs.one("as_of") or service.today())


def _inputs(operation: Operation, call: Call) -> Inputs:
    if call.query:
        raise OperationFault(400, "invalid", "parameters stand in the body and in the address; send all in the body")
    return read_parameters(operation, call.document)


def _plan_inputs(operation: Operation, service: Service, call: Call) -> Inputs:
    inputs = _inputs(operation, call)
    target = _target(operation, inputs, service, call)
    if target.resource["url"] != service.template.url:
        message = f"this PlanDefinition is a part of {service.template.url} and means nothing alone; apply the whole"
        raise OperationFault(422, "not-supported", message)
    return inputs


def _target(operation: Operation, inputs: Inputs, service: Service, call: Call) -> Definition:
    """The instance that the address or the parameters name; both, where both name one, the same."""
    named = [
        _named(operation.kind, value, service) for each in operation.identifying for value in inputs.all(each.name)
    ]
    if "id" in call.names:
        named.append(_instance(service, operation.kind, call.names["id"]))
    if not named:
        names = " or ".join(each.name for each in operation.identifying)
        raise OperationFault(400, "required", f"nothing says which {operation.kind} is meant; send {names}")
    if any(each is not named[0] for each in named):
        raise OperationFault(400, "invalid", f"two different {operation.kind}s are named; name one")
    return named[0]


def _named(kind: str, name: str, service: Service) -> Definition:
    found = service.definitions.by_url(kind, name)
    if found is None and name.startswith(f"{kind}/"):
        return _instance(service, kind, name.removeprefix(f"{kind}/"))
    if found is None:
        message = f"no {kind} with this canonical and version is published here; search for /{kind} to see which are"
        raise OperationFault(404, "not-found", message)
    return found


def _instance(service: Service, kind: str, identity: str) -> Definition:
    found = service.definitions.of_type(_published(kind)).get(identity)
    if found is None:
        message = f"no {kind} with this id is published here; search for /{kind} to see which are"
        raise OperationFault(404, "not-found", message)
    return found


def _published(kind: str) -> str:
    if kind in TYPES:
        return kind
    message = f"{shown(kind)} is not published here; /metadata lists the types: {', '.join(TYPES)}"
    raise OperationFault(404, "not-supported", message)


_SERVES: dict[str, Serve] = {"apply": apply, "draft": draft, "populate": populate}


def _of_operation(operation: Operation, path: str, name: str, where: str) -> Interaction:
    return Interaction(
        name,
        "operation",
        f"/{operation.kind}{path}/${operation.code}",
        ("POST",),
        f"{operation.title} {where}",
        "token",
        _SERVES[operation.code],
        operation.scope,
        "parameters",
        operation,
    )


INTERACTIONS = (
    Interaction("metadata", "metadata", "/metadata", ("GET",), "What this server offers", "public", metadata),
    Interaction("openapi", "openapi", "/openapi.json", ("GET",), "This document", "public", openapi),
    *(_of_operation(each, "/<id>", each.code, "the one in the address") for each in OPERATIONS),
    *(_of_operation(each, "", f"{each.code}-by-url", "the one that a parameter names") for each in OPERATIONS),
    Interaction(
        "search-by-post",
        "search",
        "/<type>/_search",
        ("POST",),
        "Search with a form",
        "definitions",
        search,
        "{type}.s",
        "form",
    ),
    Interaction("read", "read", "/<type>/<id>", ("GET",), "Read a definition", "definitions", read, "{type}.r"),
    Interaction("search", "search", "/<type>", ("GET",), "Search for definitions", "definitions", search, "{type}.s"),
)
