// Rule sets and terms that the other files share.
Alias: $finding = https://careplan-plugin.example.org/fhir/CodeSystem/finding
Alias: $careplan-category = http://hl7.org/fhir/us/core/CodeSystem/careplan-category
Alias: $participant = http://terminology.hl7.org/CodeSystem/provenance-participant-type

RuleSet: CompleteCodeSystem
* ^status = #active
* ^experimental = false
* ^caseSensitive = true
* ^content = #complete

RuleSet: PlainValueSet
* ^status = #active
* ^experimental = false

RuleSet: PlainDefinition
* ^status = #active
* ^experimental = false

// An extension that occurs on a rule, which is an action of a PlanDefinition.
RuleSet: OnRule
* insert PlainDefinition
* ^context.type = #element
* ^context.expression = "PlanDefinition.action"

// An extension that occurs on one line of a plan.
RuleSet: OnLine
* insert PlainDefinition
* ^context.type = #element
* ^context.expression = "CarePlan.activity"
