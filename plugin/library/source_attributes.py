"""The source attributes of a template, completed from its rules: what it really uses is worked out, never claimed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from plugin.library.about import About, SourceAttribute
from plugin.library.content import CANONICAL, extension_url
from plugin.library.expressions import names_in
from plugin.library.rules import Template
from plugin.library.sources import Citation
from plugin.library.vocabulary import FindingDefinition

PROFILE = f"{CANONICAL}/StructureDefinition/about-template"


@dataclass(frozen=True, slots=True)
class DeclaredAttribute:
    """One source attribute as users see it.

    used: whether any rule rests on it; None where the attribute is no use.
    findings: codes of the facts through which it is used.
    """

    code: str
    label: str
    text: str
    used: bool | None
    findings: tuple[str, ...]


def used_findings(template: Template) -> frozenset[str]:
    """The findings that can change a draft: those that conditions ask about, and those that these are worked out from.

    A fact that only cancels a presumption, or from when on another one counts, is among them.
    """
    used: set[str] = set()
    waiting = set(template.conditioned_on())
    while waiting:
        code = waiting.pop()
        used.add(code)
        waiting |= _behind(template.vocabulary[code], template) - used
    return frozenset(used)


def declared_attributes(template: Template) -> tuple[DeclaredAttribute, ...]:
    """The source attributes, complete, in the order of their CodeSystem; empty where the template has no about.yaml."""
    if template.about is None:
        return ()
    used = used_findings(template)
    return tuple(_declared(attribute, used, template) for attribute in template.about.attributes)


def cited_sources(template: Template) -> tuple[Citation, ...]:
    """The sources behind the rules that somebody read, each once, in the order of evidence.yaml."""
    cited = {citation.id for grounds in _all_grounds(template) for citation in grounds}
    return tuple(citation for citation in template.citations.values() if citation.id in cited)


def about_library(template: Template) -> dict[str, Any] | None:
    """The Library that travels with a draft: attributes, basis for review, and the sources; None without about.yaml."""
    about = template.about
    if about is None:
        return None
    artifacts = [_artifact(citation) for citation in cited_sources(template)]
    return {
        **{key: value for key, value in about.resource.items() if key != "extension"},
        "meta": {"profile": [PROFILE]},
        "extension": [*_attribute_extensions(template), *_basis_extensions(about)],
        **({"relatedArtifact": artifacts} if artifacts else {}),
    }


def canonical_of_about(about: About) -> str:
    """Its canonical URL with the version."""
    return f"{about.resource['url']}|{about.resource['version']}"


def _behind(definition: FindingDefinition, template: Template) -> set[str]:
    conditions = [derivation.when for derivation in definition.derivations]
    conditions += [denial.when for denial in definition.denials]
    conditions += definition.presumption.unless if definition.presumption else ()
    names = frozenset[str]().union(*map(names_in, conditions))
    found = {other.code for name in names if (other := template.vocabulary.by_variable(name)) is not None}
    others = (definition.holds_since, definition.reading.of if definition.reading else "")
    return found | {code for code in others if code in template.vocabulary}


def _declared(attribute: SourceAttribute, used: frozenset[str], template: Template) -> DeclaredAttribute:
    if not attribute.is_use:
        return DeclaredAttribute(attribute.code, attribute.label, _text(attribute, template), None, ())
    through = tuple(code for code in attribute.findings if code in used)
    labels = ", ".join(template.vocabulary[code].label for code in through)
    said = f"Used: {labels}." if through else "Not used."
    return DeclaredAttribute(attribute.code, attribute.label, f"{said} {attribute.text}", bool(through), through)


def _text(attribute: SourceAttribute, template: Template) -> str:
    if attribute.code == "release-dates":
        return f"Version {template.version}{f' of {template.date}' if template.date else ''}. {attribute.text}"
    if attribute.code == "citation":
        return f"{len(cited_sources(template))} sources, listed with this template. {attribute.text}"
    return attribute.text


def _all_grounds(template: Template) -> Iterator[Iterable[Citation]]:
    for rule in template.rules:
        yield rule.grounds.citations


def _attribute_extensions(template: Template) -> Iterator[dict[str, Any]]:
    for attribute in declared_attributes(template):
        parts: list[dict[str, Any]] = [
            {"url": "attribute", "valueCode": attribute.code},
            {"url": "text", "valueString": attribute.text},
        ]
        if attribute.used is not None:
            parts.append({"url": "used", "valueBoolean": attribute.used})
        parts += [{"url": "finding", "valueCode": code} for code in attribute.findings]
        yield {"url": extension_url("source-attribute"), "extension": parts}


def _basis_extensions(about: About) -> Iterator[dict[str, Any]]:
    for part in about.basis:
        parts = [{"url": "part", "valueCode": part.code}, {"url": "text", "valueString": part.text}]
        yield {"url": extension_url("review-basis"), "extension": parts}


def _artifact(citation: Citation) -> dict[str, Any]:
    artifact = {"type": "citation", "label": citation.id, "citation": citation.citation}
    return artifact | ({"url": citation.url} if citation.url else {})
