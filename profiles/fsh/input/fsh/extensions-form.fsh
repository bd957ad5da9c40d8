// What the forms of a template, and of a draft, say about an item or an answer: when it belongs there, and where from.

RuleSet: OnQuestion
* insert PlainDefinition
* ^context[0].type = #element
* ^context[=].expression = "Questionnaire.item"
* ^context[+].type = #element
* ^context[=].expression = "Questionnaire.item.answerOption"

Extension: ItemWhen
Id: item-when
Title: "When an item belongs into the form"
Description: "FHIRPath over findings. False leaves the item or the answer out; true or unknown shows it, true before unknown."
* insert OnQuestion
* value[x] 1..1
* value[x] only Expression
* valueExpression.language = #text/fhirpath
* valueExpression.expression 1..1

Extension: ItemWith
Id: item-with
Title: "Beside which treatment an item belongs into the form"
Description: "A treatment category, or the ValueSet of a group of them, of which one must be open in the draft; repeats, any of them will do."
* insert OnQuestion
* value[x] 1..1
* value[x] only code or canonical
* valueCode from TreatmentCategories (required)

Extension: PageWhen
Id: page-when
Title: "When a sign stands on the page for the patient"
Description: "FHIRPath over findings. True or unknown leaves a sign that cannot wait on the page that the patient takes home, false leaves it off unless a treatment of page-with was taken into the plan. A sign with neither stands on every page."
* insert OnElement(Questionnaire.item)
* value[x] 1..1
* value[x] only Expression
* valueExpression.language = #text/fhirpath
* valueExpression.expression 1..1

Extension: PageWith
Id: page-with
Title: "With which treatment a sign stands on the page for the patient"
Description: "A treatment category, or the ValueSet of a group of them: where one was taken into the plan, the sign stands on the page that the patient takes home; repeats."
* insert OnElement(Questionnaire.item)
* value[x] 1..1
* value[x] only code or canonical
* valueCode from TreatmentCategories (required)

Extension: ItemRest
Id: item-rest
Title: "Where answers go that do not fit"
Description: "The linkId of the item that takes the answers of this one that do not fit the draft, so that none is lost."
* insert OnElement(Questionnaire.item)
* value[x] 1..1
* value[x] only string

Extension: ItemSource
Id: item-source
Title: "Knowledge entry"
Description: "Id of the entry in the knowledge base that the item or the answer says in plain words; repeats."
* insert OnQuestion
* value[x] 1..1
* value[x] only string

Extension: ItemMatters
Id: item-matters
Title: "Says what matters"
Description: "True where the answer is what the patient wants of the care: it leads the goals of the next draft, in own words."
* insert OnElement(Questionnaire.item)
* value[x] 1..1
* value[x] only boolean
* valueBoolean = true

Extension: ItemUrgent
Id: item-urgent
Title: "Cannot wait"
Description: "True on a question or an answer of the patient's form that cannot wait for the visit: who says yes to it is told to tell somebody at once, and so is the clinician."
* insert OnQuestion
* value[x] 1..1
* value[x] only boolean
* valueBoolean = true

Extension: ItemUrgentFrom
Id: item-urgent-from
Title: "Cannot wait from this number on"
Description: "The number from which on an answer of the patient's form cannot wait for the visit, as for `item-urgent`."
* insert OnElement(Questionnaire.item)
* value[x] 1..1
* value[x] only integer

Extension: ItemSign
Id: item-sign
Title: "Finding that the answer is a sign of"
Description: "A finding that may be so where the patient says yes to the question or chooses the answer, and for how many days that counts. It settles nothing: the finding is not presumed absent, and a clinician is asked about it first. Repeats."
* insert OnQuestion
* extension contains
    finding 1..1 and
    days 1..1
* extension[finding].value[x] 1..1
* extension[finding].value[x] only code
* extension[days].value[x] 1..1
* extension[days].value[x] only positiveInt

Extension: ItemOrigin
Id: item-origin
Title: "Origin of a value"
Description: "Where the value that a form shows came from; the terms of information-origin in Da Vinci DTR."
* insert PlainDefinition
* ^context[0].type = #element
* ^context[=].expression = "Questionnaire.item"
* ^context[+].type = #element
* ^context[=].expression = "QuestionnaireResponse.item.answer"
* value[x] 1..1
* value[x] only code
* valueCode from ItemOriginCodes (required)

Extension: ReadingLevel
Id: reading-level
Title: "Reading level"
Description: "How easy the words of a form are, by a published formula; repeats, once a language."
* insert OnElement(Questionnaire)
* extension contains
    language 1..1 and
    formula 1..1 and
    value 1..1
* extension[language].value[x] 1..1
* extension[language].value[x] only code
* extension[formula].value[x] 1..1
* extension[formula].value[x] only string
* extension[value].value[x] 1..1
* extension[value].value[x] only decimal

Extension: GoalSource
Id: goal-source
Title: "Where a goal was said"
Description: "The resource in which the patient said what the goal quotes."
* insert OnElement(Goal)
* value[x] 1..1
* value[x] only Reference(QuestionnaireResponse)

CodeSystem: ItemOriginSystem
Id: item-origin
Title: "Origin of a value"
Description: "Where a value came from, in the terms of Da Vinci DTR."
* insert CompleteCodeSystem
* #auto "Automatic" "Read or worked out from the chart by software."
* #override "Override" "Read from the chart, then replaced by a person."
* #manual "Manual" "Entered by a person."

ValueSet: ItemOriginCodes
Id: item-origin-codes
Title: "Origins of a value"
Description: "All origins."
* insert PlainValueSet
* include codes from system ItemOriginSystem

Extension: DecisionReason
Id: decision-reason
Title: "A reason to choose from"
Description: "A reason that the review offers beside one decision; reviewers may always write their own."
* insert OnElement(Questionnaire)
* extension contains
    decision 1..1 and
    text 1..1
* extension[decision].value[x] 1..1
* extension[decision].value[x] only code
* extension[decision].valueCode from ReviewDecisionCodes (required)
* extension[text].value[x] 1..1
* extension[text].value[x] only string

Extension: ChangeSetting
Id: change-setting
Title: "A setting to choose from"
Description: "Where a changed line may be carried out, as the review offers it; reviewers may always write their own."
* insert OnElement(Questionnaire)
* value[x] 1..1
* value[x] only string
