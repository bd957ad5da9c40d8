"""What a case did not get, list by list: which code is missing or too many, and what put it where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from plugin.drafting.facts import Facts
from plugin.drafting.model import AgentLine, CategoryLine, Draft, Fact, GateOutcome, GoalLine, ItemLine
from plugin.drafting.plan import suspected_rules
from plugin.library.near import did_you_mean
from plugin.library.rules import Combination, Gate, ItemRule, Rule, Template
from plugin.quality.cases import ABSENT, NOT_BESIDE, SILENT, SPEAKS, SUSPECTED, UNSUSPECTED, Case

EXACTLY = "_exactly"
# Of the drugs that a line holds back, those that a list of a case speaks of.
HELD_BACK = {
    "agents_withheld": ("not-offered", "judgement", "conditional"),
    "agents_waiting": ("conditional",),
    "agents_judgement": ("judgement",),
}
MOST_LINES = 3
MOST_GATES = 3  # named, of those that hold a line: a patient of whom little is known is held by a dozen
DISPOSITIONS = {"not_offered": "not offered", "judgement": "for judgement", "supportive_care": "supportive care"}


@dataclass(frozen=True, slots=True)
class Difference:
    """One code that is missing from a list, or stands there although it should not; why: what put it where it is.

    by: id of the rule or gate that did; at: where its condition is written, as `safety.yaml:105`. Both empty for none.
    """

    code: str
    missing: bool
    why: str
    by: str = ""
    at: str = ""

    def __str__(self) -> str:
        sign = "- expected, missing" if self.missing else "+ not expected"
        return f"{sign}: {self.code} — {self.why}{f' ({self.at})' if self.at else ''}"


@dataclass(frozen=True, slots=True)
class Miss:
    """One expected list that a case did not get, by its name in the case, and how what came differs."""

    name: str
    differences: tuple[Difference, ...]

    def __str__(self) -> str:
        return "\n".join([self.name, *(f"  {each}" for each in self.differences)])


def misses_of(case: Case, lists: Mapping[str, tuple[str, ...]], draft: Draft, template: Template) -> tuple[Miss, ...]:
    """Every expected list that did not come. lists: list name -> codes, as the draft has them."""
    why = _Explanation(lists, draft, template)
    return tuple(miss for miss in (*_of_lists(case, lists, why), *_of_lines(case, draft, why)) if miss.differences)


def _of_lists(case: Case, lists: Mapping[str, tuple[str, ...]], why: _Explanation) -> Iterator[Miss]:
    for name, expected in case.expect.items():
        if name == SILENT:
            heard = [rule for rule in expected if rule in why.speaking()]
            yield Miss(name, tuple(why.told(rule, False, why.spoke(rule), rule) for rule in heard))
            continue
        if name == SPEAKS:
            unheard = [rule for rule in expected if rule not in why.speaking()]
            yield Miss(name, tuple(why.told(rule, True, why.kept_silent(rule), rule) for rule in unheard))
            continue
        if name in (SUSPECTED, UNSUSPECTED):
            wanted = name == SUSPECTED
            wrong = [rule for rule in expected if why.is_suspected(rule) is not wanted]
            yield Miss(name, tuple(why.told(rule, wanted, why.of_suspicion(rule), rule) for rule in wrong))
            continue
        if name == ABSENT:
            found = [code for code in expected if any(code in codes for codes in lists.values())]
            yield Miss(name, tuple(why.standing(code, False) for code in found))
            continue
        got = lists[name.removesuffix(EXACTLY)]
        surplus = [code for code in got if code not in expected] if name.endswith(EXACTLY) else []
        yield Miss(
            name,
            (
                *(why.standing(code, True) for code in expected if code not in got),
                *(why.standing(code, False) for code in surplus),
            ),
        )


def _of_lines(case: Case, draft: Draft, why: _Explanation) -> Iterator[Miss]:
    lines = {line.code: line for line in draft.categories}
    for name, by_line in case.of_lines.items():
        for code, expected in by_line.items():
            line = lines.get(code)
            if line is None:
                reason = f"there is no line {code}: {why.of(code)}"
                missing = (why.told(each, True, reason, why.behind(code)) for each in expected)
                yield Miss(f"{name} of {code}", tuple(missing))
                continue
            lacking = [each for each in expected if each not in _of_line(name, line)]
            missing = (why.told(each, True, why.on_line(each, line), why.behind_drug(each, line)) for each in lacking)
            yield Miss(f"{name} of {code}", tuple(missing))


def _of_line(name: str, line: CategoryLine) -> tuple[str, ...]:
    if name == NOT_BESIDE:
        return tuple(each.code for each in line.not_beside)
    if name == "agents_named":
        return tuple(agent.name for agent in line.named)
    return tuple(agent.name for agent in line.held_back if agent.disposition in HELD_BACK[name])


class _Explanation:
    """Why a code stands where it stands in one draft; works out only what is asked."""

    def __init__(self, lists: Mapping[str, tuple[str, ...]], draft: Draft, template: Template) -> None:
        self.lists = lists
        self.draft = draft
        self.template = template
        self._facts: Facts | None = None

    def standing(self, code: str, missing: bool) -> Difference:
        """A code that stands elsewhere than expected."""
        return self.told(code, missing, self.of(code), self.behind(code))

    def told(self, code: str, missing: bool, why: str, by: str) -> Difference:
        """A difference with the place of what is behind it."""
        at = self.template.conditions_at.get(by)
        return Difference(code, missing, why, by, f"{at[0]}:{at[1]}" if at else "")

    def behind(self, code: str) -> str:
        """The id of the rule or gate by which a code stands where it stands; of its first rule where it is nowhere."""
        line = next((line for line in self.draft.categories if line.code == code), None)
        if line is not None:
            return self._behind_line(line)
        rules = self._rules(code)
        return next((rule.id for rule in (*filter(self._holds, rules), *rules)), "")

    def behind_drug(self, name: str, line: CategoryLine) -> str:
        """The id of the gate that holds a drug back on a line; of what leads the line where none does."""
        gate = next((agent.gate for agent in line.agents if agent.name == name), None)
        return gate.id if gate else self._behind_line(line)

    def _behind_line(self, line: CategoryLine) -> str:
        undecided = [gate.id for gate in line.gates if gate.truth is None]
        return undecided[0] if line.disposition == "conditional" and undecided else line.rule

    def of(self, code: str) -> str:
        """Where a code stands, by which rule or gate, what it waits for and what closed it."""
        names = [DISPOSITIONS.get(name, name.replace("_", " ")) for name, codes in self.lists.items() if code in codes]
        line = next((line for line in self.draft.categories if line.code == code), None)
        if line is not None:
            return f"is {', '.join(names)} {', '.join(self.because(line))}"
        if not names:
            return f"is nowhere: {self._nowhere(code)}"
        by = [
            f"{rule.id}{_since(self.facts.reasons(rule.condition))}" for rule in self._rules(code) if self._holds(rule)
        ]
        return f"is in {', '.join(names)}{f' by {by[0]}' if by else ''}"

    def because(self, line: CategoryLine) -> Iterator[str]:
        """Which rule or gate leads a line, and the facts that decided or that it waits for."""
        gates = {gate.id: gate for gate in line.gates}
        yield f"by {'gate' if line.rule in gates else 'rule'} {line.rule}"
        if line.disposition == "not-offered":
            yield f"closed by {_listed(line.closed_by)}"
        elif line.disposition == "conditional":
            yield from self._waits(line)
        elif decided := gates[line.rule].facts if line.rule in gates else line.facts:
            yield f"since {_listed(decided)}"

    def on_line(self, name: str, line: CategoryLine) -> str:
        """What became of a drug, or of another line, on this line."""
        agent: AgentLine | None = next((agent for agent in line.agents if agent.name == name), None)
        if agent is None:
            return f"is not on the line, which is {line.disposition} {', '.join(self.because(line))}"
        if agent.gate is None:
            return f"is {agent.disposition} there, and no gate holds it back"
        return f"is {agent.disposition} there by gate {_gate(agent.gate)}"

    def spoke(self, rule_id: str) -> str:
        """Why a rule is heard that should be silent."""
        rule = next(rule for rule in self.template.rules if rule.id == rule_id)
        return f"speaks{_since(self.facts.reasons(rule.condition)) or ', since it always holds'}"

    def kept_silent(self, rule_id: str) -> str:
        """Why a rule is not heard that should speak."""
        rule = next((rule for rule in self.template.rules if rule.id == rule_id), None)
        if rule is None:
            return "there is no rule of this id"
        since = _since(self.facts.reasons(rule.condition))
        if self._true(rule):
            return f"it holds{since}, but {self._unheard(rule)}"
        missing = self.facts.missing(rule.condition)
        return f"it waits for {_listed(missing)}" if missing else f"it does not hold{since}"

    def _unheard(self, rule: Rule) -> str:
        """Why a rule that holds says nothing."""
        if self.draft.no_plan:
            return f"no plan is drafted ({self.draft.no_plan})"
        if isinstance(rule, ItemRule) and rule.accompanies:
            lines = [line for line in self.draft.categories if line.code in rule.accompanies]
            told = [f"{line.code} is {line.disposition} {', '.join(self.because(line))}" for line in lines[:MOST_LINES]]
            more = f"; and {len(lines) - MOST_LINES} more" if len(lines) > MOST_LINES else ""
            return (
                f"no line that it stands beside may start: {'; '.join(told)}{more}"
                if told
                else "it stands beside no line"
            )
        if isinstance(rule, Combination):
            return "no two lines stand open that it keeps apart"
        return "nothing that it lists is drafted"

    def speaking(self) -> frozenset[str]:
        """The rules that are heard in the draft: of its lines, its goals and its alerts, and what keeps lines apart."""
        draft = self.draft
        texts = {alert.text for alert in draft.alerts}
        alerts = (rule.id for rule in self.template.alert_rules if rule.text in texts)
        lines: tuple[CategoryLine | ItemLine | GoalLine, ...] = (
            *draft.categories,
            *draft.assessments,
            *draft.supportive_care,
            *draft.goals,
        )
        apart = (each.rule for line in draft.categories for each in line.not_beside)
        return frozenset((*alerts, *apart)).union(*(line.rules for line in lines))

    @property
    def facts(self) -> Facts:
        """The facts of the patient, ready to answer conditions."""
        if self._facts is None:
            self._facts = Facts(self.draft.findings, self.template.vocabulary)
        return self._facts

    def is_suspected(self, rule_id: str) -> bool:
        """Whether the facts of a rule are asked first, since the chart makes one suspect that it holds."""
        return any(rule.id == rule_id for rule in suspected_rules(self.facts, self.template))

    def of_suspicion(self, rule_id: str) -> str:
        """What the facts say of what raises a suspicion."""
        rule = next((rule for rule in self.template.category_rules if rule.id == rule_id), None)
        if rule is None or rule.suspected is None:
            return "nothing raises a suspicion of it: it has no rule-suspected-when"
        if self._true(rule):
            return f"it holds, and need not be suspected{_since(self.facts.reasons(rule.condition))}"
        if missing := self.facts.missing(rule.suspected):
            return f"what raises the suspicion waits for {_listed(missing)}"
        is_so = "holds" if self.facts.truth(rule.suspected) else "does not hold"
        return f"what raises the suspicion {is_so}{_since(self.facts.reasons(rule.suspected))}"

    def _rules(self, code: str) -> list[Rule]:
        rules = [rule for rule in self.template.rules if not isinstance(rule, Gate | Combination)]
        return [rule for rule in rules if rule.code == code]

    def _holds(self, rule: Rule) -> bool:
        return self.facts.truth(rule.condition) is not False

    def _nowhere(self, code: str) -> str:
        if self.draft.no_plan:
            return f"no plan is drafted ({self.draft.no_plan})"
        told = []
        for rule in self._rules(code):
            missing = self.facts.missing(rule.condition)
            reasons = self.facts.reasons(rule.condition)
            said = f"waits for {_listed(missing)}" if missing else f"does not hold{_since(reasons)}"
            told.append(f"rule {rule.id} {f'holds, but {self._unheard(rule)}' if self._true(rule) else said}")
        return "; ".join(told) or f"no rule lists it; {did_you_mean(code, self._codes())}".strip("; ")

    def _codes(self) -> set[str]:
        rules = [rule for rule in self.template.rules if not isinstance(rule, Gate | Combination)]
        return {rule.code for rule in rules}

    def _waits(self, line: CategoryLine) -> Iterator[str]:
        """What the rule waits for, then what gates that nobody can decide yet wait for, those of single drugs last."""
        agents = {gate.id for gate in self.template.agent_gates}
        undecided = sorted((gate for gate in line.gates if gate.truth is None), key=lambda gate: gate.id in agents)
        of_gates = {code for gate in undecided for code in gate.missing}
        own = [code for code in line.missing if code not in of_gates]
        if own:
            yield f"waits for {_listed(own)}"
        if undecided:
            told = _listed(f"{gate.id} (missing {_listed(gate.missing)})" for gate in undecided[:MOST_GATES])
            more = len(undecided) - MOST_GATES
            yield f"held by gate {told}{f' and {more} more' if more > 0 else ''}"
        if line.waits_for:
            yield f"settled by the test {_listed(line.waits_for)}"

    def _true(self, rule: Rule) -> bool:
        return self.facts.truth(rule.condition) is True


def _gate(gate: GateOutcome) -> str:
    return f"{gate.id}{f', waits for {_listed(gate.missing)}' if gate.missing else _since(gate.facts)}"


def _since(facts: tuple[Fact, ...]) -> str:
    return f", since {_listed(facts)}" if facts else ""


def _listed(things: Iterable[object]) -> str:
    return ", ".join(map(str, things))
