"""Compiling conditions against the vocabulary: every name must exist, every value must be possible."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from plugin.errors import Fault
from plugin.library.expressions import Comparison, Expression, Leaf, Literally, Membership, Name, inline, leaves
from plugin.library.grammar import SUBSET, ExpressionError, parse
from plugin.library.near import did_you_mean
from plugin.library.rules import Condition
from plugin.library.vocabulary import FindingDefinition, Value, Vocabulary
from plugin.library.yaml_file import Document, ElementPath

TYPES: dict[str, tuple[type, ...]] = {"code": (str,), "boolean": (bool,), "integer": (int,), "decimal": (int, float)}


class Compiler:
    """Turns condition texts into Conditions over findings; collects faults instead of stopping at the first."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.definitions: dict[str, Expression] = {}
        self._named: frozenset[str] = frozenset()
        self.faults: list[Fault] = []

    def define(self, texts: Mapping[str, tuple[str, Document, ElementPath]]) -> None:
        """Compile named conditions, which may use each other in any order but not in a circle."""
        parsed: dict[str, Expression] = {}
        self._named |= texts.keys()
        for name, (text, document, path) in texts.items():
            expression = self._parsed(text, document, path)
            if expression is not None:
                parsed[name] = expression
        waiting = dict(parsed)
        while waiting:
            ready = [name for name, expression in waiting.items() if not _names(expression) & waiting.keys()]
            if not ready:
                for name in waiting:
                    _, document, path = texts[name]
                    message = f"the named condition '{name}' is defined by way of itself"
                    self.faults.append(
                        document.fault(path, message, "break the circle: define one of them by findings")
                    )
                return
            for name in ready:
                expression = waiting.pop(name)
                _, document, path = texts[name]
                self.faults.extend(self._sense(expression, document, path))
                self.definitions[name] = inline(expression, self.definitions)

    def condition(self, text: str, document: Document, path: ElementPath) -> Condition | None:
        """The compiled condition; None, with a fault noted, where it makes no sense."""
        expression = self._parsed(text, document, path)
        if expression is None:
            return None
        faults = list(self._sense(expression, document, path))
        self.faults.extend(faults)
        return None if faults else Condition(text, inline(expression, self.definitions))

    def _parsed(self, text: str, document: Document, path: ElementPath) -> Expression | None:
        try:
            return parse(text)
        except ExpressionError as error:
            message = f"condition '{text}': {error.message}"
            self.faults.append(document.fault(path, message, SUBSET, "", error.column - 1))
            return None

    def _sense(self, expression: Expression, document: Document, path: ElementPath) -> Iterator[Fault]:
        """Faults of the text itself: what its named conditions stand for was looked at where they are defined."""
        for leaf in leaves(expression):
            problem = self._problem(leaf)
            if problem:
                yield document.fault(path, *problem)

    def _problem(self, leaf: Leaf) -> tuple[str, str] | None:
        if isinstance(leaf, Literally) or (isinstance(leaf, Name) and leaf.name in self._named):
            return None
        definition = self.vocabulary.by_variable(leaf.name)
        if definition is None:
            known = {each.variable for each in self.vocabulary.values()} | self._named
            near = did_you_mean(leaf.name, known, "%{}")
            remedy = (
                f"{near}name a finding of findings.yaml, next-visit as %nextVisit, or a condition of definitions.yaml"
            )
            return f"%{leaf.name} is neither a finding nor a named condition", remedy
        match leaf:
            case Name() if definition.type != "boolean":
                return (
                    f"%{leaf.name} is no yes-or-no finding",
                    f"compare it with one of its values: {_possible(definition)}",
                )
            case Comparison(_, symbol, value):
                if definition.type in ("code", "boolean") and symbol not in ("=", "!="):
                    return f"%{leaf.name} {symbol} …: only numbers can be ordered", "use = or !="
                return _impossible(definition, (value,))
            case Membership(_, values):
                return _impossible(definition, values)
        return None


def _names(expression: Expression) -> set[str]:
    return {leaf.name for leaf in leaves(expression) if not isinstance(leaf, Literally)}


def _impossible(definition: FindingDefinition, values: tuple[Value, ...]) -> tuple[str, str] | None:
    for value in values:
        fits = isinstance(value, TYPES[definition.type]) and (
            definition.type == "boolean" or not isinstance(value, bool)
        )
        if isinstance(value, int | float) and value < 0:
            remedy = "no fact is below zero; let a rule of its reading compare, and say what it means as a yes or no"
            return f"%{definition.variable} can never be {value!r}", remedy
        if not fits or (definition.values and value not in definition.values):
            remedy = f"{did_you_mean(str(value), definition.values)}its values are: {_possible(definition)}"
            return f"%{definition.variable} can never be {value!r}", remedy
        if value in definition.undecided:
            remedy = "compare with a decided value, or ask .exists()"
            return f"%{definition.variable} counts as unknown when it is {value!r}, so this is never true", remedy
    return None


def _possible(definition: FindingDefinition) -> str:
    if definition.values:
        return ", ".join(f"'{value}'" for value in definition.values if value not in definition.undecided)
    return {"boolean": "true, false", "integer": "whole numbers", "decimal": "numbers"}[definition.type]
