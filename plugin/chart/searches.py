"""Which searches a chart needs: the resource types that findings are read from, as data, in the order of importance."""

from __future__ import annotations

from dataclasses import dataclass

from plugin.chart.client import Parameters

# The standard's observation categories. Some EHRs refuse a search for all Observations; those are asked one by one.
_OBSERVATION_CATEGORIES = (
    "laboratory",
    "survey",
    "exam",
    "vital-signs",
    "imaging",
    "procedure",
    "therapy",
    "social-history",
    "activity",
)


@dataclass(frozen=True, slots=True)
class Search:
    """One search of a patient's chart.

    label: what the clinician reads when it fails, in the plural.
    refers: element with the reference to a resource without which the found one is meaningless. Asked for together
        (`_include`), and one by one where the server does not send it along.
    categories: where the server refuses the plain search, the categories to ask for instead.
    """

    resource_type: str
    label: str
    refers: str = ""
    categories: tuple[str, ...] = ()

    def parameters(self, patient_id: str) -> Parameters:
        """The query of the plain search."""
        plain = [("patient", patient_id)]
        if not self.refers:
            return plain
        return [*plain, ("_include", f"{self.resource_type}:{self.refers.removesuffix('Reference')}")]


PATIENT = Search("Patient", "The patient's own record")

CHART_SEARCHES = (
    Search("Observation", "Results and observations", categories=_OBSERVATION_CATEGORIES),
    Search("Condition", "Conditions"),
    Search("DiagnosticReport", "Diagnostic reports"),
    Search("Specimen", "Specimens"),
    Search("MedicationRequest", "Prescriptions", refers="medicationReference"),
    Search("MedicationStatement", "Medication statements", refers="medicationReference"),
    Search("MedicationAdministration", "Administered medication", refers="medicationReference"),
    Search("Procedure", "Procedures"),
    Search("CarePlan", "Care plans"),
    Search("AllergyIntolerance", "Allergies and intolerances"),
    Search("Goal", "The patient's goals"),
    Search("QuestionnaireResponse", "Forms that the patient filled in"),
)
