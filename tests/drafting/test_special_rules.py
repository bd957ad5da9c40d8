"""A line is explained by the rule that fits the patient best; a closed one by the rule that is no special case."""

from __future__ import annotations

from datetime import date

import pytest

from plugin.drafting.plan import draft_plan
from plugin.library.rules import Template
from plugin.quality.stated import findings_from_values

AS_OF = date(2026, 11, 22)
RECEPTOR_POSITIVE = {
    "breast-cancer": True,
    "metastatic": True,
    "er": "positive",
    "pr": "positive",
    "her2": "negative",
    "prior-systemic-therapy-metastatic": False,
}


def led_by(values: dict[str, str | bool | int], code: str, template: Template) -> str:
    """The id of the rule that explains the line of a category."""
    draft = draft_plan(findings_from_values(values, template.vocabulary, AS_OF), template, AS_OF)
    return next(line.rule for line in draft.categories if line.code == code)


@pytest.mark.parametrize(
    ("who", "rule"),
    [
        ({"sex": "male", "age": 60}, "hr-1l-cdk46-et-man"),
        ({"sex": "female", "age": 60}, "hr-1l-cdk46-et"),
    ],
    ids=["special", "general"],
)
def test_an_open_line_is_explained_by_the_rule_that_fits_best(
    template: Template, who: dict[str, str | bool | int], rule: str
) -> None:
    assert led_by({**RECEPTOR_POSITIVE, **who}, "cdk46-et", template) == rule


def test_a_closed_line_is_explained_by_the_rule_that_is_no_special_case(template: Template) -> None:
    values = {**RECEPTOR_POSITIVE, "sex": "male", "age": 60, "metastatic-line": 2, "metastatic-systemic-lines": 1}

    assert led_by(values | {"prior-systemic-therapy-metastatic": True}, "brain-local", template) == "brain-local"
