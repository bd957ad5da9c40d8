"""Our PlanDefinitions applied by an engine that is not ours: the reference implementation of clinical reasoning."""

from __future__ import annotations

import pytest

from plugin.library.content import content_folder
from plugin.library.template import load_template
from plugin.quality.cases import read_cases
from tests.operations.reference_engine import Engine, patients_of

SMALL, BIG = "prostate-cancer-bone-health", "metastatic-breast-cancer"
# Rules of the small template, and what becomes of their condition, to see that it is noticed.
PLANTED = {"bma-sensitive": "({}).not()", "staging-due": "Coalesce({}, false)"}

# Our medicines are classes of drugs: which product, and how much of it, is the clinician's, so none is named.
REFUSED = (
    "ERROR: ActivityDefinition {} could not be applied and threw exception org.hl7.fhir.exceptions.FHIRException: "
    "Missing required ActivityDefinition.product property for MedicationRequest"
)

pytestmark = pytest.mark.java


def patients(name):
    folder = content_folder("templates") / name
    template = load_template(folder)
    cases, faults = read_cases(folder, template)
    assert not faults
    return list(patients_of(template, cases))


def listing(template):
    """The rules that list something: categories, tests, care."""
    return (*template.category_rules, *template.item_rules)


def shown(patient):
    """Of which of these rules a patient shows that it holds, and of which that it is undecided."""
    truths = {(rule.id, patient.ours[rule.id]) for rule in listing(patient.template)}
    return {(id, truth) for id, truth in truths if truth is not False}


def fewest(every):
    """Some of the patients who together show whatever any of them shows."""
    missing = set().union(*map(shown, every))
    while missing:
        chosen = max(every, key=lambda patient: len(shown(patient) & missing))
        missing -= shown(chosen)
        yield chosen


def activities_of(template):
    """The ActivityDefinition of each action that has one, by the id of the action."""
    known = {each["url"]: each for each in template.resources if each["resourceType"] == "ActivityDefinition"}
    plans = [each for each in template.resources if each["resourceType"] == "PlanDefinition"]
    actions = [action for plan in plans for action in plan["action"] if action.get("definitionCanonical") in known]
    return {action["id"]: known[action["definitionCanonical"]] for action in actions}


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    return Engine(tmp_path_factory.mktemp("engine"))


@pytest.fixture(scope="module")
def every():
    """The patients of all cases, by template."""
    return {name: patients(name) for name in (SMALL, BIG)}


@pytest.fixture(scope="module")
def answers(engine, every):
    """About every patient of the small template, and those of the big one who show each of its rules."""
    return engine.ask([*every[SMALL], *fewest(every[BIG])])


def test_every_rule_is_asked_where_it_holds_and_where_a_case_leaves_it_undecided(answers, every):
    for name, atleast in ((SMALL, 100), (BIG, 60)):
        asked = [each.patient for each in answers if each.patient.template.id == name]
        assert len(asked) >= atleast
        seen = set().union(*map(shown, asked))
        assert seen == set().union(*map(shown, every[name]))
        holding = {id for id, truth in seen if truth}
        assert holding == {rule.id for rule in listing(asked[0].template)}


def test_it_applies_the_actions_whose_condition_is_true_here(answers):
    assert {each.patient.case: each.applied_otherwise() for each in answers if each.applied_otherwise()} == {}


def test_what_is_undecided_here_is_null_there_and_never_false(answers):
    assert {each.patient.case: each.decided_otherwise() for each in answers if each.decided_otherwise()} == {}


def test_each_action_becomes_the_request_of_its_definition_but_a_medicine_without_a_product(answers):
    for answer in answers:
        activities = activities_of(answer.patient.template)
        asked = {id: activities[id] for id in answer.actions.keys() & activities.keys()}
        contained = {f"#{each['id']}": each["resourceType"] for each in answer.plan["contained"]}
        requests = {id: each["resource"]["reference"] for id, each in answer.actions.items() if "resource" in each}
        kinds = {id: each["kind"] for id, each in asked.items() if each["kind"] != "MedicationRequest"}
        assert {id: contained[reference] for id, reference in requests.items()} == kinds
        said = {issue["diagnostics"] for each in answer.contained("OperationOutcome") for issue in each["issue"]}
        assert said == {REFUSED.format(each["url"]) for id, each in asked.items() if id not in kinds}


def test_a_condition_that_says_something_else_is_noticed(engine, every):
    answers = engine.ask(every[SMALL], PLANTED)
    assert set().union(*(each.decided_otherwise() for each in answers)) == PLANTED.keys()
    assert set().union(*(each.applied_otherwise() for each in answers)) == {"bma-sensitive"}
