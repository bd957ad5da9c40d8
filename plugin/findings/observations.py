"""Observations to evidence: whose question is it, does its name agree with its code, and what does it answer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from plugin.findings.elements import Coding, all_words_of, codings_of, objects, words_of
from plugin.findings.entries import Entry
from plugin.findings.evidence import Evidence
from plugin.findings.index import Index, Panel, Wanted
from plugin.findings.interval import Interval
from plugin.findings.model import AsideKind, Problem
from plugin.findings.parts import Read, read_parts
from plugin.findings.phrases import DENIALS, plain, tokens
from plugin.findings.samples import contradicting
from plugin.findings.values import Answer
from plugin.library.readings import Part
from plugin.library.vocabulary import Value, in_a_word

DENIAL_REACH = 2
GROUNDS = "grounds"
# What is set aside for these reasons does not even raise a doubt.
SAYING_NOTHING: frozenset[AsideKind] = frozenset({"", "no-answer", "look-alike"})


@dataclass
class Notebook:
    """What reading yields: evidence for findings, and problems for the screen, each problem once."""

    evidence: list[Evidence] = field(default_factory=list)
    problems: dict[tuple[str, str], Problem] = field(default_factory=dict)

    def problem(self, problem: Problem) -> None:
        """Note a problem."""
        self.problems.setdefault((problem.reference, problem.text), problem)


class ObservationReader:
    """Reads the answer and number parts of entries into a notebook."""

    def __init__(self, index: Index, notebook: Notebook) -> None:
        self.index = index
        self.notebook = notebook
        self._known: dict[object, dict[str, dict[str, Read]]] = {}
        self._meant: dict[object, dict[str, Value | Interval]] = {}

    def read(self, entry: Entry) -> list[Wanted]:
        """Note what the entry says; returns the variant parts that ask about it, for the genomic reader."""
        question, wanted = entry.question, entry.question.wanted
        self._look_alikes(entry, question.sets)
        if not wanted:
            self._unwanted(entry, question.sets)
            return []
        if question.disagreement:
            self._mismatch(entry, {found.panel for found in wanted}, question.disagreement)
            return []
        own = [found for found in wanted if found.part.lesion in ("", entry.origin.site)]
        self._parts(entry, [found for found in own if found.part.kind != "variant"])
        return [found for found in wanted if found.part.kind == "variant"]

    def _look_alikes(self, entry: Entry, sets: frozenset[str]) -> None:
        for name in sorted(sets.intersection(self.index.not_results)):
            why = f"it does not count: {self.index.set(name).title}"
            for panel in self.index.not_results[name]:
                self._note(entry, panel, "", Read(None, why, "look-alike"), entry.answer.words)

    def _unwanted(self, entry: Entry, sets: frozenset[str]) -> None:
        if sets:
            return
        named = frozenset[str]().union(*(self.index.tests.names_in(name, abbreviated=False) for name in entry.names))
        panels = {panel for name in named for panel in self.index.by_subject.get(name, ())}
        if entry.parent:
            self._component_of(entry, panels)
        elif panels and entry.codings:
            code = entry.codings[0]
            named_by = f"the code {code.code} of {code.system or 'no system'}"
            text = f"{named_by} is not known as a test that '{entry.names[0]}' names"
            self._mismatch(entry, panels, text)
        elif panels and not _is_genomic(entry, self.index):
            self._set_aside(entry, panels, "unread", f"it has no code, and '{entry.names[0]}' is no test by name")

    def _component_of(self, entry: Entry, named: set[str]) -> None:
        """A component without a code of its own may carry the number of the test around it, if its unit says so."""
        wanted = entry.parent.wanted if entry.parent is not None and entry.parent.codings else ()
        panels = {found.panel for found in wanted}
        answer = entry.answer
        if named - panels or not answer.unit:
            return
        for found in wanted:
            if found.part.kind == "number" and answer.unit in found.part.units:
                self._parts(entry, [found])

    def _mismatch(self, entry: Entry, panels: set[str], text: str) -> None:
        self._set_aside(entry, panels, "mismatch", f"{text}; neither is trusted")

    def _set_aside(self, entry: Entry, panels: set[str], kind: AsideKind, text: str) -> None:
        read = Read(None, text, kind)
        for panel in sorted(panels):
            self._note(entry, panel, "", read, entry.answer.words)

    def _parts(self, entry: Entry, wanted: list[Wanted]) -> None:
        if not wanted:
            return
        answer = entry.answer
        if answer.empty and entry.has_parts:
            return
        for panel, reads in self._judged(entry, answer, wanted).items():
            for name, read in reads.items():
                self._note(entry, panel, name, read, answer.words)

    def _judged(self, entry: Entry, answer: Answer, wanted: list[Wanted]) -> dict[str, dict[str, Read]]:
        """What the parts of each panel read; worked out once for results that say the same, as most of a chart do."""
        if [found for found in wanted if found.part.reference]:  # the limits of the laboratory stand outside the answer
            return self._judge(entry, answer, wanted)
        site = entry.origin.site
        key = (entry.question, site, answer, entry.interpretation, entry.remarks, entry.remark_words, len(wanted))
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._judge(entry, answer, wanted)
        return known

    def _judge(self, entry: Entry, answer: Answer, wanted: list[Wanted]) -> dict[str, dict[str, Read]]:
        by_panel: dict[str, list[Part]] = {}
        for found in wanted:
            by_panel.setdefault(found.panel, []).append(found.part)
        judged: dict[str, dict[str, Read]] = {}
        for panel, parts in by_panel.items():
            reads = read_parts(entry, answer, parts, self.index)
            checked = {
                part.name: self._checked(entry, answer, part, reads[part.name]) for part in parts if part.name in reads
            }
            judged[panel] = self._agreeing(entry, answer, self.index.panels[panel], checked)
        return judged

    def _agreeing(self, entry: Entry, answer: Answer, panel: Panel, reads: dict[str, Read]) -> dict[str, Read]:
        """What the parts read; where they contradict each other, or the interpretation, none of them is trusted."""
        why = next((read.why for read in reads.values() if read.kind == "mismatch"), "")
        if not why:
            said = [
                Evidence(panel.name, name, entry.origin, read.value, "")
                for name, read in reads.items()
                if read.value is not None
            ]
            meant = self._interpreted(entry, answer, panel, reads) if said and entry.interpretation.codings else []
            if values := contradicting(panel, [*said, *meant]):
                speaker = "value and interpretation say" if meant else "it says"
                why = f"{speaker} {' and '.join(map(in_a_word, values))} at once; neither is trusted"
        if not why:
            return reads
        return {
            name: Read(None, why, "mismatch") if read.value is not None or read.kind == "mismatch" else read
            for name, read in reads.items()
        }

    def _interpreted(self, entry: Entry, answer: Answer, panel: Panel, reads: dict[str, Read]) -> list[Evidence]:
        """The interpretation beside a value, read as any answer about the same subject would be."""
        if answer.words == entry.interpretation.words:
            return []
        key = (entry.question, entry.interpretation, panel.name, *reads)
        known = self._meant.get(key)
        if known is None:
            known = self._meant[key] = self._values_meant(entry, panel, reads)
        return [Evidence(panel.name, name, entry.origin, value, "") for name, value in known.items()]

    def _values_meant(self, entry: Entry, panel: Panel, reads: dict[str, Read]) -> dict[str, Value | Interval]:
        """By part, what the codes of the interpretation say; the same for all results that ask and mean the same."""
        subjects = {subject for name in reads for subject in panel.parts[name].subject}
        parts = [part for part in panel.parts.values() if part.kind == "answer" and subjects.intersection(part.subject)]
        found = read_parts(entry, replace(entry.interpretation, texts=()), parts, self.index)
        return {name: read.value for name, read in found.items() if read.value is not None}

    def _checked(self, entry: Entry, answer: Answer, part: Part, read: Read) -> Read:
        if read.value is None:
            return read
        excluded = remarked(self.index, entry, answer, part.excluding, entry.remark_words)
        if excluded:
            return Read(None, f"it does not count: {excluded}", "look-alike")
        if isinstance(read.value, str) and part.answers and answer.words != entry.interpretation.words:
            return self._against_interpretation(entry, part, read)
        return read

    def _against_interpretation(self, entry: Entry, part: Part, read: Read) -> Read:
        if not entry.interpretation.codings:
            return read
        interpretation = replace(entry.interpretation, texts=())
        said = read_parts(entry, interpretation, [part], self.index)[part.name]
        if said.value is None or said.value == read.value:
            return read
        why = f"the value says {read.value}, the interpretation says {said.value}; neither is trusted"
        return Read(None, why, "mismatch")

    def _note(self, entry: Entry, panel: str, part: str, read: Read, words: str) -> None:
        origin = entry.origin
        label = self.index.labelled(next(iter(entry.names), origin.label), (*entry.codings, *_answered(entry)))
        origin = origin if label == origin.label else replace(origin, label=label)
        if origin.void:
            self.notebook.evidence.append(
                Evidence(panel, part, origin, None, words, origin.void, origin.void_kind, silent=True)
            )
            return
        if entry.untrusted and read.value is not None:
            read = Read(None, f"{entry.untrusted}; it is not trusted", "mismatch")
        if entry.impossible and read.value is not None:
            read = Read(None, entry.impossible, "impossible")
        if entry.self_reported and read.value is not None and not self.index.self_reported(panel):
            read = Read(None, "only the patient reports it; a result has to confirm it", "unverified")
        if read.kind in ("unread", "impossible", "mismatch"):
            self.notebook.problem(Problem(read.kind, origin.reference, f"{label}: {read.why}"))
        silent = read.value is None and read.kind in SAYING_NOTHING
        evidence = Evidence(panel, part, origin, read.value, words, read.why, read.kind, silent)
        if evidence.counts and (ground := self._weak_ground(entry, self.index.panels[panel].parts[part])):
            evidence = evidence.aside(f"it rests on this alone: {ground}", "look-alike")
        unfit = self._unfit(entry, panel, part) if evidence.counts else ""
        if unfit:
            evidence = evidence.aside(f"the sample is not adequate: {unfit}", "unfit")
        self.notebook.evidence.append(evidence)

    def _weak_ground(self, entry: Entry, part: Part) -> str:
        """What kind of evidence it rests on, where all of it is of kinds that prove nothing by themselves."""
        if not part.weak_grounds:
            return ""
        grounds = [found for found in objects(entry.node.get("extension")) if self.index.is_extension(found, GROUNDS)]
        concepts = [*(ground.get("valueCodeableConcept") for ground in grounds), *objects(entry.node.get("method"))]
        weak = [concept for concept in concepts if self._is_weak(concept, part.weak_grounds)]
        return words_of(weak[0]) if weak and len(weak) == len(concepts) else ""

    def _is_weak(self, concept: Any, names: tuple[str, ...]) -> bool:
        words = tokens(plain(all_words_of(concept)))
        return bool(self.index.known(codings_of(concept)).intersection(names)) or any(
            self.index.remarks(name).find(words) for name in names
        )

    def _unfit(self, entry: Entry, panel: str, part: str) -> str:
        inadequate = self.index.panels[panel].parts[part].inadequate
        return (
            remarked(self.index, entry, Answer(), inadequate, f"{entry.remark_words} ; {entry.notes}")
            if inadequate
            else ""
        )


def remarked(index: Index, entry: Entry, answer: Answer, names: tuple[str, ...], remarks: str) -> str:
    """The title of the ValueSet that specimen, method or remarks belong to; a denied word is none."""
    if not names:
        return ""
    words = tokens(plain(" ; ".join([remarks, *entry.names, *answer.texts])))
    for name in names:
        code_set = index.set(name)
        if any(key in code_set.displays for coding in entry.remarks for key in index.equivalents(coding)):
            return code_set.title
        for match in index.remarks(name).find(words):
            if not DENIALS.intersection(words[max(0, match.start - DENIAL_REACH) : match.start]):
                return code_set.title
    return ""


def _is_genomic(entry: Entry, index: Index) -> bool:
    roles = index.code_sets.maps["genomic-elements"].codes
    return any(key in roles for coding in entry.codings for key in index.equivalents(coding))


def _answered(entry: Entry) -> tuple[Coding, ...]:
    """Every code that answers: of the value and of its interpretation."""
    return (*entry.answer.codings, *entry.interpretation.codings)
