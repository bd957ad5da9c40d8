"""What codes are called that no resource of a template describes: alerts, kinds of evidence, confidence."""

from __future__ import annotations

from pathlib import Path

import orjson

from plugin.errors import Fault, TemplateError

SYSTEMS = ("alert", "rule-evidence", "rule-confidence")


def code_names(profiles: Path) -> dict[str, str]:
    """Code -> display, from our CodeSystems in `profiles`; raises TemplateError where one is missing or not JSON."""
    return {code: display for system in SYSTEMS for code, display in _concepts(profiles / f"CodeSystem-{system}.json")}


def _concepts(path: Path) -> list[tuple[str, str]]:
    try:
        concepts = orjson.loads(path.read_bytes())["concept"]
    except (OSError, KeyError, orjson.JSONDecodeError) as error:
        remedy = "restore the file from the release, or build the profiles anew"
        raise TemplateError([Fault(str(path), None, f"its concepts cannot be read ({error})", remedy)]) from error
    return [(concept["code"], concept.get("display", concept["code"])) for concept in concepts]
