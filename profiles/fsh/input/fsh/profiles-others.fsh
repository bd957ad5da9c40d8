// What travels with a plan: the review form, clinicians' statements, the answer to the request, the provenance.

Profile: PlanReviewQuestionnaire
Parent: Questionnaire
Id: plan-review-questionnaire
Title: "Plan review"
Description: "The four lists of a drafted plan, its tests and its supportive care, as a form: accept, change or decline each line. A group without lines says so in a display item."
* insert PlainDefinition
* title 1..1
* status = #draft
* subjectType 1..1
* obeys form-1
* item 1..*
* item ^slicing.discriminator.type = #value
* item ^slicing.discriminator.path = "linkId"
* item ^slicing.rules = #open
* item contains
    offered 1..1 and
    conditional 1..1 and
    judgement 1..1 and
    notOffered 1..1 and
    assessments 1..1 and
    support 1..1
* insert ReviewGroup(offered, offered)
* insert ReviewGroup(conditional, conditional)
* insert ReviewGroup(judgement, judgement)
* insert ReviewGroup(notOffered, not-offered)
* insert ReviewGroup(assessments, assessments)
* insert ReviewGroup(support, support)

Invariant: form-1
Description: "The form is about a patient."
Severity: #error
Expression: "subjectType.count() = 1 and subjectType.first() = 'Patient'"

RuleSet: ReviewGroup(slice, link)
* item[{slice}].linkId = "{link}"
* item[{slice}].text 1..1
* item[{slice}].type = #group
* item[{slice}].item 1..*

Profile: FindingObservation
Parent: Observation
Id: finding-observation
Title: "Clinician's statement of a fact"
Description: "A fact of the vocabulary stated or corrected by a clinician. It leads over what the chart says. A correction updates it; a withdrawal marks it entered-in-error."
* insert PlainDefinition
* status from StatementStatus (required)
* code from FindingCodes (required)
* code.coding 1..*
* subject 1..1
* subject only Reference(Patient)
* effective[x] 1..1
* effective[x] only dateTime
* performer 1..*
* value[x] 1..1
* value[x] only boolean or integer or Quantity or CodeableConcept
* dataAbsentReason 0..0

Profile: FindingRead
Parent: Observation
Id: finding-read
Title: "Fact as software reads it from a chart"
Description: "A fact of the vocabulary as the software reads it, with the results that it was read from. Nobody states it: it names no performer, and reading it again gives no fact."
* insert PlainDefinition
* status from ReadFindingStatus (required)
* code from FindingCodes (required)
* code.coding 1..*
* subject 1..1
* subject only Reference(Patient)
* effective[x] 1..1
* effective[x] only dateTime
* performer 0..0
* device 1..1
* method 1..1
* method from FindingStateCodes (required)
* value[x] only boolean or integer or Quantity or CodeableConcept
* obeys finding-read-1

Invariant: finding-read-1
Description: "A fact has a value, or the reason why there is none."
Severity: #error
Expression: "value.exists() = dataAbsentReason.empty()"

Profile: PlanGuidanceResponse
Parent: GuidanceResponse
Id: plan-guidance-response
Title: "Answer to the request for a draft"
Description: "Says whether the draft had every fact it needed, and which facts are missing."
* insert PlainDefinition
* module[x] only canonical
* status from GuidanceStatus (required)
* subject 1..1
* subject only Reference(Patient)
* occurrenceDateTime 1..1
* result only Reference(CarePlan)
* obeys guidance-1

Invariant: guidance-1
Description: "Data are required exactly when a requirement is listed."
Severity: #error
Expression: "(status = 'data-required') = dataRequirement.exists()"

Profile: PlanProvenance
Parent: Provenance
Id: plan-provenance
Title: "Provenance of a plan"
Description: "Which software and which templates made the plan from which inputs, as of when; after review also who reviewed it."
* insert PlainDefinition
* agent ^slicing.discriminator.type = #pattern
* agent ^slicing.discriminator.path = "type"
* agent ^slicing.rules = #open
* agent contains
    software 1..1 and
    reviewer 0..*
* agent[software].type 1..1
* agent[software].type = $participant#assembler
* agent[reviewer].type 1..1
* agent[reviewer].type = $participant#verifier
* agent[reviewer].who only Reference(Practitioner or PractitionerRole)
* entity 1..*

Profile: ReviewProvenance
Parent: PlanProvenance
Id: review-provenance
Title: "Provenance of a reviewed plan"
Description: "As for a plan, with at least one reviewer."
* insert PlainDefinition
* agent[reviewer] 1..*
