"""Reading values out of a FHIR resource that was written in YAML: extensions, codes, conditions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from plugin.library.content import extension_url


def extensions(element: dict[str, Any], name: str) -> Iterator[Any]:
    """The values (`value[x]`, whatever x) of every extension of ours with this short name, in order."""
    url = extension_url(name)
    for extension in element.get("extension", []):
        if extension.get("url") == url:
            yield next(value for key, value in extension.items() if key.startswith("value"))


def extension(element: dict[str, Any], name: str, default: Any = None) -> Any:
    """The value of the first such extension, else the default."""
    return next(extensions(element, name), default)


def coding(element: dict[str, Any]) -> tuple[str, str]:
    """(system, code) of the first coding of the first concept under `code`; two empty strings where there is none."""
    concept = element.get("code") or {}
    concept = concept[0] if isinstance(concept, list) else concept
    return coded(concept)


def coded(concept: dict[str, Any]) -> tuple[str, str]:
    """(system, code) of the first coding of a CodeableConcept; two empty strings where there is none."""
    for candidate in concept.get("coding", []):
        return candidate.get("system", ""), candidate.get("code", "")
    return "", ""


def condition_text(action: dict[str, Any]) -> str:
    """The applicability expression of a PlanDefinition action; empty where it has none."""
    for condition in action.get("condition", []):
        if condition.get("kind") == "applicability":
            return str(condition["expression"]["expression"])
    return ""
