"""Decisions that no longer count, since their line moved or what they waited for is there: why, in words."""

from __future__ import annotations

from plugin.delivery.decision_words import CHOICE_SAID, day_in_words, decision_in_words
from plugin.delivery.deferrals import asked_again
from plugin.delivery.lines import Line, standing_of
from plugin.drafting.model import Draft
from plugin.storage.reviews import Decision


def stood_elsewhere(decision: Decision, line: Line) -> bool:
    """Whether the line stood elsewhere when it was decided, so that the decision is not carried over."""
    return decision.standing not in ("", standing_of(line))


def why_again(decision: Decision, line: Line, draft: Draft) -> str:
    """Why a line is asked again although it was decided, in words; empty where the decision counts."""
    if lapsed := asked_again(decision, draft):
        return lapsed
    if not stood_elsewhere(decision, line):
        return ""
    words = decision_in_words(decision)
    said = f"{CHOICE_SAID[decision.choice].capitalize()} by {decision.author.name}"
    day = day_in_words(decision.at.date().isoformat())
    was, now = (standing.replace("-", " ") for standing in (decision.standing, standing_of(line)))
    return f"{said}, {day}{f' ({words})' if words else ''}, when it was {was}; it is {now} now."
