"""What codes are called that no resource of a template describes: alerts, kinds of evidence, confidence."""

from __future__ import annotations

from plugin.library.terminology import Terminology

SYSTEMS = ("alert", "rule-evidence", "rule-confidence")


def code_names(terminology: Terminology) -> dict[str, str]:
    """Code -> display, of those CodeSystems; raises TemplateError where one is missing or not JSON."""
    return {code: display for system in SYSTEMS for code, display in terminology.displays(system).items()}
