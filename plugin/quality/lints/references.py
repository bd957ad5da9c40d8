"""References: canonical URLs lead somewhere, in the version they ask for; codes of items name an item."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from plugin.library.content import CANONICAL, extension_url
from plugin.library.elements import coding
from plugin.library.yaml_file import Document, ElementPath
from plugin.quality.lints.walking import at, element_name, elements, strings
from plugin.quality.material import Material
from plugin.quality.report import Remark, Section

REFERENCE = re.compile(rf"^{re.escape(CANONICAL)}/([A-Za-z]+/[\w.-]+)(\|.*)?$")
# `url` names the resource or extension itself; codes and what they are taken from are checked as codes.
NO_REFERENCES = frozenset({"url", "system", "source", "target", "sourceUri", "targetUri"})
# Extensions, and fields of extensions, whose value names an item of the template.
OF_ITEMS = ("gate-target", "gate-companion", "accompanies", "item-with", "page-with")
FIELDS_OF_ITEMS = frozenset({"settled-by", "measured-by", "care", "category", "assessment", "supportive-care"})
DESCRIBE = "correct the code, or describe the item in activities/"


def references_resolve(material: Material) -> Section:
    """Every canonical URL of ours in the template leads to a resource of it or of the profiles."""
    known = dict(material.conformance.versions)
    known |= {document.data["url"]: document.data.get("version", "") for document in material.documents}
    found = [
        (document, path, text)
        for document in material.documents
        for path, text in strings(document.data)
        if REFERENCE.match(text) and element_name(path) not in NO_REFERENCES
    ]
    remarks = [remark for document, path, text in found for remark in _unresolved(document, path, text, known)]
    return Section("Canonical references that lead somewhere", len(found), tuple(remarks))


def parts_named(material: Material) -> Section:
    """The strategy names every PlanDefinition of the template, and a rule names the description of its own item."""
    plans = [document for document in material.documents if document.data["resourceType"] == "PlanDefinition"]
    [strategy] = [document for document in plans if document.data["url"] == material.template.url]
    named = {action.get("definitionCanonical", "").partition("|")[0] for action in strategy.data["action"]}
    remarks = [
        at(each, ("url",), f"the strategy does not name '{each.data['id']}' as a part", "add it there, or remove it")
        for each in plans
        if each is not strategy and each.data["url"] not in named
    ]
    for each in plans:
        remarks += _other_items(each, material)
    return Section("Parts that the strategy names", len(plans) - 1, tuple(remarks))


def items_named(material: Material) -> Section:
    """Whatever names a category, a test or a care item names one that the template describes."""
    named = [(document, path, code) for document in material.documents for path, code in _item_codes(document)]
    remarks = [
        at(document, path, f"'{code}' is no item of this template", DESCRIBE)
        for document, path, code in named
        if code not in material.template.activities
    ]
    return Section("Items that others name", len(named), tuple(remarks))


def _unresolved(document: Document, path: ElementPath, text: str, known: Mapping[str, str]) -> Iterator[Remark]:
    url, _, version = text.partition("|")
    if url not in known:
        remedy = "correct it, or add the resource"
        yield at(document, path, f"{url} is neither in the template nor in profiles/", remedy)
    elif version and version != known[url]:
        message = f"it asks for version {version} of {url}, which is {known[url]}"
        yield at(document, path, message, "name the version that is there, or none")


def _other_items(document: Document, material: Material) -> Iterator[Remark]:
    """Rules whose `definitionCanonical` describes another item than their code."""
    urls = {activity.url.partition("|")[0]: code for code, activity in material.template.activities.items()}
    for index, action in enumerate(document.data["action"]):
        described = urls.get(action.get("definitionCanonical", "").partition("|")[0])
        code = coding(action)[1]
        if described is not None and code and described != code:
            message = f"rule '{action['id']}' lists '{code}' and points to the description of '{described}'"
            yield at(document, ("action", index, "definitionCanonical"), message, f"point to that of '{code}'")


def _item_codes(document: Document) -> Iterator[tuple[ElementPath, str]]:
    urls = {extension_url(name) for name in OF_ITEMS}
    for path, element in elements(document.data):
        named = element.get("url") in urls or element.get("url") in FIELDS_OF_ITEMS
        if named and isinstance(code := element.get("valueCode"), str):
            yield path, code
