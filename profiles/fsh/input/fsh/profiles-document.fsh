// The plan on paper, for an EHR that takes documents and no CarePlan.

Profile: PlanDocument
Parent: DocumentReference
Id: plan-document
Title: "Printed care plan"
Description: "A reviewed plan as a printed page (PDF), for an EHR that takes no CarePlan. A note about a proposal: nothing in it is ordered. Category and type are those that US Core asks of clinical notes and LOINC gives to notes about a plan of care. One resource for each version of the plan; a later one names the one that it replaces."
* insert PlainDefinition
* identifier 1..*
* docStatus 1..1
* type 1..1
* type = http://loinc.org#18776-5 "Plan of care note"
* category 1..*
* category ^slicing.discriminator.type = #pattern
* category ^slicing.discriminator.path = "$this"
* category ^slicing.rules = #open
* category ^slicing.description = "US Core asks notes for clinical-note; others may stand beside it"
* category contains note 1..1
* category[note] = http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category#clinical-note "Clinical Note"
* subject 1..1
* subject only Reference(Patient)
* date 1..1
* author 1..*
* content 1..1
* content.attachment.contentType 1..1
* content.attachment.contentType = #application/pdf (exactly)
* content.attachment.title 1..1
* context 1..1
* context.related 1..*
