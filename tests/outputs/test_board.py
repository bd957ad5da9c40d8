"""The page for the board: one sheet for every patient, nothing lost, nothing undecided told as decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta, timezone

import pytest

from plugin.delivery.lines import decidable_lines, standing_of
from plugin.outputs.board import SHEET, board_page
from plugin.outputs.digest import Block, Part, digest
from plugin.outputs.paper import HEADING, fit
from plugin.storage.reviews import Author
from tests.outputs.conftest import AT, SAMPLES, decided

NIGHT = timezone(timedelta(hours=-9))


def entries(parts, heading):
    """From the title of each block of a part to its entries."""
    [part] = [part for part in parts if part.heading.startswith(heading)]
    return {block.title: block.entries for block in part.blocks}


def room_taken(fitted):
    return sum(block.lines for part in fitted for block in part.blocks) + HEADING * len(fitted)


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_patient_fits_on_the_sheet_and_what_was_decided_stands_first(reviewed, by_turns, name):
    plan, view = by_turns(reviewed, name)
    fitted = fit(digest(plan, view, UTC), SHEET)
    assert room_taken(fitted) <= SHEET
    blocks = [block for part in fitted for block in part.blocks]
    assert all(block.shown or block.more for block in blocks)
    for block in blocks:
        assert len(block.entries) + block.more == len(block.block.entries)
    vital = [block for block in blocks if block.block.title == "Receptors"]
    assert [block.more for block in vital] in ([], [0])


def test_nothing_undecided_is_told_as_decided(reviewed, by_turns):
    plan, view = by_turns(reviewed, "hr-positive")
    parts = digest(plan, view, UTC)
    told = [part for part in parts if part.heading.startswith(("Proposal", "Tests", "Supportive"))]
    by_title: dict[str, list[str]] = {}
    for part in told:
        for block in part.blocks:
            by_title.setdefault(block.title, []).extend(block.entries)
    words = {"accept": "Accepted", "change": "Changed", "decline": "Declined", "defer": "Deferred"}
    for line in decidable_lines(plan.draft):
        choice = plan.choice(line)
        titles = {title for title, found in by_title.items() if any(one.startswith(line.label) for one in found)}
        expected = words[choice] if choice else "not decided"
        assert any(expected.lower() in title.lower() for title in titles), line.label
        assert len(titles) == 1


def test_one_hand_signs_once_and_several_sign_each_line(reviewed):
    other = Author("Practitioner/li", "Dr. Wen Li")
    plan, view = reviewed("hr-positive", lambda line: decided(line, "accept"))
    headings = [part.heading for part in digest(plan, view, NIGHT)]
    assert "Proposal (decisions by Dr. Ana Ruiz, 22 Nov 2026)" in headings

    def by_two(line):
        return decided(line, "decline", reason="No") if line.code == "cdk46-et" else decided(line, "accept", other)

    plan, view = reviewed("hr-positive", by_two)
    proposal = entries(digest(plan, view, UTC), "Proposal")
    assert proposal["Declined"] == ("CDK4/6 inhibitor + endocrine therapy: No (Dr. Ana Ruiz, 22 Nov 2026)",)
    assert all(entry.endswith("(Dr. Wen Li, 22 Nov 2026)") for entry in proposal["Accepted"])


def test_the_day_of_a_decision_is_that_of_the_site(reviewed):
    plan, view = reviewed("hr-positive", lambda line: decided(line, "accept", at=AT.replace(hour=5)))
    assert any("21 Nov 2026" in part.heading for part in digest(plan, view, NIGHT))


def test_a_decision_taken_on_other_facts_does_not_count_and_is_said(reviewed):
    def stale(line):
        return replace(decided(line, "accept"), standing="judgement") if line.code == "cdk46-et" else None

    plan, view = reviewed("hr-positive", stale)
    proposal = entries(digest(plan, view, UTC), "Proposal")
    assert "Accepted" not in proposal
    label = "CDK4/6 inhibitor + endocrine therapy (decided earlier, on other facts)"
    assert label in proposal["Offered, not decided"]


def test_conflicts_are_told_with_both_results_and_their_days(reviewed):
    settle = entries(digest(*reviewed("conflicting-results"), UTC), "To clarify")
    assert settle["Results disagree"] == (
        "Oestrogen receptor (ER): Positive, 8 Oct 2026, Sandbox General Hospital Pathology against "
        "Negative, 8 Oct 2026, Northshore Reference Laboratory",
    )


def test_lines_of_treatment_are_told_with_their_drugs_and_how_they_went(reviewed):
    known = entries(digest(*reviewed("tn-second-line"), UTC), "What is known")
    assert known["Lines of treatment, concluded from the chart"] == (
        "Line 1: paclitaxel, from 1 Dec 2025, progression 25 Sep 2026",
    )
    assert "Oestrogen receptor (ER) Negative (8 Oct 2026)" in known["Receptors"]


def test_where_no_plan_is_drafted_the_page_says_why(reviewed):
    proposal = entries(digest(*reviewed("deceased"), UTC), "Proposal")
    assert "has died" in proposal["No plan is drafted"][0]


def test_the_appendix_has_every_line_and_every_result(reviewed, by_turns):
    plan, view = by_turns(reviewed, "her2-low")
    page = board_page(plan, view, UTC)
    titles = [entry.title for section in page.sections for entry in section.entries]
    assert {line.label for line in (*plan.draft.categories, *decidable_lines(plan.draft))} <= set(titles)
    shown = {fact.definition.code for _, facts in page.facts for fact in facts}
    assert shown == {
        code for code, finding in plan.draft.findings.items() if finding.state != "unknown" or finding.results
    }


def test_the_important_gives_up_fewer_entries_and_says_how_many():
    def block(rank):
        return Block(f"rank {rank}", tuple(f"entry {number} {'x' * 40}" for number in range(20)), rank=rank)

    [part] = fit([Part("All", (block(1), block(4)))], 14)
    first, last = part.blocks
    assert room_taken([part]) <= 14
    assert first.shown > last.shown > 0
    assert (first.more, last.more) == (20 - first.shown, 20 - last.shown)


def test_an_entry_that_is_far_too_long_is_cut_and_says_where_it_stands_in_full():
    [part] = fit([Part("All", (Block("Told", ("word " * 400,), flows=False),))], 60)
    [entry] = part.blocks[0].entries
    assert entry.endswith("… (in full in the appendix)")
    assert room_taken([part]) < 8


def test_standings_of_all_lines_have_a_title(reviewed):
    plan, view = reviewed("discordant-receptors")
    standings = {standing_of(line) for line in decidable_lines(plan.draft)}
    assert standings == {"offered", "conditional", "judgement", "due"}
    assert set(entries(digest(plan, view, UTC), "Proposal")) == {
        "Offered, not decided",
        "For judgement, not decided",
        "Waits for facts, not decided",
    }


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("{label}: ask again on Monday", "{label}: ask again on Monday"),
        ("Ask again on Monday", "{label}: Ask again on Monday"),
        ("{label}ful days first", "{label}: {label}ful days first"),
    ],
)
def test_a_line_whose_words_name_it_already_is_named_once(reviewed, words, told):
    def change(line):
        return decided(line, "change", text=words.format(label=line.label)) if line.code == "cdk46-et" else None

    plan, view = reviewed("hr-positive", change)
    [entry] = entries(digest(plan, view, UTC), "Proposal")["Changed"]
    [label] = [line.label for line in decidable_lines(plan.draft) if line.code == "cdk46-et"]
    assert entry == told.format(label=label)
