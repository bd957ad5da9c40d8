"""The CapabilityStatement and the OperationDefinitions, made of the table of what is offered (FHIR R4)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from plugin.library.content import CANONICAL
from plugin.library.rules import Template
from plugin.operations.definitions import TYPES, Definitions, published
from plugin.operations.offered import OPERATIONS, SEARCHES, Operation, Parameter
from plugin.operations.served import Service

Resource = dict[str, Any]
FHIR_VERSION = "4.0.1"
PUBLISHER = "careplan-plugin"
SERVICE = "http://terminology.hl7.org/CodeSystem/restful-security-service"


def capability_statement(service: Service) -> Resource:
    """What this server offers; dated as the template in use, since that is what it offers."""
    template = service.template
    return {
        "resourceType": "CapabilityStatement",
        "id": "careplan-plugin",
        "url": f"{CANONICAL}/CapabilityStatement/careplan-plugin",
        "version": service.version,
        "name": "CareplanPlugin",
        "title": "Drafting care plans",
        "status": "draft",
        "date": template.date or service.today().isoformat(),
        "publisher": PUBLISHER,
        "description": "Drafts care plans for a clinician to review, from a chart that is sent along, and publishes "
        "the definitions that it drafts by. It keeps no patient's data and fetches nothing.",
        "kind": "instance",
        "software": {"name": "careplan-plugin", "version": service.version},
        "implementation": {"description": template.title, "url": service.base},
        "fhirVersion": FHIR_VERSION,
        "format": ["application/fhir+json", "json"],
        "rest": [
            {
                "mode": "server",
                "security": _security(service),
                "resource": [_resource(kind) for kind in TYPES],
            }
        ],
    }


def _security(service: Service) -> Resource:
    read = "need none" if service.public_definitions else "need system/[type].r and .s"
    scopes = ", ".join(f"${each.code} needs system/{each.scope}" for each in OPERATIONS)
    return {
        "cors": False,
        "service": [{"coding": [{"system": SERVICE, "code": "OAuth"}], "text": "OAuth 2.0 bearer tokens"}],
        "description": "Bearer tokens (JWT, RFC 9068) of the authorization servers that this site trusts, with this "
        f"server's address as audience. {scopes}; read and search of definitions {read}.",
    }


def _resource(kind: str) -> Resource:
    operations = [
        {"name": each.code, "definition": f"{CANONICAL}/OperationDefinition/{each.id}"}
        for each in OPERATIONS
        if each.kind == kind
    ]
    return {
        "type": kind,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "versioning": "no-version",
        "conditionalRead": "not-match",
        "searchParam": [{"name": each.name, "type": each.kind, "documentation": each.says} for each in SEARCHES],
        **({"operation": operations} if operations else {}),
    }


def all_definitions(template: Template, folder: Path, version: str) -> Definitions:
    """Everything that is published: what the template in `folder` rests on, and the OperationDefinitions.

    version: of this software. Raises TemplateError for a file that cannot be read.
    """
    return Definitions([*published(template, folder), *operation_definitions(template, version)])


def operation_definitions(template: Template, version: str) -> list[Resource]:
    """One OperationDefinition for each operation; dated as the template in use. version: of this software."""
    return [_operation_definition(each, template.date, version) for each in OPERATIONS]


def _operation_definition(operation: Operation, day: str, version: str) -> Resource:
    taken = [_parameter(each, "in") for each in (*operation.identifying, *operation.taken)]
    given = [_parameter(each, "out") for each in operation.given]
    return {
        "resourceType": "OperationDefinition",
        "id": operation.id,
        "url": f"{CANONICAL}/OperationDefinition/{operation.id}",
        "version": version,
        "name": operation.title,
        "title": operation.title,
        "status": "draft",
        "kind": "operation",
        **({"date": day} if day else {}),
        "publisher": PUBLISHER,
        "description": operation.says,
        "affectsState": False,
        "code": operation.code,
        **({"base": operation.base} if operation.base else {}),
        "resource": [operation.kind],
        "system": False,
        "type": True,
        "instance": True,
        "parameter": [*taken, *given],
    }


def _parameter(parameter: Parameter, use: str) -> Resource:
    found: Resource = {
        "name": parameter.name,
        "use": use,
        "min": parameter.least,
        "max": parameter.most,
        "documentation": parameter.says,
    }
    if parameter.parts:
        return found | {"part": [_parameter(part, use) for part in parameter.parts]}
    return found | {"type": parameter.type}
