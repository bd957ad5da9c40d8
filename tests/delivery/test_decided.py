"""What a decision says in parts, and lines of the reviewers' own, as FHIR and in words."""

from dataclasses import replace
from datetime import timedelta

import pytest

from plugin.delivery.deferrals import asked_again
from plugin.delivery.narrative import narrative
from plugin.delivery.printed import page_of
from plugin.delivery.reviewed import care_plan, content_key, transaction
from plugin.library.validation import check_model, check_profile
from plugin.storage.own_lines import OwnHistory, OwnLine
from plugin.storage.reviews import Author
from plugin.storage.terms import Named, Terms
from tests.delivery.example_review import NOON, RUIZ, decision, reviewed
from tests.example_draft import example_draft

BERG = Author("Practitioner/berg", "Dr. Bo Berg")
BASE = "https://careplan-plugin.example.org/fhir/StructureDefinition/"
ENDOCRINE = Named("Endocrine therapy alone", "treatment-category", "et-alone")
PIK3CA = Named("PIK3CA", "finding", "pik3ca")
KEY = "0123456789abcdef0123456789abcdef"


def own(text="Second opinion elsewhere", reason="", author=RUIZ, kind="treatment", number=1, action="add"):
    return OwnLine(number, KEY, action, kind, text, reason, author, NOON - timedelta(hours=number))


def with_terms(line, choice, terms, **words):
    return replace(decision(line, choice, **words), terms=terms)


def activity(plan, code):
    [found] = [
        each for each in plan["activity"] if each["detail"].get("code", {}).get("coding", [{}])[0].get("code") == code
    ]
    return found


def parts(entry, name):
    [extension] = [each for each in entry["extension"] if each["url"] == BASE + name]
    return {part["url"]: next(value for key, value in part.items() if key != "url") for part in extension["extension"]}


def test_a_change_says_when_and_where_as_data_and_in_words(line_named):
    terms = Terms(after=ENDOCRINE, not_before="2026-12-12", setting="At home")
    plan = care_plan(reviewed([with_terms(line_named["pc"], "change", terms)]))
    entry = activity(plan, "pc")
    said = parts(entry, "review-decision")
    assert said["after"]["coding"][0]["code"] == "et-alone"
    assert (said["not-before"], said["setting"]) == ("2026-12-12", "At home")
    words = "Start after: Endocrine therapy alone; Not before 12 Dec 2026; Setting: At home"
    assert said["reason"] == words
    assert entry["detail"]["description"].endswith(words)
    assert "scheduledTiming" not in entry["detail"]
    assert "Not before 12 Dec 2026." in plan["text"]["div"]


def test_a_line_that_another_one_replaces_is_cancelled_and_names_it(line_named):
    terms = Terms(instead=ENDOCRINE)
    entry = activity(care_plan(reviewed([with_terms(line_named["cdk46-et"], "decline", terms)])), "cdk46-et")
    assert entry["detail"]["status"] == "cancelled"
    assert entry["detail"]["statusReason"]["text"] == "In its place: Endocrine therapy alone"
    assert parts(entry, "review-decision")["instead"]["text"] == "Endocrine therapy alone"


def test_a_deferral_until_a_day_stands_before_it_and_is_asked_again_on_it(line_named):
    line = line_named["pc"]
    waiting = with_terms(line, "defer", Terms(until_date="2026-11-23"))
    plan = care_plan(reviewed([waiting]))
    assert activity(plan, "pc")["detail"]["statusReason"]["text"] == "Deferred: Until 23 Nov 2026"
    assert parts(activity(plan, "pc"), "review-decision")["until-date"] == "2026-11-23"
    form = transaction(reviewed([waiting]), None)["entry"][1]["resource"]
    answer = form["item"][0]["item"][0]["item"][-1]
    assert (answer["linkId"], answer["answer"]) == ("support.pc.until", [{"valueDate": "2026-11-23"}])
    over = care_plan(reviewed([waiting], draft=replace(example_draft(), as_of="2026-11-23")))
    assert "Deferred until 23 Nov 2026; that day has come." in activity(over, "pc")["detail"]["statusReason"]["text"]
    assert "extension" not in activity(over, "pc") or not any(
        each["url"] == f"{BASE}review-decision" for each in activity(over, "pc")["extension"]
    )
    assert "Deferred until 23 Nov 2026; that day has come." in over["text"]["div"]


@pytest.mark.parametrize(
    ("until", "again"),
    [
        (PIK3CA, ""),
        (Named("ER", "finding", "er"), "Deferred until ER is known; it is known now."),
        (Named("Crisis", "finding", "visceral-crisis"), ""),
        (Named("Sequencing", "assessment", "ngs"), ""),
        (Named("An ECG", "assessment", "ecg"), "Deferred until An ECG is done; it is no longer due."),
        (Named("Old", "finding", "gone"), "Deferred until Old is known; the template no longer asks for it."),
    ],
)
def test_a_deferral_until_a_result_is_over_once_it_is_known_and_not_while_it_is_presumed(line_named, until, again):
    waiting = with_terms(line_named["pc"], "defer", Terms(until=until))
    assert asked_again(waiting, example_draft()) == again
    assert asked_again(replace(waiting, choice="accept", terms=Terms()), example_draft()) == ""


def test_results_that_disagree_end_the_wait_as_well(line_named):
    draft = example_draft()
    disputed = [code for code, finding in draft.findings.items() if finding.state == "conflicting"]
    assert disputed
    waiting = with_terms(line_named["pc"], "defer", Terms(until=Named("It", "finding", disputed[0])))
    assert asked_again(waiting, draft) == "Deferred until It is known; there are results now, and they disagree."


def test_a_line_of_ones_own_has_no_code_and_says_whose_it_is(line_named):
    line = OwnHistory((own(reason="She asks for it"),))
    plan = care_plan(replace(reviewed(), own_lines=(line,)))
    entry = plan["activity"][-1]
    assert "code" not in entry["detail"]
    assert entry["detail"]["description"] == "Added by Dr. Ana Ruiz, not from the template: Second opinion elsewhere"
    assert entry["detail"]["status"] == "not-started"
    assert [each["url"] for each in entry["extension"]] == [f"{BASE}own-line"]
    assert parts(entry, "own-line")["kind"] == "treatment"
    for text in (plan["text"]["div"], page_of(replace(reviewed(), own_lines=(line,)))):
        assert "Added by the reviewers, not drafted by the template" in text
        assert "Reason: She asks for it" in text


def test_a_line_that_somebody_else_changed_names_both():
    line = OwnHistory((own(), own("A third opinion", author=BERG, number=2, action="change")))
    [entry] = [
        each for each in care_plan(replace(reviewed(), own_lines=(line,)))["activity"] if "code" not in each["detail"]
    ]
    assert entry["detail"]["description"].startswith("Added by Dr. Ana Ruiz, changed by Dr. Bo Berg, not from")
    assert parts(entry, "own-line")["author"]["display"] == "Dr. Bo Berg"
    assert "Added by Dr. Ana Ruiz, changed by Dr. Bo Berg" in narrative(replace(reviewed(), own_lines=(line,)))


def test_all_of_it_fits_the_profiles_and_changes_what_is_sent(line_named):
    terms = Terms(after=Named("The wedding"), not_before="2026-12-12", setting="At home")
    decisions = [
        with_terms(line_named["pc"], "change", terms),
        with_terms(line_named["cdk46-et"], "decline", Terms(instead=ENDOCRINE)),
        with_terms(
            line_named["ngs"], "defer", Terms(until_date="2027-01-05", until=Named("PIK3CA", "finding", "pik3ca"))
        ),
    ]
    plan = replace(reviewed(decisions), own_lines=(OwnHistory((own(reason="Hers"),)),))
    for entry in transaction(plan, None)["entry"]:
        assert check_model(entry["resource"]) == []
        assert check_profile(entry["resource"]) == []
    assert content_key(plan) != content_key(reviewed(decisions))
    assert content_key(reviewed(decisions)) != content_key(reviewed([decision(line_named["pc"], "change", "x")]))


def test_parts_of_another_decision_and_a_disguised_line_are_refused_by_the_profile(line_named):
    odd = [with_terms(line_named["pc"], "accept", Terms(until_date="2027-01-05"))]
    assert any("review-2" in fault for fault in check_profile(care_plan(reviewed(odd))))
    plan = care_plan(replace(reviewed(), own_lines=(OwnHistory((own(),)),)))
    disguised = plan["activity"][0]["extension"]
    plan["activity"][-1]["extension"] += [each for each in disguised if "activity-rule" in each["url"]]
    assert any("line-4" in fault for fault in check_profile(plan))
    plan["activity"][0]["detail"].pop("code")
    assert any("line-3" in fault for fault in check_profile(plan))
