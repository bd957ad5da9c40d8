// What templates say about a rule or a gate: one action of a PlanDefinition.

Extension: RuleDisposition
Id: rule-disposition
Title: "Disposition of a rule"
Description: "Whether the rule offers its category or leaves it to judgement."
* insert OnRule
* value[x] 1..1
* value[x] only code
* valueCode from RuleDispositionCodes (required)

Extension: RuleEvidenceExtension
Id: rule-evidence
Title: "Kind of evidence"
Description: "On what kind of statement the rule rests."
* insert OnRule
* value[x] 1..1
* value[x] only code
* valueCode from RuleEvidenceCodes (required)

Extension: RuleConfidenceExtension
Id: rule-confidence
Title: "Confidence"
Description: "How sure the authors are that the rule says what its sources say."
* insert OnRule
* value[x] 1..1
* value[x] only code
* valueCode from RuleConfidenceCodes (required)

Extension: RuleSource
Id: rule-source
Title: "Knowledge entry"
Description: "Id of the entry in the clinical knowledge base that the rule encodes; repeats."
* insert OnRule
* value[x] 1..1
* value[x] only string

Extension: RuleFlag
Id: rule-flag
Title: "Flag"
Description: "Alert code shown on the line that the rule opens; repeats."
* insert OnRule
* value[x] 1..1
* value[x] only code
* valueCode from Alerts (required)

Extension: RuleRegulatoryStatus
Id: rule-regulatory-status
Title: "Regulatory status"
Description: "Approval that matters for the rule, with year and country, in words."
* insert OnRule
* value[x] 1..1
* value[x] only string

Extension: RuleUnsourced
Id: rule-unsourced
Title: "Unsourced"
Description: "True where no source was read for the rule: it needs clinical confirmation and says so on screen."
* insert OnRule
* value[x] 1..1
* value[x] only boolean
* valueBoolean = true

Extension: RuleDisputed
Id: rule-disputed
Title: "Where results disagree"
Description: "What an alert or a test says instead of its own words where a fact that decides its rule has results that disagree."
* insert OnRule
* value[x] 1..1
* value[x] only string

Extension: GateDisposition
Id: gate-disposition
Title: "Disposition of a gate"
Description: "What the gate makes of its targets when it is true."
* insert OnRule
* value[x] 1..1
* value[x] only code
* valueCode from GateDispositionCodes (required)

Extension: GateTarget
Id: gate-target
Title: "Target of a gate"
Description: "A treatment category, or the ValueSet of a group of them; repeats."
* insert OnRule
* value[x] 1..1
* value[x] only code or canonical
* valueCode from TreatmentCategories (required)

Extension: GateCompanion
Id: gate-companion
Title: "Companion"
Description: "A category that must be offered beside the targets; repeats, any of them will do."
* insert OnRule
* value[x] 1..1
* value[x] only code
* valueCode from TreatmentCategories (required)

Extension: GatePresumption
Id: gate-presumption
Title: "What a presumption is worth"
Description: "`stands`: a not-offered that rests on a presumption stays so instead of becoming judgement. `waits`, for drugs: what is only presumed leaves the gate undecided."
* insert OnRule
* value[x] 1..1
* value[x] only code
* valueCode from PresumptionHandlingCodes (required)

Extension: Accompanies
Id: accompanies
Title: "Accompanies"
Description: "The item is listed only beside this category, or beside one of this group (ValueSet); repeats."
* insert OnRule
* value[x] 1..1
* value[x] only code or canonical
* valueCode from TreatmentCategories (required)

Extension: AlertLevelExtension
Id: alert-level
Title: "Level of an alert"
Description: "How urgently the alert asks for attention."
* insert OnRule
* value[x] 1..1
* value[x] only code
* valueCode from AlertLevelCodes (required)

Extension: RuleLeads
Id: rule-leads
Title: "Leads"
Description: "True where the item leads the plan when the rule holds: it stands first, and its list before the treatment."
* insert OnRule
* value[x] 1..1
* value[x] only boolean
* valueBoolean = true

Extension: RuleSuspectedWhen
Id: rule-suspected-when
Title: "Suspected when"
Description: "What raises the suspicion that the condition of this rule is true: FHIRPath over findings. While it is true, the findings of the condition that are not settled are asked first."
* insert OnRule
* value[x] 1..1
* value[x] only Expression
* valueExpression.language = #text/fhirpath
* valueExpression.expression 1..1
