"""What a drug was given for: drugs of these classes treat other diseases too, and some names are none that we know."""

from __future__ import annotations

from plugin.findings.chart import Chart
from plugin.findings.elements import Json, codings_of, objects, text_of, texts_of, words_of
from plugin.findings.index import Index
from plugin.findings.phrases import plain, tokens

JOINTS = str.maketrans("/+&", "   ")  # between the drugs of one product, which a dash is not


class Uses:
    """Tells other uses and unknown drugs by the ValueSets and stems of the policy."""

    def __init__(self, chart: Chart, index: Index) -> None:
        self.chart = chart
        self.index = index
        self.policy = index.vocabulary.treatment

    def elsewhere(self, record: Json, concepts: list[Json | None]) -> str:
        """What says that it treats something else: its reason, its route or its form; empty where nothing does.

        One reason that is not known to be another disease leaves it among the treatments that count.
        """
        name = self.policy.other_reasons
        if not name:
            return ""
        reasons: list[Json | None] = [*objects(record.get("reasonCode"))]
        reasons += [found.get("code") for found in self.chart.resolved(record.get("reasonReference"), "Condition")]
        others = [words_of(reason) for reason in reasons if self._in(name, [reason])]
        if others and len(others) == len(reasons):
            return others[0]
        dosages = (*objects(record.get("dosageInstruction")), *objects(record.get("dosage")))
        for concept in (*concepts, *(dosage.get("route") for dosage in dosages)):
            if self._in(self.policy.local_forms, [concept]):
                named = texts_of(concept) or [coding.display for coding in codings_of(concept) if coding.display]
                return named[0] if named else self.index.set(self.policy.local_forms).title
        return ""

    def unknown(self, concepts: list[Json | None]) -> str:
        """Why a drug that no ValueSet knows may yet be treatment that counts, in a sentence; empty where not."""
        words, said = words_in(concepts), first_words(concepts)
        if not words:
            return f"a drug is recorded without a name{f', only with the code {said}' if said else ''}"
        if any(len(word) > len(stem) and word.endswith(stem) for word in words for stem in self.policy.stems):
            return f"{said} is not known here and may be a treatment of {self.policy.treats}"
        if self.policy.trial_drugs and self.index.remarks(self.policy.trial_drugs).find(words):
            return f"{said} may be a treatment of {self.policy.treats} that is not known here"
        return ""

    def _in(self, name: str, concepts: list[Json | None]) -> bool:
        if not name:
            return False
        codings = [coding for concept in concepts for coding in codings_of(concept)]
        return name in self.index.known(codings) or bool(self.index.remarks(name).find(words_in(concepts)))


def first_words(concepts: list[Json | None]) -> str:
    """The first of these concepts that says anything, in the chart's own words; empty where none does."""
    return next((words for concept in concepts if (words := words_of(concept))), "")


def words_in(concepts: list[Json | None]) -> list[str]:
    """The words of names and displays."""
    texts = [text for concept in concepts for text in texts_of(concept)]
    displays = [coding.display for concept in concepts for coding in codings_of(concept)]
    return tokens(plain(" ; ".join([*texts, *displays])).translate(JOINTS))


def named_in_reference(references: object) -> list[Json | None]:
    """The name that a reference carries beside the resource it means."""
    return [{"text": display} for one in objects(references) if (display := text_of(one.get("display")))]
