"""Conditions that say nothing, in the report of a check."""

from __future__ import annotations

from collections.abc import Iterator

from plugin.library.rules import CategoryRule, Gate, Template
from plugin.quality.proof.redundant import idle_parts
from plugin.quality.proof.sense import Senseless, senseless
from plugin.quality.report import Remark, Section
from plugin.quality.worlds.every_chart import every_chart
from plugin.quality.worlds.policy import Policy

CONSTANT = "compare with something that can differ, or write the constant out"
SHADOWED = "remove the rule, or say in it what sets it apart"


def sense(template: Template, cases: Policy[int]) -> Section:
    """Every rule whose condition is never true, or never false, for any chart; rules and gates that change no line.

    A gate may guard what no rule opens: that is said, and is no fault.
    """
    charts = every_chart(template)
    policy, solving = charts.policy, charts.solving
    constant = list(senseless(template, cases, policy, solving))
    remarks = [remark for found in constant for remark in _remarks(found, template, cases)]
    says_nothing = {found.rule for found in constant if found.what != "nothing"}
    for idle in idle_parts(template, cases, policy, solving):
        if idle.rule not in says_nothing:
            file, line = template.conditions_at[idle.rule]
            text = f"{idle.rule}: {idle.part} never decides, the rest of the condition says always the same"
            remarks.append(Remark("gap", text, f"{file}:{line}", "take it out"))
    counted = sum(remark.level == "fault" for remark in remarks)
    summary = "every condition can be true and can be false" if not counted else f"{counted} conditions say nothing"
    return Section("Conditions that say something", len(template.rules), tuple(remarks), summary)


def _remarks(found: Senseless, template: Template, cases: Policy[int]) -> Iterator[Remark]:
    file, line = template.conditions_at[found.rule]
    where = f"{file}:{line}"
    rule = next(rule for rule in template.rules if rule.id == found.rule)
    if found.what == "nothing":
        if isinstance(rule, Gate):
            yield Remark(
                "note", f"{found.rule} guards what no rule opens: without it every line stands as it does", where
            )
        elif isinstance(rule, CategoryRule) and not cases.leads(rule):
            text = f"{found.rule} is shadowed: without it every line stands, and is explained, as it is now"
            yield Remark("fault", text, where, SHADOWED)
        return
    if isinstance(rule, Gate) and rule.disposition == "conditional" and found.what == "true":
        return
    other = "false" if found.what == "true" else "true"
    yield Remark(
        "fault", f"{found.rule} can never be {found.what}: its condition is {other} for every chart", where, CONSTANT
    )
