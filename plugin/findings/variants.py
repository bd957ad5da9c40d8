"""Genomic results to evidence: variants, tests of one gene, and the regions that were studied.

A variant counts as a mutation only when it is reported pathogenic or oncogenic, or is a known change of its gene; a
gene without a reported variant is negative only where it is known to have been studied. Roles of codes are data.
"""

from __future__ import annotations

import re
from dataclasses import replace

from plugin.findings.elements import (
    Coding,
    Json,
    codings_of,
    name_of,
    objects,
    references_of,
    refers_to,
    text_of,
    words_of,
)
from plugin.findings.entries import Entry
from plugin.findings.evidence import Evidence
from plugin.findings.index import Index, Wanted
from plugin.findings.model import AsideKind, Problem
from plugin.findings.observations import Notebook, remarked
from plugin.findings.parts import NO_RESULT
from plugin.findings.phrases import plain, tokens
from plugin.findings.questions import Question
from plugin.findings.values import Answer, answer_of
from plugin.findings.variant import (
    COUNTS,
    NEGATIVE,
    UNSTATED,
    Variant,
    belong_together,
    other_kind,
    why_not_counted,
    wrong_origin,
)
from plugin.library.readings import Part

POSITIVE = "positive"
PRESENCE, ORIGINS, SIGNIFICANCE, CHANGE_KINDS = (
    "variant-presence",
    "genomic-origins",
    "variant-significance",
    "change-kinds",
)
FUSION, GAIN = "fusion", "gain"
NORMAL_COPIES = 2
GENES = "http://www.genenames.org/geneId"
NAMED_CHANGE = re.compile(
    r"(?:\b[NL][A-Z]_[\w.]+:)?\b[cgp]\.\(?[\w>*+=?_()-]+|\b[A-Z]\d{1,4}(?:[A-Z]|\*|fs\S*|del)(?![\w+])"
)
PARTNERS = re.compile(r"\b[A-Z][A-Z0-9]{1,11}(?:::|--?|/)[A-Z][A-Z0-9]{1,11}\b")


class VariantReader:
    """Collects genomic Observations, then judges them together, since significance may stand elsewhere."""

    def __init__(self, index: Index, notebook: Notebook) -> None:
        self.index = index
        self.notebook = notebook
        maps = index.code_sets.maps
        self._sites = index.vocabulary.sites
        self._roles = maps["genomic-elements"].codes
        self._role_of: dict[Question, str] = {}
        self._origin_words = index.meanings(ORIGINS)
        self._change_words = index.meanings(CHANGE_KINDS)
        self._gene_sets = sorted({name for wanted in index.variants for name in wanted.part.genes})
        self._symbols = index.members(self._gene_sets)
        self._variants: list[Variant] = []
        self._regions: list[Variant] = []
        self._implied: dict[str, set[str]] = {}
        self._tests: list[tuple[Variant, list[Wanted]]] = []

    def role(self, entry: Entry) -> str:
        """`variant`, `region-studied`, `implication`, or empty for what is no genomic Observation."""
        known = self._role_of.get(entry.question)
        if known is None:
            roles = (self._role(coding) for coding in entry.codings)
            known = next((role for role in roles if role in ("variant", "region-studied", "implication")), "")
            self._role_of[entry.question] = known
        return known

    def collect(self, observation: Json, entry: Entry, role: str) -> None:
        """Take in a genomic Observation."""
        if role == "implication":
            for reference in references_of(observation.get("derivedFrom")):
                name = refers_to(reference, "Observation")
                self._implied.setdefault(name, set()).update(self._significances(observation))
        else:
            (self._variants if role == "variant" else self._regions).append(self._variant(observation, entry))

    def collect_test(self, entry: Entry, wanted: list[Wanted]) -> None:
        """Take in a test of one gene, found by its code."""
        self._tests.append((self._gene_test(entry, wanted), wanted))

    def judge(self) -> None:
        """Note what all of them say."""
        for variant in self._variants:
            variant.significances |= self._implied.get(variant.entry.origin.reference, set())
            self._judge_variant(variant)
        for variant, wanted in self._tests:
            for found in wanted:
                self._judge(variant, found)
        for region in self._regions:
            self._judge_region(region)

    def _role(self, coding: Coding) -> str:
        roles = (self._roles.get(key) for key in self.index.equivalents(coding))
        return next((role for role in roles if role), "")

    def _variant(self, observation: Json, entry: Entry) -> Variant:
        answer = entry.answer
        said, unread = self._said(answer)
        variant = Variant(entry, frozenset(), said, answer.words, unread=unread)
        genes: set[str] = set()
        for component in objects(observation.get("component")):
            role = next((found for c in codings_of(component.get("code")) if (found := self._role(c))), "")
            self._component(variant, component, role, genes)
        if not genes:
            genes = self._genes_in_words([answer.words, *entry.names, *(coding.display for coding in answer.codings)])
            variant.told = bool(genes)
        variant.genes = frozenset(genes)
        variant.significances |= self._significances(observation)
        self._kinds(variant, self._kinds_in([answer.words, *entry.names]))
        if variant.origin == UNSTATED:
            variant.origin = self._origin([], list(answer.texts)) or self._origin_of(entry)
        return variant

    def _component(self, variant: Variant, component: Json, role: str, genes: set[str]) -> None:
        concept = component.get("valueCodeableConcept")
        words = [words_of(concept), text_of(component.get("valueString"))]
        codings = codings_of(concept)
        match role:
            case "gene":
                found = self._genes(codings) | self._genes_in_words(words)
                genes.update(found or {""})
            case "origin":
                variant.origin = self._origin(codings, words) or UNSTATED
            case "protein-change":
                variant.changes += [word for word in (*words, *(coding.code for coding in codings)) if word]
            case "change-type":
                self._kinds(variant, self.index.translated(codings, CHANGE_KINDS) | self._kinds_in(words))
            case "copy-number":
                number = answer_of(component).number
                variant.gained = variant.gained or (number is not None and (number > NORMAL_COPIES) is True)
            case "dna-change" | "genomic-change" | "named-variant":
                variant.changes += [f"unnamed:{word}" for word in words if word]

    def _said(self, answer: Answer) -> tuple[str, str]:
        if answer.absent:
            return "unknown", ""
        values = self.index.translated(answer.codings, PRESENCE)
        if not values:
            lexicon = self.index.lexicon((PRESENCE, ORIGINS), tuple(self.index.by_subject))
            for text in (*answer.texts, *(coding.display for coding in answer.codings)):
                reading = lexicon.read(text)
                if reading.understood:
                    values.update(reading.values.get(PRESENCE, ()))
        if len(values) == 1:
            return values.pop(), ""
        return "", "it has no value" if answer.empty else f"'{answer.words}' does not say whether there is a variant"

    def _significances(self, observation: Json) -> set[str]:
        concepts = [
            component.get("valueCodeableConcept")
            for component in objects(observation.get("component"))
            if any(self._role(coding) == "significance" for coding in codings_of(component.get("code")))
        ]
        concepts += objects(observation.get("interpretation"))
        found: set[str] = set()
        lexicon = self.index.lexicon((SIGNIFICANCE,), ())
        for concept in concepts:
            found |= self.index.translated(codings_of(concept), SIGNIFICANCE)
            found.update(lexicon.read(words_of(concept)).values.get(SIGNIFICANCE, ()))
        return found

    def _genes(self, codings: list[Coding]) -> set[str]:
        found: set[str] = set()
        for coding in codings:
            code = f"HGNC:{coding.code}" if coding.code.isdecimal() else coding.code
            sets = self.index.memberships(Coding(GENES, code, ""))
            found.update(name for name in sets if name in self._gene_sets)
            found.update(self._genes_in_words([coding.code, coding.display]))
        return found

    def _genes_in_words(self, texts: list[str]) -> set[str]:
        words = tokens(plain(" ; ".join(texts)))
        return {name for match in self._symbols.find(words) for name in match.meaning}

    def _kinds_in(self, texts: list[str]) -> set[str]:
        return {kind for match in self._change_words.find(tokens(plain(" ; ".join(texts)))) for kind in match.meaning}

    @staticmethod
    def _kinds(variant: Variant, kinds: set[str]) -> None:
        variant.fused = variant.fused or FUSION in kinds
        variant.gained = variant.gained or GAIN in kinds

    def _origin(self, codings: list[Coding], words: list[str]) -> str:
        found = self.index.translated(codings, ORIGINS)
        found.update(name for m in self._origin_words.find(tokens(plain(" ; ".join(words)))) for name in m.meaning)
        return found.pop() if len(found) == 1 else ""

    def _origin_of(self, entry: Entry) -> str:
        words = [entry.remark_words, *entry.names]
        return self._origin(list(entry.remarks), words) or (self._sites.origin if entry.origin.site else "") or UNSTATED

    def _gene_test(self, entry: Entry, wanted: list[Wanted]) -> Variant:
        answer = entry.answer
        names = tuple(name for found in wanted for name in found.part.answers)
        subjects = tuple(subject for found in wanted for subject in found.part.subject)
        lexicon = self.index.lexicon((*names, SIGNIFICANCE, ORIGINS), subjects)
        coded = self.index.translated(answer.codings, *names)
        texts = [*answer.texts, *(coding.display for coding in answer.codings)]
        named = PARTNERS if any(found.part.fusion for found in wanted) else NAMED_CHANGE
        changes = [change for text in texts for change in named.findall(text)]
        readings = [lexicon.read(named.sub(" ", text)) for text in texts if text]
        understood = [reading for reading in readings if reading.understood and not reading.numbers]
        said = coded | {value for reading in understood for name in names for value in reading.values.get(name, ())}
        significances = {value for reading in readings for value in reading.values.get(SIGNIFICANCE, ())}
        plainly = said == {POSITIVE} and not changes and not significances
        if not said and (changes or significances) and len(understood) == len(readings):
            said = {POSITIVE}
        variant = Variant(entry, frozenset(), "", answer.words, self._origin_of(entry), significances, changes)
        variant.origin = self._origin([], texts) or variant.origin
        if len(said) == 1:
            variant.said = said.pop()
        elif answer.absent or answer.empty:
            variant.said, variant.unread = ("unknown", "") if answer.absent else ("", "it has no value")
        else:
            variant.unread = answer.unread or f"'{answer.words}' is not understood"
        if plainly:
            variant.significances = {COUNTS}
        return variant

    def _judge_variant(self, variant: Variant) -> None:
        for wanted in self.index.variants:
            if variant.genes.intersection(wanted.part.genes):
                self._judge(variant, wanted)
        if variant.unread and not variant.genes:
            self._problem(variant, variant.unread)

    def _judge(self, variant: Variant, wanted: Wanted) -> None:
        part = wanted.part
        if variant.origin not in part.origins:
            why = wrong_origin(variant.origin, part, self._sites.unstated)
            if why:
                self._note(wanted, variant, None, why)
            return
        if self._elsewhere(variant.entry, part):
            return
        excluded = self._remarked(variant.entry, part.excluding)
        if why := f"it does not count: {excluded}" if excluded else other_kind(variant, part):
            self._note(wanted, variant, None, why)
        elif variant.unread:
            self._problem(variant, variant.unread)
            self._note(wanted, variant, None, variant.unread, "unread")
        elif variant.said in NO_RESULT:
            self._note(wanted, variant, None, NO_RESULT[variant.said], "no-answer")
        elif variant.said == NEGATIVE:
            one_of_many = bool(variant.changes) and not part.single
            why = "only this one change was absent" if one_of_many else ""
            self._note(wanted, variant, None if one_of_many else NEGATIVE, why)
        elif variant.said == POSITIVE:
            why = why_not_counted(variant, part)
            self._note(wanted, variant, None if why else POSITIVE, why)
        else:
            self._note(wanted, variant, None, f"the answer '{variant.words}' decides nothing")

    def _judge_region(self, region: Variant) -> None:
        siblings = [variant for variant in self._variants if belong_together(variant.entry.origin, region.entry.origin)]
        origin = region.origin
        if origin == UNSTATED:
            stated = {variant.origin for variant in siblings} - {UNSTATED}
            origin = stated.pop() if len(stated) == 1 else UNSTATED
        for wanted in self.index.variants:
            part = wanted.part
            if not part.studied or not region.genes.intersection(part.genes) or self._elsewhere(region.entry, part):
                continue
            if self._remarked(region.entry, part.excluding):
                continue
            if any(variant.genes.intersection(part.genes) and variant.said != NEGATIVE for variant in siblings):
                continue
            words = "studied, no variant reported"
            if origin in part.studied:
                self._note(wanted, replace(region, words=words), NEGATIVE, "")
            elif why := wrong_origin(origin, part, self._sites.unstated):
                self._note(wanted, replace(region, words=words), None, why)

    def _remarked(self, entry: Entry, names: tuple[str, ...]) -> str:
        return remarked(self.index, entry, entry.answer, names, entry.remark_words)

    def _elsewhere(self, entry: Entry, part: Part) -> bool:
        """Whether the part is only about specimens to which this one does not belong."""
        return bool(part.including) and not self._remarked(entry, part.including)

    def _note(
        self, wanted: Wanted, variant: Variant, value: str | None, why: str, kind: AsideKind = "out-of-scope"
    ) -> None:
        entry = variant.entry
        codings = (*entry.codings, *entry.answer.codings)
        label = self.index.labelled(next(iter(entry.names), entry.origin.label), codings)
        origin = replace(entry.origin, label=label)
        words = ", ".join([variant.words, *(change for change in variant.changes if not change.startswith("unnamed:"))])
        if origin.void:
            evidence = Evidence(
                wanted.panel, wanted.part.name, origin, None, words, origin.void, origin.void_kind, silent=True
            )
        else:
            if entry.self_reported and value is not None:
                value, why, kind = None, "only the patient reports it; a result has to confirm it", "unverified"
            if entry.untrusted and value is not None:
                self.notebook.problem(Problem("mismatch", origin.reference, f"{label}: {entry.untrusted}"))
                value, why, kind = None, entry.untrusted, "mismatch"
            if entry.impossible and value is not None:
                self.notebook.problem(Problem("impossible", origin.reference, f"{label}: {entry.impossible}"))
                value, why, kind = None, entry.impossible, "impossible"
            evidence = Evidence(wanted.panel, wanted.part.name, origin, value, words, why, kind if why else "")
        self.notebook.evidence.append(evidence)

    def _problem(self, variant: Variant, why: str) -> None:
        entry = variant.entry
        if not entry.origin.void:
            label = next(iter(entry.names), name_of(entry.node))
            self.notebook.problem(Problem("unread", entry.origin.reference, f"{label}: {why}"))
