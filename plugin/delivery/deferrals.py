"""Deferred decisions whose day has come or whose result is known: they count no longer, and the line is asked again."""

from __future__ import annotations

from plugin.delivery.decision_words import day_in_words
from plugin.drafting.model import Draft
from plugin.storage.reviews import Decision

SETTLED = frozenset({"known", "derived"})


def asked_again(decision: Decision, draft: Draft) -> str:
    """Why a deferred line is asked again, in words; empty where the deferral still stands, or it is none.

    A day has come on the day of the draft. A fact is known once the chart or a person says it; what is presumed is not.
    A test has its result once the draft no longer asks for it.
    """
    if decision.choice != "defer":
        return ""
    until_date, until = decision.terms.until_date, decision.terms.until
    if until_date and until_date <= draft.as_of[:10]:
        return f"Deferred until {day_in_words(until_date)}; that day has come."
    if until is None:
        return ""
    if until.kind == "assessment":
        due = any(line.code == until.code for line in draft.assessments)
        return "" if due else f"Deferred until {until.label} is done; it is no longer due."
    finding = draft.findings.get(until.code)
    if finding is None:  # the template no longer has it: better asked once too often
        return f"Deferred until {until.label} is known; the template no longer asks for it."
    if finding.state == "conflicting":
        return f"Deferred until {until.label} is known; there are results now, and they disagree."
    return f"Deferred until {until.label} is known; it is known now." if finding.state in SETTLED else ""
