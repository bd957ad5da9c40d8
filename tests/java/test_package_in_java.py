"""The package in a FHIR tool that is not ours: HL7's validator, as HAPI FHIR carries it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import orjson
import pytest

from plugin.delivery.plan import PLAN_PARTS
from plugin.quality.package.archive import archive
from plugin.quality.package.contents import Contents
from tests.operations.served import served

ACCEPTED = orjson.loads((Path(__file__).parent / "accepted.json").read_bytes())["accepted"]
PROFILES = {"careplan-reviewed", "finding-observation", "plan-document", "plan-goal", "review-provenance"}
FORMS = {"plan-review", "facts-to-confirm", "for-the-patient"}
GOAL = "Goal-hr-positive-goal.json"
CATEGORIES = "https://careplan-plugin.example.org/fhir/CodeSystem/goal-category"
# What is wrong with a copy of that goal, and what the validator must say of it.
PLANTED = {
    "wrong-code": ({"category": [{"coding": [{"system": CATEGORIES, "code": "none-such"}]}]}, "none-such"),
    "nothing-required": ({"description": None}, "Goal.description: minimum required = 1, but only found 0"),
    "unknown-profile": ({"meta": {"profile": ["https://careplan-plugin.example.org/fhir/none-such"]}}, "none-such"),
}

pytestmark = pytest.mark.java


def planted(goal):
    for name, (changes, _) in PLANTED.items():
        copy = {**goal, **changes, "id": f"planted-{name}"}
        yield f"Goal-planted-{name}.json", {key: value for key, value in copy.items() if value is not None}


@pytest.fixture(scope="module")
def written(saved, saved_in_part):
    """What reviews wrote, each of the ways that write different things."""
    return [*saved.again, *saved_in_part.written()]


@pytest.fixture(scope="module")
def said(java, contents, written, template, tmp_path_factory):
    """What the validator says, but for notes: of the package, what reviews wrote, what is served, planted goals."""
    package = tmp_path_factory.mktemp("planted") / "templates.tgz"
    reviews = {f"{each['resourceType']}-saved-{each['id']}.json": each for each in written}
    examples = {**contents.examples, **reviews, **dict(planted(contents.examples[GOAL])), **served(template)}
    package.write_bytes(archive(Contents(contents.resources, examples), "1.2.3"))
    out = subprocess.run(java("ValidatePackage", str(package)), check=True, stdout=subprocess.PIPE).stdout
    messages = [orjson.loads(line) for line in out.splitlines()]
    return [message for message in messages if message["severity"] != "information"]


def of_type(kind, resources):
    return [each for each in resources if each["resourceType"] == kind]


def profiles(resource):
    return [url.rpartition("/")[2] for url in resource["meta"].get("profile", ())]


def said_on_lines(extension, resources):
    """The parts of an extension of that name on the lines of the plans."""
    lines = [line for plan in of_type("CarePlan", resources) for line in plan["activity"]]
    found = [said for line in lines for said in line["extension"] if said["url"].endswith(f"/{extension}")]
    return [part for said in found for part in said["extension"]]


def is_about(accepted, message):
    return accepted["id"] in message["id"] and accepted["text"] in message["text"]


def not_accepted(messages):
    return [message for message in messages if not any(is_about(each, message) for each in ACCEPTED)]


def test_the_validator_finds_nothing_but_what_is_accepted_with_a_reason(said):
    found = not_accepted(message for message in said if "/Goal-planted-" not in message["file"])
    assert found == [], "\n".join(f"{each['file']}: {each['text']}" for each in found)


def test_what_reviews_wrote_is_all_that_one_can_write(written):
    assert {each["resourceType"] for each in written} == {*PLAN_PARTS, "DocumentReference"}
    assert {name for each in written for name in profiles(each)} == PROFILES
    assert {each["status"] for each in of_type("Observation", written)} == {"final", "entered-in-error"}
    assert {each["status"] for each in of_type("DocumentReference", written)} == {"current", "superseded"}
    forms = {each["questionnaire"].partition("|")[0] for each in of_type("QuestionnaireResponse", written)}
    assert {form.replace("#", "/").rpartition("/")[2] for form in forms} == FORMS
    inside = {each["resourceType"] for plan in of_type("CarePlan", written) for each in plan.get("contained", ())}
    assert inside == {"Goal", "Observation", "QuestionnaireResponse"}


@pytest.mark.parametrize("extension", ["review-decision", "own-line"])
def test_what_reviews_wrote_has_every_part_that_people_can_say_on_a_line(extension, written, contents):
    elements = contents.resources[f"StructureDefinition-{extension}.json"]["differential"]["element"]
    known = {element["sliceName"] for element in elements if "sliceName" in element}
    assert {part["url"] for part in said_on_lines(extension, written)} == known


def test_what_reviews_wrote_has_every_choice(written, contents):
    known = {concept["code"] for concept in contents.resources["CodeSystem-review-decision.json"]["concept"]}
    parts = said_on_lines("review-decision", written)
    assert {part["valueCode"] for part in parts if part["url"] == "decision"} == known


def test_what_is_accepted_is_still_said(said):
    assert [each for each in ACCEPTED if not any(is_about(each, message) for message in said)] == []


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_wrong_is_found_and_not_accepted(said, name):
    found = not_accepted(message for message in said if message["file"] == f"example/Goal-planted-{name}.json")
    assert any(PLANTED[name][1] in message["text"] for message in found), found
