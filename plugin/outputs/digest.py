"""A review in brief: what is known, what is to be settled, what was decided and what was not. For paper and for notes.

Nothing undecided is told as decided: every block of lines says in its title how its lines stand. Who decided stands
on each line, or once in the heading where it was one person on one day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from plugin.delivery.clashes import Clash
from plugin.delivery.decision_words import decision_in_words, line_in_words
from plugin.delivery.lines import Line, decidable_lines, key_of, standing_of
from plugin.delivery.narrative import on_condition_told
from plugin.delivery.own_lines import HEADING as OWN_HEADING
from plugin.delivery.plan import ReviewedPlan
from plugin.drafting.model import CategoryLine
from plugin.findings.model import Finding, Result
from plugin.findings.overruled import SOMEBODY, chart_says
from plugin.library.vocabulary import FindingDefinition
from plugin.review.attention import Notice
from plugin.review.fact_view import FactView
from plugin.review.view import PageView
from plugin.review.words import date_in_words, day_in_words, value_in_words
from plugin.storage.own_lines import OwnKind
from plugin.storage.reviews import Choice
from plugin.storage.reviews import Line as LineKey

DECIDED: tuple[tuple[Choice, str], ...] = (
    ("accept", "Accepted"),
    ("change", "Changed"),
    ("decline", "Declined"),
    ("defer", "Deferred"),
)
# How a line stands that nobody has decided on, and how soon it gives way on a full page.
KEPT, VITAL, IMPORTANT, HELPFUL, LESS = 0, 1, 2, 4, 8
UNDECIDED = (
    ("offered", "Offered, not decided", VITAL),
    ("judgement", "For judgement, not decided", IMPORTANT),
    ("conditional", "Waits for facts, not decided", HELPFUL),
    ("due", "Not decided", HELPFUL),
)
# Heading, lines, the kind of the clinicians' own lines beside them, and what is said where there are none.
Group = tuple[str, Sequence[Line], OwnKind, str]
LOUD = frozenset({"critical", "warning"})
SETTLED = "Stated by a clinician against results"
SAID_BELOW = "conflict"  # this alert says what the block of conflicts says with its results


@dataclass(frozen=True, slots=True)
class Block:
    """Entries under one title.

    flows: the entries are short and follow each other on a line; otherwise each stands on its own.
    rank: how readily it gives way where room is short: twice the rank is held to half the room; 0 gives way last.
    """

    title: str
    entries: tuple[str, ...]
    flows: bool = True
    rank: int = VITAL


@dataclass(frozen=True, slots=True)
class Part:
    """Blocks under one heading; `empty` is said where there are none."""

    heading: str
    blocks: tuple[Block, ...]
    empty: str = ""


def digest(plan: ReviewedPlan, view: PageView, zone: tzinfo) -> tuple[Part, ...]:
    """The parts of a review in brief. zone: of the site, in which days of decisions are told."""
    draft = plan.draft
    known = Part("What is known", _filled(_known(plan, view)), "No fact is on record.")
    settle = Part("To clarify", _filled(_to_settle(plan, view)), "No conflict, and no fact that would change a line.")
    aim = Part("What it is for", _filled(_aims(plan, view, zone)))
    parts = (known, settle, *([aim] if aim.blocks else []))
    if draft.no_plan:
        return *parts, Part("Proposal", (Block("No plan is drafted", (draft.no_plan,)),))
    lines, by = decidable_lines(draft), _signatures(plan, zone)
    alone = f" (decisions by {next(iter(by.values()))})" if len(set(by.values())) == 1 else ""
    treatment = [line for line in lines if isinstance(line, CategoryLine)]
    groups: tuple[Group, ...] = (
        ("Proposal", treatment, "treatment", "No line of treatment stands open."),
        ("Tests", draft.assessments, "test", "No test is due."),
    )
    care: Group = ("Supportive care", draft.supportive_care, "care", "None is listed.")
    groups = (care, *groups) if draft.care_leads else (*groups, care)
    signed = (alone, *("" for _ in groups[1:]))
    return (*parts, *(_part(plan, group, by, also) for group, also in zip(groups, signed, strict=True)))


def _part(plan: ReviewedPlan, group: Group, by: Mapping[LineKey, str], also: str) -> Part:
    """Lines of one kind and those of the clinicians' own. also: what its heading says beside."""
    title, lines, kind, none = group
    leads = kind == "care" and plan.draft.care_leads
    return Part(f"{title}{also}", _filled((*_lines(plan, lines, by, leads), _own(plan, kind))), none)


def _filled(blocks: Iterable[Block]) -> tuple[Block, ...]:
    return tuple(block for block in blocks if block.entries)


def _known(plan: ReviewedPlan, view: PageView) -> Iterator[Block]:
    for group in view.profile:
        settled = [fact for fact in group.shown if fact.finding.state != "conflicting"]
        yield Block(group.title, tuple(map(_fact, settled)))
    history = [f"{line.described[:1].upper()}{line.described[1:]}" for line in plan.draft.findings.lines]
    yield Block(SETTLED, tuple(_settled(fact) for fact in _overruling(view)), flows=False, rank=KEPT)
    earlier = tuple(each.sentence for each in view.in_no_line)
    yield Block("Earlier treatment, by drug", earlier, flows=False, rank=IMPORTANT)
    yield Block("Lines of treatment, concluded from the chart", tuple(history), flows=False)


def _aims(plan: ReviewedPlan, view: PageView, zone: tzinfo) -> Iterator[Block]:
    """What the patient wants, and the goals that are proposed; or who left those out, where somebody did."""
    words = tuple(f"“{quote.text}” ({quote.source})" for quote in view.quotes)
    yield Block("In the patient’s words", words, rank=HELPFUL)
    proposed = () if plan.draft.no_plan else tuple(goal.label for goal in plan.draft.proposed_goals())
    left = plan.goals_left_out
    if left is None or not proposed:
        yield Block("Goals proposed, to talk about", proposed, rank=LESS)
    else:
        yield Block("Proposed goals left out", (f"by {left.author.name}, {day_in_words(left.at, zone)}",), rank=LESS)


def _fact(fact: FactView) -> str:
    said = fact.definition.label if fact.finding.value is True else f"{fact.definition.label} {fact.words}"
    stated = f"stated by {fact.said_by or SOMEBODY}"
    origin = {"derived": "concluded from the chart", "stated": stated}.get(fact.state, "")
    beside = ", ".join(filter(None, (fact.short_detail, date_in_words(fact.date), origin)))
    return f"{said} ({beside})" if beside else said


def _overruling(view: PageView) -> Iterator[FactView]:
    facts = (fact for column in view.fact_columns for group in column for fact in group.members)
    return (fact for fact in facts if fact.finding.stated == "overrules")


def _settled(fact: FactView) -> str:
    """A fact that somebody settled against results: who, when and why, and what the chart holds."""
    day = date_in_words(fact.date)
    who = f"stated by {fact.said_by or SOMEBODY}{f' on {day}' if day else ''}"
    reason = f": {fact.statement.reason.rstrip('.')}" if fact.statement and fact.statement.reason else ""
    return f"{fact.definition.label} {fact.words}, {who}{reason}; {chart_says(fact.finding)}"


def _to_settle(plan: ReviewedPlan, view: PageView) -> Iterator[Block]:
    alerts = [note.text for note in view.notices if note.level in LOUD and not _said_below(note)]
    gaps = [problem.text for problem in plan.draft.findings.problems if problem.kind == "gap"]
    clashing = [_both(clash) for clash in plan.clashes()]
    yield Block("Attention", (*alerts, *gaps, *clashing, *on_condition_told(plan)), flows=False, rank=IMPORTANT)
    vocabulary, findings = plan.template.vocabulary, plan.draft.findings
    disagree = [code for code, finding in findings.items() if finding.state == "conflicting"]
    conflicts = tuple(_conflict(vocabulary[code], findings[code]) for code in disagree)
    yield Block("Results disagree", conflicts, flows=False)
    unread = tuple(problem.text for problem, _ in view.unused)
    yield Block("Not understood", unread, rank=LESS)
    yield Block("Not known", tuple(fact.definition.label for fact in view.awaited), rank=LESS)
    presumed = [fact for fact in view.questions if fact.finding.state == "presumed"]
    names = tuple(f"{fact.definition.label}: {fact.words.lower()}" for fact in presumed)
    yield Block("Presumed, to be confirmed", names, rank=LESS)


def _said_below(note: Notice) -> bool:
    """Whether it stands with its results in a block of its own; what a rule of the template says does not."""
    return note.code == SAID_BELOW and not (note.citations or note.unsourced)


def _both(clash: Clash) -> str:
    """Two accepted lines that do not go together, without the reasons, which the plan tells in full."""
    leave = all(reason.disposition == "judgement" for reason in clash.leading)
    asked = "at the same time only by the clinician’s decision" if leave else "not at the same time"
    return f"{clash.first.label} and {clash.second.label} are both in the plan: {asked}"


def _conflict(definition: FindingDefinition, finding: Finding) -> str:
    counting = [result for result in finding.results if not result.set_aside and result.value is not None]
    told = [_result(result, definition) for result in counting]
    return f"{definition.label}: {' against '.join(told)}" if told else definition.label


def _result(result: Result, definition: FindingDefinition) -> str:
    words = result.text or value_in_words(result.value, definition)
    by = f"stated by {result.by or SOMEBODY}" if result.stated else result.by
    return ", ".join(filter(None, (words, date_in_words(result.date) or "no date", by)))


def _lines(plan: ReviewedPlan, lines: Sequence[Line], by: Mapping[LineKey, str], leads: bool) -> Iterator[Block]:
    """leads: whether they lead the plan, as treatment does elsewhere."""
    treats = leads or any(isinstance(line, CategoryLine) for line in lines)
    for choice, word in DECIDED:
        entries = tuple(_decided(plan, line, by) for line in lines if plan.choice(line) == choice)
        yield Block(word, entries, rank=VITAL if treats else IMPORTANT)
    for standing, title, rank in UNDECIDED:
        still_open = [line for line in lines if plan.choice(line) is None and standing_of(line) == standing]
        yield Block(title, tuple(_undecided(plan, line) for line in still_open), rank=VITAL if leads else rank)


def _decided(plan: ReviewedPlan, line: Line, by: Mapping[LineKey, str]) -> str:
    """The line with what was said of it, and by whom where not one person decided everything on one day."""
    decision = plan.decisions[key_of(line)]
    told = line_in_words(line.label, decision_in_words(decision))
    signed = f" ({by[key_of(line)]})" if len(set(by.values())) > 1 else ""
    waits = plan.waits_in_words(line)
    return f"{told} (accepted, {waits}){signed}" if waits else f"{told}{signed}"


def _own(plan: ReviewedPlan, kind: OwnKind) -> Block:
    """What clinicians added themselves, never to be taken for a line of the template."""
    added = [each for each in plan.own_lines if each.now.kind == kind]
    entries = (f"{'; '.join(filter(None, (each.now.text, each.reason)))} ({each.now.author.name})" for each in added)
    return Block(OWN_HEADING, tuple(entries), rank=VITAL if kind == "treatment" else IMPORTANT)


def _signatures(plan: ReviewedPlan, zone: tzinfo) -> dict[LineKey, str]:
    """Who decided on each line, and on which day; lines without a decision that counts are left out."""
    counted = [(key_of(line), plan.decision(line)) for line in decidable_lines(plan.draft)]
    return {key: f"{one.author.name}, {day_in_words(one.at, zone)}" for key, one in counted if one is not None}


def _undecided(plan: ReviewedPlan, line: Line) -> str:
    return f"{line.label} (decided earlier, on other facts)" if key_of(line) in plan.decisions else line.label
