"""What is read differently from a chart: then the same chart may give other facts, which no solver can weigh.

Thresholds, units, limits and age limits of readings; the codes they are read by; the history of treatment; the sites of
samples; when a statement counts; and what keeps a fact from being presumed where the chart has gaps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from plugin.library.expressions import names_in
from plugin.library.reading_aspects import reading_aspects
from plugin.library.rules import Template
from plugin.library.vocabulary import FindingDefinition, Vocabulary
from plugin.library.vocabulary_file import SHARED_MAPS, SHARED_SETS, code_sets_of
from plugin.quality.diff.codes import ChangedCodes, changed_sets
from plugin.quality.diff.shown import differing, field_in_words, shown

What = tuple[str, str, str]
KIND_OF_VALUE = ("type", "values", "unit")


@dataclass(frozen=True, slots=True)
class ReadFact:
    """A fact that is read differently. what: of it, old and new in words; empty where only its codes changed.

    codes: names of the changed ValueSets and ConceptMaps that it is read by.
    """

    code: str
    label: str
    what: tuple[What, ...]
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Readings:
    """All that is read differently.

    facts: those that are read differently themselves. policies: parts of the history of treatment and of the sites of
    samples. codes: sets of codes. resting: labels of the facts that rest on those. rules: ids of rules that ask them.
    """

    facts: tuple[ReadFact, ...]
    policies: tuple[What, ...]
    codes: tuple[ChangedCodes, ...]
    resting: tuple[str, ...]
    rules: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.facts or self.policies or self.codes)

    @property
    def labels(self) -> tuple[str, ...]:
        """What people call the facts that are read differently."""
        return tuple(fact.label for fact in self.facts)


def changed_readings(old: Template, new: Template) -> Readings:
    """What two versions read differently; a fact that only one of them has is no matter of reading."""
    codes = tuple(changed_sets(old, new))
    policies = tuple(_policies(old.vocabulary, new.vocabulary))
    by_history = any(about.startswith("history") for about, *_ in policies)
    by_site = any(about.startswith("sites") for about, *_ in policies)
    facts = []
    for code, definition in new.vocabulary.items():
        before = old.vocabulary.get(code)
        if before is None:
            continue
        what = tuple(_what(before, definition, old.vocabulary, new.vocabulary))
        fed = tuple(_fed_by(definition, codes, new.vocabulary))
        moved = (by_history and _by_history(definition, new.vocabulary)) or (by_site and _by_site(definition))
        if what or fed or moved:
            facts.append(ReadFact(code, definition.label, what, fed))
    touched = {fact.code for fact in facts}
    behind = [_following(touched, each.vocabulary) for each in (old, new)]
    resting = frozenset[str]().union(*behind)
    rules = (rule_id for template in (old, new) for rule_id in _asking(touched | resting, template))
    labels = tuple(each.label for code, each in new.vocabulary.items() if code in resting - touched)
    return Readings(tuple(facts), policies, codes, labels, tuple(dict.fromkeys(rules)))


def _what(before: FindingDefinition, after: FindingDefinition, old: Vocabulary, new: Vocabulary) -> Iterator[What]:
    one, two = _words(before, old), _words(after, new)
    for about in dict.fromkeys((*two, *one)):
        if one.get(about) != two.get(about):
            yield about, one.get(about, ""), two.get(about, "")
    joined = _panel(after, new) - _panel(before, old), _panel(before, old) - _panel(after, new)
    if any(joined) and before.reading == after.reading:
        yield "read together with", ", ".join(sorted(joined[1])), ", ".join(sorted(joined[0]))


def _words(definition: FindingDefinition, vocabulary: Vocabulary) -> dict[str, str]:
    kind = {field_in_words(name): shown(getattr(definition, name)) for name in KIND_OF_VALUE}
    return {**kind, **{word.about: word.text for word in reading_aspects(definition, vocabulary)}}


def _panel(definition: FindingDefinition, vocabulary: Vocabulary) -> set[str]:
    """The facts that are read from the same results."""
    reading = definition.reading
    if reading is None or reading.kind != "results":
        return set()
    return {each.label for each in vocabulary.values() if each.reading and each.panel == definition.panel}


def _fed_by(definition: FindingDefinition, codes: Iterable[ChangedCodes], vocabulary: Vocabulary) -> Iterator[str]:
    sets, maps = code_sets_of(definition)
    if definition.reading is not None:
        sets.update(SHARED_SETS)
        maps.update(SHARED_MAPS)
    if _by_history(definition, vocabulary):
        sets |= vocabulary.treatment.sets
        maps |= vocabulary.treatment.maps
    if _by_site(definition):
        sets |= vocabulary.sites.sets
    for each in codes:
        if each.name in (sets if each.kind == "ValueSet" else maps):
            yield each.name


def _by_history(definition: FindingDefinition, vocabulary: Vocabulary) -> bool:
    """Whether the history of treatment has a say in how the fact is read."""
    policy, reading = vocabulary.treatment, definition.reading
    if definition.code in (policy.since, policy.course, policy.given, policy.line_to_choose):
        return True
    return reading is not None and (reading.kind == "treatment" or reading.until_progression)


def _by_site(definition: FindingDefinition) -> bool:
    """Whether it matters for the fact where a sample came from."""
    reading = definition.reading
    return reading is not None and (reading.lesions or any(part.lesion or part.origins for part in reading.parts))


def _policies(old: Vocabulary, new: Vocabulary) -> Iterator[What]:
    pairs = (("history of treatment", old.treatment, new.treatment), ("sites of samples", old.sites, new.sites))
    for title, one, two in pairs:
        for name, before, after in differing(one, two):
            yield f"{title}, {field_in_words(name)}", before, after


def _following(codes: set[str], vocabulary: Vocabulary) -> frozenset[str]:
    """Facts that rest on some facts: they follow from them, are not presumed where they are so, are read with them."""
    behind = {code: _behind(definition, vocabulary) for code, definition in vocabulary.items()}
    found = set(codes)
    while more := {code for code, others in behind.items() if code not in found and others & found}:
        found |= more
    return frozenset(found)


def _behind(definition: FindingDefinition, vocabulary: Vocabulary) -> set[str]:
    conditions = [each.when for each in (*definition.derivations, *definition.denials)]
    conditions += definition.presumption.unless if definition.presumption else ()
    names = frozenset[str]().union(*map(names_in, conditions))
    found = {each.code for name in names if (each := vocabulary.by_variable(name))}
    found |= {definition.holds_since} - {""}
    if (reading := definition.reading) is None:
        return found
    found |= {reading.of, reading.follows} - {""}
    return found | {code for code, each in vocabulary.items() if each.reading and each.panel == definition.panel}


def _asking(codes: Iterable[str], template: Template) -> Iterator[str]:
    by_code: Mapping[str, FindingDefinition] = template.vocabulary
    names = {by_code[code].variable for code in codes if code in by_code}
    yield from (rule.id for rule in template.rules if rule.condition.names & names)
