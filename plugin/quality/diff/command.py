"""`careplan diff` at work: progress on stderr, then the difference in the form that was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import orjson
from rich.console import Console

from plugin.quality.diff.as_html import difference_html
from plugin.quality.diff.as_json import difference_json
from plugin.quality.diff.as_text import difference_text
from plugin.quality.diff.cohort import cohort
from plugin.quality.diff.compare import Difference, compare
from plugin.quality.diff.versions import version


def find_difference(old: str, new: str, paths: Sequence[Path], as_of: date) -> Difference:
    """The difference of two versions, named as for `versions.version`; shows on stderr what it looks at.

    paths: files or folders of the cohort, which is looked into before anything else.

    Raises UsageError for a version that is not there, TemplateError for one that is broken, and InputError for a
    cohort that cannot be read.
    """
    with Console(stderr=True).status("loading") as status:
        patients = cohort(paths, lambda name: status.update(f"looking into {name}"))
        with version(old) as before, version(new) as after:
            return compare(before, after, patients, as_of, status.update)


def rendered(found: Difference, form: str, as_of: date, software: str) -> bytes:
    """The difference as `text`, `json` or `html`, in UTF-8."""
    match form:
        case "json":
            return orjson.dumps(difference_json(found, as_of, software), option=orjson.OPT_INDENT_2) + b"\n"
        case "html":
            return difference_html(found, as_of, software).encode()
    return difference_text(found).encode()
