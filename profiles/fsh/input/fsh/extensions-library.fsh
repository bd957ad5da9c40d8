// What the Libraries and ActivityDefinitions of a template carry.

RuleSet: OnElement(expression)
* insert PlainDefinition
* ^context.type = #element
* ^context.expression = "{expression}"

Extension: NamedCondition
Id: named-condition
Title: "Named condition"
Description: "A condition that several rules use by name: FHIRPath over findings, with a description in plain words; repeats."
* insert OnElement(Library)
* value[x] 1..1
* value[x] only Expression
* valueExpression.name 1..1
* valueExpression.description 1..1
* valueExpression.language = #text/fhirpath
* valueExpression.expression 1..1

Extension: EvidenceYear
Id: evidence-year
Title: "Year"
Description: "Year of the source."
* insert OnElement(RelatedArtifact)
* value[x] 1..1
* value[x] only integer

Extension: EvidenceKindExtension
Id: evidence-kind
Title: "Kind of source"
Description: "What kind of publication the source is."
* insert OnElement(RelatedArtifact)
* value[x] 1..1
* value[x] only code
* valueCode from EvidenceKindCodes (required)

Extension: EvidenceVerificationExtension
Id: evidence-verification
Title: "Verification"
Description: "How far the source was read."
* insert OnElement(RelatedArtifact)
* value[x] 1..1
* value[x] only code
* valueCode from EvidenceVerificationCodes (required)

Extension: EvidenceRead
Id: evidence-read
Title: "Read on"
Description: "Day on which the source was last read."
* insert OnElement(RelatedArtifact)
* value[x] 1..1
* value[x] only date

Extension: ActivityAgents
Id: activity-agents
Title: "Agents"
Description: "Name of a drug of the class; repeats. Names the class, chooses none."
* insert OnElement(ActivityDefinition)
* value[x] 1..1
* value[x] only string

Extension: OpenQuestion
Id: open-question
Title: "Open question"
Description: "A question that the sources leave open, what the template does until it is answered, the places that do it, and who decides; repeats."
* insert OnElement(Library)
* extension contains
    key 1..1 and
    question 1..1 and
    default 1..1 and
    encoded 0..* and
    decides 0..1
* extension[key].value[x] 1..1
* extension[key].value[x] only string
* extension[question].value[x] 1..1
* extension[question].value[x] only string
* extension[default].value[x] 1..1
* extension[default].value[x] only string
* extension[encoded].value[x] 1..1
* extension[encoded].value[x] only string
* extension[decides].value[x] 1..1
* extension[decides].value[x] only string

Extension: ActivityAsk
Id: activity-ask
Title: "What to ask or check"
Description: "A question for the patient or a thing to check with this item; repeats."
* insert OnElement(ActivityDefinition)
* value[x] 1..1
* value[x] only string

Extension: ActivityResult
Id: activity-result
Title: "Result of a test"
Description: "One of the results that a test of several brings, by its short name, and the finding that says whether the chart has it; repeats."
* insert OnElement(ActivityDefinition)
* extension contains
    name 1..1 and
    finding 1..1
* extension[name].value[x] 1..1
* extension[name].value[x] only string
* extension[finding].value[x] 1..1
* extension[finding].value[x] only code
