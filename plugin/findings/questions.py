"""What Observations ask, each wording worked out once: most of a chart asks the same few questions again and again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from plugin.findings.elements import Coding, code_of, codings_of, objects, texts_of, words_of
from plugin.findings.phrases import plain, tokens
from plugin.library.content import system_url

if TYPE_CHECKING:
    from plugin.findings.index import Index, Wanted

FINDING = system_url("finding")
MOST_REMEMBERED = 50_000


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """The code of an Observation or component, and all that follows from it alone.

    codings: with canonical systems. names: its texts and displays. label: what to call it.
    finding: which fact of the vocabulary a clinician states with it; empty where it is another code.
    matters: whether it may matter to any finding; most do not.
    sets: the ValueSets of its codes, or of its names where it has no code; by_either: those of codes and names.
    wanted: the parts of findings that ask it. disagreement: what is wrong between its codes and names.
    """

    codings: tuple[Coding, ...] = ()
    names: tuple[str, ...] = ()
    label: str = ""
    finding: str = ""
    matters: bool = False
    sets: frozenset[str] = frozenset()
    by_either: frozenset[str] = frozenset()
    wanted: tuple[Wanted, ...] = ()
    disagreement: str = ""


class Questions:
    """Works out each wording once for a vocabulary."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._known: dict[object, Question] = {}

    def of(self, concept: Any) -> Question:
        """The question that a CodeableConcept asks."""
        try:
            codings = [(one.get("system"), one.get("code"), one.get("display")) for one in concept["coding"]]
            key = (concept.get("text"), *codings)
            return self._known[key]
        except (KeyError, TypeError, AttributeError):
            question = self._worked_out(concept)
        if _is_plain(concept):
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            self._known[key] = question
        return question

    def _worked_out(self, concept: Any) -> Question:
        codings = tuple(codings_of(concept))
        names = (*texts_of(concept), *(coding.display for coding in codings if coding.display))
        finding = finding_code(concept)
        matters = bool(finding) or any(map(self._known_code, codings)) or any(map(self._known_name, names))
        question = Question(codings, names, words_of(concept), finding, matters)
        return self._judged(question) if matters and not finding else question

    def _judged(self, question: Question) -> Question:
        index, codings, names = self._index, question.codings, question.names
        known, named = index.known(codings), index.named(names)
        sets = known if codings else named
        wanted = self._wanted(sets)
        disagreement = self._disagreement(codings, names, wanted) if wanted else ""
        return replace(question, sets=sets, by_either=known | named, wanted=wanted, disagreement=disagreement)

    def _wanted(self, sets: frozenset[str]) -> tuple[Wanted, ...]:
        found = {
            (wanted.panel, wanted.part.name): wanted
            for name in sets
            for wanted in self._index.observed.get(name, ())
            if not sets.intersection(wanted.part.unless_tests)
        }
        return tuple(found[key] for key in sorted(found))

    def _disagreement(self, codings: tuple[Coding, ...], names: tuple[str, ...], wanted: tuple[Wanted, ...]) -> str:
        expected = {subject for found in wanted for subject in found.part.subject}
        named = frozenset[str]().union(*(self._index.tests.names_in(name) for name in names))
        if expected and named - expected:
            return f"the code asks for one test, the name '{names[0]}' says another"
        if any(self._index.remarks("relatives").find(tokens(plain(name))) for name in names):
            return f"the name '{names[0]}' speaks of somebody else"
        subjects = [self._subjects(Coding(*key, "")) for one in codings for key in self._index.equivalents(one)]
        for position, one in enumerate(subjects):
            if any(one and other and not one & other for other in subjects[position + 1 :]):
                return "its codes ask for different tests"
        return ""

    def _subjects(self, coding: Coding) -> set[str]:
        return {subject for found in self._wanted(self._index.memberships(coding)) for subject in found.part.subject}

    def _known_code(self, coding: Coding) -> bool:
        index = self._index
        sets = index.memberships(coding)
        if sets & index.observed.keys() or sets & index.not_results.keys() or sets & index.vocabulary.course.sets:
            return True
        roles = index.code_sets.maps["genomic-elements"].codes
        return any(key in roles for key in index.equivalents(coding))

    def _known_name(self, name: str) -> bool:
        return bool(self._index.tests.names_in(name, abbreviated=False) or self._index.named([name]))


def finding_code(concept: Any) -> str:
    """The code of our own vocabulary that a CodeableConcept carries; empty where it carries none."""
    codings = objects(concept.get("coding")) if isinstance(concept, dict) else []
    return next((code_of(coding.get("code")) for coding in codings if coding.get("system") == FINDING), "")


def _is_plain(concept: Any) -> bool:
    """Whether a concept is made of texts alone; only such a one can be told apart by its key."""
    if not isinstance(concept, dict) or not isinstance(concept.get("coding"), list):
        return False
    parts = [concept.get("text")]
    for coding in concept["coding"]:
        if not isinstance(coding, dict):
            return False
        parts += [coding.get("system"), coding.get("code"), coding.get("display")]
    return all(part is None or isinstance(part, str) for part in parts)
