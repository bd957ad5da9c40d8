"""What the plan holds for something that cannot wait: the lines that lead on account of the same findings."""

from __future__ import annotations

from collections.abc import Collection

from plugin.delivery.lines import Line, kind_of
from plugin.drafting.model import CategoryLine, Draft
from plugin.storage.terms import Named


def leading_lines(draft: Draft, codes: Collection[str]) -> tuple[Line, ...]:
    """The lines that lead and rest on, or wait for, one of these findings, with the tests that such a line waits for.

    codes: of findings, such as those that an alert is about.
    """
    categories = [line for line in draft.categories if line.leads and _is_about(line, codes)]
    awaited = {test for line in categories for test in line.waits_for}
    tests = [item for item in draft.assessments if item.code in awaited or (item.leads and _is_about(item, codes))]
    care = [item for item in draft.supportive_care if item.leads and _is_about(item, codes)]
    return (*categories, *tests, *care)


def in_plan(draft: Draft, codes: Collection[str]) -> tuple[Named, ...]:
    """The same by name, as the page links them."""
    return tuple(Named(line.label, kind_of(line), line.code) for line in leading_lines(draft, codes))


def _is_about(line: Line, codes: Collection[str]) -> bool:
    missing = line.missing if isinstance(line, CategoryLine) else ()
    return any(code in codes for code in (*(fact.code for fact in line.facts), *missing))
