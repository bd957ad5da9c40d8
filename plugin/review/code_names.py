"""What the codes of one of our CodeSystems are called, for codes that no template resource describes."""

from __future__ import annotations

from pathlib import Path

import orjson

from plugin.errors import Fault, TemplateError


def code_names(profiles: Path, system: str) -> dict[str, str]:
    """Code -> display of `CodeSystem-<system>.json`; raises TemplateError where the file is missing or not JSON."""
    path = profiles / f"CodeSystem-{system}.json"
    try:
        concepts = orjson.loads(path.read_bytes())["concept"]
    except (OSError, KeyError, orjson.JSONDecodeError) as error:
        remedy = "restore the file from the release, or build the profiles anew"
        raise TemplateError([Fault(str(path), None, f"its concepts cannot be read ({error})", remedy)]) from error
    return {concept["code"]: concept.get("display", concept["code"]) for concept in concepts}
