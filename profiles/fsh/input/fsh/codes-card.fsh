// What cards are about, and why they are set aside.

CodeSystem: CardTopic
Id: card-topic
Title: "Topic of a card"
Description: "What a card that the software sends by itself is about."
* insert CompleteCodeSystem
* #plan-drafted "Care plan drafted" "A plan was drafted and can be opened for review."
* #chart-incomplete "Chart incomplete" "A plan was drafted from a chart of which a part could not be read."
* #order-closed "Order that a safety rule closes" "A safety rule closes every line of the plan that the ordered drug belongs to."
* #order-waits "Order that waits for a fact" "Every line of the plan that the ordered drug belongs to waits for facts that are not known."
* #order-judgement "Ordered drug for judgement" "A safety rule hands every line of the plan that the ordered drug belongs to over to the clinician."
* #order-prerequisite "Test missing before an order" "A test that belongs before the ordered drug is not on record."
* #order-unread "Order that could not be looked at" "Which drug is meant could not be told, so nothing of the plan was compared with it."

ValueSet: CardTopicCodes
Id: card-topic-codes
Title: "Topics of cards"
Description: "All topics of cards."
* insert PlainValueSet
* include codes from system CardTopic

CodeSystem: OverrideReason
Id: override-reason
Title: "Reason for going on against a card"
Description: "What a clinician may say when a card about an order is set aside."
* insert CompleteCodeSystem
* #decided-by-team "Decided by the treating team after review" "The team knows what the card says and decided otherwise."
* #wrong-fact "The card rests on a wrong or outdated fact" "A fact that the card rests on is not so, or no longer."
* #result-known "The missing result is known to me, or on its way" "What the card waits for is known outside the chart, or was asked for."
* #under-way "Treatment under way goes on" "It continues what was begun earlier."
* #other-purpose "Given for another reason than the card takes it for" "The drug treats something else here."
* #patient-wish "The patient wants it, knowing what speaks against it" "It was talked over with the patient."

ValueSet: OverrideReasonCodes
Id: override-reason-codes
Title: "Reasons for going on against a card"
Description: "All reasons for going on against a card."
* insert PlainValueSet
* include codes from system OverrideReason
