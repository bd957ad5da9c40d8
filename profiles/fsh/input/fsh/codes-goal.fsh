// Goals of a plan. Public contract: add, never rename or reuse.
CodeSystem: PlanGoal
Id: goal
Title: "Goal"
Description: "What a care plan for metastatic breast cancer may aim for; their order ranks nothing."
* insert CompleteCodeSystem
* #own-priority "What matters most to the patient" "An aim of the patient's own, in own words; how much treatment is right follows from it."
* #live-long-and-well "To live as long and as well as possible" "Length and quality of life together."
* #control-cancer "To keep the cancer under control" "The disease is treated as one that lasts: shrunk, slowed, kept from spreading."
* #stay-on-what-works "To stay on treatment that works" "The running treatment goes on while it holds the disease and is tolerated."
* #ease-symptoms "To ease symptoms" "Less pain and fewer symptoms, of the disease and of its treatment."
* #few-side-effects "To have few side effects" "Treatment costs as little well-being as it can."
* #aim-per-treatment "To know what each treatment is for" "Control of the disease, relief, or both is said of each treatment."
* #keep-function "To keep strength and independence" "Daily activities stay possible, or become so again."
* #time-as-wished "To have time as wished" "Treatment makes room for events, travel and rest."
* #be-at-home "To be at home" "Care is brought to where the patient wants to be."
* #keep-fertility "To keep the chance of having a child" "Fertility is thought of before treatment that can harm it."
* #comfort-first "Comfort first" "Comfort and time with others lead where anticancer treatment does not."

ValueSet: PlanGoals
Id: goals
Title: "Goals"
Description: "All goals."
* insert PlainValueSet
* include codes from system PlanGoal

CodeSystem: PlanGoalCategory
Id: goal-category
Title: "Category of a goal"
Description: "What a goal is about."
* insert CompleteCodeSystem
* #priority "Priority" "What leads all else."
* #disease "Disease" "The course of the disease."
* #symptoms "Symptoms" "Symptoms and side effects."
* #life "Life" "Daily life, function, place and time."
* #understanding "Understanding" "Knowing and deciding together."

ValueSet: PlanGoalCategories
Id: goal-categories
Title: "Categories of a goal"
Description: "All categories of a goal."
* insert PlainValueSet
* include codes from system PlanGoalCategory
