"""Reading the answer and number parts of an entry: from what the chart says to a value in the part's own terms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from plugin.findings.elements import Coding
from plugin.findings.entries import Entry
from plugin.findings.index import Index
from plugin.findings.interval import Interval
from plugin.findings.lexicon import Reading
from plugin.findings.limits import multiple_of_limit
from plugin.findings.model import AsideKind
from plugin.findings.phrases import DENIALS, plain, tokens
from plugin.findings.values import Answer
from plugin.library.code_sets import SYSTEMS
from plugin.library.readings import Part
from plugin.library.vocabulary import Value

NO_RESULT = {"unknown": "the answer is that it is not known", "not-done": "the test was not done"}
RATIO = "{ratio}"
PERCENT = "%"
TERMINOLOGIES = frozenset(SYSTEMS.values())


@dataclass(frozen=True, slots=True)
class Read:
    """What a part takes from an entry; `kind` and `why` say what is wrong where there is no value."""

    value: Value | Interval | None = None
    why: str = ""
    kind: AsideKind = ""


def read_parts(entry: Entry, answer: Answer, parts: list[Part], index: Index) -> dict[str, Read]:
    """What each part reads from the entry; a part that the answer does not speak to is left out."""
    if not (answer.codings or answer.texts):  # a number alone, as most of a chart: there are no words to look up
        return _found(entry, answer, parts, index, [], {}) or _nothing(answer, [], parts)
    maps = tuple(name for part in parts for name in part.answers)
    subjects = tuple(subject for part in parts for subject in part.subject)
    lexicon = index.lexicon(maps, subjects, tuple(unit for part in parts for unit in part.units))
    others = tuple(label for part in parts for label in part.other_labels)
    texts = [_without_others(text, others) for text in answer.texts if text]
    spoken = [lexicon.read(text) for text in texts]
    coded = {part.name: _coded(answer, part, index) for part in parts}
    if not any(coded.values()):
        spoken += [lexicon.read(word) for coding in _unknown(answer.codings, index) if (word := _spelled_out(coding))]
    spoken = [reading if _claimed(reading, entry, answer, parts, index) else _half_read(reading) for reading in spoken]
    return _found(entry, answer, parts, index, spoken, coded) or _nothing(answer, spoken, parts)


def _found(
    entry: Entry,
    answer: Answer,
    parts: list[Part],
    index: Index,
    spoken: list[Reading],
    coded: Mapping[str, set[str]],
) -> dict[str, Read]:
    """What each part reads. spoken: the answer's texts, as they were understood. coded: its codes, by part."""
    found: dict[str, Read] = {}
    for part in parts:
        read = _number(entry, answer, spoken, part, index) if part.kind == "number" else None
        read = read or (_answer(answer, spoken, coded.get(part.name, set()), part, index) if part.answers else None)
        if read is not None:
            found[part.name] = read
    return _by_own_limit(_in_its_unit(found, parts), parts)


def _without_others(text: str, labels: tuple[str, ...]) -> str:
    """A text without the numbers that belong to other scores, each said right behind its label."""
    if not labels:
        return text
    named = "|".join(re.escape(label) for label in labels)
    return re.sub(rf"(?i)\b(?:{named})\b\s*[:=]?\s*(?:[<>]=?|[≤≥])?\s*\d+(?:[.,]\d+)?\s*%?(?![\w-])", " ", text)


def _in_its_unit(found: dict[str, Read], parts: list[Part]) -> dict[str, Read]:
    """Of parts that read one test in different units, those whose unit it is not have nothing to complain of."""
    numeric = {part.name: part for part in parts if part.kind == "number"}
    settled = {
        test
        for name, part in numeric.items()
        if name in found and (found[name].value is not None or found[name].kind == "impossible")
        for test in part.tests
    }
    return {
        name: read
        for name, read in found.items()
        if not (read.kind == "unread" and name in numeric and settled.intersection(numeric[name].tests))
    }


def _by_own_limit(found: dict[str, Read], parts: list[Part]) -> dict[str, Read]:
    """Where the laboratory's own limit was read, numbers to be held against a general limit are not needed."""
    own = {test for part in parts if part.reference and part.name in found for test in part.tests}
    other = {
        part.name for part in parts if part.kind == "number" and not part.reference and own.intersection(part.tests)
    }
    return {name: read for name, read in found.items() if name not in other}


def _claimed(reading: Reading, entry: Entry, answer: Answer, parts: list[Part], index: Index) -> bool:
    """Whether every number of a text belongs to a part that reads numbers of that unit."""
    numeric = [part for part in parts if part.kind == "number"]
    shares = [part.share_above for part in parts if part.share_above]

    def fits(unit: str, part: Part) -> bool:
        free = bool(part.label) or _unitless(entry, part, index) or _unit_said(answer, part)
        return unit in part.units or (not unit and free)

    return all(
        any(fits(number.unit, part) for part in numeric)
        or (number.unit == PERCENT and any((number.interval > least) is True for least in shares))
        for number in reading.numbers
    )


def _half_read(reading: Reading) -> Reading:
    return replace(reading, unread=(*reading.unread, "a number that belongs to nothing"))


def _unitless(entry: Entry, part: Part, index: Index) -> bool:
    return bool(entry.question.by_either.intersection(part.unitless))


def _unit_said(answer: Answer, part: Part) -> bool:
    """Whether a text names one of the part's units: `12.5 mut/Mb`."""
    words = {word for text in answer.texts for word in tokens(plain(text))}
    return any(set(tokens(plain(unit))) <= words for unit in part.units if not unit.isdecimal())


def _coded(answer: Answer, part: Part, index: Index) -> set[str]:
    return index.translated(answer.codings, *part.answers)


def _spelled_out(coding: Coding) -> str:
    """What an unknown code says in words: its display, or a local code that is itself a word (`IV`, `3+`)."""
    if coding.display or coding.system in TERMINOLOGIES or coding.code.isdecimal():
        return coding.display
    return coding.code


def _unknown(codings: tuple[Coding, ...], index: Index) -> list[Coding]:
    """Codings that no ConceptMap of ours knows; the words of a known code never stand for another meaning."""
    maps = index.code_sets.maps.values()
    return [
        coding
        for coding in codings
        if not any(key in code_map.codes for key in index.equivalents(coding) for code_map in maps)
    ]


def _answer(answer: Answer, spoken: list[Reading], coded: set[str], part: Part, index: Index) -> Read | None:
    said: set[str] = set()
    for reading in spoken:
        if reading.understood:
            said.update(value for name in part.answers for value in reading.values.get(name, ()))
    if answer.number is not None and not coded and not said:
        return _counted(answer, part, index)
    if coded and any(_belies(reading, coded, part) for reading in spoken):
        return Read(None, f"the words '{answer.words}' do not say what their code says", "mismatch")
    displays = _displayed(answer, part, index)
    values = coded | said | displays
    if not values:
        return None
    if len(values) > 1:
        return Read(None, f"code and words disagree: {', '.join(sorted(values))}", "mismatch")
    value = values.pop()
    return Read(None, NO_RESULT[value], "no-answer") if value in NO_RESULT else Read(value)


def _belies(reading: Reading, coded: set[str], part: Part) -> bool:
    """Whether a text beside a code that is only half understood says something else, or denies."""
    if reading.understood:
        return False
    other = {value for name in part.answers for value in reading.values.get(name, ())} - coded
    return bool(other or DENIALS.intersection(reading.unread))


def _displayed(answer: Answer, part: Part, index: Index) -> set[str]:
    """What the displays of known codes say: they must not contradict the codes."""
    lexicon = index.lexicon(part.answers, part.subject)
    found: set[str] = set()
    for coding in answer.codings:
        reading = lexicon.read(coding.display) if coding.display else None
        if reading is not None and reading.understood and not reading.numbers:
            found.update(value for name in part.answers for value in reading.values.get(name, ()))
    return found if _coded(answer, part, index) else set()


def _counted(answer: Answer, part: Part, index: Index) -> Read | None:
    """A number where the answers are grades: `2`, `2 +`."""
    if answer.number is None or part.minimum is None:
        return None
    if answer.ratio:
        return Read(None, f"a ratio ({answer.words}) is no answer to this test", "unread")
    if answer.unit and _bare(answer.unit) not in map(_bare, part.units):
        return Read(None, f"the unit '{answer.unit}' is not known for this test", "unread")
    exact = answer.number.exact
    if answer.number.within(part.minimum, part.maximum) is None:
        return Read(None, f"{answer.words} is not possible, {_limits(part)}", "impossible")
    word = str(int(exact)) if exact is not None and exact.is_integer() else ""
    for code_map in index.maps(part.answers):
        if word in code_map.words:
            return Read(code_map.words[word])
    return Read(None, f"{answer.words} is no grade of this test", "unread")


def _number(entry: Entry, answer: Answer, spoken: list[Reading], part: Part, index: Index) -> Read | None:
    if part.reference:
        multiple = multiple_of_limit(entry.node, answer, part.reference)
        return None if multiple is None else _possible(multiple, answer.words, part)
    unitless = _unitless(entry, part, index)
    if answer.number is not None:
        if part.label and not unitless:
            return None
        if answer.ratio and RATIO not in part.units:
            return Read(None, f"a ratio ({answer.words}) is no answer to this test", "unread")
        return _measured(answer.number, answer.unit, answer.words, unitless, part)
    written = [(number, reading) for reading in spoken for number in reading.numbers]
    if part.label:
        labelled = any(part.label in tokens(plain(text)) for text in answer.texts)
        if not unitless and not labelled:
            return None
        unitless = unitless or labelled
    unitless = unitless or _unit_said(answer, part)
    fitting = [number for number, _ in written if number.unit in part.units or (not number.unit and unitless)]
    if not fitting:
        return None
    if not all(reading.understood for reading in spoken):
        return None
    distinct = {number.interval for number in fitting}
    if len(distinct) > 1 or len(fitting) < len(written):
        return Read(None, f"'{answer.words}' holds more numbers than one", "unread")
    if not fitting[0].unit and not _unit_said(answer, part) and _may_be_share(fitting[0].interval, part):
        return Read(None, f"'{answer.words}' has no unit: it may be a share or a percentage", "unread")
    return _possible(fitting[0].interval, answer.words, part)


def _may_be_share(number: Interval, part: Part) -> bool:
    return PERCENT in part.units and number.exact is not None and 0 < number.exact <= 1


@lru_cache(maxsize=4096)
def _bare(unit: str) -> str:
    """A unit without annotation braces, blanks and case: `{mutations}/Mb` and `Mutations / Mb` are one."""
    return "".join(letter for letter in unit.lower() if letter not in "{} ")


def _measured(number: Interval, unit: str, words: str, unitless: bool, part: Part) -> Read:
    if not unit and not unitless:
        return Read(None, f"{words} has no unit, and this test does not imply one", "unread")
    if not unit and _may_be_share(number, part):
        return Read(None, f"{words} has no unit: it may be a share or a percentage", "unread")
    if unit and _bare(unit) not in map(_bare, part.units):
        accepted = ", ".join(part.units)
        return Read(None, f"the unit '{unit}' is not known for this test; it takes {accepted}", "unread")
    return _possible(number, words, part)


def _possible(number: Interval, words: str, part: Part) -> Read:
    outside = (part.minimum is not None and -float("inf") < number.low < part.minimum) or (
        part.maximum is not None and float("inf") > number.high > part.maximum
    )
    within = number.within(part.minimum, part.maximum)
    if outside or within is None:
        return Read(None, f"{words} is not possible, {_limits(part)}", "impossible")
    return Read(within)


def _limits(part: Part) -> str:
    return f"it lies between {part.minimum:g} and {part.maximum:g}" if part.maximum is not None else "it is too low"


def _nothing(answer: Answer, spoken: list[Reading], parts: list[Part]) -> dict[str, Read]:
    """Why no part could read anything: every fact that this result might have told shows it as set aside."""
    return dict.fromkeys((part.name for part in parts), _why_nothing(answer, spoken))


def _why_nothing(answer: Answer, spoken: list[Reading]) -> Read:
    if answer.absent:
        return Read(None, f"no value: {answer.absent}", "no-answer")
    if answer.unread:
        return Read(None, answer.unread, "unread")
    if answer.empty:
        return Read(None, "it has no value", "unread")
    unread = [word for reading in spoken for word in reading.unread]
    words = f", because of '{' '.join(unread[:4])}'" if unread else ""
    coded = next((f" (code {coding.code} of {coding.system or 'no system'})" for coding in answer.codings), "")
    return Read(None, f"'{answer.words}'{coded} is not understood{words}", "unread")
