"""What a record of treatment says beside the drug: why it was stopped, and in which setting it was given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from plugin.findings.chart import Chart
from plugin.findings.elements import Json, all_words_of, codings_of, name_of, objects, references_of, text_of
from plugin.findings.index import Index
from plugin.findings.phrases import plain, tokens

STOPPED, INTENDED = "stopped", "intended"


class Circumstances:
    """Reads reasons and settings through the ConceptMaps of the policy; what is ambiguous is not said."""

    def __init__(self, chart: Chart, index: Index) -> None:
        self.chart = chart
        self.index = index
        self._followed: dict[str, list[Json]] = {}
        for plan in chart.of_type("CarePlan"):
            for activity in objects(plan.get("activity")):
                for name in (
                    *references_of(activity.get("reference")),
                    *references_of(activity.get("outcomeReference")),
                ):
                    self._followed.setdefault(name, []).append(plan)

    def reason(self, record: Json) -> str:
        """Why it was stopped, in the terms of the policy; empty where nobody says, or several things are said."""
        concepts = [*objects(record.get("statusReason")), *self._extended(record, STOPPED)]
        return self._meaning(self.index.vocabulary.treatment.stop_reasons, concepts)

    def intent(self, resource: Json) -> str:
        """`before` or `after`, as the record or the care plan around it says; empty where none does."""
        concepts = [*self._extended(resource, INTENDED), *objects(resource.get("reasonCode"))]
        concepts += objects(resource.get("category"))
        for plan in self._plans_of(resource):
            concepts += [*objects(plan.get("category")), {"text": text_of(plan.get("title"))}]
        return self._meaning(self.index.vocabulary.treatment.intents, concepts)

    def _extended(self, resource: Json, role: str) -> Iterator[Any]:
        for extension in objects(resource.get("extension")):
            if self.index.is_extension(extension, role):
                yield from objects(extension.get("valueCodeableConcept"))

    def _plans_of(self, resource: Json) -> Iterator[Json]:
        if resource.get("resourceType") == "CarePlan":
            yield resource
        yield from self.chart.resolved(resource.get("basedOn"), "CarePlan")
        yield from self._followed.get(name_of(resource), ())

    def _meaning(self, name: str, concepts: list[Json]) -> str:
        if not name or not concepts:
            return ""
        words = self.index.meanings(name)
        found: set[str] = set()
        for concept in concepts:
            coded = self.index.translated(codings_of(concept), name)
            matches = words.find(tokens(plain(all_words_of(concept))))
            found |= coded or {meaning for match in matches for meaning in match.meaning}
        return found.pop() if len(found) == 1 else ""
