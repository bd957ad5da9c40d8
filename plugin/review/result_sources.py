"""Where a result comes from: its laboratory, its specimen, its status, and where the EHR keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from plugin.findings.elements import code_of, objects, reference_of, refers_to, text_of, words_of
from plugin.review.memory import Ground
from plugin.review.words import date_in_words

Resource = dict[str, Any]
STATUSES = {
    "Condition": ("clinicalStatus", "verificationStatus"),
    "AllergyIntolerance": ("clinicalStatus", "verificationStatus"),
}
PERFORMERS = ("performer", "recorder", "asserter", "author")


@dataclass(frozen=True, slots=True)
class ResultSource:
    """What a resource of the chart says of itself; empty where it does not say.

    performers: laboratories and people by name. specimen: what it is and when it was taken. status: in the EHR's word.
    issued: when it was released. address: where the EHR serves the resource, which needs a token.
    """

    performers: tuple[str, ...]
    specimen: str
    status: str
    issued: str
    address: str


class ResultSources:
    """Looks up the resources of one chart; base: the FHIR address of the EHR that it was read from."""

    def __init__(self, ground: Ground, base: str) -> None:
        self._ground = ground
        self._base = base

    def of(self, reference: str) -> ResultSource | None:
        """What the chart says of a resource; None where it holds none of this name, as for what was entered here."""
        resource = self._ground.by_name.get(reference)
        if resource is None:
            return None
        return ResultSource(
            performers=tuple(dict.fromkeys(self._performers(resource))),
            specimen=next(self._specimens(resource), ""),
            status=_status(resource),
            issued=text_of(resource.get("issued")),
            address=f"{self._base}/{reference}",
        )

    def _performers(self, resource: Resource) -> Iterator[str]:
        for element in PERFORMERS:
            for performer in objects(resource.get(element)):
                actor = performer.get("actor") if isinstance(performer.get("actor"), dict) else performer
                if name := self._named(actor):
                    yield name

    def _named(self, reference: Any) -> str:
        """The name of what is referred to: as the reference shows it, else as the chart has it."""
        if not isinstance(reference, dict):
            return ""
        shown = text_of(reference.get("display"))
        meant = self._ground.by_name.get("/".join(reference_of(reference).split("/")[-2:]), {})
        return shown or text_of(meant.get("name"))

    def _specimens(self, resource: Resource) -> Iterator[str]:
        for reference in objects(resource.get("specimen")):
            specimen = self._ground.by_name.get(refers_to(reference_of(reference), "Specimen"), {})
            collection = specimen.get("collection") if isinstance(specimen.get("collection"), dict) else {}
            kind = words_of(specimen.get("type")) or text_of(reference.get("display"))
            site = words_of(collection.get("bodySite")) if collection else ""
            taken = text_of(collection.get("collectedDateTime")) if collection else ""
            words = ", ".join(filter(None, (kind, site, f"taken {date_in_words(taken)}" if taken else "")))
            if words:
                yield words


def _status(resource: Resource) -> str:
    told = [words_of(resource.get(element)) for element in STATUSES.get(resource["resourceType"], ())]
    return ", ".join(filter(None, told)) or code_of(resource.get("status"))
