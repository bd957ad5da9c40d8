"""Goals as FHIR: those that the findings suggest, and what the patient said where the chart holds it as no Goal yet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from plugin.drafting.goals import source_of_words
from plugin.drafting.model import Draft, GoalLine, OwnWords
from plugin.library.content import CANONICAL, extension_url, system_url

Resource = dict[str, Any]
PROFILE = f"{CANONICAL}/StructureDefinition/plan-goal"
# What Goal.addresses may point at, FHIR R4, of what findings are read from.
ADDRESSED = frozenset({"Condition", "Observation", "MedicationStatement", "ServiceRequest"})


def goals_of(draft: Draft, subject: Resource) -> Iterator[tuple[str, str | Resource]]:
    """The goals of a plan in its order, each under a name that the same goal always has: what was said first.

    Either the reference of a Goal that the chart holds already, or a resource to be made.
    """
    for words in draft.own_words:
        held = [reference for reference in words.references if reference.startswith("Goal/")]
        yield f"words-{words.text}", held[0] if held else _quoted(words, subject)
    for line in draft.proposed_goals():
        yield f"goal-{line.code}", _proposed(line, subject)


def _proposed(line: GoalLine, subject: Resource) -> Resource:
    cited = [f"Sources: {' · '.join(source.citation for source in line.sources)}"] if line.sources else []
    unsourced = ["No source found, needs clinical confirmation."] if line.unsourced else []
    addressed = [{"reference": name} for name in line.because if name.split("/")[0] in ADDRESSED]
    return _goal(line.category, line.label, subject, [line.why, *cited, *unsourced], line.code) | (
        {"addresses": addressed} if addressed else {}
    )


def _quoted(words: OwnWords, subject: Resource) -> Resource:
    asked = [f"Asked: {words.question}"] if words.question else []
    goal = _goal("priority", words.text, subject, [f"Quoted: {source_of_words(words)}.", *asked])
    goal["extension"] = [
        {"url": extension_url("goal-source"), "valueReference": {"reference": reference}}
        for reference in words.references
    ]
    return goal | ({"expressedBy": subject} if words.said_by == "patient" else {})


def _goal(category: str, text: str, subject: Resource, notes: list[str], code: str = "") -> Resource:
    coding = {"coding": [{"system": system_url("goal"), "code": code}]} if code else {}
    return {
        "resourceType": "Goal",
        "meta": {"profile": [PROFILE]},
        "lifecycleStatus": "proposed",
        "category": [{"coding": [{"system": system_url("goal-category"), "code": category}]}],
        "description": coding | {"text": text},
        "subject": subject,
        "note": [{"text": note} for note in notes],
    }
