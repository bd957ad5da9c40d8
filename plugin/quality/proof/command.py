"""`careplan prove` at work: each verdict as it comes, or one counter-example as a patient."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from plugin.errors import UsageError
from plugin.library.content import default_template_folder
from plugin.library.rules import Template
from plugin.library.template import load_template
from plugin.quality.check import template_folders
from plugin.quality.proof.decide import Verdict, decided
from plugin.quality.proof.section import in_powers, proven
from plugin.quality.report import Section

MARKS = {"proven": "✓", "broken": "✗", "undecided": "?"}


def prove(name: str, only: str, as_of: date, show: Callable[[str], None]) -> tuple[Section, tuple[Verdict, ...]]:
    """Decide the invariants of a template, by its folder or name; shows each verdict in a line.

    only: the id of one invariant, all when empty. Raises UsageError for a template or an invariant that is not there,
    and TemplateError where the template is broken.
    """
    folder = _folder(name)
    return _decided(folder, load_template(folder), only, as_of, show)


def counter_example(name: str, only: str, as_of: date) -> dict[str, Any]:
    """The Bundle of the simplest patient who breaks one invariant; raises UsageError where nobody is known to."""
    folder = _folder(name)
    template = load_template(folder)
    _, [verdict] = _decided(folder, template, only, as_of, lambda _: None)
    if verdict.counter_example is None:
        raise UsageError(f"no patient is known who breaks '{only}': it is {verdict.result}")
    return verdict.counter_example.bundle(template, as_of)


def _folder(name: str) -> Path:
    return template_folders((name,))[0] if name else default_template_folder()


def _decided(
    folder: Path, template: Template, only: str, as_of: date, show: Callable[[str], None]
) -> tuple[Section, tuple[Verdict, ...]]:
    verdicts, faults = decided(template, folder, as_of, only, lambda each: show(line(each)))
    if only and not verdicts:
        raise UsageError(f"the template has no invariant '{only}'; `careplan prove` without it lists them all")
    return proven(verdicts, faults), verdicts


def line(verdict: Verdict) -> str:
    """A verdict in a line, and what stands in the way in another."""
    about = f"{in_powers(verdict.combinations)} combinations of {verdict.facts} {verdict.over}"
    said = f"{MARKS[verdict.result]} {verdict.invariant.id}: {verdict.invariant.statement} [{verdict.result}, {about}]"
    return f"{said}\n    {verdict.why}" if verdict.why else said
