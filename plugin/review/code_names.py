"""What codes are called that no resource of a template describes: alerts, kinds of evidence, confidence."""

from __future__ import annotations

from pathlib import Path

from plugin.library.code_names import displays

SYSTEMS = ("alert", "rule-evidence", "rule-confidence")


def code_names(profiles: Path) -> dict[str, str]:
    """Code -> display, from our CodeSystems in `profiles`; raises TemplateError where one is missing or not JSON."""
    return {code: display for system in SYSTEMS for code, display in displays(system, profiles).items()}
