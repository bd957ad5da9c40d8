"""What holds for the words and the bookkeeping of every template, whoever edits it next."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from plugin.library.content import CANONICAL, content_folder, system_url
from plugin.library.elements import extensions
from plugin.library.rules import AlertRule, CategoryRule, Combination, Gate, GoalRule, ItemRule, Template

WITHDRAWN_OR_UNAPPROVED = re.compile(r"atezolizumab|bevacizumab|giredestrant|tecentriq|avastin", re.IGNORECASE)
CLAUSE = re.compile(r"[.;:]\s*(?:$|(?=\S))")
LONGEST_TITLE = 120


@pytest.fixture(scope="module")
def names_of_drugs(template: Template) -> set[str]:
    return {name for name, drug in template.drugs.items() if not any(use.named for use in drug.uses)}


@pytest.fixture(scope="module")
def bare_words(template: Template, names_of_drugs: set[str]) -> set[str]:
    """Names of such drugs as data, and the titles and ids of sources about them."""
    evidence = next(resource for resource in template.resources if resource["id"].startswith("evidence-"))
    return {*names_of_drugs, *template.citations, *(source["display"] for source in evidence["relatedArtifact"])}


def test_no_text_names_an_agent_without_approval_for_the_disease(template: Template, bare_words: set[str]) -> None:
    """Such a drug stands in the drug table and in the gate that holds it back, by its bare name, and in titles."""
    unread = ("evidence-", "invariants-")  # titles of sources, and statements for those who test a template
    resources = [resource for resource in template.resources if not resource["id"].startswith(unread)]
    texts = [text for resource in resources for text in _texts(resource)]
    assert [text for text in texts if WITHDRAWN_OR_UNAPPROVED.search(text) and text not in bare_words] == []


def test_drugs_that_no_line_may_name_are_those_withdrawn_or_not_yet_approved(names_of_drugs: set[str]) -> None:
    assert names_of_drugs == {"atezolizumab", "bevacizumab", "giredestrant"}


def test_no_category_names_a_drug_that_no_line_may_name(template: Template, names_of_drugs: set[str]) -> None:
    assert {code for code, activity in template.activities.items() if names_of_drugs & set(activity.agents)} == set()


def test_every_part_that_is_named_by_its_category_names_a_drug_of_the_table(template: Template) -> None:
    named = {code for code, activity in template.activities.items() if activity.agents}
    without = {code for code in named if code not in template.parts}
    assert without <= {"ofs"}, "a category is possible while each of its parts is: say in drugs.yaml what they are"


def test_what_is_new_has_a_source_and_a_status(template: Template) -> None:
    new = [(name, use) for name, drug in template.drugs.items() for use in drug.uses if use.new]
    assert [name for name, use in new if use.unsourced] == []
    assert len(new) >= 20


def test_every_rule_names_what_it_encodes(template: Template) -> None:
    assert [rule.id for rule in _rules(template) if not rule.grounds.documented] == []


def test_every_rule_says_how_strong_its_evidence_is(template: Template) -> None:
    assert [rule.id for rule in _rules(template) if not (rule.grounds.kind and rule.grounds.confidence)] == []


def test_every_cited_source_is_there_and_every_item_is_listed_by_a_rule(template: Template) -> None:
    # Invariants name what of the policy they state, not what it was read in.
    citing = [resource for resource in template.resources if not resource["id"].startswith("invariants-")]
    assert set(_labels(citing)) - set(template.citations) == set()
    listed = {rule.code for rule in (*template.category_rules, *template.item_rules)}
    assert set(template.activities) - listed == set()


def test_what_the_page_shows_as_a_heading_is_short(template: Template) -> None:
    titles = [rule.title for rule in _rules(template)]
    assert [title for title in titles if len(title) > LONGEST_TITLE] == []
    assert len({activity.topic for activity in template.activities.values()}) <= 12


def test_a_rule_that_leaves_it_to_judgement_says_so_with_a_flag(template: Template) -> None:
    judged = [rule for rule in template.category_rules if rule.disposition == "judgement"]
    assert [rule.id for rule in judged if not set(rule.flags) & {"judgement", "conflict", "offlabel"}] == []


@pytest.mark.parametrize("file", sorted(content_folder("profiles").glob("ValueSet-category-group-*.json")), ids=str)
def test_category_groups_hold_only_codes_of_the_code_system(file: Any) -> None:
    group = orjson.loads(file.read_bytes())
    system = orjson.loads((content_folder("profiles") / "CodeSystem-treatment-category.json").read_bytes())
    known = {concept["code"]: concept["display"] for concept in system["concept"]}
    [include] = group["compose"]["include"]
    assert include["system"] == system_url("treatment-category")
    assert group["url"] == f"{CANONICAL}/ValueSet/{file.stem.removeprefix('ValueSet-')}"
    assert {concept["code"]: concept["display"] for concept in include["concept"]}.items() <= known.items()


def test_the_strategy_names_every_part(template: Template) -> None:
    parts = {url.split("|")[0] for url in template.part_urls}
    strategy = next(resource for resource in template.resources if resource["id"] == template.id)
    named = {action["definitionCanonical"] for action in strategy["action"] if "trigger" not in action}
    assert named == parts - {template.url}


def test_the_questionnaires_have_the_groups_that_drafting_fills(template: Template) -> None:
    groups = {name: [item["linkId"] for item in form["item"]] for name, form in template.questionnaires.items()}
    assert {"offered", "conditional", "judgement", "not-offered", "assessments", "support"} == set(
        groups["plan-review"]
    )
    assert groups["facts-to-confirm"] == ["facts", "stated"]
    assert groups["for-the-patient"] == ["urgent", "symptoms", "matters", "questions", "support", "more"]


def test_no_link_id_stands_twice_in_one_form(template: Template) -> None:
    for form in template.questionnaires.values():
        links = list(_links(form))
        assert len(links) == len(set(links)), form["id"]


def test_unsourced_rules_are_marked_and_cite_nothing(template: Template) -> None:
    for resource in template.resources:
        for action in resource.get("action", []):
            marked = any(extensions(action, "rule-unsourced"))
            assert not (marked and action.get("documentation")), action["id"]


def test_rules_that_join_in_one_item_say_nothing_twice(template: Template) -> None:
    reasons: dict[str, set[str]] = {}
    for rule in template.item_rules:
        reasons.setdefault(rule.code, set()).add(rule.reason)
    clauses = {
        code: [clause for reason in said for clause in CLAUSE.split(reason) if clause] for code, said in reasons.items()
    }
    assert {code: said for code, said in clauses.items() if len(said) > len(set(said))} == {}


def test_what_no_source_backs_is_not_called_highly_certain(template: Template) -> None:
    unsourced = [rule for rule in _rules(template) if rule.grounds.unsourced]
    assert [rule.id for rule in unsourced if rule.grounds.confidence == "high"] == []


def _rules(template: Template) -> tuple[CategoryRule | Gate | ItemRule | Combination | GoalRule, ...]:
    return tuple(rule for rule in template.rules if not isinstance(rule, AlertRule))


def _texts(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, key)
    elif isinstance(value, str) and key in ("title", "description", "text", "valueString", "display"):
        yield value


def _labels(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for artifact in value.get("documentation", []):
            yield artifact["label"]
        if value.get("url") in ("citation", "source"):  # of a sentence, a drug or an older statement
            yield value["valueString"]
        for inner in value.values():
            yield from _labels(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _labels(inner)


def _links(item: dict[str, Any]) -> Iterator[str]:
    for inner in item.get("item", []):
        yield inner["linkId"]
        yield from _links(inner)
