"""From a parsed JSON document to the resources in it, whichever way they were bundled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from plugin.errors import NoResources
from plugin.findings.contained import renamed
from plugin.findings.elements import Json, code_of, id_in, kind_in, name_of, objects, text_of

MOST_NAMED = 5
DEEPEST = 20
REMEDY = "give a FHIR Bundle, a JSON array of resources, or one resource"


def resources_of(document: object) -> list[Json]:
    """The resources of a Bundle of any type, of an array, or the one resource; nested Bundles are opened.

    Entries without a resource are skipped; what stands where a resource should, but is none, is named in an
    OperationOutcome, which the reader shows as a problem; so is an answer of a batch that failed. What a history says
    was deleted is left out. Inside a transaction, references by `urn:uuid` are replaced by the type and id of the
    resource they mean.
    Raises NoResources, an InputError, for anything that is no FHIR, and for a document that holds no resource.
    """
    if not isinstance(document, dict | list):
        raise NoResources(f"this is JSON, but not FHIR: a {type(document).__name__} stands at the top; {REMEDY}")
    if not document:
        raise NoResources(f"the document is empty; {REMEDY}")
    if isinstance(document, dict) and not text_of(document.get("resourceType")):
        raise NoResources(f"this is JSON, but not FHIR: it has no resourceType; {REMEDY}")
    junk: list[str] = []
    found = list(_opened(document, "", junk))
    if not found:
        kind = "Bundle" if isinstance(document, dict) else "array"
        raise NoResources(f"the {kind} holds no FHIR resource; {REMEDY}")
    aliases = _aliases(found)
    resources = [_named(resource, url) for resource, url in found]
    if aliases:
        resources = [renamed(resource, aliases) for resource in resources]
    return [*resources, _outcome(junk)] if junk else resources


def unfetched(documents: Iterable[object]) -> list[Json]:
    """A gap for every page of a search that one of these documents announces and none of them is."""
    bundles = [document for document in documents if isinstance(document, dict)]
    links = [link for bundle in bundles for link in objects(bundle.get("link"))]
    own = {text_of(link.get("url")) for link in links if link.get("relation") == "self"}
    following = {text_of(link.get("url")) for link in links if link.get("relation") == "next"} - {""}
    text = "the search result goes on on a page that is not in the input; fetch every page and hand them over together"
    issue = {"severity": "error", "code": "incomplete", "diagnostics": text}
    return [{"resourceType": "OperationOutcome", "issue": [issue]} for _ in sorted(following - own)[:1]]


def _opened(
    node: Any, url: str, junk: list[str], where: str = "the input", depth: int = 0
) -> Iterator[tuple[Json, str]]:
    """The resources with their full URLs; what is none goes to `junk`."""
    if depth > DEEPEST:
        junk.append(f"{where} (Bundles or arrays nested more than {DEEPEST} deep)")
    elif isinstance(node, list):
        for number, item in enumerate(node, 1):
            yield from _opened(item, "", junk, f"item {number}", depth + 1)
    elif isinstance(node, dict) and node.get("resourceType") == "Bundle":
        entries, met, deleted = node.get("entry"), set[str](), set[str]()
        for number, entry in enumerate(entries if isinstance(entries, list) else objects(entries), 1):
            at = f"entry {number}"
            if not isinstance(entry, dict):
                junk.append(f"{at} ({_kind(entry)})")
                continue
            name = _entry_name(entry)
            if _deletes(entry) and name not in met:
                deleted.add(name)
            met.add(name)
            if failure := _failure(entry, at):
                yield failure, ""
            if "resource" in entry and not (name and name in deleted):
                yield from _opened(entry["resource"], text_of(entry.get("fullUrl")), junk, at, depth + 1)
    elif isinstance(node, dict) and text_of(node.get("resourceType")):
        yield node, url
    else:
        junk.append(f"{where} ({_kind(node)})")


def _kind(node: Any) -> str:
    if isinstance(node, dict):
        return "an object without resourceType"
    return "nothing" if node is None else f"a JSON {type(node).__name__}"


def _deletes(entry: Json) -> bool:
    request = entry.get("request")
    return isinstance(request, dict) and text_of(request.get("method")) == "DELETE"


def _entry_name(entry: Json) -> str:
    """`Observation/1`, of the resource, else of what was asked to be done with it; empty where neither says."""
    resource, request = entry.get("resource"), entry.get("request")
    if isinstance(resource, dict) and code_of(resource.get("id")):
        return name_of(resource)
    url = text_of(request.get("url")) if isinstance(request, dict) else text_of(entry.get("fullUrl"))
    return f"{kind_in(url)}/{id_in(url)}" if kind_in(url) else ""


def _failure(entry: Json, at: str) -> Json | None:
    """What a batch could not answer: a part of the chart that is missing, with the server's own words."""
    response = entry.get("response")
    status = text_of(response.get("status")) if isinstance(response, dict) else ""
    if not isinstance(response, dict) or not status.startswith(("4", "5")):
        return None
    outcome = response.get("outcome")
    if (
        isinstance(outcome, dict)
        and outcome.get("resourceType") == "OperationOutcome"
        and objects(outcome.get("issue"))
    ):
        return outcome
    text = f"{at} of the batch was answered with {status}: this part of the chart could not be read"
    issue = {"severity": "error", "code": "incomplete", "diagnostics": text}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def _outcome(junk: list[str]) -> Json:
    shown = ", ".join(junk[:MOST_NAMED]) + (", …" if len(junk) > MOST_NAMED else "")
    text = f"no FHIR resource, and not read: {shown}; check how the input was made"
    issue = {"severity": "warning", "code": "structure", "diagnostics": text}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


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
