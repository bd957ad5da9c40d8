"""Careful access to FHIR elements that may be missing, null, or of the wrong type. Nothing here raises."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from plugin.findings.fhir_types import RESOURCE_TYPES
from plugin.library.code_sets import canonical_coding

Json = dict[str, Any]
PATIENT, RELATED_PERSON = "Patient/", "RelatedPerson/"


class Coding(NamedTuple):
    """One coding, its system and code in canonical spelling."""

    system: str
    code: str
    display: str


def objects(value: Any) -> list[Json]:
    """The objects of an array; a lone object counts as an array of one, anything else as none."""
    if isinstance(value, dict):
        return [value]
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text_of(value: Any) -> str:
    """A text, trimmed; empty for anything else."""
    return value.strip() if isinstance(value, str) else ""


def code_of(value: Any) -> str:
    """A code or a short literal that a sender wrote as text or number."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip()


def codings_of(concept: Any) -> list[Coding]:
    """The codings of a CodeableConcept that carry a code."""
    if not isinstance(concept, dict):
        return []
    found = []
    for coding in objects(concept.get("coding")):
        code = code_of(coding.get("code"))
        if code:
            system, code = canonical_coding(text_of(coding.get("system")), code)
            found.append(Coding(system, code, text_of(coding.get("display"))))
    return found


def texts_of(concept: Any) -> list[str]:
    """The texts of a CodeableConcept: its own, then those of codings without a code."""
    if not isinstance(concept, dict):
        return []
    found = [text_of(concept.get("text"))]
    found += [text_of(coding.get("display")) for coding in objects(concept.get("coding")) if not coding.get("code")]
    return [text for text in found if text]


def words_of(concept: Any, codings: Sequence[Coding] | None = None) -> str:
    """A CodeableConcept in the chart's own words: text, else display, else code. codings: its own, where at hand."""
    if not isinstance(concept, dict):
        return ""
    if text := text_of(concept.get("text")):
        return text
    codings = codings_of(concept) if codings is None else codings
    named = next((coding.display for coding in codings if coding.display), "")
    return named or next((coding.code for coding in codings), "")


def all_words_of(concept: Any) -> str:
    """Everything that a CodeableConcept says in words: its texts, then its displays."""
    return " ; ".join([*texts_of(concept), *(coding.display for coding in codings_of(concept))])


def reference_of(value: Any) -> str:
    """The reference of a Reference element; empty where it has none."""
    return text_of(value.get("reference")) if isinstance(value, dict) else ""


def references_of(value: Any) -> Iterator[str]:
    """Every reference of one Reference element or an array of them."""
    for item in objects(value):
        if reference := reference_of(item):
            yield reference


def displays_of(value: Any) -> Iterator[str]:
    """The name that each Reference of an element or array shows, where it shows one."""
    for item in objects(value):
        if display := text_of(item.get("display")):
            yield display


@lru_cache(maxsize=8192)
def id_in(reference: str) -> str:
    """The id that a reference ends in: `Patient/1`, `https://ehr/fhir/Patient/1/_history/2`, `urn:uuid:1`, `#1`."""
    if "?" in reference:
        return ""
    if "/_history/" in reference:
        reference = reference.split("/_history/", 1)[0]
    return reference.rsplit("/", 1)[-1].rsplit(":", 1)[-1].lstrip("#")


def is_layperson(reference: str) -> bool:
    """Whether a reference means the patient or somebody close to the patient."""
    return PATIENT in reference or RELATED_PERSON in reference


def modified(node: Json) -> str:
    """Why a resource or component must not be read: an extension changes its meaning, which FHIR forbids to ignore."""
    if node.get("modifierExtension"):
        return "it carries a modifier that changes what it means"
    return "it follows rules of its sender that are not known" if node.get("implicitRules") else ""


@lru_cache(maxsize=8192)
def kind_in(reference: str) -> str:
    """The resource type that a reference names (`Patient/1`, `https://ehr/fhir/Patient/1`); empty where it has none."""
    parts = reference.split("/_history/", 1)[0].split("?", 1)[0].split("/")
    return parts[-2] if len(parts) > 1 and parts[-2] in RESOURCE_TYPES else ""


def refers_to(reference: str, kind: str) -> str:
    """The name of the resource of this type that a reference means, as `name_of` has it; empty for another type."""
    identity = id_in(reference)
    return f"{kind}/{identity}" if identity and kind_in(reference) in ("", kind) else ""


def name_of(resource: Json) -> str:
    """`Observation/1`; the type alone where the resource has no id."""
    kind, identity = text_of(resource.get("resourceType")), code_of(resource.get("id"))
    return f"{kind}/{identity}" if identity else kind
