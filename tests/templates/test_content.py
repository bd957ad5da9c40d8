"""What holds for the words and the bookkeeping of every template, whoever edits it next."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from plugin.library.content import CANONICAL, content_folder, system_url
from plugin.library.elements import extensions
from plugin.library.rules import Template

ORDERING = re.compile(
    r"\b\d+([.,]\d+)?\s?(mg|mcg|µg|g|IU|AUC)\b|\bmg/|\b(once|twice) (daily|weekly)\b|\bevery \d+ (days|weeks)\b"
    r"|\b(take|inject|prescribe|order)\b(?! (of|to|in|that))",
    re.IGNORECASE,
)
WITHDRAWN_OR_UNAPPROVED = re.compile(r"atezolizumab|bevacizumab|giredestrant|tecentriq|avastin", re.IGNORECASE)
CLAUSE = re.compile(r"[.;:]\s*(?:$|(?=\S))")
LONGEST_TITLE = 120


@pytest.fixture(scope="module")
def texts(template: Template) -> list[str]:
    return [text for resource in template.resources for text in _texts(resource)]


def test_no_text_doses_orders_or_tells_anyone_to_take_something(texts: list[str]) -> None:
    assert [text for text in texts if ORDERING.search(text)] == []


def test_no_text_names_an_agent_without_approval_for_the_disease(texts: list[str]) -> None:
    assert [text for text in texts if WITHDRAWN_OR_UNAPPROVED.search(text)] == []


def test_every_rule_names_what_it_encodes(template: Template) -> None:
    rules = (*template.category_rules, *template.gates, *template.item_rules, *template.goal_rules)
    assert [rule.id for rule in rules if not rule.grounds.documented] == []


def test_every_rule_says_how_strong_its_evidence_is(template: Template) -> None:
    rules = (*template.category_rules, *template.gates, *template.item_rules, *template.goal_rules)
    assert [rule.id for rule in rules if not (rule.grounds.kind and rule.grounds.confidence)] == []


def test_every_source_is_cited_and_every_item_is_listed_by_a_rule(template: Template) -> None:
    cited = set(_labels(template.resources))
    assert set(template.citations) - cited == set()
    listed = {rule.code for rule in (*template.category_rules, *template.item_rules)}
    assert set(template.activities) - listed == set()


def test_what_the_page_shows_as_a_heading_is_short(template: Template) -> None:
    titles = [rule.title for rule in (*template.category_rules, *template.gates, *template.item_rules)]
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
    named = {action["definitionCanonical"] for action in strategy["action"]}
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
    rules = (*template.category_rules, *template.gates, *template.item_rules, *template.goal_rules)
    assert [rule.id for rule in rules if rule.grounds.unsourced and rule.grounds.confidence == "high"] == []


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
        for inner in value.values():
            yield from _labels(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _labels(inner)


def _links(item: dict[str, Any]) -> Iterator[str]:
    for inner in item.get("item", []):
        yield inner["linkId"]
        yield from _links(inner)
