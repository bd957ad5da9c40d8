"""What cases are worth, in the report of a check: comparisons that could be turned around, sides that no case shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from plugin.library.rules import Template
from plugin.library.template import VOCABULARY_FILE
from plugin.quality.cases import Case
from plugin.quality.polarity.polarity import Mutant, Polarity
from plugin.quality.polarity.sides import sides, values
from plugin.quality.report import Remark, Section
from plugin.quality.worlds.policy import Policy

UNNOTICED = "write a case that fails by it, or take the comparison out"
NEVER_MATTERS = "take the comparison out, unless it is there for the reader"
UNSEEN = "write a case that has it"


def polarity(cases: tuple[Case, ...], policy: Policy[int]) -> Section:
    """Every comparison of every rule and named condition, turned around: some case must fail by it."""
    mutants = tuple(Polarity(cases, policy).mutants())
    idle = [mutant for mutant in mutants if mutant.idle]
    missed = [mutant for mutant in mutants if not mutant.noticed and not mutant.idle]
    gaps = (
        Remark("gap", f"{owner}: no case fails when {_listed(leaves)} says the opposite", where, UNNOTICED)
        for owner, where, leaves in _by_owner(missed, policy.template)
    )
    notes = (
        Remark("note", f"{owner}: {_listed(leaves)} can never matter, whatever a chart holds", where, NEVER_MATTERS)
        for owner, where, leaves in _by_owner(idle, policy.template)
    )
    counted = len(mutants) - len(idle)
    noticed = counted - len(missed)
    summary = f"{noticed} of {counted} comparisons turned around make a case fail ({_share(noticed, counted)})"
    if idle:
        summary += f"; {len(idle)} more can never matter"
    topic = "Comparisons that cases would notice if they said the opposite"
    return Section(topic, len(mutants), (*gaps, *notes), summary)


def shown(policy: Policy[int], lines: Mapping[str, Mapping[str, int]]) -> Section:
    """Both sides of every comparison, and every value of every fact that conditions tell apart, in some case.

    lines: finding -> value, or "" for itself -> the line of the vocabulary where it is written.
    """
    all_sides, all_values = tuple(sides(policy)), tuple(values(policy))
    template = policy.template
    unseen: dict[str, list[str]] = {}
    for side in all_sides:
        if not side.shown:
            unseen.setdefault(side.rule, []).append(f"{side.leaf} is {'true' if side.side else 'false'}")
    remarks = [
        Remark("gap", f"{rule}: in no case {_listed(what)}", _place(rule, template), UNSEEN)
        for rule, what in unseen.items()
    ]
    missing: dict[str, list[str]] = {}
    for value in all_values:
        if not value.shown:
            missing.setdefault(value.finding, []).append(str(value.value).lower())
    remarks += [
        Remark("gap", f"{code}: no case has {_listed(found)}", _value_place(lines[code], found), UNSEEN)
        for code, found in missing.items()
    ]
    counted = f"{sum(side.shown for side in all_sides)} of {len(all_sides)} sides"
    summary = f"{counted}, {sum(value.shown for value in all_values)} of {len(all_values)} values of facts are shown"
    return Section("Sides of conditions and values of facts that a case shows", len(all_sides), tuple(remarks), summary)


def _value_place(lines: Mapping[str, int], missing: list[str]) -> str:
    """Where the first of the missing values is written, else the finding itself."""
    return f"{VOCABULARY_FILE}:{lines.get(missing[0], lines[''])}"


def _by_owner(missed: Iterable[Mutant], template: Template) -> list[tuple[str, str, list[str]]]:
    found: dict[str, list[str]] = {}
    for mutant in missed:
        found.setdefault(mutant.owner, []).append(mutant.leaf)
    return [(owner, _place(owner, template), leaves) for owner, leaves in found.items()]


def _place(owner: str, template: Template) -> str:
    """Where the condition of a rule, or a named condition, is written."""
    file, line = template.conditions_at[owner]
    return f"{file}:{line}"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "none to turn"


def _listed(what: Iterable[str]) -> str:
    return ", ".join(what)
