"""The text for a note: all that was decided, in plain text and in simple HTML that say the same."""

from __future__ import annotations

import re
from datetime import UTC
from html import unescape

from plugin.delivery.lines import decidable_lines
from plugin.outputs.digest import digest
from plugin.outputs.note import note_html, note_text
from tests.outputs.conftest import decided


def words(text):
    """A text without marks, bullets and capitals."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)).replace("- ", " ")).casefold().split()


def test_the_note_says_what_it_is_of_which_day_and_who_reviewed(reviewed):
    plan, view = reviewed("hr-positive")
    text = note_text(plan, digest(plan, view, UTC))
    assert text.startswith("DRAFT. Proposal from decision support, reviewed by a clinician. Nothing here is ordered")
    assert "template 0.1.0. As of 22 Nov 2026. Reviewer: Dr. Ana Ruiz." in text


def test_every_line_stands_once_under_what_was_decided_with_its_words(reviewed, by_turns):
    plan, view = by_turns(reviewed, "hr-positive")
    text = note_text(plan, digest(plan, view, UTC))
    for line in decidable_lines(plan.draft):
        decision = plan.decision(line)
        said = "; ".join(filter(None, (decision.text, decision.reason))) if decision else ""
        assert f"{line.label}: {said}" in text if said else line.label in text
    assert "Another drug of the class first" in text
    assert "Already done or under way" in text


def test_both_flavours_say_the_same(reviewed, by_turns):
    plan, view = by_turns(reviewed, "conflicting-results")
    parts = digest(plan, view, UTC)
    assert words(note_html(plan, parts)) == words(note_text(plan, parts))


def test_what_people_typed_is_text_and_never_a_mark(reviewed):
    plan, view = reviewed("hr-positive", lambda line: decided(line, "change", text="<script>alert(1)</script> & more"))
    html = note_html(plan, digest(plan, view, UTC))
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in html


def test_an_empty_part_says_so(reviewed):
    plan, view = reviewed("early-stage")
    text = note_text(plan, digest(plan, view, UTC))
    assert "PROPOSAL\nNo line of treatment stands open.\n\nTESTS\nNo test is due.\n" in text
