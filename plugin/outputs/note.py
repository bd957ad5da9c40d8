"""The review as text for a note in the EHR: plain, and as simple HTML that editors of notes keep."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from plugin.delivery.narrative import NOTICE
from plugin.delivery.plan import ReviewedPlan
from plugin.outputs.digest import Block, Part
from plugin.review.words import date_in_words

MARK = "DRAFT"


def note_text(plan: ReviewedPlan, parts: Iterable[Part]) -> str:
    """The note in plain text: every part, every entry, nothing left out."""
    lines = [f"{MARK}. {NOTICE}", _origin(plan)]
    for part in parts:
        lines += ["", part.heading.upper(), *(line for block in part.blocks for line in _block(block))]
        lines += [] if part.blocks else [part.empty]
    return "\n".join(lines) + "\n"


def note_html(plan: ReviewedPlan, parts: Iterable[Part]) -> str:
    """The same note as headings, paragraphs and lists, without styles."""
    found = [f"<p><b>{MARK}.</b> {escape(NOTICE)}<br>{escape(_origin(plan))}</p>"]
    for part in parts:
        found.append(f"<h3>{escape(part.heading)}</h3>")
        found += [_as_html(block) for block in part.blocks] or [f"<p>{escape(part.empty)}</p>"]
    return "".join(found)


def _origin(plan: ReviewedPlan) -> str:
    draft = plan.draft
    day = date_in_words(draft.as_of)
    return f"{draft.template_title}, template {draft.template_version}. As of {day}. Reviewer: {plan.reviewer.name}."


def _block(block: Block) -> list[str]:
    if block.flows:
        return [f"{block.title}: {'; '.join(block.entries)}"]
    return [f"{block.title}:", *(f"- {entry}" for entry in block.entries)]


def _as_html(block: Block) -> str:
    if block.flows:
        return f"<p><b>{escape(block.title)}:</b> {escape('; '.join(block.entries))}</p>"
    items = "".join(f"<li>{escape(entry)}</li>" for entry in block.entries)
    return f"<p><b>{escape(block.title)}:</b></p><ul>{items}</ul>"
