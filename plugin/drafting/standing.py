"""Where each treatment category stands: rules open lines, gates close or move them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from plugin.drafting.facts import Facts, merged, references
from plugin.drafting.model import CategoryLine, Disposition, Fact, GateOutcome
from plugin.library.expressions import Truth
from plugin.library.rules import CategoryRule, Gate, Template

# When several speak, the first of these wins.
ORDER: tuple[Disposition, ...] = ("not-offered", "judgement", "conditional", "offered")


@dataclass(frozen=True, slots=True)
class Opening:
    """What the rules of one category say together, before any gate."""

    disposition: Disposition
    rule: CategoryRule
    speaking: tuple[CategoryRule, ...]
    facts: tuple[Fact, ...]
    missing: tuple[str, ...]
    not_on_record: tuple[Fact, ...] = ()


def category_lines(facts: Facts, template: Template) -> tuple[CategoryLine, ...]:
    """One line per category that any rule opens, in the order in which the template first names them."""
    rules: dict[str, list[CategoryRule]] = {}
    for rule in template.category_rules:
        rules.setdefault(rule.code, []).append(rule)
    openings = {code: _opening(facts, of_code) for code, of_code in rules.items()}
    open_ = frozenset(code for code, opening in openings.items() if opening.disposition != "not-offered")
    gates = [gate for gate in template.gates if gate.disposition != "no-plan" and not open_.isdisjoint(gate.targets)]
    checked = [(gate, outcome_of(facts, gate)) for gate in gates]
    own: dict[str, list[GateOutcome]] = {code: [] for code in rules}
    for gate, outcome in checked:
        for code in () if gate.companions else gate.targets & open_:
            own[code].append(outcome)
    alone = {code: _line(opening, own[code], template) for code, opening in openings.items()}
    paired = [(gate, outcome) for gate, outcome in checked if gate.companions]
    return tuple(_accompanied(line, paired, alone) for line in alone.values())


def _opening(facts: Facts, rules: list[CategoryRule]) -> Opening:
    truths = [(rule, facts.truth(rule.condition)) for rule in rules]
    holding = [rule for rule, truth in truths if truth is True]
    if holding:
        lead = min(holding, key=lambda rule: ORDER.index(rule.disposition))
        return Opening(lead.disposition, lead, tuple(holding), facts.reasons(lead.condition), ())
    waiting = [rule for rule, truth in truths if truth is None]
    if waiting:
        lead = min(waiting, key=lambda rule: len(facts.missing(rule.condition)))
        missing = tuple(dict.fromkeys(code for rule in waiting for code in facts.missing(rule.condition)))
        return Opening("conditional", lead, tuple(waiting), facts.reasons(lead.condition), missing)
    plain = _plainest(rules)
    closing = merged(*(facts.reasons(rule.condition) for rule in (plain, *rules)))
    nowhere = merged(*(facts.not_on_record(rule.condition) for rule in (plain, *rules)))
    return Opening("not-offered", plain, (), closing, (), nowhere)


def _plainest(rules: list[CategoryRule]) -> CategoryRule:
    """The first rule that is no special case: that does not demand all that another demands, and more."""
    demanded = [rule.condition.demands for rule in rules]
    return next(rule for rule in rules if not any(demands < rule.condition.demands for demands in demanded))


def outcome_of(facts: Facts, gate: Gate) -> GateOutcome:
    """What a gate says for this patient, its companions left aside."""
    truth = facts.truth(gate.condition)
    reasons = facts.reasons(gate.condition)
    return GateOutcome(
        id=gate.id,
        title=gate.title,
        reason=gate.reason,
        truth=truth,
        disposition=_moved_to(gate, truth, reasons),
        facts=reasons,
        missing=facts.missing(gate.condition),
        sources=gate.grounds.citations,
        unsourced=gate.grounds.unsourced,
    )


def _moved_to(gate: Gate, truth: Truth, reasons: tuple[Fact, ...]) -> Disposition:
    if truth is None:
        return "conditional"
    if truth is False or gate.disposition == "no-plan":
        return "offered"
    rests_on_presumption = any(fact.state == "presumed" for fact in reasons)
    if gate.disposition == "not-offered" and rests_on_presumption and not gate.presumption_stands:
        return "judgement"
    return gate.disposition


def _line(opening: Opening, gates: list[GateOutcome], template: Template) -> CategoryLine:
    rule = opening.rule
    activity = template.activities[rule.code]
    line = CategoryLine(
        code=rule.code,
        label=activity.label,
        description=activity.description,
        topic=activity.topic,
        disposition=opening.disposition,
        rule=rule.id,
        rules=tuple(each.id for each in opening.speaking),
        title=rule.title,
        why=rule.reason,
        condition=rule.condition.text,
        facts=opening.facts,
        because=references(opening.facts),
        derives=_in_state(opening.facts, "derived"),
        presumes=_in_state(opening.facts, "presumed"),
        missing=opening.missing,
        waits_for=(),
        closed_by=opening.facts if opening.disposition == "not-offered" else (),
        not_on_record=opening.not_on_record,
        gates=(),
        sources=rule.grounds.citations,
        evidence_kind=rule.grounds.kind,
        confidence=rule.grounds.confidence,
        regulatory_status=rule.regulatory_status,
        unsourced=rule.grounds.unsourced,
        flags=tuple(dict.fromkeys(flag for each in opening.speaking for flag in each.flags)),
        agents=(),
        monitors=activity.monitors,
        effects=activity.effects,
        not_with=activity.not_with,
        notes=activity.notes,
    )
    return line if opening.disposition == "not-offered" else gated(line, gates)


def gated(line: CategoryLine, gates: Sequence[GateOutcome]) -> CategoryLine:
    """The line after these gates: the strictest moves it, and what any of them rests on or waits for is kept."""
    if not gates:
        return line
    rests_on = merged(*(gate.facts for gate in gates))
    changes: dict[str, Any] = {
        "gates": (*line.gates, *gates),
        "derives": merged(line.derives, _in_state(rests_on, "derived")),
        "presumes": merged(line.presumes, _in_state(rests_on, "presumed")),
        "missing": tuple(dict.fromkeys((*line.missing, *(code for gate in gates for code in gate.missing)))),
    }
    strictest = min(gates, key=lambda gate: ORDER.index(gate.disposition))
    if ORDER.index(strictest.disposition) < ORDER.index(line.disposition):
        changes |= {"disposition": "conditional"} if strictest.truth is None else _moved_by(strictest, line)
    return replace(line, **changes)


def _moved_by(gate: GateOutcome, line: CategoryLine) -> dict[str, Any]:
    """What the line says once a gate leads it."""
    return {
        "disposition": gate.disposition,
        "rule": gate.id,
        "rules": tuple(dict.fromkeys((*line.rules, gate.id))),
        "title": gate.title,
        "why": gate.reason,
        "facts": gate.facts,
        "because": references(gate.facts),
        "closed_by": gate.facts if gate.disposition == "not-offered" else (),
    }


def _accompanied(
    line: CategoryLine, gates: list[tuple[Gate, GateOutcome]], alone: Mapping[str, CategoryLine]
) -> CategoryLine:
    """The line after the gates that ask for a companion, judged by where the companions stand on their own."""
    if line.disposition == "not-offered":
        return line
    return gated(line, [beside(gate, outcome, alone) for gate, outcome in gates if line.code in gate.targets])


def beside(gate: Gate, outcome: GateOutcome, alone: Mapping[str, CategoryLine]) -> GateOutcome:
    """What the gate says once it is known where its companions stand."""
    if outcome.truth is not True:
        return outcome
    companions = [alone[code] for code in gate.companions if code in alone]
    standing = max([each.disposition for each in companions], key=ORDER.index) if companions else "not-offered"
    if standing == "conditional":
        missing = tuple(dict.fromkeys(code for each in companions for code in each.missing))
        return replace(outcome, disposition="conditional", missing=missing)
    return replace(outcome, disposition="judgement" if standing == "not-offered" else standing)


def _in_state(facts: tuple[Fact, ...], state: str) -> tuple[Fact, ...]:
    return tuple(fact for fact in facts if fact.state == state)
