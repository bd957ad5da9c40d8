"""How a fact is read, in words: from which code sets, by which thresholds, for how long, what follows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from plugin.library.expressions import Expression
from plugin.library.in_words import explain_expression, one_line
from plugin.library.readings import Part, Reading
from plugin.library.vocabulary import Derivation, FindingDefinition, Vocabulary, in_a_word

KINDS = {
    "answer": "the answer to",
    "number": "a number of",
    "variant": "a variant found by",
    "condition": "a problem of",
    "stage": "the stage beside a problem of",
    "morphology": "the morphology beside a problem of",
    "procedure": "something done, of",
}


@dataclass(frozen=True, slots=True)
class ReadingWords:
    """One fact, in sentences. Each may be empty.

    sources: what is read, with code sets, units and limits. rules: what each value takes. current: how long it counts.
    follows: what it follows from, with the reason. denials: what it cannot be, and when. stated: who may state it.
    """

    sources: tuple[str, ...]
    rules: tuple[str, ...]
    current: str
    follows: tuple[str, ...]
    denials: tuple[str, ...]
    stated: str


def reading_words(definition: FindingDefinition, vocabulary: Vocabulary) -> ReadingWords:
    """How the fact comes to be known."""
    reading = definition.reading
    of_results = reading is not None and reading.kind == "results"
    words = _with_parts(vocabulary)
    return ReadingWords(
        sources=tuple(_sources(definition, vocabulary)),
        rules=tuple(_rules(reading, words)) if reading is not None and of_results else (),
        current=current_words(definition, vocabulary),
        follows=tuple(_concluded(each, words) for each in definition.derivations),
        denials=tuple(_concluded(each, words) for each in definition.denials),
        stated=_stated(definition),
    )


def current_words(definition: FindingDefinition, vocabulary: Vocabulary) -> str:
    """How long results and statements of it count: `28 days, statement 14 days`."""
    reading = definition.reading
    said = []
    if reading is not None and reading.kind == "results":
        panel = list(panel_readings(definition, vocabulary))
        days = max((other.valid_days for other in panel), default=0)
        said.append(f"{days} days" if days else "no limit")
        if any(other.until_progression for other in panel):
            said.append("the latest progression")
        parts = dict.fromkeys(part for part in reading.parts if part.valid_days or part.lasting_days)
        said += [f"`{part.name}` {part.lasting_days or part.valid_days} days" for part in parts]
    if definition.stated_days:
        said.append(f"statement {definition.stated_days} days")
    return ", ".join(said) or "no limit"


def panel_readings(definition: FindingDefinition, vocabulary: Vocabulary) -> Iterator[Reading]:
    """The readings of its panel, since findings of one panel are read from the same results."""
    for other in vocabulary.values():
        if other.reading is not None and definition.reading is not None and other.panel == definition.panel:
            yield other.reading


def _sources(definition: FindingDefinition, vocabulary: Vocabulary) -> Iterator[str]:
    reading = definition.reading
    if reading is None:
        return
    match reading.kind:
        case "person":
            yield f"the Patient resource: {reading.attribute}"
        case "ever":
            yield f"every result of “{vocabulary[reading.of].label}” that says {in_a_word(reading.value)}"
        case "treatment":
            named = ", ".join(_set_words(name, vocabulary) for name in reading.classes)
            yield f"the history of treatment ({reading.measure}){f': {named}' if named else ''}{_interval(reading)}"
        case "results":
            yield from (_part_words(part, vocabulary) for part in reading.parts)
            if not reading.parts:
                yield "the same results as the other facts of its panel"


def _part_words(part: Part, vocabulary: Vocabulary) -> str:
    sets = ", ".join(_set_words(name, vocabulary) for name in part.tests)
    said = [f"{KINDS[part.kind]} {sets}"]
    if part.units:
        said.append(f"in {' or '.join(part.units)}")
    if part.minimum is not None or part.maximum is not None:
        ends = (("from", part.minimum), ("up to", part.maximum))
        said.append(" ".join(f"{word} {end:g}" for word, end in ends if end is not None))
    if part.answers:
        said.append(f"by {', '.join(part.answers)}")
    if part.active:
        said.append("while it is active")
    if part.fallback:
        said.append("only where nothing else tells")
    return ", ".join(said)


def _set_words(name: str, vocabulary: Vocabulary) -> str:
    """`Oil tests (2 codes)`: its title, and what it lists."""
    found = vocabulary.code_sets.sets[name]
    listed = (("code", len(found.displays)), ("branch", len(found.branches)), ("phrase", len(found.words)))
    plural = {"code": "codes", "branch": "branches", "phrase": "phrases"}
    counted = ", ".join(f"{count} {word if count == 1 else plural[word]}" for word, count in listed if count)
    return f"“{found.title}” ({counted})"


def _interval(reading: Reading) -> str:
    said = []
    if reading.within_months:
        said.append(f"within {reading.within_months} months")
    if reading.more_than_months:
        said.append(f"after more than {reading.more_than_months} months")
    return f", {' and '.join(said)} of its {reading.counted_from}" if said else ""


def _rules(reading: Reading, words: Vocabulary) -> Iterator[str]:
    for rule in reading.rules:
        value = in_a_word(rule.value) if rule.value is not None else "that number"
        yield f"{value} where {_said(rule.when, words)}{f' ({rule.note})' if rule.note else ''}"


def _concluded(found: Derivation, words: Vocabulary) -> str:
    return f"{in_a_word(found.value)} where {_said(found.when, words)}: {found.reason}"


def _said(condition: Expression, words: Vocabulary) -> str:
    return one_line(explain_expression(condition, words))


def _stated(definition: FindingDefinition) -> str:
    who = "a clinician"
    if definition.reading is not None and definition.reading.self_reported:
        who = "a clinician; the patient's own report counts, too"
    return f"{who}{f', for {definition.stated_days} days' if definition.stated_days else ''}"


@lru_cache(maxsize=4)
def _with_parts(vocabulary: Vocabulary) -> Vocabulary:
    """The facts, and the parts of their readings as if they were facts, so that conditions can be told in one way."""
    readings = [each.reading for each in vocabulary.values() if each.reading is not None]
    parts = {part.name: part for reading in readings for part in reading.parts}
    return Vocabulary([*vocabulary.values(), *(_as_fact(part, vocabulary) for part in parts.values())])


def _as_fact(part: Part, vocabulary: Vocabulary) -> FindingDefinition:
    titles = ", ".join(vocabulary.code_sets.sets[name].title for name in part.tests)
    number = part.kind == "number"
    return FindingDefinition(
        code=part.name,
        label=f"{part.name} ({titles})" if titles else part.name,
        type="decimal" if number else "boolean" if isinstance(part.value, bool) else "code",
        unit=part.units[0] if number and part.units else "",
    )
