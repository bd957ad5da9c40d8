"""Entries of a transaction: what is created once, what replaces one version, what is simply added."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

Resource = dict[str, Any]


def created(resource: Resource) -> Resource:
    """Create a resource unless the server holds one with its identifier, so that a repeated save doubles nothing."""
    identifier = resource["identifier"]
    first = identifier[0] if isinstance(identifier, list) else identifier
    search = f"identifier={quote(first['system'] + '|' + first['value'], safe='')}"
    entry = added(resource, f"urn:uuid:{first['value']}")
    entry["request"]["ifNoneExist"] = search
    return entry


def added(resource: Resource, full_url: str) -> Resource:
    """Create a resource, whatever the server holds."""
    return {
        "fullUrl": full_url,
        "resource": resource,
        "request": {"method": "POST", "url": resource["resourceType"]},
    }


def updated(resource: Resource, existing: Resource, base: str) -> Resource:
    """Replace a resource, and only the version that was seen. `resource` has the id of `existing`."""
    where = f"{resource['resourceType']}/{existing['id']}"
    request = {"method": "PUT", "url": where}
    version = existing.get("meta", {}).get("versionId")
    if version:
        request["ifMatch"] = f'W/"{version}"'
    return {"fullUrl": f"{base}/{where}", "resource": resource, "request": request}


def reference_of(entry: Resource) -> str:
    """How others in the transaction point at an entry: by its id where it has one."""
    resource = entry["resource"]
    return f"{resource['resourceType']}/{resource['id']}" if "id" in resource else str(entry["fullUrl"])
