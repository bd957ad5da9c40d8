"""The vocabulary turned round, once: from a code of the chart to the findings that want it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

from plugin.findings.elements import Coding, Json, text_of
from plugin.findings.lexicon import Lexicon, Namer
from plugin.findings.phrases import ANY_WORDS, Phrases, pattern_of, plain, tokens
from plugin.findings.questions import Questions
from plugin.library.code_sets import CodeMap, CodeSet, CodeSets
from plugin.library.expressions import names_in
from plugin.library.readings import Part, Reading
from plugin.library.vocabulary import FindingDefinition, Vocabulary

NOT_READ = Reading("results")
OBSERVED = frozenset({"answer", "number", "variant"})
SEMANTIC_TAGS = frozenset({"disorder", "finding", "procedure", "situation"})


@dataclass(frozen=True)
class Panel:
    """Findings that are read from the same samples.

    definitions: leaders before those that follow them. order: each after those that its rules rest on.
    behind: the parts that the rules of each finding rest on, directly or through other findings.
    leading_site: the site whose samples lead over those of other sites.
    judged: what values of parts came to, by finding and values, for `plugin.findings.samples`.
    """

    name: str
    definitions: tuple[FindingDefinition, ...]
    parts: dict[str, Part]
    order: tuple[FindingDefinition, ...]
    behind: dict[str, frozenset[str]]
    leading_site: str
    judged: dict[object, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Wanted:
    """A part and the panel it belongs to."""

    panel: str
    part: Part


@dataclass
class Index:
    """Everything that readers look up; built once for a vocabulary. unread, untreated: remembered by the readers."""

    vocabulary: Vocabulary
    code_sets: CodeSets = field(init=False)
    panels: dict[str, Panel] = field(default_factory=dict)
    observed: dict[str, list[Wanted]] = field(default_factory=dict)
    conditions: list[Wanted] = field(default_factory=list)
    stages: list[Wanted] = field(default_factory=list)
    morphologies: list[Wanted] = field(default_factory=list)
    procedures: list[Wanted] = field(default_factory=list)
    variants: list[Wanted] = field(default_factory=list)
    not_results: dict[str, list[str]] = field(default_factory=dict)
    by_subject: dict[str, set[str]] = field(default_factory=dict)
    tests: Namer = field(init=False)
    organs: Namer = field(init=False)
    questions: Questions = field(init=False)
    unread: dict[str, Any] = field(default_factory=dict)
    untreated: dict[Any, Any] = field(default_factory=dict)
    _memberships: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    _endings: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _words: dict[str, set[str]] = field(default_factory=dict)
    _patterns: list[tuple[re.Pattern[str], str]] = field(default_factory=list)
    _remarks: dict[str, Phrases[str]] = field(default_factory=dict)
    _meanings: dict[str, Phrases[str]] = field(default_factory=dict)
    _members: dict[frozenset[str], Phrases[str]] = field(default_factory=dict)
    _lexicons: dict[tuple[tuple[str, ...], ...], Lexicon] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.code_sets = self.vocabulary.code_sets
        maps = self.code_sets.maps
        self.tests = Namer(maps["test-names"], maps["test-abbreviations"])
        self.organs = Namer(maps["organ-names"])
        self.questions = Questions(self)
        for (_, ending), role in maps["extension-roles"].codes.items():
            self._endings[role] = (*self._endings.get(role, ()), ending)
        self._index_words()
        grouped: dict[str, list[FindingDefinition]] = {}
        for definition in self.vocabulary.values():
            if definition.reading is not None and definition.reading.kind == "results":
                grouped.setdefault(definition.panel, []).append(definition)
        for name, definitions in grouped.items():
            self._add_panel(name, definitions)

    def _add_panel(self, name: str, definitions: list[FindingDefinition]) -> None:
        parts: dict[str, Part] = {}
        for definition in definitions:
            reading = reading_of(definition)
            parts.update((part.name, part) for part in reading.parts)
            for set_name in reading.not_results:
                self.not_results.setdefault(set_name, []).append(name)
        ordered = sorted(definitions, key=lambda definition: bool(reading_of(definition).follows))
        order, behind = _dependencies(definitions, parts)
        self.panels[name] = Panel(name, tuple(ordered), parts, order, behind, self.vocabulary.sites.leading)
        for part in parts.values():
            self._add_part(Wanted(name, part))

    def _add_part(self, wanted: Wanted) -> None:
        part = wanted.part
        if part.kind in OBSERVED:
            for set_name in part.tests:
                self.observed.setdefault(set_name, []).append(wanted)
            for subject in part.subject:
                self.by_subject.setdefault(subject, set()).add(wanted.panel)
        match part.kind:
            case "variant":
                self.variants.append(wanted)
            case "condition":
                self.conditions.append(wanted)
            case "stage":
                self.stages.append(wanted)
            case "morphology":
                self.morphologies.append(wanted)
            case "procedure":
                self.procedures.append(wanted)

    def _index_words(self) -> None:
        for name, code_set in self.code_sets.sets.items():
            for phrase in sorted(code_set.words):
                if ANY_WORDS in phrase:
                    self._patterns.append((pattern_of(phrase), name))
                else:
                    self._words.setdefault(_spelled(phrase), set()).add(name)

    @cached_property
    def drug_classes(self) -> frozenset[str]:
        """Every ValueSet that may hold drugs: classes of treatment, signs, and what confounds an answer."""
        return self.vocabulary.treatment.drug_sets.union(*map(_drug_classes, self.vocabulary.values()))

    def panel_of(self, code: str) -> str:
        """The name of the panel whose samples a finding is read from."""
        definition = self.vocabulary.get(code)
        return code if definition is None else definition.panel

    @cached_property
    def treatment_classes(self) -> frozenset[str]:
        """The ValueSets of drugs that findings about earlier treatment name."""
        readings = map(reading_of, self.vocabulary.values())
        return frozenset(name for reading in readings if reading.kind == "treatment" for name in reading.classes)

    def memberships(self, coding: Coding) -> frozenset[str]:
        """Names of the ValueSets that a coding belongs to, by itself or through the site's own map."""
        key = (coding.system, coding.code)
        found = self._memberships.get(key)
        if found is None:
            found = frozenset().union(*(self.code_sets.memberships(*other) for other in self.equivalents(coding)))
            self._memberships[key] = found
        return found

    def equivalents(self, coding: Coding) -> list[tuple[str, str]]:
        """The coding itself, and what the site's own map says it stands for."""
        key = (coding.system, coding.code)
        return [key, *self.code_sets.translations(*key)]

    def translated(self, codings: Iterable[Coding], *names: str) -> set[str]:
        """What codings mean by the ConceptMaps of these names, by themselves or through the site's own map."""
        keys = [key for coding in codings for key in self.equivalents(coding)]
        return {codes[key] for codes in (one.codes for one in self.maps(names)) for key in keys if key in codes}

    def is_extension(self, extension: Json, role: str) -> bool:
        """Whether an extension plays this role, by the end of its URL, which is alike in all editions of a guide."""
        return text_of(extension.get("url")).endswith(self._endings[role])

    def labelled(self, label: str, codings: Iterable[Coding]) -> str:
        """What to call a result; where the site's own map was needed to read one of its codes, with that code."""
        if not self.code_sets.local:
            return label
        read = {
            f"{coding.code} read as {target}": None
            for coding in codings
            for _, target in self.code_sets.translations(coding.system, coding.code)
        }
        return f"{label} ({', '.join(read)} by the site's map)" if read else label

    def known(self, codings: Iterable[Coding]) -> frozenset[str]:
        """Names of the ValueSets that any of the codings belongs to."""
        return frozenset().union(*(self.memberships(coding) for coding in codings))

    def named(self, texts: Iterable[str]) -> frozenset[str]:
        """Names of the ValueSets that list one of these texts, in whole."""
        found: set[str] = set()
        for text in texts:
            spelled = _spelled(text)
            found.update(self._words.get(spelled, ()))
            found.update(name for pattern, name in self._patterns if pattern.fullmatch(spelled))
        return frozenset(found)

    def self_reported(self, panel: str) -> bool:
        """Whether what the patient reports herself counts for the findings of a panel."""
        return all(reading_of(definition).self_reported for definition in self.panels[panel].definitions)

    def maps(self, names: Iterable[str]) -> list[CodeMap]:
        """The ConceptMaps of these names."""
        return [self.code_sets.maps[name] for name in names]

    def set(self, name: str) -> CodeSet:
        """The ValueSet of this name."""
        return self.code_sets.sets[name]

    def remarks(self, name: str) -> Phrases[str]:
        """The words of a ValueSet, to be found in remarks."""
        if name not in self._remarks:
            self._remarks[name] = Phrases((word, word) for word in self.set(name).words)
        return self._remarks[name]

    def meanings(self, name: str) -> Phrases[str]:
        """The words of a ConceptMap, each with what it stands for."""
        if name not in self._meanings:
            self._meanings[name] = Phrases(self.code_sets.maps[name].words.items())
        return self._meanings[name]

    def members(self, names: Iterable[str]) -> Phrases[str]:
        """The words of some ValueSets, each with the name of the set that lists it."""
        key = frozenset(names)
        if key not in self._members:
            self._members[key] = Phrases((word, name) for name in sorted(key) for word in self.set(name).words)
        return self._members[key]

    def lexicon(self, maps: tuple[str, ...], subjects: tuple[str, ...], units: tuple[str, ...] = ()) -> Lexicon:
        """The words that answers of these ConceptMaps may use, about these subjects, in these units."""
        key = (tuple(sorted(set(maps))), tuple(sorted(set(subjects))), tuple(sorted(set(units))))
        if key not in self._lexicons:
            fillers = set(self.set("filler-words").words)
            fillers |= {unit for unit in key[2] if any(letter.isalpha() for letter in unit)}
            words = {name: self.code_sets.maps[name].words for name in key[0]}
            self._lexicons[key] = Lexicon(words, fillers, self.tests.phrases_for(key[1]))
        return self._lexicons[key]


def _drug_classes(definition: FindingDefinition) -> set[str]:
    reading, presumption = reading_of(definition), definition.presumption
    confounding = {name for part in reading.parts for name in part.confounded_by}
    return {*reading.classes, *(presumption.signs if presumption else ()), *confounding}


def reading_of(definition: FindingDefinition) -> Reading:
    """How a finding is read; an empty reading where it is not read from the chart."""
    return definition.reading or NOT_READ


def _dependencies(
    definitions: list[FindingDefinition], parts: dict[str, Part]
) -> tuple[tuple[FindingDefinition, ...], dict[str, frozenset[str]]]:
    """The findings of a panel in an order in which their rules can be judged, and the parts behind each."""
    order: list[FindingDefinition] = []
    behind: dict[str, frozenset[str]] = {}
    waiting = {definition.variable: definition for definition in definitions}
    while waiting:
        names = {
            variable: frozenset().union(*(names_in(rule.when) | {rule.part} for rule in reading_of(definition).rules))
            for variable, definition in waiting.items()
        }
        ready = next((variable for variable in waiting if not names[variable] & (waiting.keys() - {variable})), None)
        if ready is None:
            raise ValueError(f"the rules of {', '.join(waiting)} rest on each other")
        definition = waiting.pop(ready)
        through = (behind[other.code] for other in order if other.variable in names[ready])
        behind[definition.code] = frozenset(names[ready] & parts.keys()).union(*through)
        order.append(definition)
    return tuple(order), behind


def _spelled(text: str) -> str:
    words = tokens(plain(text))
    return " ".join(word for word in words if word not in SEMANTIC_TAGS)


_INDEXES: WeakKeyDictionary[Vocabulary, Index] = WeakKeyDictionary()


def index_of(vocabulary: Vocabulary) -> Index:
    """The index of a vocabulary, built on first use."""
    if vocabulary not in _INDEXES:
        _INDEXES[vocabulary] = Index(vocabulary)
    return _INDEXES[vocabulary]
