// Single drugs: the table of drugs, the parts of a category, what is not given together, and what older texts say.

Extension: DrugExtension
Id: drug
Title: "Drug"
Description: "One drug: its name as lines write it, its classes, the one that people read first, and its uses, each with categories, status, date as written and source."
* insert OnElement(Library)
* extension contains
    name 1..1 and
    class 1..* and
    use 1..*
* insert OneValue(name, string)
* insert OneValue(class, code)
* extension[class].valueCode from DrugClassCodes (required)
* extension[use].extension contains
    text 1..1 and
    category 0..* and
    status 1..1 and
    date 0..1 and
    source 0..* and
    new 0..1
* insert NestedValue(use, text, string)
* insert NestedValue(use, category, code)
* extension[use].extension[category].valueCode from TreatmentCategories (required)
* insert NestedValue(use, status, code)
* extension[use].extension[status].valueCode from RegulatoryStatusCodes (required)
* insert NestedValue(use, date, string)
* insert NestedValue(use, source, string)
* insert NestedValue(use, new, boolean)
* extension[use].extension[new].valueBoolean = true

Extension: CategoryPart
Id: category-part
Title: "Part of a category"
Description: "One part of a treatment category: the category is possible only while at least one of these drugs is not held back; repeats, one for each part."
* insert OnElement(Library)
* extension contains
    category 1..1 and
    name 1..1 and
    agent 1..*
* insert OneValue(category, code)
* extension[category].valueCode from TreatmentCategories (required)
* insert OneValue(name, string)
* insert OneValue(agent, string)

Extension: GateAgent
Id: gate-agent
Title: "Drug that a gate holds back"
Description: "A drug of the drug table, as ActivityDefinitions name it; repeats. With it, gate-target only says on which lines; without gate-target it is held back on every line."
* insert OnRule
* value[x] 1..1
* value[x] only string

Extension: GateWaiting
Id: gate-waiting
Title: "Who waits"
Description: "`alone`: while the gate is undecided only its drugs wait, and no line on their account. For facts that are settled before a start and do not decide whether a category fits."
* insert OnRule
* value[x] 1..1
* value[x] only code
* valueCode = #alone

Extension: CombinationGroup
Id: combination-group
Title: "One side of a combination"
Description: "Drugs, classes of drugs or categories that must not be given together with those of the other side. Each combination has two sides; a class on both sides stands for two drugs of that class."
* insert OnRule
* extension contains
    agent 0..* and
    class 0..* and
    category 0..*
* insert OneValue(agent, string)
* insert OneValue(class, code)
* extension[class].valueCode from DrugClassCodes (required)
* insert OneValue(category, code)
* extension[category].valueCode from TreatmentCategories (required)

Extension: CombinationDisposition
Id: combination-disposition
Title: "Disposition of a combination"
Description: "`not-offered`: never together. `judgement`: together only by the clinician's decision."
* insert OnRule
* value[x] 1..1
* value[x] only code
* valueCode from CombinationDispositionCodes (required)

Extension: SupersededStatement
Id: superseded-statement
Title: "Superseded statement"
Description: "What an older text says, what became of it, what holds now, on whose authority, and on which lines a clinician would look for it."
* insert OnElement(Library)
* extension contains
    id 1..1 and
    says 1..1 and
    status 1..1 and
    now 1..1 and
    severity 1..1 and
    source 0..* and
    category 0..* and
    assessment 0..* and
    supportive-care 0..* and
    when 0..1
* insert OneValue(id, string)
* insert OneValue(says, string)
* insert OneValue(status, code)
* extension[status].valueCode from SupersededStatusCodes (required)
* insert OneValue(now, string)
* insert OneValue(severity, code)
* extension[severity].valueCode from SeverityCodes (required)
* insert OneValue(source, string)
* insert OneValue(category, code)
* extension[category].valueCode from TreatmentCategories (required)
* insert OneValue(assessment, code)
* extension[assessment].valueCode from Assessments (required)
* insert OneValue(supportive-care, code)
* extension[supportive-care].valueCode from SupportiveCareItems (required)
* insert OneValue(when, Expression)

Extension: ActivityAgent
Id: activity-agent
Title: "Drug of a line"
Description: "A drug of the line's class: whether the line names it (`offered`), names it for judgement only, lets it wait or does not name it, why, and how it stands with the regulator; repeats. Chooses none."
* insert OnLine
* extension contains
    name 1..1 and
    disposition 1..1 and
    status 0..* and
    rule 0..1 and
    reason 0..1 and
    waits-for 0..* and
    new 0..1
* insert OneValue(name, string)
* insert OneValue(disposition, code)
* extension[disposition].valueCode from LineDisposition (required)
* insert OneValue(status, CodeableConcept)
* extension[status].valueCodeableConcept from RegulatoryStatusCodes (required)
* insert OneValue(rule, string)
* insert OneValue(reason, string)
* insert OneValue(waits-for, string)
* insert OneValue(new, boolean)

Extension: ActivityRegulatoryCode
Id: activity-regulatory-code
Title: "Regulatory status, coded"
Description: "A status that drugs named by the line have for this category; repeats."
* insert OnLine
* value[x] 1..1
* value[x] only CodeableConcept
* valueCodeableConcept from RegulatoryStatusCodes (required)

Extension: ActivityNotBeside
Id: activity-not-beside
Title: "Not together with"
Description: "Another line of this plan that must not be given at the same time, and why; repeats. `agent`: the drugs that this holds for, where it does not hold for the whole lines. `both-accepted`: a clinician has accepted both."
* insert OnLine
* extension contains
    category 1..1 and
    rule 1..1 and
    reason 1..1 and
    disposition 1..1 and
    agent 0..* and
    both-accepted 0..1
* insert OneValue(category, CodeableConcept)
* extension[category].valueCodeableConcept from TreatmentCategories (required)
* insert OneValue(rule, string)
* insert OneValue(reason, string)
* insert OneValue(disposition, code)
* extension[disposition].valueCode from CombinationDispositionCodes (required)
* insert OneValue(agent, string)
* insert OneValue(both-accepted, boolean)

Extension: ActivitySuperseded
Id: activity-superseded
Title: "Superseded statement about a line"
Description: "What older texts say about the line, and what holds now; repeats."
* insert OnLine
* extension contains
    id 1..1 and
    says 1..1 and
    status 1..1 and
    now 1..1 and
    severity 1..1 and
    source 0..*
* insert OneValue(id, string)
* insert OneValue(says, string)
* insert OneValue(status, CodeableConcept)
* extension[status].valueCodeableConcept from SupersededStatusCodes (required)
* insert OneValue(now, string)
* insert OneValue(severity, CodeableConcept)
* extension[severity].valueCodeableConcept from SeverityCodes (required)
* insert OneValue(source, RelatedArtifact)
