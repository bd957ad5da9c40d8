// What the plan is for.
Profile: PlanGoalProfile
Parent: Goal
Id: plan-goal
Title: "Goal of a plan"
Description: "A goal that a drafted plan proposes, or what the patient said matters most, quoted. A proposal: accepting it is an act of the EHR. It has no target and no date."
* insert PlainDefinition
* lifecycleStatus = #proposed
* achievementStatus 0..0
* category 1..*
* category from PlanGoalCategories (required)
* description.text 1..1
* subject only Reference(Patient)
* start[x] 0..0
* target 0..0
* extension contains GoalSource named source 0..*
