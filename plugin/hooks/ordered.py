"""Which drugs of the template a draft order means: by name, by code, or through the site's own map."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from plugin.findings.chart import Chart, open_chart
from plugin.findings.elements import code_of, codings_of, objects, text_of, texts_of
from plugin.findings.history.uses import Uses, first_words, named_in_reference, words_in
from plugin.findings.index import index_of
from plugin.findings.phrases import Phrases, plain, tokens
from plugin.findings.subject import subject_id
from plugin.hooks.call import DRUG_ORDER
from plugin.hooks.unread import Unread, says_nothing, why_unread
from plugin.library.rules import Template

Json = dict[str, Any]
NOT_GIVEN = frozenset({"cancelled", "entered-in-error", "stopped"})


@dataclass(frozen=True, slots=True)
class Ordered:
    """One order of a drug that the template knows.

    words: as the order names it; where it has only a code, as our tables call that. drugs: names in the drug table;
    several where the order names a class or a product of more than one, each of them possible or meant. together:
    whether all of them are meant. cautions: what is odd about the order itself, each a sentence.
    """

    words: str
    drugs: tuple[str, ...]
    together: bool
    cautions: tuple[str, ...] = ()


class Orders(NamedTuple):
    """Orders of drugs that the template knows, and those whose drug nobody can tell."""

    known: tuple[Ordered, ...]
    unread: tuple[Unread, ...]


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

    def ordered(
        self, orders: Iterable[Json], beside: Iterable[Json], as_of: date, unread: Mapping[str, str] | None = None
    ) -> Orders:
        """What the orders mean, those left out that were read and tell of no known drug, or of another disease.

        beside: what the orders may refer to, without other orders: their Medication, the Condition that is the
            reason, the patient, by whom orders for somebody else are told.
        unread: why a Medication that is not among them could not be read, by reference.
        """
        every = [order for order in orders if order["resourceType"] == DRUG_ORDER]
        own = [_with_id(order, number) for number, order in enumerate(every)]
        if not own:
            return Orders((), ())
        chart = open_chart([*beside, *own], as_of)
        uses = Uses(chart, self._index)
        place = {order["id"]: number for number, order in enumerate(own)}
        opened = sorted(chart.of_type(DRUG_ORDER), key=lambda order: place.get(order.get("id"), len(own)))
        known, dark = list[Ordered](), list[Unread]()
        for order in opened:
            found = self._read(order, chart, uses)
            if isinstance(found, Ordered):
                known.append(found)
            elif found and order["id"] in place:  # what an order contains is no order of its own
                number = place[order["id"]]
                why = why_unread(order, chart, unread or {})
                dark.append(Unread(number + 1, len(own), code_of(every[number].get("id")), _dose(order), why))
        return Orders(tuple(known), tuple(dark))

    def _read(self, order: Json, chart: Chart, uses: Uses) -> Ordered | bool:
        """The drug that is ordered; else whether it stays in the dark which one that is."""
        if orders_nothing(order):
            return False
        concepts = list(_names_of(order, chart))
        if uses.elsewhere(order, concepts):
            return False
        displays = list(self._displays(concepts))
        words = words_in([*concepts, *({"text": display} for display in displays)])
        named = tuple(dict.fromkeys(name for match in self._names.find(words) for name in match.meaning))
        alike = () if named else tuple(self._alike(concepts, words))
        if not (named or alike):
            return not self._told(concepts)
        said = _said(concepts) or next(iter(displays), "") or first_words(concepts)
        cautions = tuple(filter(None, (self._at_odds(concepts, displays), _without_subject(order))))
        return Ordered(said, named or alike, bool(named), cautions)

    def _told(self, concepts: Iterable[Json | None]) -> bool:
        """Whether the order says which drug it means: in words, or by a code that we know.

        Any other code means nothing to us without words, unless the site's own map has it.
        """
        saying = [concept for concept in concepts if not says_nothing(concept)]
        words = any(letter.isalnum() for word in words_in(saying) for letter in word)
        return words or bool(self._index.known(each for concept in saying for each in codings_of(concept)))

    def _at_odds(self, concepts: list[Json | None], displays: list[str]) -> str:
        """A sentence where the order's own words name nothing of what its codes mean; empty where they agree."""
        own = words_in(concepts)
        meant = self._names.find(tokens(plain(" ; ".join(displays))))
        coded = dict.fromkeys(name for match in meant for name in match.meaning)
        if not own or not coded:
            return ""
        named = {name for match in self._names.find(own) for name in match.meaning}
        classes = self._sets_named(own)
        if named & coded.keys() or any(classes & self._sets[name] for name in coded):
            return ""
        return f"Its words say “{_said(concepts)}”, its code means {' and '.join(coded)}: check which is to be given."

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


def orders_nothing(order: Json) -> bool:
    """Whether it says that nothing is to be given."""
    return order.get("doNotPerform") is True or order.get("status") in NOT_GIVEN


def _said(concepts: Iterable[Json | None]) -> str:
    """The first words of the order's own for its drug, codes aside; empty where it has only a code."""
    return next((words for one in concepts for words in (*texts_of(one), *_shown(one))), "")


def _shown(concept: Json | None) -> Iterator[str]:
    yield from (coding.display for coding in codings_of(concept) if coding.display)


def _without_subject(order: Json) -> str:
    """FHIR R4 asks every MedicationRequest for its subject (1..1)."""
    if subject_id(order) or order.get("subject"):
        return ""
    return "The order names no patient (subject); it was judged by the chart that is open."


def _names_of(order: Json, chart: Chart) -> Iterator[Json | None]:
    yield order.get("medicationCodeableConcept")
    reference = order.get("medicationReference")
    yield from named_in_reference(reference)
    for medication in chart.resolved(reference, "Medication"):
        yield medication.get("code")
        yield from (part.get("itemCodeableConcept") for part in objects(medication.get("ingredient")))


def _with_id(order: Json, number: int) -> Json:
    return order if code_of(order.get("id")) else {**order, "id": f"without-id-{number}"}


def _dose(order: Json) -> str:
    """How it is to be taken, in the order's own words: what people know an order without a name by."""
    return next((text for each in objects(order.get("dosageInstruction")) if (text := text_of(each.get("text")))), "")
