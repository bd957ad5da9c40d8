"""What is worked out of one chart once, however often its review is opened: it lives and dies with the reading.

Nothing here depends on what a person stated or decided; drafts are remembered by all that they depend on.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import orjson

from plugin.delivery.goals import is_of_a_plan
from plugin.delivery.held import Copies, copies_among, is_in_force
from plugin.drafting.model import Draft
from plugin.findings.elements import name_of
from plugin.findings.gathered import gather
from plugin.findings.model import Findings
from plugin.findings.reader import findings_stating, read_findings
from plugin.findings.weighed import Weighed, weigh
from plugin.library.vocabulary import Vocabulary
from plugin.review.samples import sampled
from plugin.storage.reviews import PatientKey

Resource = dict[str, Any]
MOST_DRAFTS = 6  # before and after the last statement, for two or three people at one chart


@dataclass(frozen=True)
class Ground:
    """One chart on one day, prepared for whatever is stated beside it.

    copies: our statements as the chart holds them, by finding; left out of `weighed` where they are in force.
    ours: the names of what we wrote to the chart. sampled: references of the results that are dated by their specimen.
    """

    resources: list[Resource]
    vocabulary: Vocabulary
    as_of: date
    copies: Copies
    ours: frozenset[str]
    sampled: frozenset[str]
    weighed: Weighed

    def findings(self, left_out: list[Resource], stated: list[Resource]) -> Findings:
        """The findings of the chart without some of our copies and with statements beside it."""
        kept = [each for each in self.in_force() if not any(each is gone for gone in left_out)]
        beside = [*kept, *stated]
        if len({name_of(each) for each in beside}) == len(beside) and all(map(self.weighed.takes, beside)):
            return findings_stating(self.weighed, beside)
        gone = set(map(id, left_out))
        chart = [resource for resource in self.resources if id(resource) not in gone]
        return read_findings([*chart, *stated], self.vocabulary, self.as_of)

    @cached_property
    def by_name(self) -> dict[str, Resource]:
        """Every resource of the chart by its name, `Observation/1`."""
        return {name_of(resource): resource for resource in self.resources}

    def in_force(self) -> list[Resource]:
        """Our copies that the EHR still takes as true."""
        return [copy for held in self.copies.values() for copy in held if is_in_force(copy)]


def ground_of(resources: list[Resource], vocabulary: Vocabulary, patient: PatientKey, as_of: date) -> Ground:
    """Prepare a chart. Raises InputError for what is no chart of one patient."""
    copies = copies_among(resources, patient, vocabulary)
    ours = {name_of(copy) for held in copies.values() for copy in held}
    ours |= {name_of(resource) for resource in resources if is_of_a_plan(resource)}
    apart = {id(copy) for held in copies.values() for copy in held if is_in_force(copy)}
    weighed = weigh(gather([each for each in resources if id(each) not in apart], vocabulary, as_of))
    return Ground(resources, vocabulary, as_of, copies, frozenset(ours), sampled(resources), weighed)


class ChartMemory:
    """Keeps the ground of one reading of one chart, and its latest drafts; safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ground: Ground | None = None
        self._made_of: tuple[date, bytes] | None = None
        self._drafts: OrderedDict[bytes, Draft] = OrderedDict()

    def ground(
        self,
        resources: list[Resource],
        filled: tuple[Resource, ...],
        vocabulary: Vocabulary,
        patient: PatientKey,
        as_of: date,
    ) -> Ground:
        """The ground for a day, prepared at the first call, on another day, and when a form was filled in meanwhile.

        resources, patient: the same at every call. filled: forms that were filled in here and are not in the chart yet,
        as far as they are.
        """
        made_of = (as_of, orjson.dumps(filled))
        with self._lock:
            if self._ground is None or self._made_of != made_of:
                ground = ground_of([*resources, *filled], vocabulary, patient, as_of)
                self._ground = replace(ground, ours=ground.ours | set(map(name_of, filled)))
                self._made_of = made_of
                self._drafts.clear()
            return self._ground

    def draft(self, left_out: list[Resource], stated: list[Resource], make: Callable[[], Draft]) -> Draft:
        """The draft of the ground with these statements; made where it is not remembered."""
        key = orjson.dumps([[name_of(each) for each in left_out], stated])
        with self._lock:
            if key in self._drafts:
                self._drafts.move_to_end(key)
                return self._drafts[key]
        draft = make()
        with self._lock:
            self._drafts[key] = draft
            while len(self._drafts) > MOST_DRAFTS:
                self._drafts.popitem(last=False)
        return draft
