"""Lines accepted together that must not be given together: what the saved plan says of them."""

from plugin.delivery.reviewed import care_plan, content_key
from plugin.drafting.model import NotBeside
from plugin.library.validation import check_model, check_profile
from tests.delivery.example_review import decision, reviewed
from tests.example_draft import category, example_draft

NOT_WITH = "https://careplan-plugin.example.org/fhir/StructureDefinition/activity-not-beside"


def apart(code, disposition="not-offered", agents=()):
    return NotBeside(code, "sn-22-two", "Two of one class", "Their harms add up.", disposition, agents)


def draft(**second):
    lines = (
        category("cdk46-et", "offered", not_beside=(apart("parp", **second),)),
        category("parp", "judgement", not_beside=(apart("cdk46-et", **second),)),
        category("trial", "offered"),
    )
    return example_draft(categories=lines)


def plan_of(chosen, choice="accept", **second):
    drafted = draft(**second)
    decisions = [
        decision(line, choice, text="As written", reason="Because")
        for line in drafted.categories
        if line.code in chosen
    ]
    return reviewed(decisions, draft=drafted)


def marks(plan):
    """The lines whose activity says that its counterpart was accepted as well."""
    return {
        activity["detail"]["code"]["coding"][0]["code"]
        for activity in care_plan(plan)["activity"]
        for extension in activity.get("extension", ())
        if extension["url"] == NOT_WITH and {"url": "both-accepted", "valueBoolean": True} in extension["extension"]
    }


def test_both_accepted_is_written_on_both_and_said_first():
    plan = plan_of({"cdk46-et", "parp"})
    assert marks(plan) == {"cdk46-et", "parp"}
    told = care_plan(plan)["text"]["div"]
    assert "Cdk46 Et and Parp are both in the plan. Not at the same time. Two of one class: Their harms add up." in told
    assert told.index("both in the plan") < told.index("HER2 results disagree")


def test_a_changed_line_is_in_the_plan_too():
    assert marks(plan_of({"cdk46-et", "parp"}, "change")) == {"cdk46-et", "parp"}


def test_one_of_them_declined_or_undecided_is_no_clash():
    assert marks(plan_of({"cdk46-et"})) == set()
    assert marks(plan_of({"cdk46-et", "parp"}, "decline")) == set()
    assert "both in the plan" not in care_plan(plan_of({"cdk46-et", "trial"}))["text"]["div"]


def test_a_decision_taken_while_the_line_stood_elsewhere_does_not_count():
    drafted = draft()
    first, second, _ = drafted.categories
    decisions = [decision(first, "accept"), decision(second, "accept", standing="conditional")]
    assert marks(reviewed(decisions, draft=drafted)) == set()


def test_only_some_drugs_are_named_and_a_matter_of_judgement_is_called_that():
    told = care_plan(plan_of({"cdk46-et", "parp"}, agents=("one", "other")))["text"]["div"]
    assert "Not at the same time (one, other)." in told
    told = care_plan(plan_of({"cdk46-et", "parp"}, disposition="judgement"))["text"]["div"]
    assert "At the same time only by the clinician" in told


def test_what_holds_for_the_lines_is_said_before_what_holds_for_drugs_that_nobody_chose():
    drugs = NotBeside("parp", "sn-22-pair", "One drug and the other", "They add up.", "not-offered", ("one", "other"))
    whole = NotBeside("parp", "sn-22-alternatives", "Alone, and combined", "One includes the other.", "judgement", ())
    lines = (category("cdk46-et", "offered", not_beside=(drugs, whole)), category("parp", "judgement"))
    drafted = example_draft(categories=lines)
    told = care_plan(reviewed([decision(line, "accept") for line in lines], draft=drafted))["text"]["div"]
    whole_first = (
        "At the same time only by the clinician's decision. Alone, and combined: One includes the other. "
        "Of their drugs: Not at the same time (one, other). One drug and the other: They add up."
    )
    assert whole_first in told.replace("&#x27;", "'").replace("&#39;", "'")


def test_the_saved_plan_keeps_to_its_profile():
    plan = care_plan(plan_of({"cdk46-et", "parp"}))
    assert check_model(plan) == []
    assert check_profile(plan) == []


def test_a_clash_that_appears_makes_the_saved_plan_outdated():
    assert content_key(plan_of({"cdk46-et"})) != content_key(plan_of({"cdk46-et", "parp"}))
