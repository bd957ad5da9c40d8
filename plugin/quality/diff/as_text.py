"""A difference for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from plugin.quality.diff.cohort import Patient
from plugin.quality.diff.compare import Difference
from plugin.quality.diff.rules import Changed
from plugin.quality.diff.words import STANDS, Together, described, together

WIDTH = 110
SIGNS = {"added": "+", "removed": "-", "meaning": "~", "wording": "·"}
SAID = {"added": "is new", "removed": "is gone", "meaning": "means something else", "wording": "is worded otherwise"}
NOT_SHORT = "no short description: it depends on what else the line waits for"


def difference_text(found: Difference) -> str:
    """The difference, ending in a newline."""
    lines = [headline(found), ""]
    for changed in found.changed:
        lines += _changed(changed)
    lines += ["", *_lines(found)] if found.moves or found.gone or found.added else []
    lines += ["", *_items(found)] if found.listings else []
    if found.cohort:
        lines += ["", f"Patients of the cohort who get another plan: {len(found.patients)} of {found.cohort}"]
        for patient in found.patients:
            lines += _patient(patient)
    return "\n".join([*lines, "", verdict(found)]) + "\n"


def headline(found: Difference) -> str:
    """What is compared."""
    old, new = found.old.template, found.new.template
    return f"{new.title}: {old.version} ({found.old.name}) → {new.version} ({found.new.name})"


def verdict(found: Difference) -> str:
    """The difference in one sentence."""
    if not found.changed and not found.moves and not found.listings:
        return "Nothing differs: every chart gets the same plan, word for word of its rules."
    codes = {move.code for move in found.moves} | {*found.gone, *found.added}
    items = {(each.kind, each.code) for each in found.listings}
    if not codes and not items:
        return "Only wording differs: every chart gets the same lines, tests, care, goals and alerts."
    cohort = (
        f"; {len(found.patients)} of {found.cohort} patients of the cohort get another plan" if found.cohort else ""
    )
    return f"{len(codes)} lines and {len(items)} items stand elsewhere for some charts{cohort}."


def _changed(changed: Changed) -> Iterator[str]:
    where = f" ({changed.where})" if changed.where else ""
    yield f"{SIGNS[changed.change]} {changed.kind} {changed.id}{where} {SAID[changed.change]}"
    for name, old, new in changed.what:
        yield from _wrapped(f"{name}, old: {old}", "    ") if old else ()
        yield from _wrapped(f"{name}, new: {new}", "    ") if new else ()


def _lines(found: Difference) -> Iterator[str]:
    yield "Lines that stand elsewhere for some charts"
    yield from (f"  + {code} is new" for code in found.added)
    yield from (f"  - {code} is gone" for code in found.gone)
    for each in moved(found):
        yield from _together(each)


def moved(found: Difference) -> list[Together]:
    """The moves of lines, those that are alike in one."""
    return list(together(found.moves, found.definitions, found.domains))


def _together(each: Together) -> Iterator[str]:
    otherwise = f", which would be {each.otherwise} without the changed rules" if each.otherwise != each.new else ""
    yield from _wrapped(f"~ {each.old} → {each.new}{otherwise}: {', '.join(each.codes)}", "  ")
    for where in each.where or (NOT_SHORT,):
        yield from _wrapped(f"where {where}" if each.where else where, "      ")
    if each.where and not each.complete:
        yield "      and further on; the descriptions above are not all"
    if each.example is not None:
        yield from _wrapped(f"simplest patient: {each.example}", "      ")


def _items(found: Difference) -> Iterator[str]:
    yield "Tests, care, goals and alerts that are listed for other charts"
    for now, said in ((True, "+ listed"), (False, "- no longer listed")):
        following = [each.code for each in found.listings if each.follows and each.now is now]
        if following:
            yield from _wrapped(f"{said} beside lines that moved: {', '.join(following)}", "  ")
    for each in found.listings:
        if each.follows:
            continue
        sign, said = ("+", "is listed now") if each.now else ("-", "is no longer listed")
        yield f"  {sign} {each.kind} {each.code} {said}"
        where = described(each.region, found.definitions, found.domains)
        for description in where or (NOT_SHORT,):
            yield from _wrapped(f"where {description}" if where else description, "      ")
        if each.example is not None:
            yield from _wrapped(f"simplest patient: {each.example}", "      ")


def _patient(patient: Patient) -> Iterator[str]:
    yield f"  {patient.name}"
    for line in patient.lines:
        yield f"    {line.code}: {STANDS.get(line.old, line.old)} → {STANDS.get(line.new, line.new)}"
        yield from _wrapped(f"was: {line.why_old}", "      ") if line.why_old else ()
        yield from _wrapped(f"is:  {line.why_new}", "      ") if line.why_new else ()
    for name, added, gone in patient.items:
        said = [f"+{code}" for code in added] + [f"-{code}" for code in gone]
        yield from _wrapped(f"{name}: {' '.join(said)}", "    ")


def _wrapped(text: str, indent: str) -> list[str]:
    return wrap(text, WIDTH, initial_indent=indent, subsequent_indent=f"{indent}    ", break_on_hyphens=False)
