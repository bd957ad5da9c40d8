"""A solver over one world: whether there is anybody of whom a formula is true, and who is the simplest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from plugin.quality.worlds.formulas import Formula, Formulas, z3

PATIENCE_MS = 20_000
PATIENCE_SMALLER_MS = 3_000


class OutOfPatience(Exception):
    """The solver did not come to an end in its time."""


class Solving:
    """Asks z3 about formulas of one algebra, under the laws of their world."""

    def __init__(self, algebra: Formulas, laws: Iterable[Formula]) -> None:
        self._context = algebra.context
        self._solver: Any = z3.Solver(ctx=algebra.context)
        self._solver.set("timeout", PATIENCE_MS)
        for law in laws:
            self._solver.add(law)

    @contextmanager
    def supposing(self, *formulas: Formula) -> Iterator[None]:
        """Suppose more for a while."""
        self._solver.push()
        try:
            for formula in formulas:
                self._solver.add(formula)
            yield
        finally:
            self._solver.pop()

    def somebody(self, *formulas: Formula) -> Callable[[Formula], bool] | None:
        """Somebody of whom all of this is true, as a function that says what else is; None where there is nobody.

        Raises OutOfPatience where the solver cannot tell in its time.
        """
        with self.supposing(*formulas):
            answer = self._solver.check()
            if answer == z3.unsat:
                return None
            if answer != z3.sat:
                raise OutOfPatience
            model = self._solver.model()
        return lambda formula: z3.is_true(model.eval(formula, model_completion=True))

    def core(self, formulas: list[Formula]) -> list[int]:
        """Of formulas that cannot all be so, by what is supposed, the places of some that already cannot.

        Raises OutOfPatience where they can, or the solver cannot tell in its time.
        """
        tokens = [z3.Bool(f"part {place}", self._context) for place in range(len(formulas))]
        with self.supposing(*(z3.Implies(token, formula) for token, formula in zip(tokens, formulas, strict=True))):
            if self._solver.check(*tokens) != z3.unsat:
                raise OutOfPatience
            named = {token.get_id() for token in self._solver.unsat_core()}
        return [place for place, token in enumerate(tokens) if token.get_id() in named]

    def simplest(self, atoms: list[Formula], fewest: Callable[[int], Formula]) -> Callable[[Formula], bool] | None:
        """Somebody of whom as few of the atoms are so as can be, by what is supposed; None where there is nobody.

        fewest: the law that no more than so many of them are so.
        """
        found = self.somebody()
        if found is None:
            return None
        self._solver.set("timeout", PATIENCE_SMALLER_MS)
        try:
            while count := sum(map(found, atoms)):
                fewer = self.somebody(fewest(count - 1))
                if fewer is None:
                    break
                found = fewer
        except OutOfPatience:
            pass  # the simplest found so far stands; it is one all the same
        finally:
            self._solver.set("timeout", PATIENCE_MS)
        return found
