"""One reported variant in our terms, and whether it counts for a fact: the judgement, without where it was read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from plugin.findings.entries import Entry
from plugin.findings.evidence import Origin
from plugin.library.readings import Part

UNSTATED = "unstated"
NEGATIVE = "negative"
COUNTS, HARMLESS, UNCERTAIN = "counts", "harmless", "uncertain"
AMINO_ACIDS = {
    "Ala": "A", "Arg": "R", "Asn": "N", "Asp": "D", "Cys": "C", "Gln": "Q", "Glu": "E", "Gly": "G", "His": "H",
    "Ile": "I", "Leu": "L", "Lys": "K", "Met": "M", "Phe": "F", "Pro": "P", "Ser": "S", "Thr": "T", "Trp": "W",
    "Tyr": "Y", "Val": "V", "Ter": "*", "X": "*",
}  # fmt: skip
THREE_LETTERS = re.compile("|".join(name for name in AMINO_ACIDS if len(name) == 3))


@dataclass
class Variant:
    """One reported variant or gene test in our terms. told: the answer itself names its gene."""

    entry: Entry
    genes: frozenset[str]
    said: str
    words: str
    origin: str = UNSTATED
    significances: set[str] = field(default_factory=set)
    changes: list[str] = field(default_factory=list)
    fused: bool = False
    gained: bool = False
    told: bool = False
    unread: str = ""


def why_not_counted(variant: Variant, part: Part) -> str:
    """Why a variant that is present does not count as a mutation; empty where it does."""
    protein = [short for change in variant.changes if (short := short_change(change))]
    if part.only and variant.changes and not any(re.fullmatch(part.only, change) for change in protein):
        return "this change of the gene does not count"
    if HARMLESS in variant.significances or UNCERTAIN in variant.significances:
        return "its significance is benign or uncertain"
    if COUNTS in variant.significances:
        return ""
    if part.changes and any(re.fullmatch(part.changes, change) for change in protein):
        return ""
    if part.unclassified and (part.fusion or part.gain or (variant.told and not variant.changes)):
        return ""
    return "its significance is not reported"


def other_kind(variant: Variant, part: Part) -> str:
    """Why a variant is of another kind than the fact is about; empty where it is of its kind."""
    if part.gain:
        return "" if variant.gained or not variant.genes else "it is no gain of copies"
    if variant.gained:
        return "it is a gain of copies, no mutation"
    if part.fusion:
        return "" if variant.fused or not variant.genes else "it is no rearrangement"
    aside = variant.fused and (part.point or variant.said == NEGATIVE)
    return "it is a rearrangement, not one of the changes that count" if aside else ""


def wrong_origin(origin: str, part: Part, unstated: str) -> str:
    """Why a result of this origin does not count; empty where another part of the finding reads it.

    unstated: what to say where it states none.
    """
    if origin == UNSTATED:
        return "" if not part.genes or UNSTATED in part.origins else unstated
    if part.origins == (UNSTATED,):
        return ""
    return f"it is {origin}, this fact needs {' or '.join(name for name in part.origins if name != UNSTATED)}"


def belong_together(one: Origin, other: Origin) -> bool:
    """Whether two Observations belong to the same report, or, where neither names one, to the same sample."""
    if one.report or other.report:
        return one.report == other.report
    return (one.specimen, one.day) == (other.specimen, other.day)


def short_change(change: str) -> str:
    """`p.(His1047Arg)` -> `H1047R`; empty for a change that is not of the protein."""
    name = change.rsplit(":", 1)[-1].strip()
    if name.startswith(("c.", "g.", "n.", "m.")) or change.startswith("unnamed:"):
        return ""
    name = name.removeprefix("p.").strip("()")
    return THREE_LETTERS.sub(lambda found: AMINO_ACIDS[found[0]], name)
