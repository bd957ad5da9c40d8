"""What we need of a server, type by type: derived from the searches we make and the plan we write."""

from __future__ import annotations

from dataclasses import dataclass

from plugin.chart.searches import CHART_SEARCHES

# Without these there is no plan; without the others there is one, with facts left open.
ESSENTIAL = frozenset({"Patient", "Observation", "Condition"})


@dataclass(frozen=True, slots=True)
class Need:
    """What is asked of one resource type.

    label: what for, in words. essential: nothing works without. interactions: codes of FHIR's
    restful interactions. parameters: search parameters. include: for `_include`.
    """

    resource_type: str
    label: str
    essential: bool
    interactions: tuple[str, ...]
    parameters: tuple[str, ...] = ()
    include: str = ""


@dataclass(frozen=True, slots=True)
class Write:
    """A resource type that a reviewed plan is written as.

    loss: what is missing in the EHR where it cannot be written. updates: whether we replace it when the plan changes.
    once: whether a second copy is prevented by a conditional create. essential: whether a plan can be saved without.
    """

    resource_type: str
    loss: str
    updates: bool = False
    once: bool = True
    essential: bool = False

    @property
    def interactions(self) -> tuple[str, ...]:
        """The interactions that writing and reading back need."""
        return ("create", "read", *(("update",) if self.updates else ()))


WRITES = (
    Write("CarePlan", "the plan cannot be saved as such; it has to go as a document, or be downloaded", updates=True),
    Write("Goal", "goals stay inside the plan"),
    Write("QuestionnaireResponse", "what the clinician decided line by line is not in the chart"),
    Write("Observation", "facts that the clinician states stay in the plug-in", updates=True),
    Write("DocumentReference", "the printed plan cannot be filed"),
    Write("Provenance", "who reviewed the plan is not recorded beside it", once=False),
)

# Asked about and told, though we write none: the review form travels inside its QuestionnaireResponse.
FORM = Write("Questionnaire", "")

_IDENTIFIED = frozenset({"CarePlan", "Goal", "Observation"})


def reading_needs() -> tuple[Need, ...]:
    """What reading a chart needs, in the order of importance."""
    needs = [Need("Patient", "The patient's own record", True, ("read",))]
    referred = False
    for search in CHART_SEARCHES:
        kind = search.resource_type
        parameters = ("patient", "identifier") if kind in _IDENTIFIED else ("patient",)
        include = f"{kind}:{search.refers.removesuffix('Reference')}" if search.refers else ""
        referred = referred or bool(search.refers)
        needs.append(Need(kind, search.label, kind in ESSENTIAL, ("search-type",), parameters, include))
    if referred:
        needs.append(Need("Medication", "What prescriptions refer to", False, ("read",)))
    return tuple(needs)
