// The small vocabularies behind our extensions, each with the ValueSets that bind it.

CodeSystem: Disposition
Id: disposition
Title: "Disposition"
Description: "Where a line of a plan stands."
* insert CompleteCodeSystem
* #offered "Offered" "Every condition holds: current guidance supports it for this patient."
* #conditional "Conditional" "Facts are missing; the line waits for them."
* #judgement "Judgement" "Guidance leaves it to the clinician."
* #not-offered "Not offered" "A recorded fact closes it."
* #no-plan "No plan" "Nothing of any kind is drafted."

ValueSet: LineDisposition
Id: line-disposition
Title: "Disposition of a line"
Description: "The four lists of a drafted plan."
* insert PlainValueSet
* Disposition#offered
* Disposition#conditional
* Disposition#judgement
* Disposition#not-offered

ValueSet: RuleDispositionCodes
Id: rule-disposition-codes
Title: "Disposition that a rule gives"
Description: "What a rule makes of its category when its condition holds."
* insert PlainValueSet
* Disposition#offered
* Disposition#judgement

ValueSet: GateDispositionCodes
Id: gate-disposition-codes
Title: "Disposition that a gate gives"
Description: "What a safety gate makes of its targets when its condition holds."
* insert PlainValueSet
* Disposition#not-offered
* Disposition#judgement
* Disposition#conditional
* Disposition#no-plan

CodeSystem: RuleEvidence
Id: rule-evidence
Title: "Kind of evidence behind a rule"
Description: "On what kind of statement a rule rests: the rating system of our strength of recommendation."
* insert CompleteCodeSystem
* #guideline-evidence-based "Guideline, evidence-based" "A guideline recommends it on the strength of reviewed evidence."
* #guideline-consensus "Guideline, consensus" "A guideline recommends it by agreement of its panel."
* #label "Approved label" "It is within the approved indication."
* #accelerated-label "Accelerated approval" "It is within an indication approved on early evidence."
* #phase-3-trial "Phase 3 trial" "A randomised phase 3 trial supports it, no guideline yet."
* #phase-2-trial "Phase 2 trial" "A phase 2 trial supports it."
* #single-arm "Single-arm study" "A study without a comparison arm supports it."
* #consensus-definition "Consensus definition" "It is how experts agreed to define a term."
* #regulation "Regulation" "A regulation asks for it."
* #knowledge "Clinical knowledge" "Common clinical knowledge, no source read."

ValueSet: RuleEvidenceCodes
Id: rule-evidence-codes
Title: "Kinds of evidence behind a rule"
Description: "All kinds of evidence that a rule can rest on."
* insert PlainValueSet
* include codes from system RuleEvidence

CodeSystem: RuleConfidence
Id: rule-confidence
Title: "Confidence in a rule"
Description: "How sure we are that the rule says what its sources say for the patients it covers."
* insert CompleteCodeSystem
* #high "High" "Read in the source, no interpretation needed."
* #moderate "Moderate" "Read in a report of the source, or interpreted with care."
* #low "Low" "Inferred, or the sources disagree."

ValueSet: RuleConfidenceCodes
Id: rule-confidence-codes
Title: "Levels of confidence in a rule"
Description: "All levels of confidence."
* insert PlainValueSet
* include codes from system RuleConfidence

CodeSystem: ReviewDecision
Id: review-decision
Title: "Review decision"
Description: "What a clinician decided about a drafted line."
* insert CompleteCodeSystem
* #accept "Accept" "Taken into the plan as drafted."
* #change "Change" "Taken into the plan with a change that the reason describes."
* #decline "Decline" "Not taken into the plan; kept with the reason."
* #defer "Defer" "Left for later, with what it waits for; it stays in the plan, not started."

ValueSet: ReviewDecisionCodes
Id: review-decision-codes
Title: "Review decisions"
Description: "All decisions about a line."
* insert PlainValueSet
* include codes from system ReviewDecision

CodeSystem: OwnLineKind
Id: own-line-kind
Title: "Kind of a line of the clinicians' own"
Description: "What a clinician added to a plan in their own words."
* insert CompleteCodeSystem
* #treatment "Treatment" "A treatment."
* #test "Test" "A test or an assessment."
* #care "Care" "Palliative or supportive care."

ValueSet: OwnLineKindCodes
Id: own-line-kind-codes
Title: "Kinds of lines of the clinicians' own"
Description: "All kinds of such a line."
* insert PlainValueSet
* include codes from system OwnLineKind

CodeSystem: AlertLevel
Id: alert-level
Title: "Level of an alert"
Description: "How urgently an alert asks for attention; the words of CDS Hooks card indicators."
* insert CompleteCodeSystem
* #info "Information" "Good to know."
* #warning "Warning" "Read before going on."
* #critical "Critical" "Act on this first."

ValueSet: AlertLevelCodes
Id: alert-level-codes
Title: "Levels of an alert"
Description: "All levels of an alert."
* insert PlainValueSet
* include codes from system AlertLevel

CodeSystem: EvidenceKind
Id: evidence-kind
Title: "Kind of source"
Description: "What kind of publication a cited source is."
* insert CompleteCodeSystem
* #guideline "Guideline" "Clinical practice guideline."
* #label "Label" "Approved product information or approval notice."
* #trial "Trial" "Report of a clinical study."
* #consensus "Consensus" "Expert consensus or definition paper."
* #regulation "Regulation" "Law, rule or regulatory guidance."
* #review "Review" "Review or overview."

ValueSet: EvidenceKindCodes
Id: evidence-kind-codes
Title: "Kinds of source"
Description: "All kinds of source."
* insert PlainValueSet
* include codes from system EvidenceKind

CodeSystem: EvidenceVerification
Id: evidence-verification
Title: "Verification of a source"
Description: "How far the cited text was read."
* insert CompleteCodeSystem
* #primary "Primary text read" "The source itself was read."
* #secondary "Report read" "A report of the source was read."
* #knowledge "Not read" "Known, but neither the source nor a report was read; never printed as a citation."

ValueSet: EvidenceVerificationCodes
Id: evidence-verification-codes
Title: "Verification of a source"
Description: "All degrees of verification."
* insert PlainValueSet
* include codes from system EvidenceVerification

ValueSet: PlanActivity
Id: plan-activity
Title: "Lines of a plan"
Description: "Everything that a line of a plan can be about: treatment categories, assessments, supportive care."
* insert PlainValueSet
* include codes from system TreatmentCategory
* include codes from system Assessment
* include codes from system SupportiveCare

ValueSet: TreatmentCategories
Id: treatment-categories
Title: "Treatment categories"
Description: "All treatment categories."
* insert PlainValueSet
* include codes from system TreatmentCategory

ValueSet: Assessments
Id: assessments
Title: "Assessments"
Description: "All tests and examinations."
* insert PlainValueSet
* include codes from system Assessment

ValueSet: SupportiveCares
Id: supportive-cares
Title: "Supportive care"
Description: "All supportive care."
* insert PlainValueSet
* include codes from system SupportiveCare

ValueSet: Alerts
Id: alerts
Title: "Alerts"
Description: "All alerts."
* insert PlainValueSet
* include codes from system Alert

ValueSet: FindingCodes
Id: finding-codes
Title: "Findings"
Description: "All facts of the vocabulary; the CodeSystem is written beside the template that declares them."
* insert PlainValueSet
* include codes from system $finding

ValueSet: ProposalActivityStatus
Id: proposal-activity-status
Title: "Status of a reviewed line"
Description: "A proposal is never under way: its lines have not started, or were declined."
* insert PlainValueSet
* http://hl7.org/fhir/care-plan-activity-status#not-started "Not Started"
* http://hl7.org/fhir/care-plan-activity-status#cancelled "Cancelled"

ValueSet: GuidanceStatus
Id: guidance-status
Title: "Status of our guidance"
Description: "Drafting either had all facts it needed or asks for more."
* insert PlainValueSet
* http://hl7.org/fhir/guidance-response-status#success "Success"
* http://hl7.org/fhir/guidance-response-status#data-required "Data Required"

ValueSet: StatementStatus
Id: statement-status
Title: "Status of a clinician's statement"
Description: "A statement stands or was withdrawn."
* insert PlainValueSet
* http://hl7.org/fhir/observation-status#final "Final"
* http://hl7.org/fhir/observation-status#entered-in-error "Entered in Error"

CodeSystem: FindingState
Id: finding-state
Title: "State of a finding"
Description: "How surely the chart tells a fact: whether it is reported there, follows from what is, or is open."
* insert CompleteCodeSystem
* #known "Known" "The chart reports it."
* #derived "Derived" "Worked out by a written rule from what the chart reports; it asks to be confirmed."
* #presumed "Presumed" "Taken as so because charts rarely record its absence; it asks to be confirmed."
* #unknown "Unknown" "The chart does not tell. Unknown is never negative."
* #conflicting "Conflicting" "The chart holds results that disagree, and nobody has settled it."

ValueSet: FindingStateCodes
Id: finding-state-codes
Title: "States of a finding"
Description: "All states that a finding can have."
* insert PlainValueSet
* include codes from system FindingState

ValueSet: ReadFindingStatus
Id: read-finding-status
Title: "Status of a fact read by software"
Description: "What the chart reports is final; whatever a clinician has yet to confirm or to settle is preliminary."
* insert PlainValueSet
* http://hl7.org/fhir/observation-status#final "Final"
* http://hl7.org/fhir/observation-status#preliminary "Preliminary"

CodeSystem: MonitoredArea
Id: monitored-area
Title: "Monitored area"
Description: "Organ or part of the body's work that is watched during a treatment."
* insert CompleteCodeSystem
* #blood-counts "Blood counts" "White cells, red cells, platelets."
* #bones "Bones" "Density, fractures, and the jaw."
* #calcium "Calcium" "Calcium in blood, with vitamin D."
* #clotting "Clots" "Thrombosis and embolism."
* #course "Course of the disease" "Whether the treatment works."
* #eyes "Eyes" "Surface and back of the eye, sight."
* #fetus "Pregnancy" "Harm to a pregnancy, and contraception."
* #glucose "Blood glucose" "Sugar in blood, and ketones."
* #gut "Stomach and bowel" "Nausea, diarrhoea, fluid."
* #hearing "Hearing" "Inner ear."
* #heart "Heart" "Pumping function."
* #heart-rhythm "Heart rhythm" "Rate and QT interval, with electrolytes."
* #immune-system "Immune system" "Inflammation of any organ."
* #infusion "Infusion" "Reactions during and after an infusion."
* #kidneys "Kidneys" "Kidney function."
* #liver "Liver" "Liver values."
* #lungs "Lungs" "Cough, breath, oxygen, imaging."
* #mouth "Mouth" "Sore mouth, ulcers."
* #nerves "Nerves" "Numbness, pain, strength."
* #nervous-system "Brain and spinal cord" "Thinking, seizures, walking, bladder and bowel."
* #skin "Skin" "Rash, blisters, hands and feet."
* #thyroid "Thyroid" "Thyroid function."

ValueSet: MonitoredAreaCodes
Id: monitored-area-codes
Title: "Monitored areas"
Description: "All monitored areas."
* insert PlainValueSet
* include codes from system MonitoredArea
