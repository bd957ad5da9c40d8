"""Conditions in plain words: what must hold, as nested lists that a clinician can read; for one patient where wanted.

Pure. Findings are told by their labels, named conditions by their descriptions. `%x.exists() and %x` and its kin, by
which authors say what an unknown fact counts as, are one statement here: `yes (known)`, `no or not known`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

from plugin.library.expressions import (
    Comparison,
    Conjunction,
    Disjunction,
    Environment,
    Existence,
    Expression,
    Leaf,
    Literally,
    Membership,
    Name,
    Negation,
    Truth,
    evaluate,
    inline,
)
from plugin.library.grammar import parse
from plugin.library.rules import Condition, NamedCondition
from plugin.library.unit_words import unit_in_words
from plugin.library.vocabulary import FindingDefinition, Value, Vocabulary, in_a_word

Joint: TypeAlias = Literal["", "all", "any", "none", "not-all"]
JOINTS: dict[Joint, str] = {
    "all": "All of these",
    "any": "Any of these",
    "none": "None of these",
    "not-all": "Not all of these together",
}
# The same inside a list of which all must hold.
EXCEPTIONS: dict[Joint, str] = {"none": "Unless any of these", "not-all": "Unless all of these together"}


@dataclass(frozen=True, slots=True)
class Clause:
    """One part of a condition in words.

    text: what a single statement says, `Blood group: AB`; empty for a list.
    joint: how the parts of a list hang together. name: of the named condition that the text stands for.
    codes: of the findings that the statement itself names.
    asked: whether it was put to a patient; then `truth` is what came of it, and `found` what is known, in words.
    """

    text: str = ""
    joint: Joint = ""
    parts: tuple[Clause, ...] = ()
    name: str = ""
    codes: tuple[str, ...] = ()
    asked: bool = False
    truth: Truth = None
    found: str = ""

    def heading(self, among_all: bool = False) -> str:
        """What stands above the parts; among_all: where the list is itself one of several that must all hold."""
        if len(self.parts) == 1 and self.joint in ("none", "not-all"):
            return "Unless" if among_all else "Not"
        return (among_all and EXCEPTIONS.get(self.joint)) or JOINTS.get(self.joint, "")


@dataclass(frozen=True, slots=True)
class _Guarded:
    """A statement about one finding with what an unknown counts as: true where `open_counts`, else false."""

    statement: Expression
    name: str
    open_counts: bool


def explain(
    condition: Condition,
    vocabulary: Vocabulary,
    named: Mapping[str, NamedCondition],
    environment: Environment | None = None,
) -> Clause:
    """The condition in words.

    named: the template's named conditions; those that the condition uses stay one statement with their name.
    environment: variable -> value of one patient, None for what is not known; each clause then says what came of it.
    """
    return _Explainer(vocabulary, named, environment).clause(_parsed(condition.text))


def explain_expression(expression: Expression, vocabulary: Vocabulary) -> Clause:
    """A condition that names no other conditions, such as one inside the vocabulary, in words."""
    return _Explainer(vocabulary, {}, None).clause(expression)


def one_line(clause: Clause) -> str:
    """The clause as running text, for places that are too small for a list."""
    if not clause.parts:
        return clause.text
    parts = [f"({one_line(part)})" if len(part.parts) > 1 else one_line(part) for part in clause.parts]
    match clause.joint:
        case "any":
            return " or ".join(parts)
        case "none":
            return f"not {' nor '.join(parts)}"
        case "not-all":
            return f"not {' together with '.join(parts)}"
    return "; ".join(parts)


def lines(clause: Clause, indent: str = "") -> Iterator[str]:
    """The clause as an indented list, for a terminal."""
    if not clause.parts:
        yield f"{indent}{clause.text}"
        return
    yield f"{indent}{clause.heading()}:"
    for part in clause.parts:
        yield from lines(part, f"{indent}  ")


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Expression:
    return parse(text)


class _Explainer:
    """Walks one expression; negations are pushed into the statements, so that nothing reads `not (not …)`."""

    def __init__(
        self, vocabulary: Vocabulary, named: Mapping[str, NamedCondition], environment: Environment | None
    ) -> None:
        self.vocabulary = vocabulary
        self.named = named
        self.definitions = {name: each.condition.expression for name, each in named.items()}
        self.environment = environment

    def clause(self, expression: Expression) -> Clause:
        match expression:
            case Conjunction(operands):
                return self._list("all", _merged(operands, Conjunction), expression)
            case Disjunction(operands):
                return self._list("any", _merged(operands, Disjunction), expression)
            case Negation(operand):
                return self._negated(operand, expression)
        return self._statement(expression, False, expression)

    def _list(self, joint: Joint, parts: list[Expression | _Guarded], whole: Expression) -> Clause:
        clauses = tuple(self._part(part) for part in parts)
        return clauses[0] if len(clauses) == 1 else self._told(Clause(joint=joint, parts=clauses), whole)

    def _part(self, part: Expression | _Guarded) -> Clause:
        return self._guarded(part) if isinstance(part, _Guarded) else self.clause(part)

    def _negated(self, operand: Expression, whole: Expression) -> Clause:
        match operand:
            case Negation(inner):
                return self.clause(inner)
            case Conjunction(operands):
                parts = _merged(operands, Conjunction)
                match parts:
                    case [_Guarded(statement, name, False)]:
                        return self._guarded(_Guarded(Negation(statement), name, True))
                return self._told(Clause(joint="not-all", parts=tuple(map(self._part, parts))), whole)
            case Disjunction(operands):
                parts = _merged(operands, Disjunction)
                match parts:
                    case [_Guarded(statement, name, True)]:
                        return self._guarded(_Guarded(Negation(statement), name, False))
                return self._told(Clause(joint="none", parts=tuple(map(self._part, parts))), whole)
            case Name(name) if name in self.named:
                return self._told(Clause(joint="none", parts=(self.clause(operand),)), whole)
        return self._statement(operand, True, whole)

    def _guarded(self, guarded: _Guarded) -> Clause:
        statement, negated = _stripped(guarded.statement)
        plain = self._statement(statement, negated, guarded.statement)
        known = Existence(guarded.name)
        if guarded.open_counts:
            whole: Expression = Disjunction((Negation(known), guarded.statement))
            text = f"{plain.text} or not known"
        else:
            whole = Conjunction((known, guarded.statement))
            text = f"{plain.text} (known)"
        return self._told(Clause(text, codes=plain.codes), whole)

    def _statement(self, leaf: Expression, negated: bool, whole: Expression) -> Clause:
        match leaf:
            case Literally(value):
                return self._told(Clause("Always" if value is not negated else "Never"), whole)
            case Name(name) if name in self.named:
                return self._told(Clause(self.named[name].description, name=name), whole)
            case Name() | Comparison() | Membership() | Existence():
                definition = self.vocabulary.by_variable(leaf.name)
                if definition is None:
                    raise KeyError(leaf.name)
                said = f"{definition.label}: {_said(leaf, negated, definition)}"
                return self._told(Clause(said, codes=(definition.code,)), whole)
        raise AssertionError(leaf)

    def _told(self, clause: Clause, whole: Expression) -> Clause:
        """The clause with what came of it for the patient, where there is one."""
        if self.environment is None:
            return clause
        truth = evaluate(inline(whole, self.definitions), self.environment)
        found = "; ".join(self._found(code) for code in clause.codes)
        return Clause(
            clause.text, clause.joint, clause.parts, clause.name, clause.codes, asked=True, truth=truth, found=found
        )

    def _found(self, code: str) -> str:
        definition = self.vocabulary[code]
        value = (self.environment or {}).get(definition.variable)
        return "not known" if value is None else _value(value, definition)


def _merged(
    operands: tuple[Expression, ...], kind: type[Conjunction] | type[Disjunction]
) -> list[Expression | _Guarded]:
    """The operands with nested ones of the same kind taken in, and each guard joined with what it guards."""
    flat = list(_flat(operands, kind))
    guards = {name for operand in flat if (name := _guard(operand, kind)) is not None}
    merged: list[Expression | _Guarded] = []
    used: set[str] = set()
    for operand in flat:
        statement, _ = _stripped(operand)
        name = getattr(statement, "name", "")
        guardable = isinstance(statement, Name | Comparison | Membership)
        if guardable and name in guards:
            merged.append(_Guarded(operand, name, kind is Disjunction))
            used.add(name)
        else:
            merged.append(operand)
    return [part for part in merged if isinstance(part, _Guarded) or _guard(part, kind) not in used]


def _flat(operands: tuple[Expression, ...], kind: type[Conjunction] | type[Disjunction]) -> Iterator[Expression]:
    for operand in operands:
        if isinstance(operand, kind):
            yield from _flat(operand.operands, kind)
        else:
            yield operand


def _guard(operand: Expression, kind: type[Conjunction] | type[Disjunction]) -> str | None:
    """The name that the operand asks to be known (in a conjunction) or unknown (in a disjunction)."""
    match operand:
        case Existence(name) if kind is Conjunction:
            return name
        case Negation(Existence(name)) if kind is Disjunction:
            return name
    return None


def _stripped(expression: Expression) -> tuple[Expression, bool]:
    """The statement without its negations, and whether an odd number of them stood before it."""
    negated = False
    while isinstance(expression, Negation):
        expression, negated = expression.operand, not negated
    return expression, negated


def _said(leaf: Leaf, negated: bool, definition: FindingDefinition) -> str:
    match leaf:
        case Name():
            return "no" if negated else "yes"
        case Existence():
            return "not known" if negated else "known"
        case Membership(_, values):
            words = [_value(value, definition) for value in values]
            return f"none of {', '.join(words)}" if negated else _either(words)
        case Comparison(_, "=" | "!=" as symbol, bool() as value):
            return in_a_word(value is ((symbol == "=") is not negated))
        case Comparison(_, symbol, value):
            words_for = OPPOSITE[symbol] if negated else symbol
            return PHRASES[words_for].format(_value(value, definition))
    raise AssertionError(leaf)


PHRASES = {"=": "{}", "!=": "not {}", "<": "below {}", "<=": "{} or less", ">": "above {}", ">=": "{} or more"}
OPPOSITE = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def _either(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _value(value: Value, definition: FindingDefinition) -> str:
    written = f"{value:g}" if isinstance(value, float) else in_a_word(value).replace("-", " ")
    unit = definition.unit
    return f"{written} {unit_in_words(unit)}" if unit and unit != "1" and not isinstance(value, bool | str) else written
