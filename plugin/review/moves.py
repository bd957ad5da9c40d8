"""What became of the plan: two drafts for one patient compared, line by line, test by test, fact by fact. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from plugin.drafting.model import CategoryLine, Draft, GoalLine, ItemLine
from plugin.findings.model import Finding
from plugin.library.vocabulary import Vocabulary
from plugin.review.words import STATE_WORDS, value_in_words

Change = Literal["added", "moved", "removed", "drugs"]
ORDER: tuple[Change, ...] = ("added", "moved", "drugs", "removed")
PLAIN = frozenset({"known", "stated"})
STANDING_WORDS = {
    "offered": "Offered",
    "conditional": "Conditional",
    "judgement": "For your judgement",
    "not-offered": "Not offered",
    "due": "Due",
    "not-due": "Not due",
    "in-plan": "In the plan",
    "not-in-plan": "Not in the plan",
    "proposed": "Proposed",
    "to-ask": "To ask",
    "not-proposed": "Not proposed",
}
CLOSED = frozenset({"not-offered", "not-due", "not-in-plan", "not-proposed"})
ABSENT = {
    "treatment-category": "not-offered",
    "assessment": "not-due",
    "supportive-care": "not-in-plan",
    "goal": "not-proposed",
}
KIND_WORDS = {"treatment-category": "Treatment", "assessment": "Tests", "supportive-care": "Care", "goal": "Goals"}


@dataclass(frozen=True, slots=True)
class Move:
    """One line that stands elsewhere now, or that names other drugs.

    kind: the CodeSystem of the code. was, now: words for where it stood and stands. on_page: whether the page shows it.
    """

    kind: str
    code: str
    label: str
    change: Change
    was: str
    now: str
    on_page: bool = True

    @property
    def anchor(self) -> str:
        """The id of the line on the page; of a goal that of the list."""
        return "goals" if self.kind == "goal" else f"line-{self.kind}-{self.code}"

    @property
    def kind_words(self) -> str:
        """What kind of line it is."""
        return KIND_WORDS[self.kind]


@dataclass(frozen=True, slots=True)
class MoveGroup:
    """Lines of one kind that went the same way."""

    kind_words: str
    change: Change
    was: str
    now: str
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class FactMove:
    """One fact that is another now, or known in another way."""

    code: str
    label: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Moves:
    """All that differs between two drafts.

    lines: in the order added, moved, other drugs, removed. stated: the facts that were stated; follow: those that
    follow from them. alerts, alerts_gone: what is new to see, and what need not be seen any more.
    """

    lines: tuple[Move, ...]
    stated: tuple[FactMove, ...]
    follow: tuple[FactMove, ...]
    alerts: tuple[str, ...]
    alerts_gone: tuple[str, ...]

    @property
    def by_anchor(self) -> Mapping[str, Move]:
        """The moved lines by their id on the page."""
        return {move.anchor: move for move in self.lines if move.kind != "goal"}

    @property
    def groups(self) -> tuple[MoveGroup, ...]:
        """The moved lines by kind and by the way they went: treatment, tests, care, goals."""
        found: dict[tuple[str, Change, str, str], list[Move]] = {}
        for kind in KIND_WORDS:
            for move in self.lines:
                if move.kind == kind:
                    found.setdefault((move.kind_words, move.change, move.was, move.now), []).append(move)
        return tuple(MoveGroup(*way, tuple(moved)) for way, moved in found.items())

    @property
    def anything(self) -> bool:
        """Whether the plan is another one at all: its lines, its alerts, or a fact beside those stated."""
        return bool(self.lines or self.follow or self.alerts or self.alerts_gone)

    @property
    def in_short(self) -> str:
        """How many lines did what: `2 lines added, 1 moved, 3 removed`; `No line changes` where none did."""
        words = {"added": "added", "moved": "moved", "drugs": "with other drugs", "removed": "removed"}
        counts = [(change, sum(move.change == change for move in self.lines)) for change in ORDER]
        parts = [f"{count} {words[change]}" for change, count in counts if count]
        if not parts:
            return "No line changes"
        return f"{', '.join(parts)}: {len(self.lines)} {'line' if len(self.lines) == 1 else 'lines'}"


def moves(before: Draft, after: Draft, vocabulary: Vocabulary, stated: frozenset[str]) -> Moves:
    """What differs between two drafts by the same template; stated: the facts that were changed by hand."""
    lines = [*_categories(before, after), *_items(before, after), *_goals(before, after)]
    lines.sort(key=lambda move: ORDER.index(move.change))
    facts = [
        FactMove(code, definition.label, was, now)
        for code, definition in vocabulary.items()
        if (was := _told(before.findings[code], vocabulary)) != (now := _told(after.findings[code], vocabulary))
    ]
    alerts, earlier = _alerts(after), _alerts(before)
    return Moves(
        lines=tuple(lines),
        stated=tuple(fact for fact in facts if fact.code in stated),
        follow=tuple(fact for fact in facts if fact.code not in stated),
        alerts=tuple(text for text in alerts if text not in earlier),
        alerts_gone=tuple(text for text in earlier if text not in alerts),
    )


def _categories(before: Draft, after: Draft) -> Iterable[Move]:
    earlier, now = ({line.code: line for line in draft.categories} for draft in (before, after))
    for code, line in {**earlier, **now}.items():
        was, is_now = (_standing(lines.get(code)) for lines in (earlier, now))
        if was != is_now:
            yield _moved("treatment-category", line, was, is_now, code in now)
        elif is_now != "not-offered" and (named := _drugs(earlier[code], now[code])):
            yield Move("treatment-category", code, line.label, "drugs", *named)


def _drugs(was: CategoryLine, now: CategoryLine) -> tuple[str, str] | None:
    """The drugs that only the one or only the other names; None where both name the same."""
    before, after = ([agent.name for agent in line.named if agent.listed] for line in (was, now))
    gone = [name for name in before if name not in after]
    new = [name for name in after if name not in before]
    if not (gone or new):
        return None
    words = [f"names {', '.join(new)} now" if new else "", f"no longer names {', '.join(gone)}" if gone else ""]
    return ", ".join(before) or "no drug named", "; ".join(filter(None, words))


def _items(before: Draft, after: Draft) -> Iterable[Move]:
    earlier, now = (
        {(line.kind, line.code): line for line in (*draft.assessments, *draft.supportive_care)}
        for draft in (before, after)
    )
    for key, line in {**earlier, **now}.items():
        was, is_now = (_item_standing(key[0], key in lines) for lines in (earlier, now))
        if was != is_now:
            yield _moved(key[0], line, was, is_now, key in now)


def _goals(before: Draft, after: Draft) -> Iterable[Move]:
    earlier, now = ({goal.code: goal for goal in draft.goals} for draft in (before, after))
    for code, goal in {**earlier, **now}.items():
        was, is_now = (lines[code].standing if code in lines else ABSENT["goal"] for lines in (earlier, now))
        if was != is_now:
            yield _moved("goal", goal, was, is_now, bool(after.proposed_goals()))


def _standing(line: CategoryLine | None) -> str:
    return ABSENT["treatment-category"] if line is None else line.disposition


def _item_standing(kind: str, there: bool) -> str:
    if not there:
        return ABSENT[kind]
    return "due" if kind == "assessment" else "in-plan"


def _moved(kind: str, line: CategoryLine | ItemLine | GoalLine, was: str, now: str, on_page: bool) -> Move:
    change: Change = "removed" if now in CLOSED else "added" if was in CLOSED else "moved"
    return Move(kind, line.code, line.label, change, STANDING_WORDS[was], STANDING_WORDS[now], on_page)


def _told(finding: Finding, vocabulary: Vocabulary) -> str:
    """A fact in a few words: `Positive`, `No (presumed)`, `Conflicting`."""
    words = value_in_words(finding.value, vocabulary[finding.code])
    if not words:
        return STATE_WORDS[finding.state]
    return words if finding.state in PLAIN else f"{words} ({STATE_WORDS[finding.state].lower()})"


def _alerts(draft: Draft) -> list[str]:
    return list(dict.fromkeys(alert.text for alert in draft.alerts))
