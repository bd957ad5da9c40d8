"""What stands where on the page, and which decisions count."""

from dataclasses import replace
from datetime import UTC, datetime

from plugin.findings.model import Finding
from plugin.review.fact_view import FactView, Fold
from plugin.review.view import Words, build_page
from plugin.storage.reviews import Author, Decision, Fact, Line
from tests.example_draft import VOCABULARY, example_draft

RUIZ = Author("Practitioner/ruiz", "Dr. Ana Ruiz")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def decision(kind, code, choice, standing):
    line = Line(kind, code)
    return {line: (Decision(1, line, "0.1.0", standing, choice, "", "because", RUIZ, NOON, None),)}


def page(decisions=None, statements=None, draft=None):
    return build_page(draft or example_draft(), VOCABULARY, Words({}), decisions or {}, statements or {})


def lines(topics):
    return {view.line.code: view for topic in topics for view in topic.lines}


def facts(view):
    return {fact.definition.code: fact for column in view.fact_columns for group in column for fact in group.shown}


def folded(view):
    folds = [fold for column in view.fact_columns for group in column for fold in group.folds]
    return {fact.definition.code: (fold.title, fact) for fold in folds for fact in fold.facts}


def test_no_line_is_accepted_before_a_person_accepts_it():
    view = page()
    assert view.progress.undecided == view.progress.total == 5
    assert lines(view.offered)["cdk46-et"].choice is None


def test_a_decision_counts_while_the_line_stands_where_it_was_decided():
    view = page(decision("treatment-category", "cdk46-et", "accept", "offered"))
    assert lines(view.offered)["cdk46-et"].choice == "accept"
    assert view.progress.accepted == 1


def test_a_line_that_moved_is_asked_again_and_the_old_decision_is_still_shown():
    view = page(decision("treatment-category", "cdk46-et", "accept", "conditional"))
    line = lines(view.offered)["cdk46-et"]
    assert (line.choice, line.outdated) == (None, True)
    assert line.decision.choice == "accept"
    assert view.progress.decided == 0


def test_a_decision_on_a_test_does_not_spill_over_to_a_category_of_the_same_code():
    view = page(decision("assessment", "cdk46-et", "decline", "due"))
    assert lines(view.offered)["cdk46-et"].choice is None


def test_every_fact_of_the_vocabulary_is_on_the_page_once():
    view = page()
    shown = [
        fact.definition.code
        for column in view.fact_columns
        for group in column
        for fact in (*group.shown, *(folded for fold in group.folds for folded in fold.facts))
    ]
    assert sorted(shown) == sorted(VOCABULARY)


def test_facts_that_are_unknown_and_asked_are_shown_and_the_others_are_folded():
    assert "pik3ca" in facts(page())
    assert folded(page())["menopausal-status"][0] == "not recorded, not needed now"


def test_what_is_presumed_is_folded_under_its_value():
    assert folded(page())["visceral-crisis"][0] == "No, presumed"


def test_topics_come_in_the_order_of_the_template():
    draft = example_draft()
    view = build_page(draft, VOCABULARY, Words({}, ("Testing", "Systemic therapy")), {}, {})
    assert [topic.title for topic in view.offered] == ["Systemic therapy"]
    assert view.tests[0].title == "Testing"


def test_results_that_disagree_are_asked_first_then_what_lines_wait_for_and_the_rest_in_turn():
    order = list(example_draft().to_confirm)
    asked = page().questions
    first, *rest = [fact.definition.code for fact in asked]
    assert first == "her2" != order[0]
    assert sorted([first, *rest]) == sorted(order)
    awaited = {code for line in example_draft().standing("conditional") for code in line.missing}
    kinds = {fact.definition.code: fact.definition.code in awaited for fact in asked}
    others = [code for code in rest if not kinds[code]]
    assert others == [code for code in order if code in others]
    both = min(sum(kinds[code] for code in rest), len(others))
    assert both
    assert [kinds[code] for code in rest[: 2 * both]] == [True, False] * both


def test_what_a_line_waits_for_is_named_before_what_holds_none_up():
    draft = example_draft()
    [line] = (line for line in draft.categories if line.code == "trial")
    for missing in (("metastasis-bone",), ("qtcf",)):
        waiting = replace(draft, categories=(replace(line, disposition="conditional", missing=missing),))
        awaited = [fact.definition.code for fact in build_page(waiting, VOCABULARY, Words({}), {}, {}).awaited]
        assert set(awaited) == {"metastasis-bone", "qtcf", "pik3ca"}
        assert awaited.index(missing[0]) < awaited.index("pik3ca")


def test_the_profile_holds_what_is_there_and_not_what_is_absent_presumed_or_in_the_banner():
    shown = [fact.definition.code for group in page().profile for fact in group.shown]
    assert shown == ["metastatic", "er", "her2", "metastatic-line"]


def test_the_profile_leaves_out_what_the_plan_does_not_look_at_but_no_conflict():
    view = build_page(example_draft(), VOCABULARY, Words({}, weighed=frozenset({"er", "qtcf"})), {}, {})
    assert [fact.definition.code for group in view.profile for fact in group.shown] == ["er", "her2"]


def test_the_profile_gives_the_figures_behind_a_word():
    facts_by_code = {fact.definition.code: fact for group in page().profile for fact in group.shown}
    assert facts_by_code["er"].short_detail == "95 %"
    assert facts_by_code["metastatic-line"].short_detail == ""


def test_what_is_not_known_is_named_in_the_order_of_the_questions():
    assert [fact.definition.code for fact in page().awaited] == ["pik3ca", "metastasis-bone", "qtcf"]


def test_what_a_clinician_stated_is_still_among_the_questions_as_answered():
    stated = Fact(1, "er", "positive", "", RUIZ, NOON)
    assert [fact.definition.code for fact in page(statements={"er": stated}).answered] == ["er"]


def test_what_was_worked_out_to_be_absent_is_folded_and_what_was_worked_out_to_be_there_is_shown():
    assert folded(page())["metastasis-liver"][0] == "No, concluded from the chart"
    assert "metastatic-line" in facts(page())


def test_a_stated_fact_is_told_apart_from_one_the_chart_reports():
    stated = Fact(1, "er", "positive", "", RUIZ, NOON)
    assert facts(page(statements={"er": stated}))["er"].state == "stated"
    assert facts(page())["er"].state == "known"


def test_correcting_what_the_chart_says_needs_a_reason_and_answering_a_question_does_not():
    shown = facts(page())
    assert shown["er"].correction_needs_reason
    assert shown["her2"].correction_needs_reason
    assert not shown["pik3ca"].correction_needs_reason
    assert not folded(page())["visceral-crisis"][1].correction_needs_reason


def test_a_fold_of_many_facts_names_the_first_few():
    definition, finding = VOCABULARY["er"], Finding("er", "presumed", "negative")
    fact = FactView(definition, finding, None, 0, ())
    assert Fold("Presumed", (fact,) * 3).names == " · ".join([definition.label] * 3)
    assert Fold("Presumed", (fact,) * 20).names.endswith(f"{definition.label} · and 12 more")
