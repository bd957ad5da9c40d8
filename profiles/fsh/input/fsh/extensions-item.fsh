// What is known of an item whoever the patient is: on its ActivityDefinition, and on the line of a plan that is about it.

RuleSet: OnItem
* insert PlainDefinition
* ^context[0].type = #element
* ^context[0].expression = "ActivityDefinition"
* ^context[1].type = #element
* ^context[1].expression = "CarePlan.activity"

// A sentence is either backed by sources of evidence.yaml, named by their ids, or says that it is not.
RuleSet: Sentence
* extension contains
    text 1..1 and
    citation 0..* and
    unsourced 0..1
* extension[text].value[x] 1..1
* extension[text].value[x] only string
* extension[citation].value[x] 1..1
* extension[citation].value[x] only string
* extension[unsourced].value[x] 1..1
* extension[unsourced].value[x] only boolean
* extension[unsourced].valueBoolean = true

Extension: ActivityMonitor
Id: activity-monitor
Title: "What to monitor"
Description: "What is watched while the item is given, and by which test; repeats. Names no dose, no limit and no interval."
* insert OnItem
* insert Sentence
* extension contains
    area 1..1 and
    measured-by 0..1
* extension[area].value[x] 1..1
* extension[area].value[x] only code
* extension[area].valueCode from MonitoredAreaCodes (required)
* extension[measured-by].value[x] 1..1
* extension[measured-by].value[x] only code
* extension[measured-by].valueCode from Assessments (required)

Extension: ActivityEffect
Id: activity-effect
Title: "Side effect"
Description: "A common or serious side effect, and the supportive care that answers it; repeats."
* insert OnItem
* insert Sentence
* extension contains
    serious 0..1 and
    care 0..*
* extension[serious].value[x] 1..1
* extension[serious].value[x] only boolean
* extension[care].value[x] 1..1
* extension[care].value[x] only code
* extension[care].valueCode from SupportiveCares (required)

Extension: ActivityNotWith
Id: activity-not-with
Title: "Not together with"
Description: "What the item is not combined with; repeats."
* insert OnItem
* insert Sentence

Extension: ActivityNote
Id: activity-note
Title: "Note"
Description: "Something to know about the item: what a sample must be, what a result does not tell; repeats."
* insert OnItem
* insert Sentence
