"""What is offered, said once: operations with their parameters, and search parameters.

Requests are read by it, and the CapabilityStatement, the OperationDefinitions and the OpenAPI document are made of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# Where the value of a parameter may stand in a Parameters resource, by its FHIR type.
ELEMENTS: dict[str, tuple[str, ...]] = {
    "string": ("valueString", "valueReference", "valueUri"),
    "canonical": ("valueCanonical", "valueUri", "valueString"),
    "Reference": ("valueReference",),
    "date": ("valueDate",),
    "boolean": ("valueBoolean",),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an operation, as OperationDefinition.parameter (FHIR R4) has it.

    type: a FHIR type; a resource type where a resource is handed over; empty where it has parts. most: `1` or `*`.
    """

    name: str
    type: str
    least: int
    most: Literal["1", "*"]
    says: str
    parts: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation on a type and on its instances.

    identifying: the parameters that name the instance where the address does not. base: the OperationDefinition that
    it follows. scope: what a token must allow.
    """

    code: str
    kind: str
    title: str
    says: str
    base: str
    scope: str
    identifying: tuple[Parameter, ...]
    taken: tuple[Parameter, ...]
    given: tuple[Parameter, ...]

    @property
    def id(self) -> str:
        """Of its OperationDefinition."""
        return f"{self.kind}-{self.code}"


@dataclass(frozen=True, slots=True)
class SearchParameter:
    """One search parameter. element: where the value stands. kind: of SearchParameter.type."""

    name: str
    kind: Literal["token", "uri", "string"]
    element: str
    says: str


SEARCHES = (
    SearchParameter("_id", "token", "id", "The id of the resource; several are separated by commas."),
    SearchParameter("url", "uri", "url", "The canonical URL, exactly."),
    SearchParameter("version", "token", "version", "The version, exactly."),
    SearchParameter("name", "string", "name", "How the name begins, whatever the case; :exact and :contains."),
    SearchParameter("title", "string", "title", "How the title begins, whatever the case; :exact and :contains."),
    SearchParameter("status", "token", "status", "draft, active, retired or unknown."),
)

_SUBJECT = (
    "The patient, as Patient/id, whose chart `data` holds; an absolute address has to be the fullUrl of the Patient "
    "there. A plan is drafted for one patient at a time, and for no other kind of subject."
)
_DATA = Parameter(
    "data",
    "Bundle",
    1,
    "*",
    "The chart: a Bundle of the patient's resources, as the server answers a search or $everything. Nothing is kept, "
    "and nothing is fetched from anywhere: what is not in it is not known.",
)
_AS_OF = Parameter(
    "as_of",
    "date",
    0,
    "1",
    "The day to draft for; today in the time zone of the settings when left out. The same chart and day give the same "
    "answer.",
)
# Of R4's $apply. They would tell of the setting, on which no template depends.
_WITHOUT_EFFECT = tuple(
    Parameter(name, kind, 0, "1", "Taken as FHIR R4 has it, and without effect: no template depends on it.")
    for name, kind in (
        ("encounter", "string"),
        ("practitioner", "string"),
        ("organization", "string"),
        ("userType", "CodeableConcept"),
        ("userLanguage", "CodeableConcept"),
        ("userTaskContext", "CodeableConcept"),
        ("setting", "CodeableConcept"),
        ("settingContext", "CodeableConcept"),
    )
)
_PLAN = (
    Parameter("planDefinition", "canonical", 0, "1", "The canonical URL of the template, as `url`."),
    Parameter("url", "canonical", 0, "1", "The canonical URL of the template, with or without |version."),
)
_FORM = (
    Parameter("questionnaire", "canonical", 0, "1", "The canonical URL of the form, with or without |version."),
    Parameter("canonical", "canonical", 0, "1", "The same, as newer versions of the guide name it."),
    Parameter("questionnaireRef", "Reference", 0, "1", "A Reference to the form on this server: Questionnaire/id."),
)
_CHART = (Parameter("subject", "string", 1, "1", _SUBJECT), _DATA, _AS_OF)

APPLY = Operation(
    "apply",
    "PlanDefinition",
    "Apply",
    "Drafts a plan for one patient: a CarePlan of status draft and intent proposal. What it refers to and no server "
    "has, its goals and the source attributes, is contained. Nothing is ordered, nothing is stored.",
    "http://hl7.org/fhir/OperationDefinition/PlanDefinition-apply",
    "PlanDefinition.r",
    _PLAN,
    (*_CHART, *_WITHOUT_EFFECT),
    (Parameter("return", "CarePlan", 1, "1", "The drafted plan."),),
)
DRAFT = Operation(
    "draft",
    "PlanDefinition",
    "Draft",
    "The whole draft, as `careplan draft --format fhir` prints it: a Bundle of type collection with CarePlan, Goals, "
    "the three forms filled with this draft, GuidanceResponse with what is missing, and Provenance.",
    "",
    "PlanDefinition.r",
    _PLAN,
    (*_CHART, *_WITHOUT_EFFECT),
    (Parameter("return", "Bundle", 1, "1", "The draft."),),
)
POPULATE = Operation(
    "populate",
    "Questionnaire",
    "Populate",
    "One of the forms for one patient: its questions, those that chart and draft answer with the answer and where it "
    "came from. The form as it is for this patient is contained, since which facts it asks follows from the draft.",
    "http://hl7.org/fhir/uv/sdc/OperationDefinition/Questionnaire-populate",
    "Questionnaire.r",
    _FORM,
    (
        Parameter("subject", "Reference", 1, "1", _SUBJECT),
        Parameter(
            "context",
            "",
            0,
            "*",
            "Resources for populating, as a launch context names them. Resources and Bundles count as `data`.",
            (
                Parameter("name", "string", 1, "1", "What the content is, such as patient."),
                Parameter("content", "Resource", 1, "*", "A resource, or a Reference to the subject."),
            ),
        ),
        Parameter(_DATA.name, _DATA.type, 0, _DATA.most, _DATA.says),
        Parameter("local", "boolean", 0, "1", "Whether to use what the server itself knows; it keeps no charts."),
        _AS_OF,
    ),
    (
        Parameter("response", "QuestionnaireResponse", 1, "1", "The form with its answers, in progress."),
        Parameter("issues", "OperationOutcome", 0, "1", "What of the request or the chart was not used, and why."),
    ),
)
OPERATIONS = (APPLY, DRAFT, POPULATE)
