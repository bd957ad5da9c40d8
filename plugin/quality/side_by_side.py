"""Cases run side by side: a template of a thousand cases should not keep anybody waiting."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from plugin.library.rules import Template
from plugin.library.side_by_side import side_by_side
from plugin.quality.cases import Case
from plugin.quality.running import Outcome, read_case, run_case
from plugin.quality.settling import settled
from plugin.quality.worlds.observed import Observed
from plugin.quality.worlds.policy import Policy

WORTH_IT = 100  # cases


def run_cases(cases: tuple[Case, ...], template: Template) -> Iterator[Outcome]:
    """The outcome of each case, in their order, as they come: a draft for each."""
    return side_by_side(partial(run_case, template=template), cases, worth_it=WORTH_IT)


def settle_cases(cases: tuple[Case, ...], template: Template) -> Iterator[tuple[int, Outcome]]:
    """The outcome of each case with its place, as they come; first those that need no draft of their own.

    The facts of every patient are read; a draft is made for those of whom the policy over all of them together does
    not tell that they get what they expect.
    """
    read = tuple(side_by_side(partial(read_case, template=template), cases, worth_it=WORTH_IT))
    policy = Policy(template, Observed(outcome.seen for outcome in read))
    surely = settled(cases, policy)
    yield from ((place, read[place]) for place in sorted(surely))
    left = [place for place in range(len(cases)) if place not in surely]
    drafted = side_by_side(partial(run_case, template=template), [cases[place] for place in left], worth_it=WORTH_IT)
    yield from zip(left, drafted, strict=True)
