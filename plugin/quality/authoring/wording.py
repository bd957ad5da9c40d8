"""Texts of the pieces, from the skeletons beside this file: YAML that reads as if written by hand."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from importlib import resources
from string import Template
from textwrap import indent

from plugin.errors import UsageError
from plugin.library.content import CANONICAL, content_folder
from plugin.library.terminology import shared_terminology

CODE = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")
LONGEST_CODE = 64


def skeleton(file: str, /, **fields: str) -> str:
    """The text of a skeleton, such as `rule.yaml`, with its fields filled in as they are."""
    text = (resources.files("plugin.quality.authoring") / "skeletons" / file).read_text(encoding="utf-8")
    own = {"base": CANONICAL, "today": today(), "next_year": next_year(), "placeholder": placeholder()}
    return Template(text).substitute(own, **fields)


def placeholder() -> str:
    """What stands where the author has still to write: words of the profiles, which the check looks for."""
    return shared_terminology(content_folder("profiles")).displays("wording")["placeholder"]


def today() -> str:
    """The day, as FHIR writes it."""
    return datetime.now(tz=UTC).astimezone().date().isoformat()


def next_year() -> str:
    """The same day a year on, as FHIR writes it; the last day of February where there is none."""
    year, month, day = today().split("-")
    return f"{int(year) + 1}-{month}-{'28' if (month, day) == ('02', '29') else day}"


def quoted(text: str) -> str:
    """A person's text as YAML reads it whatever it holds."""
    return json.dumps(" ".join(text.split()), ensure_ascii=False)


def pascal(code: str) -> str:
    """`next-visit` -> `NextVisit`, as FHIR asks of a computer name."""
    name = "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", code))
    return name if name[:1].isalpha() else f"T{name}"


def extension_lines(values: list[tuple[str, str, str]], margin: str) -> str:
    """Extensions of ours, a line each: (short name, value[x], value as YAML)."""
    lines = (f"- {{url: {CANONICAL}/StructureDefinition/{name}, {kind}: {value}}}" for name, kind, value in values)
    return indent("\n".join(lines), margin)


def checked_code(what: str, code: str) -> str:
    """The code; raises UsageError where it is not written as codes are."""
    if not CODE.match(code) or len(code) > LONGEST_CODE:
        raise UsageError(f"'{code}' is no {what}; write lower-case letters, digits and single hyphens, at most 64")
    return code
