"""Differences in words that a reviewer reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from plugin.findings.words import value_in_words
from plugin.library.vocabulary import FindingDefinition, Value
from plugin.quality.diff.compare import Difference
from plugin.quality.diff.lines import Move
from plugin.quality.diff.regions import Fact, Region
from plugin.quality.proof.examples import CounterExample
from plugin.quality.worlds.domains import Domain

Definitions = Mapping[str, FindingDefinition]
STANDS = {
    "offered": "offered",
    "conditional": "conditional",
    "judgement": "for judgement",
    "not-offered": "not offered",
}
SIGNS = {"added": "+", "removed": "-", "meaning": "~", "questions": "~", "notices": "~", "changed": "~", "wording": "·"}
SAID = {
    "added": "is new",
    "removed": "is gone",
    "meaning": "means something else",
    "questions": "is asked about first for others",
    "notices": "gives other notices",
    "changed": "says something else",
    "wording": "is worded otherwise",
}
NOT_SHORT = "no short description: it depends on what else the line waits for"
SAME_FACTS = "where the facts are the same"
RESTING = "facts that rest on these, or are read with them:"
MANY = 30  # entries of one list that a terminal shows


@dataclass(frozen=True, slots=True)
class Together:
    """Lines that move in the same way for the same patients. where: the descriptions of whom; complete: all of them."""

    codes: tuple[str, ...]
    old: str
    new: str
    otherwise: str
    where: tuple[str, ...]
    complete: bool
    example: CounterExample | None


def headline(found: Difference) -> str:
    """What is compared."""
    old, new = found.old.template, found.new.template
    return f"{new.title}: {old.version} ({found.old.name}) → {new.version} ({found.new.name})"


def of_cohort(found: Difference) -> str:
    """How many of a cohort get another plan."""
    return f"Patients of the cohort who get another plan: {len(found.patients)} of {found.cohort}"


def moved(found: Difference) -> list[Together]:
    """The moves of lines, those that are alike in one."""
    return list(together(found.moves, found.definitions, found.domains))


def together(moves: tuple[Move, ...], definitions: Definitions, domains: Mapping[str, Domain]) -> Iterator[Together]:
    """The moves of lines, those that are alike in one, what opens first."""
    alike: dict[tuple[str, ...], list[Move]] = {}
    for move in moves:
        where = described(move.region, definitions, domains)
        alike.setdefault((move.old, move.new, move.otherwise, *where), []).append(move)
    for several in alike.values():
        first, region = several[0], several[0].region
        yield Together(
            codes=tuple(dict.fromkeys(move.code for move in several)),
            old=STANDS[first.old],
            new=STANDS[first.new],
            otherwise=STANDS[first.otherwise],
            where=described(region, definitions, domains),
            complete=region is not None and region.complete,
            example=first.example,
        )


def described(region: Region | None, definitions: Definitions, domains: Mapping[str, Domain]) -> tuple[str, ...]:
    """Each description of a region in words; none where no short one was found."""
    if region is None:
        return ()
    return tuple(
        " and ".join(_fact(fact, definitions, domains) for fact in facts) or "always" for facts in region.descriptions
    )


def _fact(fact: Fact, definitions: Definitions, domains: Mapping[str, Domain]) -> str:
    definition = definitions[fact.name]
    if fact.presumed is not None:
        return f"{definition.label} is {'only presumed' if fact.presumed else 'more than presumed'}"
    domain = domains[fact.name]
    if set(fact.values) == {*domain.values}:
        return f"{definition.label} is known"
    known = [value for value in domain.values if value in fact.values]
    missing = [value for value in domain.values if value not in fact.values]
    if None in fact.values and len(missing) == 1:
        return f"{definition.label} is not known to be {_value(missing[0], definition, domain)}"
    numeric = definition.type not in ("boolean", "code")
    said = (
        list(_ranges(known, definition, domain)) if numeric else [_value(value, definition, domain) for value in known]
    )
    said += ["unknown"] if None in fact.values else []
    return f"{definition.label} is {' or '.join(said)}"


def _ranges(known: list[Value], definition: FindingDefinition, domain: Domain) -> Iterator[str]:
    """Numbers as few ranges as can be: those that border on each other are one."""
    places = [domain.values.index(value) for value in known]
    while places:
        last = next(at for at in range(len(places)) if at + 1 == len(places) or places[at + 1] != places[at] + 1)
        yield _range(places[0], places[last], definition, domain)
        places = places[last + 1 :]


def _range(first: int, last: int, definition: FindingDefinition, domain: Domain) -> str:
    if first == last:
        return _value(domain.values[first], definition, domain)
    following = domain.values[last + 1] if last + 1 < len(domain.values) else None
    start = domain.values[first]
    if following is None:
        return f"{value_in_words(start, definition.unit)} or more"
    if first == 0:
        return f"below {value_in_words(following, definition.unit)}"
    return f"{value_in_words(start, '')} to below {value_in_words(following, definition.unit)}"


def _value(value: Value, definition: FindingDefinition, domain: Domain) -> str:
    """A value, or the range of numbers that it stands for."""
    if definition.type in ("boolean", "code"):
        return value_in_words(value, "")
    place = domain.values.index(value)
    following = domain.values[place + 1] if place + 1 < len(domain.values) else None
    if place == 0 and following is not None:
        return f"below {value_in_words(following, definition.unit)}"
    if following is None:
        return f"{value_in_words(value, definition.unit)} or more"
    if (
        definition.type == "integer"
        and isinstance(following, int)
        and isinstance(value, int)
        and following - value == 1
    ):
        return value_in_words(value, definition.unit)
    return f"{value_in_words(value, '')} to below {value_in_words(following, definition.unit)}"
