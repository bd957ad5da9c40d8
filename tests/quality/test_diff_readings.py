"""What is read differently from a chart: said first, never called wording, and never decided for every chart."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest

from plugin.library.template import load_template
from plugin.library.vocabulary import Vocabulary
from plugin.quality.diff.readings import changed_readings
from plugin.quality.diff.rules import changed_others
from tests.quality.test_diff import BRIGHT, change, chart, diff, difference, oil, versions

__all__ = ["versions"]

FINDINGS = "templates/lantern-fever/findings.yaml"
OIL_TESTS = "profiles/ValueSet-oil-tests.json"
PATIENTS = 40

# Where, what stands there, what is to stand there; the fact, the part of its reading, and its words, old and new.
PLANTED = {
    "threshold": (FINDINGS, "%oilMass.exists()", "%oilMass >= 5", "is the oil mass", "known", "5 mg/dL or more"),
    "unit": (
        FINDINGS,
        'unit, valueString: "mg/dL"}\n                  -',
        'unit, valueString: "g/L"}\n                  -',
        "oil mass, units",
        "mg/dL",
        "g/L",
    ),
    "limit": (
        FINDINGS,
        "maximum, valueDecimal: 100",
        "maximum, valueDecimal: 10",
        "greatest possible number",
        "100",
        "10",
    ),
    "age limit": (
        FINDINGS,
        "valid-days, valueInteger: 28",
        "valid-days, valueInteger: 2800",
        "age limit",
        "28",
        "2800",
    ),
    "which leads": (
        FINDINGS,
        "{url: valid-days, valueInteger: 28}",
        "{url: valid-days, valueInteger: 28}\n              - {url: strategy, valueCode: present}",
        "of several results",
        "newest",
        "found once",
    ),
    "statement": (
        FINDINGS,
        '{url: label, valueString: "Oil (low below 10.5 mg/dL)"}',
        '{url: label, valueString: "Oil (low below 10.5 mg/dL)"}\n          - {url: stated-days, valueInteger: 7}',
        "what a person states counts",
        "",
        "7 days",
    ),
    "own unit": (
        FINDINGS,
        '{url: unit, valueString: "mg/dL"}\n          - {url: settled-by',
        '{url: unit, valueString: "g/L"}\n          - {url: settled-by',
        "unit",
        "mg/dL",
        "g/L",
    ),
}


def plant(versions, file, old, new):
    change(versions[1].parent.parent / file, old, new)


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_change_of_a_reading_is_said_first_in_words(versions, name):
    file, old, new, part, was, is_ = PLANTED[name]
    plant(versions, file, old, new)
    found = difference(*versions)
    assert found["kind"] == "readings"
    assert found["verdict"].startswith("How a chart is read has changed for 1 fact: Oil")
    assert "not decided for every chart" in found["verdict"]
    [fact] = found["readings"]["facts"]
    assert fact["code"] == "oil-level"
    [said] = [each for each in fact["parts"] if part in each["part"]]
    assert was in said["old"]
    assert is_ in said["new"]
    assert "lamp-first" in found["readings"]["rules"]
    assert "(" not in said["old"].replace("(oil-tests)", "")


def test_a_page_with_changed_readings_is_not_green_and_tells_them_before_lines(versions, tmp_path):
    plant(versions, *PLANTED["threshold"][:3])
    result = diff(*versions, "--html", tmp_path / "diff.html")
    page = (tmp_path / "diff.html").read_text()
    assert 'class="status good"' not in page
    assert page.index("where oil mass: known") < page.index("Lines that stand elsewhere")
    assert "Every line stands where it stood, where the facts are the same" in page
    words = result.stdout
    assert words.index("How a chart is read has changed") < words.index("is the oil mass") < words.index("Files")
    assert not {"Reading(", "Part(", "Rule("} & set(words.replace("=", " ").split())


def test_codes_that_are_read_otherwise_are_named_with_the_facts_that_they_feed(versions):
    plant(versions, OIL_TESTS, '"99999-9"', '"99998-1"')
    found = difference(*versions)
    assert found["kind"] == "readings"
    [codes] = found["readings"]["codes"]
    assert (codes["kind"], codes["name"], codes["title"]) == ("ValueSet", "oil-tests", "Oil tests")
    assert codes["removed"] == ["LOINC 99999-9 “Lamp oil [Mass/volume] in Serum”"]
    assert codes["added"] == ["LOINC 99998-1 “Lamp oil [Mass/volume] in Serum”"]
    assert [(each["code"], each["codes"]) for each in found["readings"]["facts"]] == [("oil-level", ["oil-tests"])]


def test_a_map_that_every_reading_uses_touches_every_fact_that_is_read(versions):
    file = versions[1].parent.parent / "profiles/ConceptMap-test-names.json"
    held = json.loads(file.read_text())
    del held["group"][0]["element"][0]
    file.unlink()
    file.write_text(json.dumps(held))
    readings = difference(*versions)["readings"]
    [codes] = readings["codes"]
    assert (codes["kind"], len(codes["removed"]), codes["added"]) == ("ConceptMap", 1, [])
    read = {
        code
        for code, each in load_template(versions[1], versions[1].parent.parent / "profiles").vocabulary.items()
        if each.reading
    }
    assert {each["code"] for each in readings["facts"]} == read >= {"deceased", "age", "oil-level"}


def test_what_keeps_a_fact_from_being_presumed_where_the_chart_has_gaps_is_reading(versions):
    file = versions[1] / "findings.yaml"
    text = file.read_text()
    start = text.index("- id: glass-allergy")
    file.write_text(
        text[:start] + text[start:].replace("needs, valueCode: Condition", "needs, valueCode: Observation", 1)
    )
    [fact] = difference(*versions)["readings"]["facts"]
    assert (fact["code"], [(each["old"], each["new"]) for each in fact["parts"]]) == (
        "glass-allergy",
        [("Condition", "Observation")],
    )


def test_our_own_codes_that_say_something_else_are_named(versions):
    plant(
        versions,
        "profiles/CodeSystem-assessment.json",
        '"display": "Oil in the blood"',
        '"display": "Oil of the blood"',
    )
    found = difference(*versions)
    [codes] = found["codes"]
    assert (codes["kind"], codes["name"]) == ("CodeSystem", "assessment")
    assert not found["readings"]["facts"]


@pytest.mark.parametrize("policy", ["treatment", "sites"])
def test_the_history_of_treatment_and_the_sites_of_samples_are_reading(template, policy):
    held = template.vocabulary
    changed = {
        "treatment": replace(held.treatment, join_days=held.treatment.join_days + 7),
        "sites": replace(held.sites, origin="elsewhere"),
    }
    policies = {"treatment": held.treatment, "sites": held.sites, policy: changed[policy]}
    vocabulary = Vocabulary(list(held.values()), held.code_sets, **policies)
    readings = changed_readings(template, replace(template, vocabulary=vocabulary))
    [(about, old, new)] = readings.policies
    assert about == {"treatment": "history of treatment, join days", "sites": "sites of samples, origin"}[policy]
    assert old != new
    expected = {"treatment": "metastatic-line", "sites": "pik3ca"}[policy]
    assert expected in {fact.code for fact in readings.facts}
    assert readings.rules


def test_a_drug_that_lost_a_use_and_a_part_without_a_drug_are_named_in_words(template):
    name, drug = next((name, drug) for name, drug in template.drugs.items() if len(drug.uses) > 1)
    code, parts = next((code, parts) for code, parts in template.parts.items() if len(parts[0].agents) > 1)
    fewer = (replace(parts[0], agents=parts[0].agents[1:]), *parts[1:])
    new = replace(
        template,
        drugs={**template.drugs, name: replace(drug, uses=drug.uses[1:])},
        parts={**template.parts, code: fewer},
    )
    found = {each.kind: each for each in changed_others(template, new, frozenset())}
    assert (found["drug"].id, found["drug"].change) == (name, "meaning")
    assert drug.uses[0].text in found["drug"].what[0][1]
    assert drug.uses[0].text not in found["drug"].what[0][2]
    assert (found["category part"].id, found["category part"].change) == (code, "meaning")
    assert not any(word in f"{found['drug'].what}" for word in ("DrugUse", "frozenset", "Citation", "Term("))


def test_a_cohort_that_gets_another_plan_where_nothing_stands_elsewhere_is_told_at_the_top(versions, tmp_path):
    plant(versions, FINDINGS, "valid-days, valueInteger: 28", "valid-days, valueInteger: 2")
    cohort = chart(tmp_path / "ada.ndjson", "ada", **BRIGHT)
    lab = {
        "resourceType": "Observation",
        "id": "oil",
        "status": "final",
        "subject": {"reference": "Patient/ada"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "99999-9"}]},
        "effectiveDateTime": "2026-11-10",
        "valueQuantity": {"value": 12, "unit": "mg/dL"},
    }
    cohort.write_text(f"{cohort.read_text()}{json.dumps(lab)}\n")
    found = difference(*versions, "--cohort", cohort)
    assert not found["lines"]["moved"]
    assert any("yet 1 of 1 patient of the cohort gets another plan" in each for each in found["remarks"])
    [patient] = found["cohort"]["changed"]
    assert [(each["old"], each["new"]) for each in patient["facts"]] == [("12 mg/dL", "unknown")]
    assert diff(*versions, "--cohort", cohort).stdout.index("and yet") < 1200


RULES = {
    "limit": ("pathways/treatment.yaml", "%oilLevel >= 10.5", "%oilLevel >= 12"),
    "gate": ("safety.yaml", 'expression: "%glassAllergy"', 'expression: "%glassAllergy.not()"'),
    "name": ("definitions.yaml", "%glow = 'bright'", "%glow.exists()"),
    "derivation": ("findings.yaml", 'expression: "%line > 1"', 'expression: "%line > 2"'),
    "test": ("testing.yaml", "%lanternFever and %glow.exists().not()", "%lanternFever"),
}


@pytest.mark.parametrize("name", RULES)
def test_where_no_reading_changed_no_cohort_shows_what_was_not_found_for_every_chart(versions, tmp_path, name):
    change(versions[1] / RULES[name][0], *RULES[name][1:])
    chance = random.Random(20261129)  # noqa: S311
    lines = []
    for number in range(PATIENTS):
        facts = {
            "lantern-fever": {"valueBoolean": chance.random() < 0.8},
            "glow": {"valueCodeableConcept": {"text": chance.choice(("bright", "bright", "dim", "flickering"))}},
            "line": {"valueInteger": chance.randint(1, 3)},
            "glass-allergy": {"valueBoolean": chance.random() < 0.3},
            "night-pain": {"valueBoolean": chance.random() < 0.5},
            **oil(chance.choice((9, 11, 13))),
        }
        told = {code: value for code, value in facts.items() if chance.random() < 0.8}
        lines.append(chart(tmp_path / "one.ndjson", f"p{number}", **told).read_text())
    cohort = tmp_path / "many.ndjson"
    cohort.write_text("".join(lines))
    found = difference(*versions, "--cohort", cohort)
    assert found["kind"] == "moved"
    assert not found["readings"]["facts"]
    assert found["cohort"]["changed"]
    moved = {(code, each["old"], each["new"]) for each in found["lines"]["moved"] for code in each["codes"]}
    listed = {(each["code"], each["listed"]) for each in found["items"]}
    words = {"not-offered": "not offered", "judgement": "for judgement"}
    for patient in found["cohort"]["changed"]:
        for line in patient["lines"]:
            assert (line["code"], *(words.get(line[when], line[when]) for when in ("old", "new"))) in moved
        for items in patient["items"]:
            assert {(code, True) for code in items["added"]} | {(code, False) for code in items["removed"]} <= listed
