"""What a review becomes as FHIR."""

import pytest

from plugin.delivery.reviewed import care_plan, content_key, transaction
from plugin.library.validation import check_model, check_profile
from tests.delivery.example_review import NOON, decision, reviewed, stated
from tests.example_draft import example_draft

DECISION = "https://careplan-plugin.example.org/fhir/StructureDefinition/review-decision"


def activity(plan, code):
    """The activity of one line."""
    found = [each for each in plan["activity"] if each["detail"]["code"]["coding"][0]["code"] == code]
    assert len(found) == 1, f"{code}: {len(found)} activities"
    return found[0]


def codes(plan):
    return {each["detail"]["code"]["coding"][0]["code"] for each in plan["activity"]}


def decided(entry):
    return {
        part["url"]: next(value for key, value in part.items() if key != "url")
        for extension in entry["extension"]
        if extension["url"] == DECISION
        for part in extension["extension"]
    }


def test_a_plan_is_a_draft_proposal_whatever_was_decided(line_named):
    for choices in ([], [decision(line_named["cdk46-et"], "accept")]):
        plan = care_plan(reviewed(choices))
        assert (plan["status"], plan["intent"]) == ("draft", "proposal")


def test_a_declined_line_stays_cancelled_with_its_reason(line_named):
    plan = care_plan(reviewed([decision(line_named["cdk46-et"], "decline", reason="Patient prefers not to")]))
    entry = activity(plan, "cdk46-et")
    assert entry["detail"]["status"] == "cancelled"
    assert entry["detail"]["statusReason"] == {"text": "Patient prefers not to"}
    assert decided(entry)["decision"] == "decline"
    assert decided(entry)["author"] == {"reference": "Practitioner/ruiz", "display": "Dr. Ana Ruiz"}


def test_a_changed_line_says_what_the_reviewer_wrote(line_named):
    plan = care_plan(reviewed([decision(line_named["pc"], "change", text="After the holidays")]))
    entry = activity(plan, "pc")
    assert entry["detail"]["description"] == "After the holidays"
    assert entry["detail"]["status"] == "not-started"
    assert decided(entry)["reason"] == "After the holidays"


def test_a_viewer_that_knows_no_extension_tells_taken_lines_from_undecided_ones(line_named):
    plan = care_plan(
        reviewed([decision(line_named["cdk46-et"], "accept"), decision(line_named["pc"], "change", text="x")])
    )
    said = {code: activity(plan, code)["detail"]["statusReason"]["text"] for code in ("cdk46-et", "pc", "ngs")}
    assert said == {
        "cdk46-et": "Accepted by Dr. Ana Ruiz on 22 Nov 2026.",
        "pc": "Changed by Dr. Ana Ruiz on 22 Nov 2026.",
        "ngs": "Not decided at this review.",
    }
    assert check_model(plan) == []


def test_undecided_lines_say_so_and_open_questions_are_no_activities():
    plan = care_plan(reviewed())
    assert activity(plan, "cdk46-et")["detail"]["statusReason"]["text"] == "Not decided at this review."
    assert codes(plan) == {"cdk46-et", "ngs", "pc"}


def test_an_accepted_conditional_line_keeps_what_it_waits_for(line_named):
    plan = care_plan(reviewed([decision(line_named["inavo-triplet"], "accept")]))
    entry = activity(plan, "inavo-triplet")
    values = {part["url"].rsplit("/", 1)[1]: part for part in entry["extension"]}
    assert values["activity-disposition"]["valueCode"] == "conditional"
    assert values["activity-waits-for"]["valueCodeableConcept"]["coding"][0]["code"] == "ngs"


def test_a_decision_taken_while_the_line_stood_elsewhere_does_not_count(line_named):
    plan = care_plan(reviewed([decision(line_named["cdk46-et"], "accept", standing="conditional")]))
    assert decided(activity(plan, "cdk46-et")) == {}


@pytest.mark.parametrize("choice", ["accept", "change", "decline"])
def test_the_narrative_alone_tells_the_decision_the_reason_and_what_is_open(line_named, choice):
    words = {"accept": ("", ""), "change": ("Only after the scan", ""), "decline": ("", "Too < tired")}[choice]
    plan = care_plan(reviewed([decision(line_named["cdk46-et"], choice, *words)]))
    text = plan["text"]["div"]
    assert {"accept": "Accepted", "change": "Kept with a change", "decline": "Declined"}[choice] in text
    assert "Not decided yet" in text
    assert words[0] in text
    assert words[1].replace("<", "&lt;") in text
    assert "Dr. Ana Ruiz" in text


def test_every_resource_is_sound_and_fits_its_profile(line_named):
    plan = reviewed(
        [
            decision(line_named["cdk46-et"], "accept"),
            decision(line_named["trial"], "decline", reason="None open here"),
            decision(line_named["ngs"], "change", text="From blood first"),
        ],
        [stated(), stated("pik3ca", "positive"), stated("qtcf", 431.5), stated("age", 64)],
    )
    for entry in transaction(plan, None)["entry"]:
        resource = entry["resource"]
        assert check_model(resource) == []
        assert check_profile(resource) == []


def test_a_first_save_creates_each_thing_once_and_a_later_one_updates_that_version():
    first = transaction(reviewed(statements=[stated()]), None)
    for entry in first["entry"]:
        kind = entry["resource"]["resourceType"]
        assert entry["request"]["method"] == "POST"
        assert ("ifNoneExist" in entry["request"]) == (kind != "Provenance")
    later = transaction(reviewed(), {"resourceType": "CarePlan", "id": "77", "meta": {"versionId": "3"}})
    assert later["entry"][0]["request"] == {"method": "PUT", "url": "CarePlan/77", "ifMatch": 'W/"3"'}
    provenance = later["entry"][-1]["resource"]
    assert provenance["target"][0] == {"reference": "CarePlan/77"}


def test_a_line_that_rests_on_a_statement_points_at_the_statement_that_is_sent_with_it(line_named):
    draft = example_draft()
    supported = draft.categories[0].__class__(
        **{name: getattr(draft.categories[0], name) for name in draft.categories[0].__slots__}
        | {"because": ("Observation/stated-7",)}
    )
    plan = reviewed(statements=[stated()], draft=example_draft(categories=(supported,)))
    bundle = transaction(plan, None)
    [reference] = activity(bundle["entry"][0]["resource"], "cdk46-et")["detail"]["reasonReference"]
    assert reference["reference"] == bundle["entry"][1]["fullUrl"]


def test_the_provenance_names_reviewer_software_template_and_what_was_read():
    provenance = transaction(reviewed(), None)["entry"][-1]["resource"]
    assert [agent["who"]["display"] for agent in provenance["agent"]] == ["careplan-plugin 0.1.0", "Dr. Ana Ruiz"]
    roles = [(each["role"], str(each["what"])) for each in provenance["entity"]]
    assert any(role == "derivation" and "PlanDefinition/example|0.1.0" in what for role, what in roles)
    assert any(role == "source" and "Observation/er-met" in what for role, what in roles)


def test_the_form_holds_the_answers_and_is_complete_when_every_line_is_decided(line_named):
    some = transaction(reviewed([decision(line_named["pc"], "accept")]), None)["entry"][1]["resource"]
    assert some["status"] == "in-progress"
    [group] = some["item"]
    [answer] = group["item"]
    assert answer["linkId"] == "support.pc"
    assert answer["item"][0]["answer"][0]["valueCoding"]["code"] == "accept"
    every = [decision(line, "accept") for line in line_named.values()]
    assert transaction(reviewed(every), None)["entry"][1]["resource"]["status"] == "completed"


def test_the_same_review_has_the_same_key_at_any_hour_and_another_one_after_any_change(line_named):
    accepted = decision(line_named["pc"], "accept")
    key = content_key(reviewed([accepted]))
    assert content_key(reviewed([accepted], at=NOON.replace(hour=18))) == key
    assert content_key(reviewed([decision(line_named["pc"], "decline", reason="Later")])) != key
    assert content_key(reviewed([accepted], [stated()])) != key
