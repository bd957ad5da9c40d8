"""How a line came about: every condition that was checked, in words, put to the patient."""

import re

import pytest


def page(visit, kind, code):
    return visit.page(f"{visit.workspace}/logic/{kind}/{code}")


def steps(text):
    found = re.findall(r'<article class="step" id="([^"]+)".*?</article>', text, re.S)
    return {name: re.search(rf'<article class="step" id="{name}".*?</article>', text, re.S)[0] for name in found}


@pytest.fixture
def told(visit):
    visit.read()
    return page(visit, "treatment-category", "bma").get_data(as_text=True)


def test_the_rule_that_opens_the_line_shows_what_was_found(told):
    rule = steps(told)["bone-bma"]
    assert "offers the line" in rule
    assert "holds:" in rule
    assert re.search(r"Bone metastasis</a>: <b>yes</b>", rule)
    assert "As written" in rule


def test_gates_that_wait_come_before_those_that_do_not_hold(told):
    of_gates = told[told.index("Safety gates") :]
    assert of_gates.index("cannot be told yet; ") < of_gates.index("checked, and")
    gates = [name for name in steps(told) if name.startswith("sn-")]
    assert "sn-83-jaw" in gates


def test_terms_that_conditions_use_are_explained_on_the_page(told):
    used = set(re.findall(r'href="#name-([^"]+)"', told))
    assert used
    assert used <= {name.removeprefix("name-") for name in steps(told)}


def test_the_line_links_to_its_logic_and_back(visit, told):
    why = visit.page(f"{visit.workspace}/lines/treatment-category/bma/why?bare").text
    assert f'href="{visit.workspace}/logic/treatment-category/bma"' in why
    assert "#line-treatment-category-bma" in told


@pytest.mark.parametrize(("kind", "code"), [("assessment", "no-such-test"), ("no-such-kind", "bma")])
def test_a_line_that_the_plan_does_not_have_is_said_to_be_missing(visit, kind, code):
    visit.read()
    answer = page(visit, kind, code)
    assert answer.status_code == 404
    assert "no such line" in answer.get_data(as_text=True)


def test_a_test_shows_the_rules_that_list_it(visit):
    text = visit.read().text
    code = re.search(r'id="line-assessment-([a-z0-9-]+)"', text)[1]
    assert "Rules that list it" in page(visit, "assessment", code).get_data(as_text=True)
