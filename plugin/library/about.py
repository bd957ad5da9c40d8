"""What a template says about itself, as its author wrote it: the Library of type module-definition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from plugin.errors import Fault
from plugin.library.content import extension_url
from plugin.library.elements import parts_of
from plugin.library.near import did_you_mean
from plugin.library.terminology import Terminology
from plugin.library.vocabulary import Vocabulary
from plugin.library.yaml_file import Document, ElementPath

USE = "use-of-"
# What people read where the author has still to write; the profiles hold the words by which that is known.
NOT_STATED = "Not stated yet."


@dataclass(frozen=True, slots=True)
class SourceAttribute:
    """One source attribute. findings: the facts that would be such a use; empty for attributes that are no use."""

    code: str
    label: str
    text: str
    findings: tuple[str, ...] = ()

    @property
    def is_use(self) -> bool:
        """Whether it asks for the use of something as an input."""
        return self.code.startswith(USE)


@dataclass(frozen=True, slots=True)
class BasisPart:
    """One part of the basis for independent review."""

    code: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class About:
    """Source attributes and basis, each in the order of its CodeSystem."""

    resource: dict[str, Any]
    attributes: tuple[SourceAttribute, ...]
    basis: tuple[BasisPart, ...]


def read_about(document: Document, vocabulary: Vocabulary, terminology: Terminology, faults: list[Fault]) -> About:
    """The document read; what is lacking, repeated or names no finding is added to `faults`."""
    attributes = {
        str(parts["attribute"][0]): parts for parts in _each(document, "source-attribute", "attribute", faults)
    }
    basis = {str(parts["part"][0]): parts for parts in _each(document, "review-basis", "part", faults)}
    labels = terminology.displays("source-attribute"), terminology.displays("review-basis")
    for name, known, written in (("source-attribute", labels[0], attributes), ("review-basis", labels[1], basis)):
        for code in known.keys() - written.keys():
            message = f"the {name} '{code}' is missing"
            faults.append(document.fault(("extension",), message, f"add it; {name} must be complete"))
    for path, code in _findings(document):
        if code not in vocabulary:
            faults.append(
                document.fault(
                    path, f"'{code}' is no finding", did_you_mean(code, vocabulary) + "use a code of findings.yaml"
                )
            )
    unwritten = terminology.displays("wording").get("placeholder", "")
    return About(
        resource=document.data,
        attributes=tuple(
            SourceAttribute(code, label, _text(attributes[code], unwritten), tuple(attributes[code].get("finding", ())))
            for code, label in labels[0].items()
            if code in attributes
        ),
        basis=tuple(
            BasisPart(code, label, _text(basis[code], unwritten)) for code, label in labels[1].items() if code in basis
        ),
    )


def _each(document: Document, name: str, key: str, faults: list[Fault]) -> Iterator[dict[str, list[Any]]]:
    seen: set[str] = set()
    for index, extension in enumerate(document.data["extension"]):
        if extension["url"] != extension_url(name):
            continue
        parts = parts_of(extension)
        value = str(parts[key][0])
        if value in seen:
            faults.append(document.fault(("extension", index), f"'{value}' stands twice", "keep one of the two"))
        seen.add(value)
        yield parts


def _findings(document: Document) -> Iterator[tuple[ElementPath, str]]:
    for index, extension in enumerate(document.data["extension"]):
        for place, part in enumerate(extension["extension"]):
            if part["url"] == "finding":
                yield ("extension", index, "extension", place), part["valueCode"]


def _text(parts: dict[str, list[Any]], unwritten: str) -> str:
    text = str(parts.get("text", [""])[0])
    return NOT_STATED if unwritten and unwritten in text else text
