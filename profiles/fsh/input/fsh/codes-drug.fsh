// What templates say of single drugs: how they are approved, to which class they belong, and what older texts say.

// `named` false: no line names the agent for that use, whatever the patient; it is shown as held back.
RuleSet: Status(code, named)
* #{code} ^property[0].code = #named
* #{code} ^property[0].valueBoolean = {named}

CodeSystem: RegulatoryStatus
Id: regulatory-status
Title: "Regulatory status"
Description: "How a drug stands with the regulator for one use. The property `named` says whether a line may name it for that use."
* insert CompleteCodeSystem
* ^property[0].code = #named
* ^property[0].description = "Whether a line of a plan may name a drug of this status."
* ^property[0].type = #boolean
* #approved "Approved" "Approved for this use, in regular approval."
* #accelerated-approval "Accelerated approval" "Approved for this use on early evidence that has yet to be confirmed."
* #off-label "Off-label" "On the market, but not approved for this use."
* #trial-evidence "Trial evidence" "A trial supports this use, no approval is known."
* #not-checked "Not checked" "In common use; its approval for this use was not looked up."
* #under-review "Under review" "The regulator has not decided yet."
* #no-approval-found "No approval found" "An approval for this use was looked for and not found."
* #not-approved "Not approved for this use" "Approved for another use; not for this one."
* #withdrawn "Withdrawn" "The approval for this use was taken back."
* insert Status(approved, true)
* insert Status(accelerated-approval, true)
* insert Status(off-label, true)
* insert Status(trial-evidence, true)
* insert Status(not-checked, true)
* insert Status(under-review, false)
* insert Status(no-approval-found, false)
* insert Status(not-approved, false)
* insert Status(withdrawn, false)

ValueSet: RegulatoryStatusCodes
Id: regulatory-status-codes
Title: "Regulatory statuses"
Description: "All ways in which a drug can stand with the regulator for one use."
* insert PlainValueSet
* include codes from system RegulatoryStatus

CodeSystem: DrugClass
Id: drug-class
Title: "Class of a drug"
Description: "Classes by which combinations are ruled out. A drug can belong to several; the first is the one that people read."
* insert CompleteCodeSystem
* #cdk46-inhibitor "CDK4/6 inhibitor" "Holds up cell division at CDK4 and CDK6."
* #aromatase-inhibitor "Aromatase inhibitor" "Stops the making of oestrogen outside the ovaries."
* #tamoxifen-like "Selective oestrogen-receptor modulator" "Blocks the oestrogen receptor in the breast; tamoxifen and its like."
* #fulvestrant-like "Injected oestrogen-receptor degrader" "Takes the oestrogen receptor down; fulvestrant."
* #oral-er-degrader "Oral oestrogen-receptor degrader or antagonist" "Takes the oestrogen receptor down or blocks it, taken up by mouth."
* #endocrine-therapy "Endocrine therapy" "Every drug against oestrogen or its receptor, GnRH agents left out."
* #gonadal-suppression "GnRH agent" "Switches off the ovaries or testes by way of the pituitary."
* #pi3k-inhibitor "PI3K inhibitor" "Inhibits PI3K."
* #akt-inhibitor "AKT inhibitor" "Inhibits AKT."
* #pi3k-pathway-inhibitor "Inhibitor of the PI3K pathway" "Every inhibitor of PI3K or AKT."
* #mtor-inhibitor "mTOR inhibitor" "Inhibits mTOR."
* #parp-inhibitor "PARP inhibitor" "Keeps cells from repairing DNA by PARP."
* #antibody-drug-conjugate "Antibody-drug conjugate" "Every antibody that carries a cell poison."
* #her2-conjugate "HER2-directed antibody-drug conjugate" "Carries its poison to HER2."
* #trop2-conjugate "TROP2-directed antibody-drug conjugate" "Carries its poison to TROP2."
* #checkpoint-inhibitor "Checkpoint inhibitor" "Releases a brake of the immune system at PD-1 or PD-L1."
* #trk-inhibitor "TRK inhibitor" "Inhibits TRK."
* #ret-inhibitor "RET inhibitor" "Inhibits RET."
* #braf-inhibitor "BRAF inhibitor" "Inhibits BRAF."
* #mek-inhibitor "MEK inhibitor" "Inhibits MEK."
* #her2-antibody "HER2 antibody" "Binds HER2 and carries no poison."
* #her2-kinase-inhibitor "HER2 kinase inhibitor" "Inhibits the kinase of HER2."
* #chemotherapy "Chemotherapy" "Every cell poison that is given free."
* #taxane "Taxane" "Chemotherapy from the yew and its like."
* #anthracycline "Anthracycline" "Chemotherapy with doxorubicin and its like."
* #platinum "Platinum" "Chemotherapy with a platinum compound."
* #fluoropyrimidine "Fluoropyrimidine" "Chemotherapy that DPD breaks down."
* #antimetabolite "Antimetabolite" "Chemotherapy that poses as a building block of DNA."
* #alkylating-agent "Alkylating agent" "Chemotherapy that binds to DNA."
* #microtubule-inhibitor "Microtubule inhibitor" "Chemotherapy against microtubules that is no taxane."
* #bone-modifying-agent "Bone-modifying agent" "Slows the loss of bone."
* #vegf-antibody "VEGF antibody" "Binds the growth factor of blood vessels."

ValueSet: DrugClassCodes
Id: drug-class-codes
Title: "Classes of drugs"
Description: "All classes of drugs."
* insert PlainValueSet
* include codes from system DrugClass

CodeSystem: SupersededStatus
Id: superseded-status
Title: "Status of an older statement"
Description: "What has become of a statement that older texts make."
* insert CompleteCodeSystem
* #superseded "Superseded" "It no longer holds."
* #incomplete "Incomplete" "It holds as far as it goes; something important has been added."
* #imprecise "Imprecise" "It holds for some of those it speaks of."
* #missing "Silent" "Older texts say nothing about it."
* #dated "Dated" "It tells of its own time."
* #current "Current" "It still holds."
* #current-strengthened "Current, strengthened" "It still holds, and is recommended more strongly."
* #current-with-nuance "Current, with a nuance" "It still holds, with a limit that it does not tell."

ValueSet: SupersededStatusCodes
Id: superseded-status-codes
Title: "Statuses of older statements"
Description: "All that can have become of an older statement."
* insert PlainValueSet
* include codes from system SupersededStatus

CodeSystem: Severity
Id: severity
Title: "Weight of a difference"
Description: "How much it matters for a patient when somebody still follows the older statement."
* insert CompleteCodeSystem
* #high "High" "It changes which treatment or test is offered."
* #medium "Medium" "It changes how treatment is chosen or prepared."
* #low "Low" "It changes little."

ValueSet: SeverityCodes
Id: severity-codes
Title: "Weights of a difference"
Description: "All weights of a difference."
* insert PlainValueSet
* include codes from system Severity

CodeSystem: LibraryKind
Id: library-kind
Title: "Kind of a library of a template"
Description: "Libraries of a template that FHIR has no type for."
* insert CompleteCodeSystem
* #drug-table "Drug table" "Drugs with their classes, their uses and the regulatory status of each."
* #superseded-statements "Superseded statements" "What older texts say, and what holds now."
* #invariants "Invariants" "What must hold for every patient there could be, to be proven."
* #open-questions "Open questions" "What the sources leave open, the cautious side taken until somebody answers, and who decides."

ValueSet: CombinationDispositionCodes
Id: combination-disposition-codes
Title: "Disposition of a combination"
Description: "Whether two groups are never given together, or only by the clinician's decision."
* insert PlainValueSet
* Disposition#not-offered
* Disposition#judgement

ValueSet: PresumptionHandlingCodes
Id: presumption-handling-codes
Title: "What a presumption is worth to a gate"
Description: "How a gate deals with a fact that is only presumed."
* insert PlainValueSet
* PresumptionHandling#stands
* PresumptionHandling#waits

CodeSystem: PresumptionHandling
Id: presumption-handling
Title: "What a presumption is worth to a gate"
Description: "How a gate deals with a fact that is only presumed."
* insert CompleteCodeSystem
* #stands "Stands" "A closing that rests on a presumption stays a closing."
* #waits "Waits" "The gate is undecided until the fact is known."

ValueSet: SupportiveCareItems
Id: supportive-care-items
Title: "Supportive care"
Description: "All items of palliative and supportive care."
* insert PlainValueSet
* include codes from system SupportiveCare
