"""The plan at a glance: what is offered, waits or is left to judgement, by name, before anybody scrolls."""

from __future__ import annotations

from dataclasses import dataclass, replace

from plugin.review.attention import MOST_AWAITED, most_awaited
from plugin.review.line_view import LineView, Topic
from plugin.review.view import PageView

MOST_WAITING = 5  # names of lines that only wait; the rest is counted
MOST_TESTS = 4
MOST_CARE = 4


@dataclass(frozen=True, slots=True)
class BriefList:
    """Some lines of one list by name.

    name: the standing, also of the shape before it. target: id on the page where the whole list stands.
    shown: the lines that are named; more: how many others there are.
    waits: the facts that most of the lines wait for, with how many do.
    """

    name: str
    title: str
    target: str
    shown: tuple[LineView, ...]
    more: int = 0
    waits: tuple[tuple[str, int], ...] = ()

    @property
    def size(self) -> int:
        """How many lines the whole list has."""
        return len(self.shown) + self.more


def treatment_brief(view: PageView) -> tuple[BriefList, ...]:
    """The lists of treatment; what is offered or left to judgement is named in full, what waits in part.

    Of what waits, lines that cannot and those that were taken into the plan all the same come first.
    """
    lines = sorted(_lines(view.conditional), key=lambda each: not (each.line.leads or each.on_condition))
    waiting = _cut("conditional", "Conditional", "list-conditional", tuple(lines), MOST_WAITING)
    waits = tuple(most_awaited(view.draft.standing("conditional"), view.draft)[:MOST_AWAITED])
    return (
        _brief("offered", "Offered", "list-offered", view.offered),
        _brief("judgement", "For your judgement", "list-judgement", view.judgement),
        replace(waiting, waits=waits),
    )


def work_brief(view: PageView, care_title: str) -> tuple[BriefList, ...]:
    """Tests due, in the order of the draft, and the care beside it; where care leads, it is first."""
    place = {item.code: number for number, item in enumerate(view.draft.assessments)}
    in_turn = sorted(_lines(view.tests), key=lambda each: place[each.line.code])
    leads = view.draft.care_leads
    tests = _cut("due", "Tests due", "tests", tuple(in_turn), MOST_TESTS)
    care = _brief("due", care_title, "support-title", view.support, None if leads else MOST_CARE)
    return (care, tests) if leads else (tests, care)


def _brief(name: str, title: str, target: str, topics: tuple[Topic, ...], most: int | None = None) -> BriefList:
    return _cut(name, title, target, _lines(topics), most)


def _cut(name: str, title: str, target: str, lines: tuple[LineView, ...], most: int | None) -> BriefList:
    # One more name takes no more room than "and 1 more".
    whole = most is None or len(lines) <= most + 1
    shown = lines if whole else lines[:most]
    return BriefList(name, title, target, shown, len(lines) - len(shown))


def _lines(topics: tuple[Topic, ...]) -> tuple[LineView, ...]:
    return tuple(view for topic in topics for view in topic.lines)
