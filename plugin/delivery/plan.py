"""A reviewed plan: the draft, what was decided on it and stated for it, and by whom it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from plugin.delivery.again import why_again
from plugin.delivery.clashes import TAKEN, Clash, clashes
from plugin.delivery.lines import Line, decidable_lines, key_of
from plugin.delivery.on_condition import is_on_condition, taken_on_condition, waits_for
from plugin.drafting.model import CategoryLine, Draft
from plugin.library.content import CANONICAL
from plugin.library.rules import Template
from plugin.storage.forms import FilledForm
from plugin.storage.own_lines import OwnHistory
from plugin.storage.reviews import Author, Choice, Decision, Fact, PatientKey
from plugin.storage.reviews import Line as LineKey

IDENTIFIER_SYSTEM = f"{CANONICAL}/NamingSystem/reviewed-plan"
# The types of resources that a plan consists of where the EHR takes all of it.
PLAN_PARTS = frozenset({"CarePlan", "Goal", "Observation", "Provenance", "QuestionnaireResponse"})

GOALS = LineKey("plan-part", "proposed-goals")  # the proposed goals as one thing to decide on: whether they are written


@dataclass(frozen=True, slots=True)
class ReviewedPlan:
    """Everything that goes into the EHR, before it is FHIR.

    decisions, statements: those in force. withdrawn: statements taken back, which the EHR may still hold.
    at: when it is sent. parts: the types of resources that the EHR takes from us; goals and statements that it does
    not take stay inside the plan. encounter_id: of the launch, empty where it has none. own_lines: what clinicians
    added in their own words, and has not been taken away. forms: filled in here.
    """

    patient: PatientKey
    draft: Draft
    template: Template
    decisions: Mapping[LineKey, Decision]
    statements: Mapping[str, Fact]
    reviewer: Author
    at: datetime
    software_version: str
    withdrawn: Mapping[str, Fact] = field(default_factory=dict)
    parts: frozenset[str] = PLAN_PARTS
    encounter_id: str = ""
    own_lines: tuple[OwnHistory, ...] = ()
    forms: tuple[FilledForm, ...] = ()

    @property
    def writes_goals(self) -> bool:
        """Whether goals are resources of their own in the EHR."""
        return "Goal" in self.parts

    @property
    def goals_left_out(self) -> Decision | None:
        """The decision that the proposed goals are not written; None where they are."""
        return self.decisions.get(GOALS)

    @property
    def writes_statements(self) -> bool:
        """Whether what the clinician stated is written as resources of its own."""
        return "Observation" in self.parts

    def decision(self, line: Line) -> Decision | None:
        """The decision that counts for a line: not one taken while it stood elsewhere, nor a deferral that is over."""
        decision = self.decisions.get(key_of(line))
        return None if decision is None or why_again(decision, line, self.draft) else decision

    def asked_again(self, line: Line) -> str:
        """Why a line that was decided is asked again; empty where it is not."""
        decision = self.decisions.get(key_of(line))
        return why_again(decision, line, self.draft) if decision else ""

    def choice(self, line: Line) -> Choice | None:
        """What was decided on a line, None where nothing was."""
        decision = self.decision(line)
        return decision.choice if decision else None

    def taken(self) -> tuple[Line, ...]:
        """The lines taken into the plan, accepted or changed, in the order of the draft."""
        return tuple(line for line in decidable_lines(self.draft) if self.choice(line) in TAKEN)

    def clashes(self) -> tuple[Clash, ...]:
        """The lines taken into the plan that must not be given at the same time."""
        return clashes(self.draft, self.choice)

    def on_condition(self) -> tuple[CategoryLine, ...]:
        """The lines taken into the plan while facts that they depend on are not known."""
        return taken_on_condition(self.draft, self.choice)

    def waits_in_words(self, line: Line) -> str:
        """What a line that was taken into the plan still waits for; empty where it waits for nothing."""
        if not isinstance(line, CategoryLine) or not is_on_condition(line, self.choice(line)):
            return ""
        return waits_for(line, self.template.vocabulary)

    def clashing(self, line: Line) -> frozenset[str]:
        """The codes of the other lines taken into the plan that do not go together with this one."""
        pairs = [(clash.first.code, clash.second.code) for clash in self.clashes()]
        return frozenset(code for pair in pairs if line.code in pair for code in pair) - {line.code}

    def identifier(self, *parts: object) -> dict[str, str]:
        """An identifier that the same thing always gets, and nothing else; says nothing about the patient."""
        return {"system": IDENTIFIER_SYSTEM, "value": str(self.uuid(*parts))}

    def uuid(self, *parts: object) -> str:
        """A name-based UUID for a part of this patient's plan."""
        name = "/".join(map(str, (self.patient.iss, self.patient.patient_id, self.template.id, *parts)))
        return str(uuid5(NAMESPACE_URL, name))
