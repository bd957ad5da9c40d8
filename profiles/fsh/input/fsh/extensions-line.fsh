// What a line of a plan says beside the code: why, from what, on whose authority, and what the clinician decided.

Extension: ActivityDisposition
Id: activity-disposition
Title: "Disposition"
Description: "In which of the four lists the line stands. Absent on tests and supportive care, which are due or not there."
* insert OnLine
* value[x] 1..1
* value[x] only code
* valueCode from LineDisposition (required)

Extension: ActivityRule
Id: activity-rule
Title: "Rule"
Description: "Id of the template rule that gave the line; repeats, the leading rule first."
* insert OnLine
* value[x] 1..1
* value[x] only string

Extension: ActivityStrength
Id: activity-strength
Title: "Strength of recommendation"
Description: "On what kind of evidence the line rests. The coding names the rating system."
* insert OnLine
* value[x] 1..1
* value[x] only CodeableConcept
* valueCodeableConcept from RuleEvidenceCodes (required)

Extension: ActivityCertainty
Id: activity-certainty
Title: "Certainty"
Description: "How sure the template is that the rule says what its sources say. The coding names the rating system."
* insert OnLine
* value[x] 1..1
* value[x] only CodeableConcept
* valueCodeableConcept from RuleConfidenceCodes (required)

Extension: ActivityCitation
Id: activity-citation
Title: "Citation"
Description: "A source of the line; repeats."
* insert OnLine
* value[x] 1..1
* value[x] only RelatedArtifact
* valueRelatedArtifact.type = #citation
* valueRelatedArtifact.citation 1..1

Extension: ActivityUnsourced
Id: activity-unsourced
Title: "Unsourced"
Description: "True where no checked source stands behind the line: it needs clinical confirmation."
* insert OnLine
* value[x] 1..1
* value[x] only boolean

Extension: ActivityWaitsFor
Id: activity-waits-for
Title: "Waits for"
Description: "An assessment that would settle what the line waits for; repeats."
* insert OnLine
* value[x] 1..1
* value[x] only CodeableConcept
* valueCodeableConcept from Assessments (required)

Extension: ActivityPresumes
Id: activity-presumes
Title: "Presumes"
Description: "A fact taken as so because charts rarely record its absence, such as `visceral-crisis = false`; repeats."
* insert OnLine
* value[x] 1..1
* value[x] only string

Extension: ActivityDerives
Id: activity-derives
Title: "Derives"
Description: "A fact worked out by a written rule from what is reported, such as `metastatic-line = 1`; repeats."
* insert OnLine
* value[x] 1..1
* value[x] only string

Extension: ActivityRegulatoryStatus
Id: activity-regulatory-status
Title: "Regulatory status"
Description: "Approval that matters for the line, with year and country, in words."
* insert OnLine
* value[x] 1..1
* value[x] only string

Extension: ActivityBrings
Id: activity-brings
Title: "Brings along"
Description: "A test or supportive-care line of the same plan that belongs with this category; repeats."
* insert OnLine
* value[x] 1..1
* value[x] only CodeableConcept
* valueCodeableConcept from PlanActivity (required)

Extension: ReviewDecisionExtension
Id: review-decision
Title: "Review decision"
Description: "What the clinician decided about the line, who, when and why."
* insert OnLine
* obeys review-1 and review-2
* extension contains
    decision 1..1 and
    reason 0..1 and
    instead 0..1 and
    after 0..1 and
    not-before 0..1 and
    setting 0..1 and
    until-date 0..1 and
    until 0..1 and
    author 1..1 and
    time 1..1
* extension[decision].value[x] 1..1
* extension[decision].value[x] only code
* extension[decision].valueCode from ReviewDecisionCodes (required)
* extension[reason].value[x] 1..1
* extension[reason].value[x] only string
* extension[reason] ^short = "The text of a change, its parts and the reason, all in words"
* extension[instead] ^short = "What comes in the place of a declined line: a line of this plan, or words"
* insert NamedPart(instead)
* extension[after] ^short = "What a changed line starts after: a line of this plan, or words"
* insert NamedPart(after)
* extension[not-before] ^short = "The first day on which a changed line may start; nothing is scheduled by it"
* extension[not-before].value[x] 1..1
* extension[not-before].value[x] only date
* extension[setting] ^short = "Where a changed line is carried out"
* extension[setting].value[x] 1..1
* extension[setting].value[x] only string
* extension[until-date] ^short = "The day on which a deferred line is asked again"
* extension[until-date].value[x] 1..1
* extension[until-date].value[x] only date
* extension[until] ^short = "The fact or test whose result a deferred line waits for"
* insert NamedPart(until)
* extension[author].value[x] 1..1
* extension[author].value[x] only Reference(Practitioner or PractitionerRole)
* extension[time].value[x] 1..1
* extension[time].value[x] only dateTime

RuleSet: NamedPart(slice)
* extension[{slice}].value[x] 1..1
* extension[{slice}].value[x] only CodeableConcept
* extension[{slice}].valueCodeableConcept.text 1..1

Invariant: review-1
Description: "A change, a decline or a deferral needs a reason."
Severity: #error
Expression: "extension.where(url = 'decision').value != 'accept' implies extension.where(url = 'reason').exists()"

Invariant: review-2
Description: "What comes in the place of a line belongs to a decline, when and where it starts to a change, what it waits for to a deferral."
Severity: #error
Expression: "(extension.where(url = 'instead').exists() implies extension.where(url = 'decision').value = 'decline') and (extension.where(url = 'after' or url = 'not-before' or url = 'setting').exists() implies extension.where(url = 'decision').value = 'change') and (extension.where(url = 'until-date' or url = 'until').exists() implies extension.where(url = 'decision').value = 'defer')"

Extension: OwnLine
Id: own-line
Title: "Line of the clinicians' own"
Description: "Marks a line that a clinician added in their own words. No template, rule or source stands behind it."
* insert OnLine
* extension contains
    kind 1..1 and
    reason 0..1 and
    author 1..1 and
    time 1..1
* extension[kind].value[x] 1..1
* extension[kind].value[x] only code
* extension[kind].valueCode from OwnLineKindCodes (required)
* extension[reason].value[x] 1..1
* extension[reason].value[x] only string
* extension[author].value[x] 1..1
* extension[author].value[x] only Reference(Practitioner or PractitionerRole)
* extension[time].value[x] 1..1
* extension[time].value[x] only dateTime
