// What the page says before any list. Public contract: add, never rename or reuse.
CodeSystem: Alert
Id: alert
Title: "Alert"
Description: "Messages that stand above a drafted care plan."
* insert CompleteCodeSystem
* #not-breast "Not breast cancer" "The recorded cancer is not breast cancer: outside the scope of these templates."
* #not-metastatic "Not metastatic" "No distant disease is recorded: outside the scope of these templates."
* #insufficient "Too little information" "The chart holds too little to name any category of treatment."
* #conflict "Results disagree" "Results contradict each other; a clinician decides which one leads."
* #urgent "Time-critical problem" "Something that cannot wait for a care plan."
* #mdt "Tumour board" "Needs review by several disciplines."
* #pregnant "Pregnancy" "Needs a specialist team."
* #offlabel "Off-label or below guideline" "Evidence below a guideline recommendation, or outside the label."
* #new-2026 "Recent change" "Rests on an approval or a trial of 2025 or 2026 that the guideline text read does not yet hold."
* #test-first "Waits for a test" "A listed category depends on a result that is missing."
* #judgement "Clinician's judgement" "Evidence or label leave the matter open."
* #deceased "Recorded as deceased" "No plan is drafted."
* #second-primary "Another cancer recorded" "Settle first which cancer the metastasis comes from."
* #stale "Result too old" "A result is older than it stays valid; repeat or confirm it."
* #incomplete "Chart read in part" "A part of the chart could not be read, so facts may be missing here that the record holds."
* #unread "Value not understood" "The chart holds a value that could not be read; it counts as unknown."
