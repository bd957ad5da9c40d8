"""What could be nothing else for a patient counts in rules, and is not listed among what was concluded of her."""

from datetime import date

import pytest

from plugin.drafting.common_ground import common_ground
from plugin.drafting.facts import Facts
from plugin.drafting.narrative import as_text
from plugin.drafting.plan import draft_from, draft_plan
from plugin.findings.reader import read_findings
from plugin.quality.stated import findings_from_values
from tests.drafting.test_worth import AS_OF, chart

PREGNANT = "Pregnant: no"
WOMAN = {
    "sex": "female",
    "breast-cancer": True,
    "metastatic": True,
    "er": "positive",
    "er-low": False,
    "pr": "positive",
    "her2": "negative",
    "prior-systemic-therapy-metastatic": False,
}


def drafted(template, **facts):
    facts = {**WOMAN, **{code.replace("_", "-"): value for code, value in facts.items()}}
    found = findings_from_values(facts, template.vocabulary, date(2026, 11, 22))
    return draft_from(Facts(found, template.vocabulary), template, date(2026, 11, 22))


def rests_on_pregnancy(draft):
    return [line.code for line in draft.categories if any(fact.code == "pregnant" for fact in line.derives)]


def listed(draft):
    ground = common_ground(draft)
    lines = [line for line in draft.categories if line.disposition != "not-offered"]
    return {fact.code for fact in ground.derives}.union(
        *({fact.code for fact in ground.derived_by(line)[1]} for line in lines)
    )


def test_that_a_man_is_not_pregnant_counts_and_is_not_listed(template):
    draft = draft_plan(read_findings(chart("man"), template.vocabulary, AS_OF), template, AS_OF)
    assert rests_on_pregnancy(draft)
    assert "pregnant" not in listed(draft)
    assert PREGNANT not in as_text(draft, template)


@pytest.mark.parametrize("facts", [{"age": 71}, {"age": 52, "menopausal_status": "postmenopausal"}])
def test_nor_is_it_of_a_woman_after_menopause(template, facts):
    draft = drafted(template, **facts)
    assert rests_on_pregnancy(draft)
    assert "pregnant" not in listed(draft)


def test_of_a_woman_who_could_be_it_is_a_fact_like_any_other(template):
    draft = drafted(template, age=38, menopausal_status="premenopausal", pregnant=False)
    assert not rests_on_pregnancy(draft)
    assert draft.findings["pregnant"].state == "known"


def test_what_was_concluded_and_could_be_otherwise_is_listed(template):
    draft = drafted(template, age=71)
    assert "current-line-chemotherapy" in {fact.code for line in draft.categories for fact in line.derives}
    assert "current-line-chemotherapy" in listed(draft)
