"""How the pages say things: filters and word lists for the templates."""

from __future__ import annotations

from flask import Flask

from plugin.delivery.decision_words import decision_in_words, terms_in_words
from plugin.delivery.on_condition import IF_THEY_HOLD, awaited
from plugin.delivery.own_lines import KIND_WORDS
from plugin.drafting.drug_words import HELD, together
from plugin.drafting.results_of_tests import results_in_words
from plugin.library.unit_words import unit_in_words
from plugin.review.course.markers import range_words
from plugin.review.statements import form_value
from plugin.review.words import (
    STATE_WORDS,
    ago_in_words,
    clock_in_words,
    date_in_words,
    moment_in_words,
    plain,
    value_in_words,
)
from plugin.settings import Settings

ALERT_WORDS = {"critical": "Important", "warning": "Check", "info": "Note"}
CHOICE_WORDS = {
    "accept": "Accepted",
    "change": "Changed",
    "decline": "Declined",
    "defer": "Deferred",
    "reopen": "Decision taken back",
}
ACTION_WORDS = {"add": "Added", "change": "Changed", "take-away": "Taken away"}
VERIFICATION_WORDS = {
    "primary": "source text read",
    "secondary": "read in a report of the source",
    "knowledge": "not checked against the source",
}
QUESTIONS_SHOWN = 4
UNUSED_SHOWN = 2
AWAITED_SHOWN = 5
EARLIER_SHOWN = 5
ENTRIES_SHOWN = 4
TO_DO_SHOWN = 3
RESULTS_SHOWN = 12  # of one fact in place; a page of their own shows the rest
FOLLOW_SHOWN = 6


def init_words(app: Flask, settings: Settings) -> None:
    """Give the templates our filters and word lists."""
    app.jinja_env.filters["plain"] = plain
    app.jinja_env.filters["day"] = date_in_words
    app.jinja_env.filters["moment"] = lambda moment: moment_in_words(moment, settings.zone)
    app.jinja_env.filters["clock"] = lambda moment, now: clock_in_words(moment, now, settings.zone)
    app.jinja_env.filters["said"] = value_in_words
    app.jinja_env.filters["unit"] = unit_in_words
    app.jinja_env.filters["lower_first"] = lambda text: text[:1].lower() + text[1:]
    app.jinja_env.filters["ago"] = ago_in_words
    app.jinja_env.filters["terms"] = terms_in_words
    app.jinja_env.filters["said_of_decision"] = decision_in_words
    app.jinja_env.filters["form_value"] = form_value
    app.jinja_env.filters["results_in_words"] = lambda results: " ".join(results_in_words(results))
    app.jinja_env.filters["together"] = together
    app.jinja_env.filters["normal_range"] = range_words
    app.jinja_env.globals.update(
        held_words=HELD,
        state_words=STATE_WORDS,
        alert_words=ALERT_WORDS,
        choice_words=CHOICE_WORDS,
        if_they_hold=IF_THEY_HOLD,
        awaited=awaited,
        action_words=ACTION_WORDS,
        own_words=KIND_WORDS,
        verification_words=VERIFICATION_WORDS,
        questions_shown=QUESTIONS_SHOWN,
        unused_shown=UNUSED_SHOWN,
        awaited_shown=AWAITED_SHOWN,
        earlier_shown=EARLIER_SHOWN,
        entries_shown=ENTRIES_SHOWN,
        results_shown=RESULTS_SHOWN,
        to_do_shown=TO_DO_SHOWN,
        follow_shown=FOLLOW_SHOWN,
    )
