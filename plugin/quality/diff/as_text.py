"""A difference for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import wrap

from plugin.quality.diff.cohort import Patient
from plugin.quality.diff.compare import Difference
from plugin.quality.diff.rules import Changed
from plugin.quality.diff.stated import Stated
from plugin.quality.diff.verdict import remarks, verdict
from plugin.quality.diff.versions import Version
from plugin.quality.diff.words import (
    MANY,
    NOT_SHORT,
    RESTING,
    SAID,
    SAME_FACTS,
    SIGNS,
    STANDS,
    Together,
    described,
    headline,
    moved,
    of_cohort,
)

WIDTH = 110
HASH = 19  # characters of a content hash that tell two apart at a glance


def difference_text(found: Difference) -> str:
    """The difference, ending in a newline: the verdict first and last, between them what it stands on."""
    decided = _wrapped(verdict(found).text, "")
    lines = [headline(found), *map(_content, (found.old, found.new)), "", *decided]
    lines += [line for remark in remarks(found) for line in _wrapped(f"! {remark}", "")]
    for title, body in _sections(found):
        lines += ["", title, *body]
    return "\n".join([*lines, "", *decided]) + "\n"


def _content(version: Version) -> str:
    return f"  {version.content[:HASH]}…, profiles {version.profiles_content[:HASH]}…  {version.name}"


def _sections(found: Difference) -> Iterator[tuple[str, list[str]]]:
    if found.readings:
        yield "Read differently from a chart", list(_readings(found))
    if found.changed or found.systems:
        rules = [line for changed in found.changed for line in _changed(changed)]
        yield "Rules, named conditions, facts, items, drugs and codes that differ", [*rules, *_codes(found, "systems")]
    if found.moves or found.gone or found.added:
        yield f"Lines that stand elsewhere for some charts{_same_facts(found)}", list(_lines(found))
    if found.listings:
        title = f"Tests, care, goals and alerts that are listed for other charts{_same_facts(found)}"
        yield title, list(_items(found))
    if found.stated:
        yield "Statements and cases that differ", [line for stated in found.stated for line in _stated(stated)]
    if found.cohort or found.skipped:
        yield of_cohort(found), list(_cohort(found))
    if found.files:
        signs = {"added": "+", "removed": "-", "changed": "~"}
        yield "Files that differ", list(_many(f"{signs[each.change]} {each.name}" for each in found.files))


def _same_facts(found: Difference) -> str:
    return f", {SAME_FACTS}" if found.readings else ""


def _readings(found: Difference) -> Iterator[str]:
    readings = found.readings
    for about, old, new in readings.policies:
        yield f"  {about}"
        yield from _old_and_new(old, new)
    for fact in readings.facts:
        fed = f", by the codes of {', '.join(fact.codes)}" if fact.codes else ""
        yield f"  ~ {fact.label} ({fact.code}){fed}"
        for about, old, new in fact.what:
            yield f"    {about}"
            yield from _old_and_new(old, new, "      ")
    yield from _codes(found, "codes")
    if readings.resting:
        yield from _wrapped(f"{RESTING} {', '.join(readings.resting)}", "  ")
    if readings.rules:
        rules = readings.rules
        more = f" and {len(rules) - MANY} more" if len(rules) > MANY else ""
        yield from _wrapped(f"rules that ask for these: {', '.join(rules[:MANY])}{more}", "  ")


def _codes(found: Difference, which: str) -> Iterator[str]:
    for each in found.readings.codes if which == "codes" else found.systems:
        title = f"{each.title} ({each.name})" if each.title != each.name else each.name
        yield f"  ~ {each.kind} {title}"
        yield from _many([*(f"  - {said}" for said in each.removed), *(f"  + {said}" for said in each.added)])


def _changed(changed: Changed) -> Iterator[str]:
    where = f" ({changed.where})" if changed.where else ""
    title = f" “{changed.title}”" if changed.title and changed.title != changed.id else ""
    yield from _wrapped(
        f"{SIGNS[changed.change]} {changed.kind} {changed.id}{title}{where} {SAID[changed.change]}", "  "
    )
    for name, old, new in changed.what:
        yield f"      {name}"
        yield from _old_and_new(old, new, "        ")


def _stated(stated: Stated) -> Iterator[str]:
    where = f" ({stated.where})" if stated.change != "removed" else ""
    yield from _wrapped(
        f"{SIGNS[stated.change]} {stated.kind} {stated.id}{where} {SAID[stated.change]}: {stated.says}", "  "
    )
    for name, old, new in stated.what:
        yield f"      {name}"
        yield from _old_and_new(old, new, "        ")


def _old_and_new(old: str, new: str, indent: str = "    ") -> Iterator[str]:
    yield from _wrapped(f"old: {old or 'nothing said'}", indent)
    yield from _wrapped(f"new: {new or 'nothing said'}", indent)


def _lines(found: Difference) -> Iterator[str]:
    yield from (f"  + {found.label(code)} ({code}) is new" for code in found.added)
    yield from (f"  - {found.label(code)} ({code}) is gone" for code in found.gone)
    for each in moved(found):
        yield from _together(each)


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
    for now, said in ((True, "+ listed"), (False, "- no longer listed")):
        following = [each.code for each in found.listings if each.follows and each.now is now]
        if following:
            yield from _wrapped(f"{said} on account of lines that moved or wait: {', '.join(following)}", "  ")
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


def _cohort(found: Difference) -> Iterator[str]:
    for patient in found.patients:
        yield from _patient(patient)
    for name, why in found.skipped:
        yield f"  skipped: {name}, {why}"


def _patient(patient: Patient) -> Iterator[str]:
    yield f"  {patient.name}"
    for label, was, is_ in patient.facts:
        yield from _wrapped(f"{label}: read as {was} → {is_}", "    ")
    for line in patient.lines:
        yield f"    {line.code}: {STANDS.get(line.old, line.old)} → {STANDS.get(line.new, line.new)}"
        yield from _wrapped(f"was: {line.why_old}", "      ") if line.why_old else ()
        yield from _wrapped(f"is:  {line.why_new}", "      ") if line.why_new else ()
    for name, added, gone in patient.items:
        said = [f"+{code}" for code in added] + [f"-{code}" for code in gone]
        yield from _wrapped(f"{name}: {' '.join(said)}", "    ")


def _many(said: Iterable[str]) -> Iterator[str]:
    """Lines of which the first stand for all where they are too many for a terminal."""
    several = list(said)
    yield from (f"  {each}" for each in several[:MANY])
    if len(several) > MANY:
        yield f"    … and {len(several) - MANY} more, in full with --format html or json"


def _wrapped(text: str, indent: str) -> list[str]:
    return wrap(text, WIDTH, initial_indent=indent, subsequent_indent=f"{indent}    ", break_on_hyphens=False)
