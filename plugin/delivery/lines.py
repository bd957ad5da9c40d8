"""The lines of a draft as things to decide on: their kind, where they stand, which of them are asked."""

from __future__ import annotations

from typing import Literal, TypeAlias

from plugin.drafting.model import Brought, CategoryLine, Draft, ItemLine
from plugin.storage.reviews import Line as LineKey

Line: TypeAlias = CategoryLine | ItemLine
LineKind = Literal["treatment-category", "assessment", "supportive-care"]


def kind_of(line: Line) -> LineKind:
    """The CodeSystem that a line's code belongs to."""
    return "treatment-category" if isinstance(line, CategoryLine) else line.kind


def key_of(line: Line) -> LineKey:
    """How decisions on this line are kept."""
    return LineKey(kind_of(line), line.code)


def standing_of(line: Line) -> str:
    """Where a line stands: its disposition, or `due` for tests and supportive care."""
    return line.disposition if isinstance(line, CategoryLine) else "due"


def brought_along(line: Line) -> tuple[Brought, ...]:
    """The tests and supportive care that belong with a line; none where it is one of these itself."""
    return line.brings if isinstance(line, CategoryLine) else ()


def decidable_lines(draft: Draft) -> tuple[Line, ...]:
    """The lines a clinician decides on. What is not offered is not decided: a wrong fact behind it is corrected."""
    open_categories = tuple(line for line in draft.categories if line.disposition != "not-offered")
    return (*open_categories, *draft.assessments, *draft.supportive_care)
