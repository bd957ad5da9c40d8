"""What cases are worth, in the report of a check: what could say the opposite or be left out, sides that none shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from plugin.library.rules import Template
from plugin.library.template import VOCABULARY_FILE
from plugin.quality.cases import Case
from plugin.quality.polarity.polarity import Mutant, Polarity
from plugin.quality.polarity.sides import sides, values
from plugin.quality.report import Remark, Section
from plugin.quality.worlds.policy import Policy

UNNOTICED = "write a case that fails by it, or take the comparison out"
UNNOTICED_PART = "write a case of which that part alone is not so, with what it must not get, or take the part out"
MANY = 100
NEVER_MATTERS = "take the comparison out, unless it is there for the reader"
UNSEEN = "write a case that has it"


def polarity(cases: tuple[Case, ...], policy: Policy[int]) -> Section:
    """Every comparison of every rule and named condition turned around, every part left out: some case must fail by it.

    Of parts left out by which none fails, many are one note: they are the debt of cases that were written before.
    """
    mutants = tuple(Polarity(cases, policy).mutants())
    template = policy.template
    turned, left_out = ([each for each in mutants if each.left_out is kind] for kind in (False, True))
    remarks = [
        *_gaps(_missed(turned), template, "no case fails when {} says the opposite", UNNOTICED),
        *_never(turned, template, "{} can never matter, whatever a chart holds"),
        *_never(left_out, template, "leaving out {} can never matter, whatever a chart holds"),
    ]
    missing = _missed(left_out)
    if len(missing) > MANY:
        text = (
            f"no case fails when any of {len(missing)} parts of conditions is left out; told one by one from {MANY} on"
        )
        remarks.append(Remark("note", text, "", UNNOTICED_PART))
    else:
        remarks += _gaps(missing, template, "no case fails when {} is left out", UNNOTICED_PART)
    summary = f"{_score(turned, 'comparisons turned around')}; {_score(left_out, 'parts left out')}"
    topic = "Comparisons that cases would notice if they said the opposite or were left out"
    return Section(topic, len(mutants), tuple(remarks), summary)


def _missed(mutants: Iterable[Mutant]) -> list[Mutant]:
    return [mutant for mutant in mutants if not mutant.noticed and not mutant.idle]


def _gaps(missed: Iterable[Mutant], template: Template, text: str, remedy: str) -> Iterator[Remark]:
    for owner, where, parts in _by_owner(missed, template):
        yield Remark("gap", f"{owner}: {text.format(_listed(parts))}", where, remedy)


def _never(mutants: Iterable[Mutant], template: Template, text: str) -> Iterator[Remark]:
    for owner, where, parts in _by_owner((each for each in mutants if each.idle), template):
        yield Remark("note", f"{owner}: {text.format(_listed(parts))}", where, NEVER_MATTERS)


def _score(mutants: list[Mutant], what: str) -> str:
    """How many of what can matter make a case fail."""
    idle = sum(mutant.idle for mutant in mutants)
    counted = len(mutants) - idle
    noticed = counted - len(_missed(mutants))
    more = f", {idle} more can never matter" if idle else ""
    return f"{noticed} of {counted} {what} make a case fail ({_share(noticed, counted)}{more})"


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
        found.setdefault(mutant.owner, []).append(mutant.part)
    return [(owner, _place(owner, template), leaves) for owner, leaves in found.items()]


def _place(owner: str, template: Template) -> str:
    """Where the condition of a rule, or a named condition, is written."""
    file, line = template.conditions_at[owner]
    return f"{file}:{line}"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "none to turn"


def _listed(what: Iterable[str]) -> str:
    return ", ".join(what)
