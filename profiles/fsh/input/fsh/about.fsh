// What a template says about itself: source attributes and the basis for independent review.

CodeSystem: SourceAttribute
Id: source-attribute
Title: "Source attribute"
Description: "What users of evidence-based decision support must be able to see about it (45 CFR 170.315(b)(11), ONC HTI-1)."
* insert CompleteCodeSystem
* #citation "Bibliographic citation" "The research and guidelines that the intervention was made from."
* #developer "Developer" "Who translated them into the intervention."
* #funding "Funding of the technical implementation" "Who paid for its development."
* #release-dates "Release and revision dates" "When it was released and last revised."
* #use-of-race "Use of race" "Whether race is an input."
* #use-of-ethnicity "Use of ethnicity" "Whether ethnicity is an input."
* #use-of-language "Use of language" "Whether the preferred language is an input."
* #use-of-sexual-orientation "Use of sexual orientation" "Whether sexual orientation is an input."
* #use-of-gender-identity "Use of gender identity" "Whether gender identity is an input."
* #use-of-sex "Use of sex" "Whether sex is an input."
* #use-of-date-of-birth "Use of date of birth" "Whether the date of birth, or age, is an input."
* #use-of-social-determinants "Use of social determinants of health" "Whether social determinants of health are an input."
* #use-of-health-status "Use of health status assessments" "Whether assessments of health status are an input."

ValueSet: SourceAttributeCodes
Id: source-attribute-codes
Title: "Source attributes"
Description: "All source attributes."
* insert PlainValueSet
* include codes from system SourceAttribute

CodeSystem: ReviewBasis
Id: review-basis
Title: "Basis for independent review"
Description: "What a professional must know to review a draft independently."
* insert CompleteCodeSystem
* #intended-use "Intended use" "What the drafts are for, and what they are not."
* #intended-user "Intended users" "Who may use them."
* #population "Patients" "Whom the template covers and whom it does not."
* #inputs "Inputs" "Which facts are read, and how good they must be."
* #logic "Logic" "How facts become lines, in plain words."
* #sources "Sources" "What the rules were compiled from, and how recent that is."
* #validation "Validation" "How the template was tested."
* #limits "Known limits" "What it cannot do."

ValueSet: ReviewBasisCodes
Id: review-basis-codes
Title: "Parts of the basis for independent review"
Description: "All parts."
* insert PlainValueSet
* include codes from system ReviewBasis

Extension: SourceAttributeExtension
Id: source-attribute
Title: "Source attribute"
Description: "One source attribute of the template; repeats. `finding` names the facts that would be such a use; `used` says whether any of them is an input."
* insert OnElement(Library)
* extension contains
    attribute 1..1 and
    text 0..1 and
    used 0..1 and
    finding 0..*
* extension[attribute].value[x] 1..1
* extension[attribute].value[x] only code
* extension[attribute].valueCode from SourceAttributeCodes (required)
* extension[text].value[x] 1..1
* extension[text].value[x] only string
* extension[used].value[x] 1..1
* extension[used].value[x] only boolean
* extension[finding].value[x] 1..1
* extension[finding].value[x] only code

Extension: ReviewBasisExtension
Id: review-basis
Title: "Basis for independent review"
Description: "One part of what a professional must know to review a draft independently; repeats."
* insert OnElement(Library)
* extension contains
    part 1..1 and
    text 1..1
* extension[part].value[x] 1..1
* extension[part].value[x] only code
* extension[part].valueCode from ReviewBasisCodes (required)
* extension[text].value[x] 1..1
* extension[text].value[x] only string

Profile: AboutTemplate
Parent: Library
Id: about-template
Title: "About a template"
Description: "The source attributes of a template and the basis for independent review of its drafts, as they travel with a draft."
* insert PlainDefinition
* url 1..1
* version 1..1
* title 1..1
* type = http://terminology.hl7.org/CodeSystem/library-type#module-definition
* extension contains
    SourceAttributeExtension named sourceAttribute 13..13 and
    ReviewBasisExtension named reviewBasis 8..8
* extension[sourceAttribute].url = "https://careplan-plugin.example.org/fhir/StructureDefinition/source-attribute" (exactly)
* extension[reviewBasis].url = "https://careplan-plugin.example.org/fhir/StructureDefinition/review-basis" (exactly)
