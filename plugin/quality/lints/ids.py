"""Ids: each names one thing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from plugin.library.yaml_file import Document, ElementPath
from plugin.quality.lints.walking import at, elements
from plugin.quality.material import Material
from plugin.quality.report import Remark, Section


def ids_unique(material: Material) -> Section:
    """No two resources share a type and id, or a URL; no two items of a form a linkId; a URL ends in the id."""
    resources = [(document, ("id",), _type_and_id(document.data)) for document in material.documents]
    urls = [(document, ("url",), document.data["url"]) for document in material.documents]
    links = [
        (document, (*path, "linkId"), f"{document.data['id']}#{element['linkId']}")
        for document in material.documents
        if document.data["resourceType"] == "Questionnaire"
        for path, element in elements(document.data)
        if "linkId" in element
    ]
    named = (*resources, *urls, *links)
    remarks = (*_repeated(named), *_taken(urls, material), *_unlike(material.documents))
    return Section("Ids that name one thing", len(named), remarks)


def _type_and_id(resource: dict[str, Any]) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


def _repeated(named: Iterable[tuple[Document, ElementPath, str]]) -> Iterator[Remark]:
    first: dict[str, str] = {}
    for document, path, name in named:
        if name in first:
            yield at(
                document, path, f"{name} stands already in {first[name]}", "ids name one thing; rename one of them"
            )
        first.setdefault(name, f"{document.file}:{document.line(*path)}")


def _taken(urls: Iterable[tuple[Document, ElementPath, str]], material: Material) -> Iterator[Remark]:
    for document, path, url in urls:
        if url in material.conformance.versions:
            yield at(document, path, f"{url} is the URL of a resource of profiles/", "give it a URL of its own")


def _unlike(documents: Iterable[Document]) -> Iterator[Remark]:
    for document in documents:
        resource = document.data
        if not resource["url"].endswith(f"/{_type_and_id(resource)}"):
            message = f"the URL {resource['url']} does not end in {_type_and_id(resource)}"
            yield at(document, ("url",), message, "let the URL end in the resource's type and id")
