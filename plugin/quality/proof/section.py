"""The invariants of a template in the report of a check: what is proven, over how many combinations, what is not."""

from __future__ import annotations

from collections.abc import Iterator

from plugin.errors import Fault
from plugin.quality.proof.decide import Verdict
from plugin.quality.proof.invariants import INVARIANTS_FILE
from plugin.quality.report import Remark, Section, Table, remark_of

TOPIC = "Invariants proven for every patient there could be"
MEND = "mend the rule or the gate that lets it happen; if the template is right, say so in the invariant"
HEAD = ("invariant", "statement", "result", "combinations", "facts", "of")


def proven(verdicts: tuple[Verdict, ...], faults: tuple[Fault, ...]) -> Section:
    """What became of the invariants of a template, as the report says it."""
    remarks = (*map(remark_of, faults), *_remarks(verdicts))
    if not verdicts and not faults:
        text = f"the template has no {INVARIANTS_FILE}: nothing is proven of it"
        remarks = (Remark("gap", text, remedy="state what must hold for every patient, as docs/authoring.md shows"),)
    return Section(TOPIC, len(verdicts), remarks, summary(verdicts), _table(verdicts))


def summary(verdicts: tuple[Verdict, ...]) -> str:
    """How many hold, and over how many combinations together, in a sentence; empty of none."""
    if not verdicts:
        return ""
    held = [verdict for verdict in verdicts if verdict.result == "proven"]
    if not held:
        return f"none of {len(verdicts)} is proven"
    covered = sum(verdict.combinations for verdict in held)
    noun = "combination" if covered == 1 else "combinations"
    return f"{len(held)} of {len(verdicts)} are proven, over {in_powers(covered)} {noun} of facts"


def in_powers(count: int) -> str:
    """A number as people read it: whole while it is short, else to two digits, `3.1 × 10^31`."""
    if count < 10**9:
        return f"{count:,}"
    digits = str(count)
    return f"{digits[0]}.{digits[1]} × 10^{len(digits) - 1}"


def _remarks(verdicts: tuple[Verdict, ...]) -> Iterator[Remark]:
    for verdict in verdicts:
        where = f"{verdict.invariant.file}:{verdict.invariant.line}"
        said = f"{verdict.invariant.id}: {verdict.invariant.statement}"
        if verdict.result == "proven" and not verdict.facts:
            yield Remark("note", f"{said} That says nothing yet: no fact decides it", where)
        if verdict.result == "broken":
            yield Remark("fault", f"{said} That does not hold: {verdict.why}", where, MEND)
        if verdict.result == "undecided":
            yield Remark("fault", f"{said} That is not proven: {verdict.why}", where, "make it simpler, or split it")


def _table(verdicts: tuple[Verdict, ...]) -> Table | None:
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
