"""A closed line says as much as an open one: by which gate or rule it is closed, why, and on whose authority."""

from __future__ import annotations

from datetime import date

import pytest

from plugin.drafting.as_json import draft_json
from plugin.drafting.facts import Facts
from plugin.drafting.outline import closed_entry
from plugin.drafting.plan import draft_from
from plugin.library.template import load_template
from plugin.quality.stated import findings_from_values
from tests.quality.small_template import small_profiles, small_template

AS_OF = date(2026, 11, 22)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    folder = tmp_path_factory.mktemp("closed")
    return load_template(small_template(folder), small_profiles(folder))


def drafted(template, **values):
    stated = {name.replace("_", "-"): value for name, value in values.items()}
    return draft_from(
        Facts(findings_from_values(stated, template.vocabulary, AS_OF), template.vocabulary), template, AS_OF
    )


GLASS = {"lantern_fever": True, "glow": "bright", "oil_level": 12.0, "treated_before": False, "glass_allergy": True}


def closed(draft, code):
    [line] = [line for line in draft.standing("not-offered") if line.code == code]
    [as_data] = [line for line in draft_json(draft)["not_offered"] if line["code"] == code]
    return closed_entry(line).details, as_data


def test_a_gate_gives_its_reason_and_its_sources(template):
    said, data = closed(drafted(template, **GLASS), "lamp")
    assert said[:4] == (
        "Closed by Allergy to glass: yes.",
        "Gate: Allergy to glass.",
        "A lamp is made of glass.",
        "Sources: Keepers 2024",
    )
    assert (data["rule"], data["title"]) == ("gate-glass", "Allergy to glass")
    assert (data["evidence"], data["unsourced"]) == (["keepers_2024"], False)


def test_a_rule_that_does_not_hold_is_named_with_its_sources_and_not_with_its_reason_for_offering(template):
    said, data = closed(drafted(template, **GLASS | {"glow": "dim", "glass_allergy": False}), "mirror")
    assert said[1:3] == ("Rule: Mirror in a later line.", "Sources: Mirror Society 2025")
    assert not any("after earlier treatment" in each for each in said)
    assert data["evidence"] == ["mirrors_2025"]
