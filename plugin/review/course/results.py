"""The results of samples as marks in time: one mark for each sample and day, told apart by whether they count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from plugin.drafting.model import Draft
from plugin.findings.dates import day_of
from plugin.findings.model import Finding, Result
from plugin.library.vocabulary import FindingDefinition, Vocabulary
from plugin.review.course.axis import Axis
from plugin.review.course.labels import FULL, Extent, Side, laid_out, letters_in, per_cent, width_of
from plugin.review.course.samples import TAG
from plugin.review.words import date_in_words, value_in_words

Standing = Literal["leads", "read", "aside"]
MOST_ROWS = 4
LONGEST = 72  # characters of a label
MORE = len(" and 10 more")
HALF = per_cent(7)
ORDER: tuple[Standing, ...] = ("leads", "read", "aside")


@dataclass(frozen=True, slots=True)
class Said:
    """One result. short: of what. value: what it says. counts: whether it does, in words. anchor: of its fact."""

    short: str
    value: str
    counts: str
    reference: str
    anchor: str
    standing: Standing
    day: str
    sample: str

    @property
    def words(self) -> str:
        """The short name of the fact and its value: `X positive (95 %)`."""
        return f"{self.short} {self.value}"


@dataclass(frozen=True, slots=True)
class Mark:
    """The results of one sample and day that stand alike. x, start, width: per cent; width 0 where the day is known.

    label: what is written beside it, on `side`; title: all that it says.
    """

    x: float
    start: float
    width: float
    row: int
    standing: Standing
    label: str
    side: Side
    title: str
    anchor: str


@dataclass(frozen=True, slots=True)
class ResultLane:
    """Marks in time; said: every result, the newest first; undated: how many stand in the table alone."""

    marks: tuple[Mark, ...]
    said: tuple[Said, ...]
    rows: int
    undated: int


def said_of(draft: Draft, vocabulary: Vocabulary, samples: Mapping[str, str]) -> tuple[Said, ...]:
    """Every result of the findings that the template shows along time, the newest first."""
    found: dict[tuple[str, str, str], Said] = {}
    for place, shown in enumerate(vocabulary.course.results):
        finding, definition = draft.findings[shown.finding], vocabulary[shown.finding]
        for result in finding.results:
            value = _value(finding, result, definition)
            if not value:
                continue
            standing, counts = _counting(finding, result)
            sample = samples.get(result.reference) or result.site
            day = day_of(result.date)
            said = Said(shown.short, value, counts, result.reference, f"fact-{shown.finding}", standing, day, sample)
            key = (f"{place:03}", f"{day}{sample}{standing}", value.split(" (")[0])
            if key not in found or len(value) > len(found[key].value):
                found[key] = said
    return tuple(sorted(found.values(), key=lambda said: said.day, reverse=True))


def results_lane(said: tuple[Said, ...], axis: Axis) -> ResultLane:
    """The results laid out on the axis."""
    groups: dict[tuple[str, str, Standing], list[Said]] = {}
    for one in said:
        if one.day:
            groups.setdefault((one.day, one.sample, one.standing), []).append(one)
    keys = sorted(groups, key=lambda key: (key[0], ORDER.index(key[2]), key[1]))
    bodies = [_body(axis, day) for day, _, _ in keys]
    rooms = [_room(_label(key[1], groups[key], LONGEST), body) for key, body in zip(keys, bodies, strict=True)]
    labels = [_label(key[1], groups[key], letters) for key, (letters, _) in zip(keys, rooms, strict=True)]
    sides = [side for _, side in rooms]
    wide = [_with_label(*each) for each in zip(bodies, labels, sides, strict=True)]
    placed = laid_out(bodies, wide, MOST_ROWS, reversed(range(len(keys))))
    marks = tuple(
        _mark(axis, key, groups[key], row, label if written else "", side)
        for key, label, side, (row, written) in zip(keys, labels, sides, placed, strict=True)
    )
    rows = 1 + max((mark.row for mark in marks), default=-1)
    return ResultLane(marks, said, rows, sum(not one.day for one in said))


def _mark(axis: Axis, key: tuple[str, str, Standing], said: list[Said], row: int, label: str, side: Side) -> Mark:
    day, sample, standing = key
    start, end = axis.span(day)
    where = f", {sample}" if sample else ""
    what = ", ".join(one.words for one in said)
    why = "; ".join(dict.fromkeys(one.counts for one in said))
    return Mark(
        x=axis.middle(day),
        start=start,
        width=round(end - start, 2),
        row=row,
        standing=standing,
        label=label,
        side=side if label else "",
        title=f"{date_in_words(day)}{where}: {what}. {why}",
        anchor=said[0].anchor,
    )


def _room(wished: str, body: Extent) -> tuple[int, Side]:
    """How many letters find place beside a mark, and on which side: the right one unless it is smaller."""
    start, end = body
    right = width_of(wished) <= FULL - end or FULL - end >= start
    return min(LONGEST, letters_in(FULL - end if right else start)), "right" if right else "left"


def _label(sample: str, said: list[Said], longest: int) -> str:
    """What is written at a mark: as many of its results as fit into so many letters, and how many more there are."""
    text = f"{sample}: " if sample else ""
    for place, one in enumerate(said):
        rest = len(said) - place
        longer = f"{text}{', ' if place else ''}{one.words}"
        if place and len(longer) + (MORE if rest > 1 else 0) > longest:
            return f"{text} and {rest} more"
        text = longer
    return text


def _body(axis: Axis, day: str) -> Extent:
    start, end = axis.span(day)
    middle = axis.middle(day)
    return min(start, middle - HALF), max(end, middle + HALF)


def _with_label(body: Extent, label: str, side: Side) -> Extent:
    start, end = body
    return (start, end + width_of(label)) if side == "right" else (start - width_of(label), end)


def _value(finding: Finding, result: Result, definition: FindingDefinition) -> str:
    """What one result says of a finding; empty where it says nothing of it."""
    value = result.value
    if value is None and result.reference in finding.evidence:
        value = finding.value
    if value is None:
        return TAG.sub("", result.text) if result.set_aside else ""
    words = value_in_words(value, definition)
    words = words.lower() if isinstance(value, bool | str) else words
    measured = any(map(str.isdigit, result.text)) and result.text.casefold() != words.casefold()
    return f"{words} ({result.text})" if measured else words


def _counting(finding: Finding, result: Result) -> tuple[Standing, str]:
    if result.set_aside:
        return "aside", f"Set aside: {result.set_aside}"
    if result.reference not in finding.evidence:
        return "read", "Read, not the one that counts"
    return "leads", "Disagrees with another" if finding.state == "conflicting" else "Counts"


def days_of(said: tuple[Said, ...]) -> Iterator[str]:
    """The days of these results, for the axis."""
    return (one.day for one in said if one.day)
