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
            yield _value(extension)


def extension(element: dict[str, Any], name: str, default: Any = None) -> Any:
    """The value of the first such extension, else the default."""
    return next(extensions(element, name), default)


def parts(element: dict[str, Any], name: str) -> Iterator[tuple[int, dict[str, list[Any]]]]:
    """Every extension of ours with this short name that is made of parts: its place, and the values by part."""
    url = extension_url(name)
    for place, whole in enumerate(element.get("extension", [])):
        if whole.get("url") == url:
            values: dict[str, list[Any]] = {}
            for part in whole.get("extension", []):
                values.setdefault(part["url"], []).append(_value(part))
            yield place, values


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


def parts_of(extension: dict[str, Any]) -> dict[str, list[Any]]:
    """The values of a complex extension by the url of their part, in order."""
    parts: dict[str, list[Any]] = {}
    for part in extension.get("extension", []):
        parts.setdefault(part["url"], []).append(_value(part))
    return parts


def _value(extension: dict[str, Any]) -> Any:
    return next(value for key, value in extension.items() if key.startswith("value"))
