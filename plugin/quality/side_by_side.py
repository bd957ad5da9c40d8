"""Cases run side by side: a template of a thousand cases should not keep anybody waiting."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain

from plugin.library.rules import Template
from plugin.library.side_by_side import side_by_side
from plugin.quality.cases import Case
from plugin.quality.running import Outcome, read_patient, run_case
from plugin.quality.settling import settled
from plugin.quality.worlds.observed import Observed
from plugin.quality.worlds.policy import Policy

WORTH_IT = 100  # cases


def run_cases(cases: tuple[Case, ...], template: Template) -> Iterator[Outcome]:
    """The outcome of each case, in their order, as they come: a draft for each."""
    return side_by_side(partial(run_case, template=template), cases, worth_it=WORTH_IT)


def settle_cases(cases: tuple[Case, ...], template: Template) -> Iterator[tuple[int, Outcome]]:
    """The outcome of each case with its place, as they come; first those that need no draft of their own.

    The facts of every patient are read, once for all cases of the same; a draft is made for those of whom the policy
    over all of them together does not tell that they get what they expect.
    """
    patients = _patients(cases)
    of_patients = [tuple(cases[place] for place in places) for places in patients]
    outcomes = side_by_side(partial(read_patient, template=template), of_patients, worth_it=WORTH_IT)
    by_place = dict(zip(chain(*patients), chain.from_iterable(outcomes), strict=True))
    read = tuple(by_place[place] for place in range(len(cases)))
    policy = Policy(template, Observed(outcome.seen for outcome in read))
    surely = settled(cases, policy)
    yield from ((place, read[place]) for place in sorted(surely))
    left = [place for place in range(len(cases)) if place not in surely]
    drafted = side_by_side(partial(run_case, template=template), [cases[place] for place in left], worth_it=WORTH_IT)
    yield from zip(left, drafted, strict=True)


def _patients(cases: tuple[Case, ...]) -> list[list[int]]:
    """The places of the cases that state the same facts on the same day, patient by patient."""
    found: dict[object, list[int]] = {}
    for place, case in enumerate(cases):
        # The type counts, since 1 equals True.
        facts = frozenset((code, type(value), value) for code, value in case.findings.items())
        found.setdefault((facts, case.as_of), []).append(place)
    return list(found.values())
