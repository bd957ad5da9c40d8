"""Drugs as the drug table of a template tells them, their uses, and the parts of a category. Immutable."""

from __future__ import annotations

from dataclasses import dataclass

from plugin.library.sources import Citation


@dataclass(frozen=True, slots=True)
class Term:
    """A code of one of our small CodeSystems with what people read for it."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class DrugUse:
    """One use of a drug and how it stands with the regulator. `unsourced`: no source was read for it.

    categories: the treatment categories that this use belongs to; named: whether lines may name the drug for it.
    date: as written, of any precision; new: an action of the last two years, not yet in the guidelines that were read.
    """

    text: str
    categories: frozenset[str]
    status: Term
    named: bool
    date: str
    citations: tuple[Citation, ...]
    unsourced: bool
    new: bool


@dataclass(frozen=True, slots=True)
class Drug:
    """A drug as lines name it. classes: the one that people read first; combinations are ruled out by all of them."""

    name: str
    classes: tuple[Term, ...]
    uses: tuple[DrugUse, ...]

    def uses_in(self, category: str) -> tuple[DrugUse, ...]:
        """What it is used for in one treatment category."""
        return tuple(use for use in self.uses if category in use.categories)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a category, such as the partner of a combination: possible while any of its drugs is."""

    name: str
    agents: tuple[str, ...]
