"""The invariants of a template in the report of a check: what is proven, over how many combinations, what is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from plugin.library.rules import Template
from plugin.quality.proof.decide import Prover, Verdict
from plugin.quality.proof.invariants import INVARIANTS_FILE, read_invariants
from plugin.quality.report import Remark, Section, Table, remark_of

TOPIC = "Invariants proven for every patient there could be"
MEND = "mend the rule or the gate that lets it happen; if the template is right, say so in the invariant"
HEAD = ("invariant", "statement", "result", "combinations", "facts", "of")


def proven(
    template: Template,
    folder: Path,
    as_of: date,
    only: str = "",
    told: Callable[[Verdict], None] = lambda _: None,
) -> tuple[Section, tuple[Verdict, ...]]:
    """Every invariant of the template in `folder`, decided; and the section of the report that says so.

    only: the id of one invariant, all when empty. as_of: the day for which counter-examples are drafted.
    told: called with each verdict as it comes. Raises TemplateError where invariants.yaml is no YAML.
    """
    invariants, faults = read_invariants(folder, template)
    asked = [each for each in invariants if only in ("", each.id)]
    prover = Prover(template, asked, as_of)
    verdicts = []
    for invariant in asked:
        verdict = prover.verdict(invariant)
        verdicts.append(verdict)
        told(verdict)
    remarks = (*map(remark_of, faults), *_remarks(verdicts))
    if not invariants and not faults:
        text = f"the template has no {INVARIANTS_FILE}: nothing is proven of it"
        remarks = (Remark("gap", text, remedy="state what must hold for every patient, as docs/authoring.md shows"),)
    return Section(TOPIC, len(asked), remarks, summary(verdicts), _table(verdicts)), tuple(verdicts)


def summary(verdicts: list[Verdict]) -> str:
    """How many hold, and over how many combinations together, in a sentence; empty of none."""
    if not verdicts:
        return ""
    held = [verdict for verdict in verdicts if verdict.result == "proven"]
    covered = sum(verdict.combinations for verdict in held)
    return f"{len(held)} of {len(verdicts)} are proven, over {in_powers(covered)} combinations of facts"


def in_powers(count: int) -> str:
    """A number as people read it: whole while it is short, else to two digits, `3.1 × 10^31`."""
    if count < 10**9:
        return f"{count:,}"
    digits = str(count)
    return f"{digits[0]}.{digits[1]} × 10^{len(digits) - 1}"


def _remarks(verdicts: list[Verdict]) -> Iterator[Remark]:
    for verdict in verdicts:
        where = f"{verdict.invariant.file}:{verdict.invariant.line}"
        said = f"{verdict.invariant.id}: {verdict.invariant.statement}"
        if verdict.result == "broken":
            yield Remark("fault", f"{said} That does not hold: {verdict.why}", where, MEND)
        if verdict.result == "undecided":
            yield Remark("fault", f"{said} That is not proven: {verdict.why}", where, "make it simpler, or split it")


def _table(verdicts: list[Verdict]) -> Table | None:
    rows = tuple(
        (
            verdict.invariant.id,
            verdict.invariant.statement,
            verdict.result,
            in_powers(verdict.combinations),
            str(verdict.facts),
            verdict.over,
        )
        for verdict in verdicts
    )
    return Table(HEAD, rows) if rows else None
