"""The lines of the plan as the page shows them: under which heading, with which decision, how far decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from plugin.delivery.lines import Line, LineKind, standing_of
from plugin.delivery.on_condition import is_on_condition
from plugin.drafting.model import Brought, CategoryLine
from plugin.storage.reviews import Choice, Decision
from plugin.storage.terms import Named

DECIDING: tuple[Choice, ...] = ("accept", "change", "decline", "defer")


@dataclass(frozen=True, slots=True)
class LineView:
    """One line of the plan with the decision that leads on it.

    outdated: the line stood elsewhere when it was decided, so the decision no longer counts and is asked again.
    undecided_beside: lines that belong with it and wait for a decision.
    lapsed: why a deferral is asked again, in words; empty where it is not.
    history: everything decided on it, the oldest first. results: what a deferral of it may wait for.
    came_with: lines that were accepted with it, in the same act, and not touched since.
    """

    line: Line
    kind: LineKind
    decision: Decision | None
    outdated: bool
    undecided_beside: tuple[Brought, ...] = ()
    lapsed: str = ""
    history: tuple[Decision, ...] = ()
    results: tuple[Named, ...] = ()
    came_with: tuple[Brought, ...] = ()

    @property
    def seen(self) -> int:
        """The id of the last decision on it, also of one that took another back; 0 where there is none."""
        return self.history[-1].id if self.history else 0

    @property
    def anchor(self) -> str:
        """The id of the line on the page."""
        return f"line-{self.kind}-{self.line.code}"

    @property
    def standing(self) -> str:
        """Where the line stands now."""
        return standing_of(self.line)

    @property
    def beside_in_words(self) -> str:
        """How many lines of which kind would be accepted with it: `the 4 tests and 1 line of care`, `the test`."""
        tests = sum(each.kind == "assessment" for each in self.undecided_beside)
        care = len(self.undecided_beside) - tests
        counted = [(tests, "test", "tests"), (care, "line of care", "lines of care")]
        if len(self.undecided_beside) == 1:
            return "the test" if tests else "the line of care"
        return "the " + " and ".join(f"{n} {one if n == 1 else many}" for n, one, many in counted if n)

    @property
    def belong(self) -> str:
        """The verb for `beside_in_words`: one line belongs, several belong."""
        return "belongs" if len(self.undecided_beside) == 1 else "belong"

    @property
    def on_condition(self) -> bool:
        """Whether it was taken into the plan while facts that it depends on are not known."""
        return isinstance(self.line, CategoryLine) and is_on_condition(self.line, self.choice)

    @property
    def choice(self) -> Choice | None:
        """The decision that counts, or None while the line is undecided."""
        return None if self.decision is None or self.outdated or self.lapsed else self.decision.choice


@dataclass(frozen=True, slots=True)
class Topic:
    """Lines under one heading."""

    title: str
    lines: tuple[LineView, ...]

    @property
    def size(self) -> int:
        """How many lines stand under it."""
        return len(self.lines)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the review has come, in lines; again: undecided ones with a decision that no longer counts."""

    total: int
    accepted: int
    changed: int
    declined: int
    deferred: int = 0
    again: int = 0

    @property
    def decided(self) -> int:
        """Lines with a decision that counts; one that was put off is settled for this review."""
        return self.accepted + self.changed + self.declined + self.deferred

    @property
    def undecided(self) -> int:
        """Lines still open."""
        return self.total - self.decided


def topics_of(
    lines: Iterable[Line], view: Callable[[Line], LineView], order: tuple[str, ...] = ()
) -> tuple[Topic, ...]:
    """The lines under their headings: those of `order` first, then others as they come; empty headings are left out.

    Before them all stand headings with a line that leads.
    """
    by_topic: dict[str, list[LineView]] = {title: [] for title in order}
    for line in lines:
        by_topic.setdefault(line.topic, []).append(view(line))
    topics = [Topic(title, tuple(views)) for title, views in by_topic.items() if views]
    return tuple(sorted(topics, key=lambda topic: not any(each.line.leads for each in topic.lines)))


def progress_of(views: list[LineView]) -> Progress:
    """How many of the lines carry which decision."""
    choices = [view.choice for view in views]
    counted = {choice: choices.count(choice) for choice in choices}
    again = sum(view.decision is not None and view.choice is None for view in views)
    accepted, changed, declined, deferred = (counted.get(choice, 0) for choice in DECIDING)
    return Progress(len(views), accepted, changed, declined, deferred, again)
