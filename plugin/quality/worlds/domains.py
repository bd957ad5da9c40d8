"""Which values of each fact a template tells apart: all there are, and of numbers one between any two limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from plugin.drafting.possible import limits_in
from plugin.library.expressions import Comparison, Expression, Membership, names_in, numbers_in
from plugin.library.rules import Template
from plugin.library.vocabulary import FindingDefinition, Value, Vocabulary

# Stands for every number where no condition compares with one.
ANY_NUMBER = 1


@dataclass(frozen=True, slots=True)
class Domain:
    """The values of one fact that stand for all others, and those of them that may be only presumed.

    undecided: results that a chart may hold and that count as unknown.
    """

    code: str
    values: tuple[Value, ...]
    presumable: frozenset[Value]
    undecided: tuple[Value, ...] = ()

    @property
    def combinations(self) -> int:
        """In how many ways the fact can stand: unknown, each value on record, each value that may be presumed."""
        return 1 + len(self.values) + len(self.presumable)


def domains(vocabulary: Vocabulary, expressions: Iterable[Expression]) -> Mapping[str, Domain]:
    """The domain of every fact by variable. expressions: all that will be asked, besides the vocabulary itself."""
    numbers: dict[str, list[Comparison | Membership]] = {}
    for expression in (*expressions, *own_expressions(vocabulary)):
        for leaf in numbers_in(expression):
            numbers.setdefault(leaf.name, []).append(leaf)
    presumable = _presumable(vocabulary)
    return {
        definition.variable: Domain(
            definition.code,
            values := tuple(_values(definition, numbers.get(definition.variable, ()))),
            frozenset(_standing_for(value, definition, values) for value in presumable[definition.code]),
            tuple(sorted(definition.undecided)),
        )
        for definition in vocabulary.values()
    }


def expressions_of(template: Template) -> Iterator[Expression]:
    """Every condition of a template, and what raises a suspicion that one holds."""
    yield from (rule.condition.expression for rule in template.rules)
    yield from (rule.suspected.expression for rule in template.category_rules if rule.suspected)


def own_expressions(vocabulary: Vocabulary) -> Iterator[Expression]:
    """The conditions of a vocabulary: what follows from what, what cannot be, what keeps a fact from being presumed."""
    for definition in vocabulary.values():
        yield from (each.when for each in (*definition.derivations, *definition.denials))
        if definition.presumption is not None:
            yield from definition.presumption.unless


def class_of(value: Value, domain: Domain, definition: FindingDefinition) -> Value:
    """The value of a domain that stands for one that was found."""
    return _standing_for(value, definition, domain.values)


def _values(definition: FindingDefinition, compared: Iterable[Comparison | Membership]) -> Iterator[Value]:
    match definition.type:
        case "boolean":
            yield from (True, False)
        case "code":
            yield from (value for value in definition.values if value not in definition.undecided)
        case _:
            yield from _numbers(definition, sorted(limits_in(definition, compared)))


def _numbers(definition: FindingDefinition, limits: list[float]) -> Iterator[Value]:
    whole = definition.type == "integer"
    if not limits:
        yield ANY_NUMBER
        return
    if whole and limits[0] > 0:
        yield int(limits[0]) - 1
    elif not whole:
        yield limits[0] / 2 if limits[0] > 0 else limits[0] - 1
    yield from (int(limit) if whole else limit for limit in limits)


def _standing_for(value: Value, definition: FindingDefinition, values: tuple[Value, ...]) -> Value:
    if definition.type in ("boolean", "code"):
        return value
    below = [each for each in values if each <= value]  # type: ignore[operator]
    return below[-1] if below else values[0]


def _presumable(vocabulary: Vocabulary) -> dict[str, set[Value]]:
    """The values that a fact may have without anybody having said so: presumed, or following from what is presumed."""
    found: dict[str, set[Value]] = {
        code: {definition.presumption.value} if definition.presumption else set()
        for code, definition in vocabulary.items()
    }
    resting = {(each.code, rule.value): names_in(rule.when) for each in vocabulary.derived for rule in each.derivations}
    changed = True
    while changed:
        changed = False
        for (code, value), names in resting.items():
            behind = (definition for name in names if (definition := vocabulary.by_variable(name)))
            if value not in found[code] and any(found[definition.code] for definition in behind):
                found[code].add(value)
                changed = True
    return found
