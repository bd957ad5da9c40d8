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
    holds-since 0..1 and
    presumption 0..1 and
    reading 0..1 and
    denial 0..* and
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
* insert OneValue(holds-since, code)
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
* extension[denial].extension contains
    value 1..1 and
    when 1..1 and
    reason 1..1
* insert NestedValue(denial, value, [[boolean or integer or decimal or code]])
* insert NestedValue(denial, when, Expression)
* insert NestedValue(denial, reason, string)
* extension[derivation].extension contains
    value 1..1 and
    when 1..1 and
    reason 1..1
* insert NestedValue(derivation, value, [[boolean or integer or decimal or code]])
* insert NestedValue(derivation, when, Expression)
* insert NestedValue(derivation, reason, string)

Extension: TreatmentHistory
Id: treatment-history
Title: "How earlier treatment is read"
Description: "Which drugs and procedures make a line of therapy, from when lines are counted, what joins or ends them, and where the course of the disease, reasons of stopping and settings are read."
* insert OnElement(Library)
* extension contains
    treats 1..1 and
    since 1..1 and
    course 1..1 and
    progression 1..* and
    controlled 1..* and
    given 1..1 and
    line-to-choose 1..1 and
    join-days 1..1 and
    pause-days 1..1 and
    stop-reasons 1..1 and
    intents 1..1 and
    agents 1..1 and
    settling-days 0..1 and
    mixed 0..* and
    advanced-only 0..* and
    other-use 0..* and
    other-reasons 0..1 and
    local-forms 0..1 and
    stem 0..* and
    trial-drugs 0..1 and
    kind 1..*
* insert OneValue(treats, string)
* insert OneValue(since, code)
* insert OneValue(course, code)
* insert OneValue(progression, code)
* insert OneValue(controlled, code)
* insert OneValue(given, code)
* insert OneValue(line-to-choose, code)
* insert OneValue(join-days, integer)
* insert OneValue(pause-days, integer)
* insert OneValue(stop-reasons, code)
* insert OneValue(intents, code)
* insert OneValue(agents, code)
* insert OneValue(settling-days, integer)
* insert OneValue(mixed, code)
* insert OneValue(advanced-only, code)
* insert OneValue(other-use, code)
* insert OneValue(other-reasons, code)
* insert OneValue(local-forms, code)
* insert OneValue(stem, code)
* insert OneValue(trial-drugs, code)
* extension[kind].extension contains
    name 1..1 and
    class 1..* and
    unnamed 0..* and
    maintains 0..*
* insert NestedValue(kind, name, code)
* insert NestedValue(kind, class, code)
* insert NestedValue(kind, unnamed, code)
* insert NestedValue(kind, maintains, code)

Extension: SampleSites
Id: sample-sites
Title: "Where samples come from"
Description: "The sites that samples are told apart by, the one that leads first, with the ValueSets of conditions that mean a site; and whose genes a sample of a known site tells of."
* insert OnElement(Library)
* extension contains
    site 1..* and
    origin 0..1 and
    unstated 0..1
* insert OneValue(origin, code)
* insert OneValue(unstated, string)
* extension[site].extension contains
    name 1..1 and
    condition 0..*
* insert NestedValue(site, name, code)
* insert NestedValue(site, condition, code)

Extension: DiseaseCourse
Id: disease-course
Title: "The course of the disease"
Description: "What is shown along time: the findings whose results stand on the time line, each with a short name; the markers that are followed as a trend, with the ValueSets of their tests and the units in which the number is the same; and what must be kept in mind when such a trend is read."
* insert OnElement(Library)
* extension contains
    result 0..* and
    marker 0..* and
    caution 0..*
* extension[result].extension contains
    finding 1..1 and
    short 1..1
* insert NestedValue(result, finding, code)
* insert NestedValue(result, short, string)
* extension[marker].extension contains
    code 1..1 and
    label 1..1 and
    tests 1..* and
    unit 1..*
* insert NestedValue(marker, code, code)
* insert NestedValue(marker, label, string)
* insert NestedValue(marker, tests, canonical)
* insert NestedValue(marker, unit, string)
* extension[caution].extension contains
    text 1..1 and
    citation 0..* and
    unsourced 0..1
* insert NestedValue(caution, text, string)
* insert NestedValue(caution, citation, code)
* insert NestedValue(caution, unsourced, boolean)
