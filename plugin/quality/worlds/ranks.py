"""Where a line stands, over an algebra: four dispositions of which the strictest wins, as thresholds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic

from plugin.drafting.model import Disposition
from plugin.quality.worlds.algebra import Algebra, Element


@dataclass(frozen=True, slots=True)
class Rank(Generic[Element]):
    """Of which patients a line is closed, is at most for judgement, and is at most conditional.

    Each holds wherever the one before it does. Offered is what is left.
    """

    closed: Element
    judgement: Element
    conditional: Element

    @property
    def steps(self) -> tuple[Element, Element, Element]:
        """All three, from the strictest on: two ranks are the same where all their steps are."""
        return self.closed, self.judgement, self.conditional


class Ranks(Generic[Element]):
    """Reckons with ranks as `plugin.drafting.standing` orders dispositions."""

    def __init__(self, algebra: Algebra[Element]) -> None:
        self.algebra = algebra
        nobody, everybody = algebra.nobody, algebra.everybody
        self.offered = Rank(nobody, nobody, nobody)
        self.to_judge = Rank(nobody, everybody, everybody)
        self.shut = Rank(everybody, everybody, everybody)

    def strictest(self, ranks: Iterable[Rank[Element]]) -> Rank[Element]:
        """The strictest of several; offered of none."""
        several = list(ranks)
        some = self.algebra.some
        return Rank(
            some(rank.closed for rank in several),
            some(rank.judgement for rank in several),
            some(rank.conditional for rank in several),
        )

    def mildest(self, ranks: Iterable[Rank[Element]]) -> Rank[Element]:
        """The mildest of several; closed of none."""
        several = list(ranks)
        each = self.algebra.each
        return Rank(
            each(rank.closed for rank in several),
            each(rank.judgement for rank in several),
            each(rank.conditional for rank in several),
        )

    def only(self, where: Element, rank: Rank[Element]) -> Rank[Element]:
        """The rank where something is so, offered elsewhere."""
        each = self.algebra.each
        return Rank(each((where, rank.closed)), each((where, rank.judgement)), each((where, rank.conditional)))

    def where(self, rank: Rank[Element], disposition: Disposition) -> Element:
        """Of which patients a rank is exactly this disposition."""
        algebra = self.algebra
        match disposition:
            case "not-offered":
                return rank.closed
            case "judgement":
                return algebra.each((rank.judgement, algebra.other(rank.closed)))
            case "conditional":
                return algebra.each((rank.conditional, algebra.other(rank.judgement)))
        return algebra.other(rank.conditional)
