"""What leaves us is checked against the specification first: a wrong card is worse than none."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import orjson
from jsonschema import Draft202012Validator


def response_faults(response: Any) -> list[str]:
    """Where a response breaks CDS Hooks 2.0 or our own promise to suggest nothing; places and rules, never values."""
    return [f"{error.json_path}: {error.validator}" for error in validator("response").iter_errors(response)]


@cache
def validator(name: str) -> Draft202012Validator:
    """The compiled JSON Schema of this name in `schemas/`."""
    file = resources.files("plugin.hooks") / "schemas" / f"{name}.schema.json"
    return Draft202012Validator(orjson.loads(file.read_bytes()))
