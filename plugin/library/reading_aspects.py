"""How a fact is read from the chart, in words: "low oil is yes where the oil mass is below 8.5 mg/dL".

Pure. One sentence part for each thing that a reading says, under a name of its own, so that two versions can be
compared name by name and a page can list them. Every field of a reading and of its parts has words here; a test keeps
it so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from plugin.library.code_sets import CodeSets
from plugin.library.expressions import names_in, written
from plugin.library.in_words import explain, one_line
from plugin.library.readings import Part, Reading, Rule
from plugin.library.rules import Condition
from plugin.library.vocabulary import FindingDefinition, FindingType, Value, Vocabulary, in_a_word

HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
KINDS = {
    "results": "results in the chart",
    "ever": "every result there ever was",
    "person": "the record of the person",
    "treatment": "the history of treatment",
}
STRATEGIES = {
    "newest": "the newest result counts",
    "course": "the latest statement of how it went counts",
    "present": "found once is found, whatever the date",
}
ORDER = {"before": "before the disease it is about", "after": "since the disease it is about", "any": "at any time"}


@dataclass(frozen=True, slots=True)
class ReadingAspect:
    """One thing that is said of how a fact is read. about: what of it, unique within the fact, as `age limit`."""

    about: str
    text: str

    def __str__(self) -> str:
        return f"{self.about}: {self.text}"


def reading_aspects(
    definition: FindingDefinition, panel: Vocabulary | None = None, code_sets: CodeSets | None = None
) -> tuple[ReadingAspect, ...]:
    """All that is said of how a fact is read, from what it is read to how long it counts; what is usual is left out.

    panel: the vocabulary, whose labels and units name the other facts that its rules ask about.
    code_sets: those of the vocabulary, whose titles name the ValueSets; without them they go by their own names.
    """
    words = _Words(definition, panel, code_sets or (panel.code_sets if panel else CodeSets()))
    return tuple(ReadingAspect(about, text) for about, text in words.all() if text)


class _Words:
    def __init__(self, definition: FindingDefinition, panel: Vocabulary | None, code_sets: CodeSets) -> None:
        self.definition = definition
        self.code_sets = code_sets
        self.panel = panel

    def all(self) -> Iterator[tuple[str, str]]:
        definition, reading = self.definition, self.definition.reading
        sets = tuple(url.rsplit("/", 1)[-1] for url in definition.value_sets)
        yield "codes", self.sets(sets)
        if reading is not None:
            for name, about, say in READING:
                if reading.kind in ONLY.get(name, (reading.kind,)):
                    yield about, say(self, getattr(reading, name))
            for part in reading.parts:
                for name, about, say in PART:
                    yield f"{part_in_words(part.name)}, {about}", say(self, getattr(part, name))
            yield from self.rules(reading)
        yield "what a person states counts", _days(self, definition.stated_days)
        yield "holds since", definition.holds_since
        if definition.presumption is not None:
            yield "is not presumed where a search failed for", ", ".join(definition.presumption.needs)
            yield "signs against presuming it", self.sets(definition.presumption.signs)

    def rules(self, reading: Reading) -> Iterator[tuple[str, str]]:
        """What the rules say, those that give the same value in one."""
        told: dict[str, list[str]] = {}
        for rule in reading.rules:
            given = f"the {part_in_words(rule.part)}" if rule.value is None else in_a_word(rule.value)
            told.setdefault(f"is {given}", []).append(self.rule(rule, reading))
        yield from ((about, ", or else ".join(several)) for about, several in told.items())

    def rule(self, rule: Rule, reading: Reading) -> str:
        parts = [*map(_as_fact, reading.parts), self.definition]
        others = self.panel.values() if self.panel else ()
        known = {each.variable for each in parts}
        parts += [each for each in others if each.variable in names_in(rule.when) - known]
        lost = names_in(rule.when) - {each.variable for each in parts}
        facts = Vocabulary([*parts, *(_as_fact(Part(name, "answer")) for name in sorted(lost))])
        said = f"where {one_line(explain(Condition(written(rule.when), rule.when), facts, {}))}"
        derived = " (worked out, not reported)" if rule.derived else ""
        return f"{said}{derived}{f' (note: {rule.note})' if rule.note else ''}"

    def sets(self, names: tuple[str, ...]) -> str:
        """ValueSets by title and name."""
        return ", ".join(self.named(name) for name in names)

    def named(self, name: str) -> str:
        found = self.code_sets.sets.get(name)
        return f"{found.title} ({name})" if found and found.title else name


def part_in_words(name: str) -> str:
    """`oilMass` -> `oil mass`: names of parts are FHIRPath identifiers."""
    return HUMP.sub(" ", name).lower()


def _as_fact(part: Part) -> FindingDefinition:
    """A part as something that conditions ask about, so that they can be told in words."""
    kind: FindingType = "decimal" if part.kind == "number" else "code"
    return FindingDefinition(part.name, part_in_words(part.name), kind, unit=next(iter(part.units), ""))


def _days(_: _Words, days: int) -> str:
    return f"at most {days} days old" if days else ""


def _within_days(_: _Words, days: int) -> str:
    return f"reported at most {days} days apart" if days else ""


def _months(_: _Words, months: int) -> str:
    return f"{months} months" if months else ""


def _yes(_: _Words, told: bool) -> str:
    return "yes" if told else ""


def _text(_: _Words, text: str) -> str:
    return text


def _texts(_: _Words, texts: tuple[Value, ...]) -> str:
    return ", ".join(map(in_a_word, texts))


def _years(_: _Words, years: int) -> str:
    return f"{years} years" if years else ""


def _step(_: _Words, value: Any) -> str:
    return f"{value:g}" if value else ""


def _number(_: _Words, number: float | None) -> str:
    return "" if number is None else f"{number:g}"


def _share(_: _Words, share: float) -> str:
    return f"{share:g} %" if share else ""


def _value(_: _Words, value: Value | None) -> str:
    return "" if value is None else in_a_word(value)


def _of(words: Mapping[str, str]) -> Callable[[_Words, str], str]:
    return lambda _, text: words.get(text, text)


Say = Callable[[_Words, Any], str]
# Field of a Reading, what it is about, and its words; parts and rules have words of their own.
READING: tuple[tuple[str, str, Say], ...] = (
    ("kind", "read from", _of(KINDS)),
    ("attribute", "which of it", _text),
    ("of", "results of", _text),
    ("value", "searched for", _value),
    ("classes", "treatment", _Words.sets),
    ("measure", "asked of the treatment", _text),
    ("period", "when it was given", _of(ORDER)),
    ("within_months", "within", _months),
    ("more_than_months", "more than", _months),
    ("counted_from", "months are counted from the dose at its", _text),
    ("panel", "read together with", _text),
    ("follows", "follows the sample that counts for", _text),
    ("strategy", "of several results", _of(STRATEGIES)),
    ("once_found", "counts once found, however old", _value),
    ("unless_leading", "unless the newest is", _texts),
    ("lesions", "the first site of samples counts", _yes),
    ("disputed", "results that differ disagree, whatever their dates", _yes),
    ("not_results", "shown and never counted", _Words.sets),
    ("self_reported", "what the patient reports counts", _yes),
    ("valid_days", "age limit", _days),
    ("until_progression", "ends with a progression", _yes),
    ("join_days", "one sample", _within_days),
)
# Fields that only readings of these kinds look at; the others carry what is usual there.
ONLY: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("measure", "period", "counted_from"), ("treatment",)),
    "strategy": ("results", "ever"),
}
# Field of a Part, what it is about, and its words.
PART: tuple[tuple[str, str, Say], ...] = (
    ("kind", "kind of result", _text),
    ("tests", "tests", _Words.sets),
    ("unless_tests", "not where it is also one of", _Words.sets),
    ("answers", "answers", _texts),
    ("value", "its code alone says", _value),
    ("subject", "names beside the code", _texts),
    ("units", "units", _texts),
    ("unitless", "may lack its unit", _Words.sets),
    ("label", "word before the number", _text),
    ("other_labels", "words of other numbers", _texts),
    ("share_above", "reads over a share above", _share),
    ("minimum", "least possible number", _number),
    ("maximum", "greatest possible number", _number),
    ("step", "comes in steps of", _step),
    ("reference", "a multiple of the laboratory's limit", _text),
    ("fallback", "counts only where the others say nothing", _yes),
    ("sites", "body sites", _Words.sets),
    ("lesion", "site of the sample", _text),
    ("genes", "genes", _Words.sets),
    ("origins", "origins of the genes", _texts),
    ("studied", "not reported is negative in", _texts),
    ("single", "is one change", _yes),
    ("method", "method", _text),
    ("unclassified", "counts without significance", _yes),
    ("changes", "changes that count without significance", _text),
    ("only", "changes that count at all", _text),
    ("point", "leaves rearrangements out", _yes),
    ("fusion", "is a rearrangement", _yes),
    ("gain", "is a gain of copies", _yes),
    ("active", "only while it is active", _yes),
    ("excluding", "does not count from", _Words.sets),
    ("including", "counts only from", _Words.sets),
    ("inadequate", "remarks that undo it", _Words.sets),
    ("weak_grounds", "evidence that proves nothing alone", _Words.sets),
    ("valid_days", "age limit", _days),
    ("lasting_value", "lasts longer where it is", _value),
    ("lasting_days", "age limit of what lasts", _days),
    ("confounded_by", "drugs that hide it", _Words.sets),
    ("confounded_value", "what they hide", _value),
    ("confounded_age", "hidden below the age of", _years),
)
