// The plan before and after review. Both are proposals: nothing active, nothing ordered, dosed or scheduled.

RuleSet: Proposal
* insert PlainDefinition
* text 1..1
* instantiatesCanonical 1..*
* status = #draft
* intent = #proposal
* category 1..*
* category ^slicing.discriminator.type = #pattern
* category ^slicing.discriminator.path = "$this"
* category ^slicing.rules = #open
* category ^slicing.description = "US Core asks for assess-plan; others may stand beside it"
* category contains assessPlan 1..1
* category[assessPlan] = $careplan-category#assess-plan
* subject only Reference(Patient)
* period 0..0
* created 1..1
* obeys plan-1
* activity.reference 0..0
* activity.detail 1..1
* activity.detail.code.coding 1..*
* activity.detail.code from PlanActivity (required)
* activity.detail.scheduled[x] 0..0
* activity.detail.product[x] 0..0
* activity.detail.dailyAmount 0..0
* activity.detail.quantity 0..0
* activity.extension contains
    ActivityDisposition named disposition 0..1 and
    ActivityRule named rule 0..* and
    ActivityStrength named strength 0..1 and
    ActivityCertainty named certainty 0..1 and
    ActivityCitation named citation 0..* and
    ActivityUnsourced named unsourced 0..1 and
    ActivityWaitsFor named waitsFor 0..* and
    ActivityPresumes named presumes 0..* and
    ActivityDerives named derives 0..* and
    ActivityRegulatoryStatus named regulatoryStatus 0..1 and
    ActivityRegulatoryCode named regulatoryCode 0..* and
    ActivityAgent named agent 0..* and
    ActivityNotBeside named notWith 0..* and
    ActivitySuperseded named superseded 0..*
* insert LineExtension(disposition, activity-disposition)
* insert LineExtension(rule, activity-rule)
* insert LineExtension(strength, activity-strength)
* insert LineExtension(certainty, activity-certainty)
* insert LineExtension(citation, activity-citation)
* insert LineExtension(unsourced, activity-unsourced)
* insert LineExtension(waitsFor, activity-waits-for)
* insert LineExtension(presumes, activity-presumes)
* insert LineExtension(derives, activity-derives)
* insert LineExtension(regulatoryStatus, activity-regulatory-status)
* insert LineExtension(regulatoryCode, activity-regulatory-code)

// Names the discriminating URL once more, for validators that do not follow a slice into the extension it names.
RuleSet: LineExtension(slice, extension)
* activity.extension[{slice}].url = "https://careplan-plugin.example.org/fhir/StructureDefinition/{extension}" (exactly)

Invariant: plan-1
Description: "Every canonical that the plan instantiates names its version."
Severity: #error
Expression: "instantiatesCanonical.all($this.contains('|'))"

Profile: CareplanDraft
Parent: CarePlan
Id: careplan-draft
Title: "Drafted care plan"
Description: "A plan drafted from a chart for a clinician to review. A proposal: it carries no decision, order, dose or date to start."
* insert Proposal
* activity.detail.code 1..1
* activity.detail.status = #not-started
* activity.detail.statusReason 0..0

Profile: CareplanReviewed
Parent: CarePlan
Id: careplan-reviewed
Title: "Reviewed care plan"
Description: "A drafted plan with the clinician's decision on its lines. Still a proposal: making it active is an act of the EHR. A line without a decision was left undecided; a declined line stays, cancelled, with its reason. A line that a clinician added in their own words has no code of a template."
* insert Proposal
* activity obeys line-1 and line-2 and line-3 and line-4
* activity.extension contains
    ReviewDecisionExtension named decision 0..1 and
    OwnLine named ownLine 0..1
* activity.detail.status from ProposalActivityStatus (required)

Invariant: line-1
Description: "A line is cancelled exactly when the clinician declined it."
Severity: #error
Expression: "(detail.status = 'cancelled') = extension.where(url = 'https://careplan-plugin.example.org/fhir/StructureDefinition/review-decision').extension.where(url = 'decision').where(value = 'decline').exists()"

Invariant: line-2
Description: "A cancelled line says why."
Severity: #error
Expression: "detail.status = 'cancelled' implies detail.statusReason.text.exists()"

Invariant: line-3
Description: "A line has a code of the template, or it is a clinician's own."
Severity: #error
Expression: "detail.code.exists() != extension.where(url = 'https://careplan-plugin.example.org/fhir/StructureDefinition/own-line').exists()"

Invariant: line-4
Description: "A clinician's own line says what it is, and carries nothing that only a template can say."
Severity: #error
Expression: "extension.where(url = 'https://careplan-plugin.example.org/fhir/StructureDefinition/own-line').exists() implies (detail.description.exists() and extension.count() = 1)"
