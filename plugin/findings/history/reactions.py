"""Grave reactions to drugs: a drug that endangered life is not given again, whether it worked or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from plugin.findings.dates import day_of
from plugin.findings.elements import Json, codings_of, name_of, objects, text_of
from plugin.findings.history.drugs import Drugs
from plugin.findings.history.uses import first_words

NOT_SO = frozenset({"refuted", "entered-in-error"})


@dataclass(frozen=True, slots=True)
class Reaction:
    """A grave reaction on record, and the ValueSets of the drug."""

    reference: str
    words: str
    sets: frozenset[str]
    day: str = ""


def reactions_of(drugs: Drugs) -> Iterator[Reaction]:
    """Every AllergyIntolerance that is grave: of high criticality, or with a severe reaction."""
    for allergy in drugs.chart.of_type("AllergyIntolerance"):
        if NOT_SO & {coding.code for coding in codings_of(allergy.get("verificationStatus"))} or not _grave(allergy):
            continue
        concepts: list[Json | None] = [allergy.get("code")]
        concepts += [each.get("substance") for each in objects(allergy.get("reaction"))]
        if sets := drugs.sets_of(concepts):
            days = (day_of(allergy.get(key)) for key in ("onsetDateTime", "recordedDate"))
            yield Reaction(name_of(allergy), first_words(concepts), sets, next(filter(None, days), ""))


def _grave(allergy: Json) -> bool:
    severities = {text_of(each.get("severity")) for each in objects(allergy.get("reaction"))}
    return text_of(allergy.get("criticality")) == "high" or "severe" in severities
