"""The page for the board: one sheet with all that is needed, and an appendix with every line and every fact in full."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from plugin.delivery.narrative import closed_told, lines_told
from plugin.delivery.plan import ReviewedPlan
from plugin.drafting.outline import Section
from plugin.outputs.digest import digest
from plugin.outputs.paper import FittedPart, fit
from plugin.review.fact_view import FactGroup, FactView
from plugin.review.view import PageView

SHEET = 58.5  # lines of print below the head of the page, on the shorter of A4 and Letter

LONG_NAME = 40  # characters that the head of the page has room for


@dataclass(frozen=True, slots=True)
class BoardPage:
    """The sheet and the appendix.

    question: what the board is asked, in the clinician's words; empty where it is left to be written by hand.
    sections: every line with why and sources. facts: every fact that is more than unknown, with the results behind it.
    """

    question: str
    sheet: tuple[FittedPart, ...]
    sections: tuple[Section, ...]
    facts: tuple[tuple[str, tuple[FactView, ...]], ...]


def board_page(plan: ReviewedPlan, view: PageView, zone: tzinfo, question: str = "") -> BoardPage:
    """The page for a review as it stands. zone: of the site."""
    lines = SHEET - len(plan.draft.findings.patient.name) // LONG_NAME
    told = (*lines_told(plan), closed_told(plan))
    groups = [group for column in view.fact_columns for group in column]
    facts = [(group.title, tuple(_on_record(group))) for group in groups]
    return BoardPage(
        question,
        fit(digest(plan, view, zone), lines),
        tuple(section for section in told if section.entries),
        tuple((title, found) for title, found in facts if found),
    )


def _on_record(group: FactGroup) -> list[FactView]:
    return [fact for fact in group.members if fact.finding.state != "unknown" or fact.finding.results]
