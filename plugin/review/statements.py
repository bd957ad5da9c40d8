"""What a clinician states about a finding, as forms carry it."""

from __future__ import annotations

from plugin.errors import InputError
from plugin.library.vocabulary import FindingDefinition, Value

LONGEST_NUMBER = 12


def read_value(text: str, definition: FindingDefinition) -> Value:
    """The value that a form sent, as the vocabulary types it; raises InputError saying what is accepted."""
    text = text.strip()
    match definition.type:
        case "boolean":
            if text in ("true", "false"):
                return text == "true"
            raise InputError(f"{definition.label}: answer yes or no.")
        case "code":
            if text in definition.values:
                return text
            raise InputError(f"{definition.label}: choose one of {', '.join(definition.values)}.")
        case "integer" | "decimal":
            return _number(text, definition)


def _number(text: str, definition: FindingDefinition) -> Value:
    whole = definition.type == "integer"
    digits = text.replace(",", ".", 1).replace(".", "", 0 if whole else 1)
    if not digits.isascii() or not digits.isdigit() or len(digits) > LONGEST_NUMBER:
        kind = "a whole number" if whole else "a number"
        raise InputError(f"{definition.label}: give {kind} of zero or more, digits only.")
    return int(digits) if whole else float(text.replace(",", "."))


def form_value(value: Value | None) -> str:
    """The value as forms carry it, the inverse of `read_value`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
