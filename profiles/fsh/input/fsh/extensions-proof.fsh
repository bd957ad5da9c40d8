Extension: Invariant
Id: invariant
Title: "Invariant"
Description: "What must hold for every patient there could be; decided over all combinations of the facts that it depends on. `when` says of whom it speaks, everybody where it is missing; what the other fields say depends on the kind."
* insert OnElement(Library)
* extension contains
    id 1..1 and
    statement 1..1 and
    kind 1..1 and
    when 0..1 and
    group 0..* and
    category 0..* and
    every-category 0..1 and
    never 0..* and
    beside 0..* and
    agent 0..* and
    agent-class 0..* and
    with-agent 0..* and
    with-class 0..* and
    with-category 0..* and
    assessment 0..* and
    supportive-care 0..* and
    alert 0..* and
    except 0..* and
    presumption 0..1 and
    source 0..*
* insert OneValue(id, string)
* insert OneValue(statement, string)
* insert OneValue(kind, code)
* extension[kind].valueCode from InvariantKinds (required)
* insert OneValue(when, Expression)
* insert OneValue(group, canonical)
* insert OneValue(category, code)
* extension[category].valueCode from TreatmentCategories (required)
* insert OneValue(every-category, boolean)
* insert OneValue(never, code)
* extension[never].valueCode from LineDisposition (required)
* insert OneValue(beside, code)
* extension[beside].valueCode from TreatmentCategories (required)
* insert OneValue(agent, string)
* insert OneValue(agent-class, code)
* insert OneValue(with-agent, string)
* insert OneValue(with-class, code)
* insert OneValue(with-category, code)
* insert OneValue(assessment, code)
* extension[assessment].valueCode from Assessments (required)
* insert OneValue(supportive-care, code)
* extension[supportive-care].valueCode from SupportiveCareItems (required)
* insert OneValue(alert, code)
* insert OneValue(except, string)
* insert OneValue(presumption, code)
* extension[presumption].valueCode from PresumptionHandlingCodes (required)
* insert OneValue(source, string)

CodeSystem: InvariantKind
Id: invariant-kind
Title: "Kind of an invariant"
Description: "What an invariant says, so that it can be decided for every patient."
* insert CompleteCodeSystem
* #never "Never stands so" "When it applies, none of its categories stands as one of the dispositions under `never`."
* #not-named "Never named" "When it applies, none of its drugs is named on a line, or on a line of its categories."
* #accompanied "Never alone" "When it applies, one of its categories is offered, or one of its drugs named on a line of its categories where it has any, only where a category under `beside` is offered as well."
* #listed "Always listed" "When it applies, and one of its categories, where it has any, may be started, its tests, its care and its alerts are listed."
* #apart "Kept apart" "When it applies, its drugs and categories are said not to go together with those it names after `with`."
* #rests-on-known "Rests on what is known" "No category is offered while a fact is unknown that could still take the offer back; facts under `except` may."
* #learning-never-opens "Learning never opens" "No closed category becomes offered by one more fact alone; facts under `except` may do that."

ValueSet: InvariantKinds
Id: invariant-kinds
Title: "Kinds of an invariant"
Description: "All kinds of an invariant."
* insert PlainValueSet
* include codes from system InvariantKind
