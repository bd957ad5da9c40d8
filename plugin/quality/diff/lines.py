"""Lines that stand elsewhere in the new version: from where to where, of whom, and the simplest patient."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from plugin.drafting.model import Disposition
from plugin.drafting.standing import ORDER
from plugin.library.expressions import Expression, Literally
from plugin.library.rules import CategoryRule, Gate, Rule
from plugin.quality.diff.regions import Region, Regions
from plugin.quality.proof.examples import CounterExample, examples
from plugin.quality.worlds.formulas import Formula
from plugin.quality.worlds.outcomes import differ
from plugin.quality.worlds.policy import Policy
from plugin.quality.worlds.ranks import Rank
from plugin.quality.worlds.solving import OutOfPatience


@dataclass(frozen=True, slots=True)
class Move:
    """A line that stands elsewhere for some charts.

    old, new: where; otherwise: where it would stand without the rules that changed. region: of whom, among those of
    whom that is so; None where the changed rules alone do not tell. example: the simplest patient; None for a move
    that is like an earlier one.
    """

    code: str
    old: Disposition
    new: Disposition
    otherwise: Disposition
    region: Region | None
    example: CounterExample | None


class Lines:
    """Compares the lines of two policies over the same charts."""

    def __init__(self, old: Policy[Formula], new: Policy[Formula], regions: Regions, changed: Iterable[str]) -> None:
        self.old = old
        self.new = new
        self.regions = regions
        self.algebra = new.algebra
        ids = set(changed)
        self._changed = [rule for policy in (old, new) for rule in policy.template.rules if rule.id in ids]
        self._without = _instead(new, ids, Literally(False), Literally(False))
        self._with = _instead(new, ids, Literally(True), Literally(False))
        self.odd: list[str] = []
        self.undecided: list[str] = []

    def moves(self, told: Callable[[str], None] = lambda _: None) -> Iterator[Move]:
        """Every way in which a line of both versions may move; told: called with each line before it is asked.

        Lines that move otherwise for charts with facts that disagree or are in doubt go to `odd`, those that the solver
        cannot tell in its time to `undecided`.
        """
        shown: set[tuple[object, ...]] = set()
        for code in self.new.categories:
            if code not in self.old.categories:
                continue
            told(code)
            try:
                yield from self._of(code, shown)
            except OutOfPatience:
                self.undecided.append(code)

    def _of(self, code: str, shown: set[tuple[object, ...]]) -> Iterator[Move]:
        solving = self.regions.solving
        old, new = self.old.line(code), self.new.line(code)
        differs = self._differs(old, new)
        if differs is self.algebra.nobody:
            return
        found: list[Formula] = []
        plain = tuple(self.regions.charts.plain())
        while somebody := solving.somebody(differs, *plain, *found):
            before, after = self._where(old, somebody), self._where(new, somebody)
            without, with_ = (self._where(each.line(code), somebody) for each in (self._without, self._with))
            among = self._stand(code, without, with_)
            inside = self.algebra.each((self._is(old, before), self._is(new, after)))
            found.append(self.algebra.other(self.algebra.each((among, inside))))
            region = self._region(code, among, inside)
            alike = (before, after, without, region)
            example = None if alike in shown else self._example(self.algebra.each((among, inside)))
            shown.add(alike)
            yield Move(code, before, after, without, region, example)
        if solving.somebody(differs, *found):
            self.odd.append(code)

    def _example(self, whole: Formula) -> CounterExample | None:
        return next(examples(whole, self.regions.charts, self.regions.solving), None)

    def _region(self, code: str, among: Formula, inside: Formula) -> Region | None:
        """Of whom; where what the changed rules ask does not tell, by what holds back the drugs of the line as well."""
        changed = [rule for rule in self._changed if _touches(rule, code)]
        drugs = [gate for gate in self.new.template.agent_gates if _touches(gate, code)]
        for rules in (changed, [*changed, *drugs]):
            try:
                return self.regions.region(among, inside, _names(rules))
            except OutOfPatience:
                continue
        return None

    def _stand(self, code: str, without: Disposition, with_: Disposition) -> Formula:
        """Where the line would stand so without the changed rules, and so if those that open it held."""
        return self.algebra.each((self._is(self._without.line(code), without), self._is(self._with.line(code), with_)))

    def _where(self, rank: Rank[Formula], somebody: Callable[[Formula], bool]) -> Disposition:
        return next(each for each in ORDER if somebody(self._is(rank, each)))

    def _is(self, rank: Rank[Formula], disposition: Disposition) -> Formula:
        return self.new.ranks.where(rank, disposition)

    def _differs(self, one: Rank[Formula], two: Rank[Formula]) -> Formula:
        return differ(one.steps, two.steps, self.algebra)


def _instead(policy: Policy[Formula], ids: set[str], rules: Expression, gates: Expression) -> Policy[Formula]:
    """The policy with one answer for all changed rules that open lines, and one for all changed gates."""
    template = policy.template
    answers: Mapping[int, Expression] = {
        **{id(rule.condition): rules for rule in template.category_rules if rule.id in ids},
        **{id(gate.condition): gates for gate in (*template.gates, *template.agent_gates) if gate.id in ids},
    }
    return Policy(template, policy.world, instead=answers, truths=policy.truths, sure=policy.sure)


def _names(rules: Iterable[Rule]) -> list[str]:
    """The facts that rules ask about."""
    return sorted(frozenset[str]().union(*(rule.condition.names for rule in rules)))


def _touches(rule: Rule, code: str) -> bool:
    match rule:
        case CategoryRule():
            return rule.code == code
        case Gate():
            return code in rule.targets or not rule.targets
    return False
