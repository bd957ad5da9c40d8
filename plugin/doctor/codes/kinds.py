"""Where codes stand in a resource, by what they are for: the places that a site's own map can speak about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from plugin.findings.elements import Coding, Json, codings_of, objects, text_of, texts_of

Kind = Literal["test", "answer", "diagnosis", "procedure", "drug", "specimen"]
KINDS: tuple[Kind, ...] = ("test", "answer", "diagnosis", "procedure", "drug", "specimen")
LONGEST_NAME = 120

_PLACES: dict[str, tuple[tuple[Kind, str], ...]] = {
    "Condition": (("diagnosis", "code"),),
    "Procedure": (("procedure", "code"),),
    "Medication": (("drug", "code"),),
    "MedicationRequest": (("drug", "medicationCodeableConcept"),),
    "MedicationStatement": (("drug", "medicationCodeableConcept"),),
    "MedicationAdministration": (("drug", "medicationCodeableConcept"),),
    "Specimen": (("specimen", "type"), ("specimen", "collection.bodySite")),
}


@dataclass(frozen=True, slots=True)
class Use:
    """One concept at its place.

    codings: in canonical spelling. name: how the site calls it; empty where only free text says so, which may hold
    more than a name. value: what kind of value stands beside a test (`quantity in %`), never the value.
    asked: for an answer, the codings of the test that it answers.
    """

    kind: Kind
    codings: tuple[Coding, ...]
    name: str
    value: str = ""
    asked: tuple[Coding, ...] = ()


def uses_in(resource: Json) -> Iterator[Use]:
    """The coded concepts of a resource, components included."""
    if resource.get("resourceType") == "Observation":
        yield from _observed(resource)
        for component in objects(resource.get("component")):
            yield from _observed(component)
        return
    for kind, path in _PLACES.get(str(resource.get("resourceType")), ()):
        for concept in _at(resource, path):
            if use := _use(kind, concept):
                yield use


def _observed(node: Json) -> Iterator[Use]:
    concept = node.get("code")
    test = _use("test", concept, _value_kind(node), named_by_text=True)
    if test is None:
        return
    yield test
    for answer in (node.get("valueCodeableConcept"), *objects(node.get("interpretation"))):
        if use := _use("answer", answer, asked=test.codings):
            yield use


def _use(
    kind: Kind, concept: Any, value: str = "", asked: tuple[Coding, ...] = (), named_by_text: bool = False
) -> Use | None:
    codings = tuple(codings_of(concept))
    if not codings:
        return None
    names = [coding.display for coding in codings if coding.display]
    if named_by_text:
        names += texts_of(concept)
    return Use(kind, codings, next(iter(names), "")[:LONGEST_NAME], value, asked)


def _value_kind(node: Json) -> str:
    key = next((key for key in node if key.startswith("value")), "")
    if not key:
        return (
            "absent, with a reason"
            if "dataAbsentReason" in node
            else ("components" if node.get("component") else "none")
        )
    value = node[key]
    if key == "valueQuantity" and isinstance(value, dict):
        unit = text_of(value.get("code")) or text_of(value.get("unit"))
        return f"quantity in {unit[:20]}" if unit else "quantity without unit"
    if key == "valueCodeableConcept":
        return "coded" if codings_of(value) else "text"
    return {"valueString": "text"}.get(key, key.removeprefix("value").lower())


def _at(resource: Json, path: str) -> Iterator[Any]:
    first, _, rest = path.partition(".")
    for node in objects(resource.get(first)):
        if rest:
            yield from _at(node, rest)
        else:
            yield node
