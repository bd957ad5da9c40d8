// How a template declares one fact of its vocabulary. The parts and rules of a reading are checked when the template
// loads; here stands what every reader of a finding may rely on.

RuleSet: OneValue(slice, type)
* extension[{slice}].value[x] 1..1
* extension[{slice}].value[x] only {type}

RuleSet: NestedValue(outer, slice, type)
* extension[{outer}].extension[{slice}].value[x] 1..1
* extension[{outer}].extension[{slice}].value[x] only {type}

Extension: FindingDefinition
Id: finding-definition
Title: "Definition of a finding"
Description: "One fact of the vocabulary: its label, type and values, what settles it, what is presumed of it, how it is read and derived. The code is the id of the data requirement."
* insert OnElement(Library.dataRequirement)
* extension contains
    label 1..1 and
    type 1..1 and
    value 0..* and
    undecided-value 0..* and
    unit 0..1 and
    settled-by 0..* and
    group 1..1 and
    asked-of 0..1 and
    stated-days 0..1 and
    presumption 0..1 and
    reading 0..1 and
    derivation 0..*
* insert OneValue(label, string)
* insert OneValue(type, code)
* insert OneValue(value, code)
* insert OneValue(undecided-value, code)
* insert OneValue(unit, string)
* insert OneValue(settled-by, code)
* extension[settled-by].valueCode from Assessments (required)
* insert OneValue(group, string)
* insert OneValue(asked-of, code)
* insert OneValue(stated-days, integer)
* extension[presumption].extension contains
    value 1..1 and
    reason 1..1 and
    unless 0..* and
    needs 0..* and
    sign 0..*
* insert NestedValue(presumption, value, [[boolean or integer or decimal or code]])
* insert NestedValue(presumption, reason, string)
* insert NestedValue(presumption, unless, Expression)
* insert NestedValue(presumption, needs, code)
* insert NestedValue(presumption, sign, code)
* extension[reading].extension contains kind 1..1
* insert NestedValue(reading, kind, code)
* extension[derivation].extension contains
    value 1..1 and
    when 1..1 and
    reason 1..1
* insert NestedValue(derivation, value, [[boolean or integer or decimal or code]])
* insert NestedValue(derivation, when, Expression)
* insert NestedValue(derivation, reason, string)
