"""Which drugs of the template a draft order means: by name, by code, or through the site's own map."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from plugin.findings.chart import Chart, open_chart
from plugin.findings.elements import codings_of
from plugin.findings.history.uses import Uses, first_words, named_in_reference, words_in
from plugin.findings.index import index_of
from plugin.findings.phrases import Phrases, plain, tokens
from plugin.library.rules import Template

Json = dict[str, Any]
ORDER = "MedicationRequest"
NOT_GIVEN = frozenset({"cancelled", "entered-in-error", "stopped"})


@dataclass(frozen=True, slots=True)
class Ordered:
    """One order of a drug that the template knows.

    words: as the order names it. drugs: names in the drug table; several where the order names a class or a product of
    more than one, each of them possible or meant. together: whether all of them are meant.
    """

    words: str
    drugs: tuple[str, ...]
    together: bool


class DrugNames:
    """The drug table turned round, once for a template."""

    def __init__(self, template: Template) -> None:
        self._index = index_of(template.vocabulary)
        policy = template.vocabulary.treatment
        self._agents = policy.agents
        self._classes = policy.drug_sets
        self._members = self._index.members(policy.drug_sets)
        self._names = Phrases((name, name) for name in template.drugs)
        self._sets = {name: self._sets_named(tokens(plain(name))) for name in template.drugs}

    def ordered(self, orders: Iterable[Json], beside: Iterable[Json], as_of: date) -> tuple[Ordered, ...]:
        """What the orders mean, those left out that tell of no known drug, or of a use for another disease.

        beside: what the orders may refer to, without other orders: their Medication, the Condition that is the
            reason, the patient, by whom orders for somebody else are told.
        """
        own = [order for order in orders if order["resourceType"] == ORDER]
        if not own:
            return ()
        chart = open_chart([*beside, *own], as_of)
        uses = Uses(chart, self._index)
        place = {order.get("id"): number for number, order in enumerate(own)}
        opened = sorted(chart.of_type(ORDER), key=lambda order: place.get(order.get("id"), len(own)))
        return tuple(found for order in opened if (found := self._read(order, chart, uses)))

    def _read(self, order: Json, chart: Chart, uses: Uses) -> Ordered | None:
        if order.get("doNotPerform") is True or order.get("status") in NOT_GIVEN:
            return None
        concepts = list(_names_of(order, chart))
        if uses.elsewhere(order, concepts):
            return None
        displays = list(self._displays(concepts))
        words = words_in([*concepts, *({"text": display} for display in displays)])
        named = tuple(dict.fromkeys(name for match in self._names.find(words) for name in match.meaning))
        if named:
            return Ordered(first_words(concepts) or displays[0], named, together=True)
        alike = tuple(self._alike(concepts, words))
        return Ordered(first_words(concepts), alike, together=False) if alike else None

    def _displays(self, concepts: Iterable[Json | None]) -> Iterator[str]:
        """What our own code sets call the codes: a name that the order may leave out or write in its own way."""
        for coding in (coding for concept in concepts for coding in codings_of(concept)):
            for key in self._index.equivalents(coding):
                for name in sorted(self._index.code_sets.memberships(*key)):
                    if display := self._index.set(name).displays.get(key):
                        yield display

    def _alike(self, concepts: list[Json | None], words: list[str]) -> Iterator[str]:
        """The drugs of the table that belong to every class that the ordered one belongs to."""
        codings = [coding for concept in concepts for coding in codings_of(concept)]
        sets = (self._index.known(codings) & self._classes) | self._sets_named(words)
        yield from (name for name, own in self._sets.items() if sets and sets <= own)

    def _sets_named(self, words: list[str]) -> frozenset[str]:
        return frozenset(name for match in self._members.find(words) for name in match.meaning)


def _names_of(order: Json, chart: Chart) -> Iterator[Json | None]:
    yield order.get("medicationCodeableConcept")
    reference = order.get("medicationReference")
    yield from named_in_reference(reference)
    yield from (medication.get("code") for medication in chart.resolved(reference, "Medication"))
