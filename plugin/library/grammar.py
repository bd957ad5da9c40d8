"""Text to expression, by the FHIRPath grammar of fhirpathpy.

fhirpathpy itself compiles broken text without a word (`name..given`, `and true`), so we parse with its grammar, start
at the rule `entireExpression`, and let every syntax error raise.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from antlr4 import CommonTokenStream, InputStream
from antlr4.error.ErrorListener import ErrorListener
from fhirpathpy.parser.generated.FHIRPathLexer import FHIRPathLexer
from fhirpathpy.parser.generated.FHIRPathParser import FHIRPathParser

from plugin.library.expressions import (
    Comparison,
    Conjunction,
    Disjunction,
    Existence,
    Expression,
    Literally,
    Membership,
    Name,
    Negation,
)
from plugin.library.vocabulary import Value

Grammar: Any = FHIRPathParser  # generated code without types

SUBSET = "use %names, literals, = != < <= > >=, in ('a' | 'b'), and, or, implies, .not(), .exists() and brackets"


class ExpressionError(Exception):
    """A condition that is not FHIRPath, or FHIRPath outside the subset.

    message: what is wrong; column: where in the text of the condition, from 1, over all its lines.
    """

    def __init__(self, message: str, column: int) -> None:
        self.message = message
        self.column = column
        super().__init__(f"{message} (column {column})")


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """The expression that `text` stands for; raises ExpressionError with the column where reading stopped.

    Remembered, since the same text stands in many rules and reading it takes about a millisecond.
    """
    lexer = FHIRPathLexer(InputStream(text))
    parser = Grammar(CommonTokenStream(lexer))
    for stage in (lexer, parser):
        stage.removeErrorListeners()
        stage.addErrorListener(_Strict(text))
    return _expression(parser.entireExpression().expression())


class _Strict(ErrorListener):  # type: ignore[misc]
    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")

    def syntaxError(self, recognizer: Any, symbol: Any, line: int, column: int, message: str, error: Any) -> None:
        before = sum(len(each) + 1 for each in self.lines[: line - 1])
        wrong = symbol.text if symbol is not None else "\n".join(self.lines)[before + column : before + column + 1]
        ended = symbol is not None and symbol.type == Grammar.EOF
        told = "it ends where something must follow" if ended else f"'{wrong}' cannot stand there"
        raise ExpressionError(told, before + column + 1)


def _expression(node: Any) -> Expression:
    match node:
        case Grammar.AndExpressionContext():
            return Conjunction(_flat(node, Conjunction))
        case Grammar.OrExpressionContext() if node.getChild(1).getText() == "or":
            return Disjunction(_flat(node, Disjunction))
        case Grammar.ImpliesExpressionContext():
            premise, conclusion = _operands(node)
            return Disjunction((Negation(premise), conclusion))
        case Grammar.EqualityExpressionContext() | Grammar.InequalityExpressionContext():
            return _comparison(node)
        case Grammar.MembershipExpressionContext() if node.getChild(1).getText() == "in":
            return Membership(_name(node.expression(0)), tuple(_alternatives(_unwrapped(node.expression(1)))))
        case Grammar.InvocationExpressionContext():
            return _invocation(node)
        case Grammar.TermExpressionContext():
            return _term(node)
    raise _refused(node)


def _flat(node: Any, kind: type[Conjunction] | type[Disjunction]) -> tuple[Expression, ...]:
    operands: list[Expression] = []
    for operand in _operands(node):
        operands.extend(operand.operands if isinstance(operand, kind) else (operand,))
    return tuple(operands)


def _operands(node: Any) -> tuple[Expression, Expression]:
    left, right = node.expression()
    return _expression(left), _expression(right)


def _comparison(node: Any) -> Expression:
    symbol = node.getChild(1).getText()
    if symbol not in ("=", "!=", "<", "<=", ">", ">="):
        raise _refused(node)
    return Comparison(_name(node.expression(0)), symbol, _literal(node.expression(1)))


def _invocation(node: Any) -> Expression:
    call = node.getChild(2).getText()
    if call == "not()":
        return Negation(_expression(node.expression()))
    if call == "exists()":
        return Existence(_name(node.expression()))
    raise _refused(node)


def _term(node: Any) -> Expression:
    term = node.term()
    if isinstance(term, Grammar.ParenthesizedTermContext):
        return _expression(term.expression())
    if isinstance(term, Grammar.ExternalConstantTermContext):
        return Name(_name(node))
    if isinstance(term, Grammar.LiteralTermContext) and isinstance(term.literal(), Grammar.BooleanLiteralContext):
        return Literally(term.getText() == "true")
    raise _refused(node)


def _name(node: Any) -> str:
    if isinstance(node, Grammar.TermExpressionContext) and isinstance(node.term(), Grammar.ExternalConstantTermContext):
        return str(node.getText()).removeprefix("%").strip("`'")
    raise _refused(node)


def _unwrapped(node: Any) -> Any:
    if isinstance(node, Grammar.TermExpressionContext) and isinstance(node.term(), Grammar.ParenthesizedTermContext):
        return node.term().expression()
    return node


def _alternatives(node: Any) -> list[Value]:
    if isinstance(node, Grammar.UnionExpressionContext):
        return [value for side in node.expression() for value in _alternatives(side)]
    return [_literal(node)]


def _literal(node: Any) -> Value:
    if isinstance(node, Grammar.PolarityExpressionContext):
        return _signed(node)
    if isinstance(node, Grammar.TermExpressionContext) and isinstance(node.term(), Grammar.LiteralTermContext):
        text = str(node.getText())
        match node.term().literal():
            case Grammar.StringLiteralContext():
                return text[1:-1]
            case Grammar.BooleanLiteralContext():
                return text == "true"
            case Grammar.NumberLiteralContext():
                return float(text) if "." in text else int(text)
    raise _refused(node)


def _signed(node: Any) -> Value:
    number = _literal(node.expression())
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise _refused(node)
    return -number if node.getChild(0).getText() == "-" else number


def _refused(node: Any) -> ExpressionError:
    return ExpressionError(
        f"'{node.getText()}' is outside the subset of FHIRPath that conditions may use", node.start.start + 1
    )
