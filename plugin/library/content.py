"""Where templates and profiles are, and the canonical URLs of what is ours."""

from __future__ import annotations

from plugin.installed import PACKAGE, content_folder, default_template_folder

__all__ = ["CANONICAL", "PACKAGE", "content_folder", "default_template_folder", "extension_url", "system_url"]

CANONICAL = "https://careplan-plugin.example.org/fhir"


def extension_url(name: str) -> str:
    """The canonical URL of one of our extensions."""
    return f"{CANONICAL}/StructureDefinition/{name}"


def system_url(name: str) -> str:
    """The canonical URL of one of our CodeSystems."""
    return f"{CANONICAL}/CodeSystem/{name}"
