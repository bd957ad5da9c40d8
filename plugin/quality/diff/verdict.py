"""A difference in a sentence: what was decided for every chart, what was not, and whether anything needs a look."""

from __future__ import annotations

from collections.abc import Iterator, Sized
from dataclasses import dataclass
from typing import Literal

from plugin.quality.as_text import counted
from plugin.quality.diff.compare import Difference

# `readings`: how facts are read changed; `contradicted`: the cohort denies what was decided; `moved`: some charts get
# other lists; `meaning`: rules or facts mean something else, and no list moves; `asked`: other questions come first, or
# other notices are given; `stated`: statements or cases differ;
# `files`: nothing that is compared differs, but files do.
Kind = Literal["contradicted", "readings", "moved", "meaning", "asked", "stated", "files", "wording", "same"]
MOST_NAMED = 4
ASKED = ("questions", "notices")


@dataclass(frozen=True, slots=True)
class Verdict:
    """kind: for programs; text: for people. good: nothing in it needs a look, so that a page may show it in green."""

    kind: Kind
    text: str

    @property
    def good(self) -> bool:
        return self.kind in ("wording", "same")


def verdict(found: Difference) -> Verdict:
    """The difference in a sentence or two."""
    meant = [each for each in found.changed if each.change not in ("wording", *ASKED)]
    if found.readings:
        return Verdict("readings", _read(found))
    if found.patients and not _moves(found) and not found.undecided:
        text = "The cohort contradicts the comparison: nothing was found to stand elsewhere for any chart, but"
        return Verdict("contradicted", f"{text} {_cohort(found)}. Report this; trust the cohort.")
    if _moves(found) or found.undecided:
        return Verdict("moved", f"{_moved(found)}{_also_asked(found)}{_stated(found)}.")
    if meant:
        kinds = counted(len(meant), "rule, fact or item") if len(meant) == 1 else f"{len(meant)} rules, facts or items"
        text = f"Every chart gets the same lines, tests, care, goals and alerts, but {kinds} mean{_s(meant)} something"
        return Verdict(
            "meaning",
            f"{text} else: drugs that a line names, and reasons, may differ{_also_asked(found)}{_stated(found)}.",
        )
    if asked := _asked(found):
        text = "Every chart gets the same lines, tests, care, goals and alerts, but"
        return Verdict("asked", f"{text} {asked}{_stated(found)}.")
    if found.stated:
        return Verdict("stated", f"Every chart gets the same lines, tests, care, goals and alerts{_stated(found)}.")
    if found.changed or found.systems:
        return Verdict(
            "wording", "Only wording differs: every chart gets the same lines, tests, care, goals and alerts."
        )
    if found.files:
        named = ", ".join(each.name for each in found.files[:MOST_NAMED])
        more = f" and {len(found.files) - MOST_NAMED} more" if len(found.files) > MOST_NAMED else ""
        return Verdict("files", f"No rule, reading, statement or case differs, but these files do: {named}{more}.")
    return Verdict("same", "Nothing differs: every chart gets the same plan, word for word of its rules.")


def remarks(found: Difference) -> Iterator[str]:
    """What a reader must know before anything else, a sentence each."""
    old, new = found.old, found.new
    if found.readings and found.patients and not _moves(found):
        yield (
            f"Nothing stands elsewhere where the facts are the same, and yet {_cohort(found)}: "
            "their charts give other facts now."
        )
    if old.template.version == new.template.version and (old.content, old.profiles_content) != (
        new.content,
        new.profiles_content,
    ):
        what = "the profiles differ" if old.content == new.content else "the content differs"
        yield f"Both call themselves version {new.template.version}, but {what}: raise the version before a release."
    if found.odd:
        yield (
            f"For charts with facts that disagree or are in doubt, these stand elsewhere in other ways than told here: "
            f"{', '.join(map(found.label, found.odd))}."
        )
    if found.undecided:
        named = ", ".join(map(found.label, found.undecided))
        yield f"Not decided in the time there is, so that these may stand elsewhere for other charts too: {named}."
    for version in (old, new):
        if version.unread:
            faults = counted(len(version.unread), "fault")
            yield f"{version.name} has {faults} in cases or statements, which are left out here; see careplan check."


def _read(found: Difference) -> str:
    labels = found.readings.labels
    named = (
        f"{', '.join(labels[:MOST_NAMED])}{f' and {len(labels) - MOST_NAMED} more' if len(labels) > MOST_NAMED else ''}"
    )
    what = f"{counted(len(labels), 'fact')}: {named}" if labels else "no fact of these templates"
    moved = (
        _moved(found, "some of them")
        if _moves(found) or found.undecided
        else f"nothing stands elsewhere{_of_cohort(found)}"
    )
    return (
        f"How a chart is read has changed for {what}. What that does is not decided for every chart: the same chart "
        f"may give other facts. For charts with the same facts, {moved}{_also_asked(found)}{_stated(found)}."
    )


def _moves(found: Difference) -> bool:
    return bool(found.moves or found.gone or found.added or found.listings or found.odd)


def _moved(found: Difference, whom: str = "some charts") -> str:
    codes = {move.code for move in found.moves} | {*found.gone, *found.added}
    items = {(each.kind, each.code) for each in found.listings}
    count = len(codes) + len(items)
    said = f"{counted(len(codes), 'line')} and {counted(len(items), 'item')} stand{'s' if count == 1 else ''} elsewhere"
    return f"{said} for {whom}{_of_cohort(found)}"


def _of_cohort(found: Difference) -> str:
    return f"; {_cohort(found)}" if found.cohort else ""


def _cohort(found: Difference) -> str:
    of = f"{len(found.patients)} of {counted(found.cohort, 'patient')} of the cohort"
    return f"{of} get{_s(found.patients)} another plan"


def _asked(found: Difference) -> str:
    """What is asked first, or said where it cannot wait or results disagree, and where; empty where nothing changed."""
    said = {
        "questions": "other questions come first",
        "notices": "other notices are given of what cannot wait, or where results disagree",
    }
    parts = []
    for change, words in said.items():
        named = [each.id for each in found.changed if each.change == change]
        more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
        if named:
            parts.append(f"{words} ({', '.join(named[:MOST_NAMED])}{more})")
    return "; ".join(parts)


def _also_asked(found: Difference) -> str:
    asked = _asked(found)
    return f"; {asked}" if asked else ""


def _stated(found: Difference) -> str:
    statements = sum(each.kind == "statement" for each in found.stated)
    cases = len(found.stated) - statements
    counts = [counted(count, word) for count, word in ((statements, "statement"), (cases, "case")) if count]
    return f"; {' and '.join(counts)} {'differs' if len(found.stated) == 1 else 'differ'}" if counts else ""


def _s(several: Sized) -> str:
    return "s" if len(several) == 1 else ""
