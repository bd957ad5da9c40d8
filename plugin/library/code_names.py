"""What the codes of our CodeSystems are called."""

from __future__ import annotations

from pathlib import Path

import orjson

from plugin.errors import Fault, TemplateError


def displays(system: str, profiles: Path) -> dict[str, str]:
    """Code -> display of one CodeSystem in `profiles`; raises TemplateError where it is missing or not JSON."""
    path = profiles / f"CodeSystem-{system}.json"
    try:
        concepts = orjson.loads(path.read_bytes())["concept"]
    except (OSError, KeyError, orjson.JSONDecodeError) as error:
        remedy = "restore the file from the release, or build the profiles anew"
        raise TemplateError([Fault(str(path), None, f"its concepts cannot be read ({error})", remedy)]) from error
    return {concept["code"]: concept.get("display", concept["code"]) for concept in concepts}
