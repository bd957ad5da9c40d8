"""From a parsed JSON document to the resources in it, whichever way they were bundled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from plugin.errors import InputError
from plugin.findings.elements import Json, code_of, id_in, objects, text_of

REMEDY = "give a FHIR Bundle, a JSON array of resources, or one resource"


def resources_of(document: object) -> list[Json]:
    """The resources of a Bundle of any type, of an array, or the one resource; nested Bundles are opened.

    Entries without a resource are skipped. Contained resources come after the one that contains them. Inside a
    transaction, references by `urn:uuid` are replaced by the type and id of the resource they mean.
    Raises InputError for anything that is no FHIR, and for a document that holds no resource.
    """
    if not isinstance(document, dict | list):
        raise InputError(f"this is JSON, but not FHIR: a {type(document).__name__} stands at the top; {REMEDY}")
    if not document:
        raise InputError(f"the document is empty; {REMEDY}")
    if isinstance(document, dict) and not text_of(document.get("resourceType")):
        raise InputError(f"this is JSON, but not FHIR: it has no resourceType; {REMEDY}")
    found = list(_opened(document, ""))
    if not found:
        kind = "Bundle" if isinstance(document, dict) else "array"
        raise InputError(f"the {kind} holds no FHIR resource; {REMEDY}")
    aliases = _aliases(found)
    resources = [_named(resource, url) for resource, url in found]
    if aliases:
        resources = [_rewritten(resource, aliases) for resource in resources]
    return [part for resource in resources for part in (resource, *_contained(resource))]


def _opened(node: Any, url: str) -> Iterator[tuple[Json, str]]:
    if isinstance(node, list):
        for item in node:
            yield from _opened(item, "")
    elif isinstance(node, dict) and node.get("resourceType") == "Bundle":
        for entry in objects(node.get("entry")):
            yield from _opened(entry.get("resource"), text_of(entry.get("fullUrl")))
    elif isinstance(node, dict) and text_of(node.get("resourceType")):
        yield node, url


def _named(resource: Json, url: str) -> Json:
    """A resource that a transaction leaves without id is known by its full URL."""
    if code_of(resource.get("id")) or not url:
        return resource
    return {**resource, "id": id_in(url)}


def _aliases(found: list[tuple[Json, str]]) -> dict[str, str]:
    """Full URLs of a transaction whose last part is not the id of their resource."""
    aliases = {}
    for resource, url in found:
        identity = code_of(resource.get("id"))
        if url.startswith("urn:") and identity and id_in(url) != identity:
            aliases[url] = f"{resource['resourceType']}/{identity}"
    return aliases


def _rewritten(node: Any, aliases: dict[str, str]) -> Any:
    if isinstance(node, dict):
        return {
            key: aliases.get(value, value)
            if key == "reference" and isinstance(value, str)
            else _rewritten(value, aliases)
            for key, value in node.items()
        }
    return [_rewritten(item, aliases) for item in node] if isinstance(node, list) else node


def _contained(resource: Json) -> Iterator[Json]:
    """Contained resources, of the same subject as the resource around them where they name none."""
    for part in objects(resource.get("contained")):
        if text_of(part.get("resourceType")) and part["resourceType"] != "Patient":
            subject = resource.get("subject")
            yield part if subject is None or "subject" in part else {**part, "subject": subject}
