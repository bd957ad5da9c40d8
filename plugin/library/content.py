"""Where templates and profiles are: inside the installed package, or at the top of a source checkout."""

from __future__ import annotations

from pathlib import Path

from plugin.errors import UsageError

PACKAGE = Path(__file__).resolve().parent.parent
CANONICAL = "https://careplan-plugin.example.org/fhir"
DEFAULT_TEMPLATE = "metastatic-breast-cancer"


def content_folder(kind: str) -> Path:
    """The folder `templates` or `profiles` that came with this installation.

    Raises UsageError when neither the package nor the checkout around it holds one.
    """
    for candidate in (PACKAGE / "_content" / kind, PACKAGE.parent / kind):
        if candidate.is_dir():
            return candidate
    raise UsageError(f"no folder '{kind}' beside {PACKAGE}; reinstall careplan-plugin, or run from a complete checkout")


def default_template_folder() -> Path:
    """The folder of the template that is used when none is named."""
    return content_folder("templates") / DEFAULT_TEMPLATE


def extension_url(name: str) -> str:
    """The canonical URL of one of our extensions."""
    return f"{CANONICAL}/StructureDefinition/{name}"


def system_url(name: str) -> str:
    """The canonical URL of one of our CodeSystems."""
    return f"{CANONICAL}/CodeSystem/{name}"
