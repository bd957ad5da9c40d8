"""What opens an emergency pathway is asked first while the chart raises the suspicion, and not else."""

from __future__ import annotations

import orjson
import pytest

from plugin.drafting.model import Draft
from plugin.drafting.plan import draft_plan
from plugin.findings.bundle import resources_of
from plugin.findings.reader import read_findings
from plugin.library.content import PACKAGE
from plugin.library.rules import Template
from plugin.quality.stated import findings_from_values
from tests.findings.charts import AS_OF

SUSPECTED = ("cord-compression-suspected", "pathological-fracture", "impending-fracture")
BONE = {"sex": "female", "age": 58, "breast-cancer": True, "metastatic": True, "metastasis-bone": True}
MOST = 4


def test_pain_with_bone_metastases_asks_for_the_cord_and_the_bone_first(template: Template) -> None:
    chart = resources_of(orjson.loads((PACKAGE / "sandbox" / "patients" / "bone-metastases.json").read_bytes()))
    draft = draft_plan(read_findings(chart, template.vocabulary, AS_OF), template, AS_OF)
    assert set(SUSPECTED) <= set(draft.to_confirm[:MOST])


@pytest.mark.parametrize("pain", ["pain", "bone-pain", "back-pain"])
def test_any_pain_on_record_raises_it(template: Template, pain: str) -> None:
    assert "cord-compression-suspected" in _drafted(template, {**BONE, pain: True}).to_confirm[:MOST]


def test_without_pain_it_waits_for_its_turn(template: Template) -> None:
    quiet = {**BONE, "pain": False, "bone-pain": False, "back-pain": False}
    asked = _drafted(template, quiet).to_confirm
    assert asked.index("hospice-elected") < asked.index("cord-compression-suspected")


def test_once_it_is_answered_it_is_not_asked_again(template: Template) -> None:
    answered = _drafted(template, {**BONE, "pain": True, "cord-compression-suspected": True})
    assert "cord-compression-suspected" not in answered.to_confirm


def _drafted(template: Template, values: dict[str, object]) -> Draft:
    return draft_plan(findings_from_values(values, template.vocabulary, AS_OF), template, AS_OF)
