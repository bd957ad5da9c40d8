"""Orders: a warning where a safety rule, a missing test or a missing fact stands against a drug, else nothing."""

from __future__ import annotations

import pytest

from plugin.hooks.ordered import DrugNames
from plugin.library.content import system_url
from tests.hooks.ehr import Ehr, about_orders, cds, order, outcome, patient_view, searchset, with_access

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
HOOKS = ("order-select", "order-sign")


def topics(cards: list[dict]) -> list[str]:
    return [card["source"]["topic"]["code"] for card in cards]


def coded(code: str, display: str = "") -> dict:
    coding = {"system": RXNORM, "code": code} | ({"display": display} if display else {})
    return order(medicationCodeableConcept={"coding": [coding]})


def stated(code: str) -> dict:
    """A clinician's word that something is so, as our own statements stand in a chart."""
    return {
        "resourceType": "Observation",
        "id": f"stated-{code}",
        "status": "final",
        "code": {"coding": [{"system": system_url("finding"), "code": code}]},
        "subject": {"reference": "Patient/hr-positive"},
        "effectiveDateTime": "2026-11-20",
        "performer": [{"reference": "Practitioner/7"}],
        "valueBoolean": True,
    }


@cds(83, 87, 88)
@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize(
    ("name", "drug", "topic", "told"),
    [
        ("her2-positive", "palbociclib 125 mg", "order-closed", "No endocrine target"),
        ("triple-negative-pdl1-low", "tamoxifen", "order-closed", "No endocrine target"),
        ("hr-positive", "trastuzumab", "order-closed", "HER2 is not positive"),
        ("hr-positive", "Olaparib 300 mg", "order-closed", "No germline BRCA1/2 mutation"),
        ("no-results", "letrozole", "order-waits", "Oestrogen receptor (ER)"),
        ("hr-positive", "paclitaxel", "order-judgement", "Endocrine-based therapy comes first"),
        ("hr-positive", "denosumab", "order-prerequisite", "Dental examination"),
    ],
)
def test_what_stands_against_a_drug_is_told(ehr, hook, name, drug, topic, told):
    [card] = ehr.cards(about_orders(order(drug), name=name, hook=hook))
    assert card["source"]["topic"]["code"] == topic
    assert card["indicator"] == "warning"
    assert card["summary"].startswith(f"{drug}: ")
    assert told in card["summary"]
    assert told in card["detail"]


@cds(77)
@pytest.mark.parametrize("drug", ["paracetamol", "ketoconazole", "insulin"])
def test_nothing_is_said_of_a_drug_that_the_template_does_not_know(ehr, drug):
    assert ehr.cards(about_orders(order(drug))) == []


def test_nothing_is_said_where_nothing_stands_against_it(ehr):
    """What the plan names, once the tests that belong before it are on record."""
    patient = about_orders(order("letrozole"))
    [card] = ehr.cards(patient)
    asked = [row[2:] for row in card["detail"].split("**Tests that come first**")[1].split("**")[0].splitlines() if row]
    assert asked == ["Geriatric assessment", "Medication interaction review"], "else the next lines prove nothing"
    done = [stated(code) for code in ("geriatric-assessment-done", "interactions-reviewed")]
    found = [entry["resource"] for entry in patient["prefetch"]["observation"]["entry"]]
    assert ehr.cards(about_orders(order("letrozole"), observation=searchset(*found, *done))) == []
    assert ehr.cards(about_orders()) == []


@cds(77)
@pytest.mark.parametrize("name", ["early-stage", "deceased"])
def test_nothing_is_said_about_orders_where_no_plan_is_drafted(ehr, name):
    cards = ehr.cards(about_orders(order("letrozole"), name=name))
    assert name == "early-stage" or cards == []
    assert "order-waits" not in topics(cards)


@pytest.mark.parametrize(("name", "drug"), [("hr-positive", "goserelin"), ("her2-second-line", "pertuzumab")])
def test_nothing_is_said_where_a_line_merely_does_not_fit_and_no_safety_rule_speaks(ehr, name, drug):
    """The first belongs to one line, which no rule opens; the second to six, of which a safety rule closes five."""
    assert ehr.cards(about_orders(order(drug), name=name)) == []


def test_nothing_is_said_of_a_patient_without_the_disease(ehr):
    call = about_orders(order("letrozole"), condition=searchset(), observation=searchset(), procedure=None)
    assert ehr.cards(call) == []


def test_nothing_is_said_where_the_order_treats_another_disease(ehr):
    other = {"coding": [{"system": "http://snomed.info/sct", "code": "69896004", "display": "Rheumatoid arthritis"}]}
    alone, cancer = order("methotrexate"), order("methotrexate", reasonCode=[other])
    assert len(ehr.cards(about_orders(alone, name="no-results"))) == 1
    assert ehr.cards(about_orders(cancer, name="no-results")) == []


@pytest.mark.parametrize("change", [{"doNotPerform": True}, {"status": "cancelled"}, {"status": "entered-in-error"}])
def test_nothing_is_said_of_an_order_that_orders_nothing(ehr, change):
    assert ehr.cards(about_orders(order("trastuzumab", **change))) == []


@pytest.mark.parametrize(
    "drug",
    [
        coded("1601374", "palbociclib"),
        coded("1601380"),
        order("Ibrance"),
        order(medicationReference={"reference": "#d"}, contained=[
            {"resourceType": "Medication", "id": "d", "code": {"text": "Palbociclib 100 MG Oral Capsule"}}
        ]),
        order(medicationReference={"reference": "Medication/9", "display": "palbociclib"}),
    ],
)  # fmt: skip
def test_a_drug_is_known_by_code_name_brand_or_by_the_medication_it_refers_to(ehr, drug):
    assert topics(ehr.cards(about_orders(drug, name="her2-positive"))) == ["order-closed"]


def test_a_bare_code_is_told_by_the_name_that_our_tables_give_it(ehr):
    [card] = ehr.cards(about_orders(coded("1601380"), name="her2-positive"))
    assert card["summary"].startswith("Palbociclib 100 MG Oral Capsule: ")
    assert "1601380" not in card["summary"]


@pytest.mark.parametrize(
    ("display", "at_odds"),
    [
        ("Aspirin", True),
        ("tamoxifen", True),
        ("Palbociclib 100 MG Oral Capsule", False),
        ("Ibrance", False),
        ("", False),
    ],
)
def test_words_that_name_another_drug_than_the_code_are_told_on_the_card(ehr, display, at_odds):
    [card] = ehr.cards(about_orders(coded("1601374", display), name="her2-positive"))
    told = f"Its words say “{display}”, its code means palbociclib: check which is to be given."
    assert (told in card["detail"]) is at_odds
    assert ("Check the order itself" in card["detail"]) is at_odds


def test_an_order_without_a_subject_says_by_whose_chart_it_was_judged(ehr):
    nameless = order("trastuzumab")
    del nameless["subject"]
    [card] = ehr.cards(about_orders(nameless))
    assert "The order names no patient (subject); it was judged by the chart that is open." in card["detail"]
    [card] = ehr.cards(about_orders(order("trastuzumab")))
    assert "names no patient" not in card["detail"]


def test_the_medication_may_stand_beside_the_order_in_the_bundle(ehr):
    drug = {"resourceType": "Medication", "id": "m9", "code": {"coding": [{"system": RXNORM, "code": "1601374"}]}}
    call = about_orders(order(medicationReference={"reference": "Medication/m9"}), drug, name="her2-positive")
    assert topics(ehr.cards(call)) == ["order-closed"]


def test_a_site_reads_its_own_codes_through_its_map(template, monkeypatch, as_of):
    site = "http://site.example.org/drugs"
    own = order(medicationCodeableConcept={"coding": [{"system": site, "code": "P1"}]})
    patient = {"resourceType": "Patient", "id": "hr-positive"}
    names = DrugNames(template)
    known, [unread] = names.ordered([own], [patient], as_of)
    assert (known, unread.number, unread.among) == ((), 1, 1)
    assert f"only the code P1 of the system {site}" in unread.why
    monkeypatch.setitem(template.vocabulary.code_sets.local, (site, "P1"), [(RXNORM, "1601374")])
    [found], unread = names.ordered([own], [patient], as_of)
    assert unread == ()
    assert found.drugs == ("palbociclib",)


def test_a_drug_of_a_known_class_that_the_table_does_not_name_is_judged_by_its_class(ehr):
    assert topics(ehr.cards(about_orders(order("dalpiciclib"), name="her2-positive"))) == ["order-closed"]


def test_of_a_product_of_two_drugs_the_one_that_stands_worst_is_told(ehr):
    [card] = ehr.cards(about_orders(order("letrozole / ribociclib kit"), name="her2-positive"))
    assert topics([card]) == ["order-closed"]


@cds(16)
def test_only_what_was_selected_is_looked_at_until_all_is_signed(ehr):
    call = about_orders(order("trastuzumab", 1), order("Olaparib", 2), hook="order-select")
    call["context"]["selections"] = ["MedicationRequest/o2"]
    [card] = ehr.cards(call)
    assert card["summary"].startswith("Olaparib")
    assert len(ehr.cards(about_orders(order("trastuzumab", 1), order("Olaparib", 2)))) == 2


@cds(98, 99, 100, 136, 219)
def test_reasons_for_going_on_come_from_the_profiles_with_words_for_people(ehr, template):
    [card] = ehr.cards(about_orders(order("trastuzumab")))
    concepts = template.terminology.displays("override-reason")
    assert {each["code"]: each["display"] for each in card["overrideReasons"]} == concepts
    assert all(each["system"].endswith("/CodeSystem/override-reason") for each in card["overrideReasons"])
    assert "overrideReasons" not in ehr.cards(patient_view())[0]


@cds(94)
def test_an_order_card_suggests_no_order(ehr):
    [card] = ehr.cards(about_orders(order("trastuzumab")))
    assert card.keys() == {"uuid", "summary", "detail", "indicator", "source", "links", "overrideReasons"}


def test_a_rule_is_told_with_its_facts_and_on_whose_authority(ehr):
    [card] = ehr.cards(about_orders(order("trastuzumab")))
    assert "**HER2 is not positive.** Anti-HER2 treatment needs" in card["detail"]
    assert "Rests on: HER2: negative" in card["detail"]
    assert "Source: ASCO" in card["detail"]


def test_what_could_not_be_read_is_said_beside_the_warning(ehr):
    [card] = ehr.cards(about_orders(order("trastuzumab"), procedure=outcome()))
    assert "Procedures could not be read completely" in card["detail"]


@cds(34)
def test_the_chart_behind_an_order_may_come_from_the_server(ehr: Ehr):
    ehr.serves("her2-positive")
    call = about_orders(order("palbociclib"), name="her2-positive") | {"prefetch": {}}
    assert topics(ehr.cards(with_access(call, ehr))) == ["order-closed"]
    assert ehr.call(call).status_code == 412


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"draftOrders": ...}, "draftOrders"),
        ({"draftOrders": {"resourceType": "MedicationRequest"}}, "draftOrders"),
        ({"draftOrders": {"resourceType": "Bundle", "entry": {}}}, "draftOrders"),
        ({"selections": ...}, "selections"),
        ({"selections": "MedicationRequest/o1"}, "selections"),
    ],
)
def test_a_call_about_orders_without_orders_is_refused(ehr, change, told):
    call = about_orders(order("letrozole"), hook="order-select")
    call["context"] = {name: value for name, value in (call["context"] | change).items() if value is not ...}
    response = ehr.call(call)
    assert response.status_code == 400
    assert told in response.get_json()["error"]
