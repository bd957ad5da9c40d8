"""`careplan new`: each piece is there at once, sound, beside what was there; a wrong wish changes nothing."""

from __future__ import annotations

import json
import re
import shutil

import pytest
from click.testing import CliRunner

from plugin.cli import main
from plugin.library.content import default_template_folder
from plugin.library.template import load_template

STATEMENT = {
    "resourceType": "Observation",
    "id": "o",
    "status": "final",
    "code": {"coding": [{"system": "https://careplan-plugin.example.org/fhir/CodeSystem/finding"}]},
    "subject": {"reference": "Patient/p"},
    "effectiveDateTime": "2026-11-20",
    "performer": [{"reference": "Practitioner/x"}],
    "valueBoolean": True,
}
SCOPE = STATEMENT | {"code": {"coding": [STATEMENT["code"]["coding"][0] | {"code": "bone-health-in-scope"}]}}


def careplan(*arguments):
    return CliRunner().invoke(main, [*map(str, arguments)])


def done(*arguments):
    result = careplan(*arguments)
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture
def small(tmp_path):
    folder = tmp_path / "bone-health"
    done("new", "template", folder, "--title", 'Bone health: "first" draft')
    return folder


@pytest.fixture
def grown(small):
    """The small template with a source, two findings, a category and an assessment."""
    done("new", "source", small, "guide_2025", "--organisation", "Society", "--title", "On bones", "--year", 2025,
         "--read", "2026-11-20")  # fmt: skip
    done("new", "finding", small, "bone-lesion", "--label", "Bone lesion", "--type", "boolean", "--group", "Disease")
    done("new", "finding", small, "frailty", "--label", "Frailty", "--type", "code", "--value", "fit", "--value",
         "frail", "--group", "Function", "--presumed", "fit: charts record frailty")  # fmt: skip
    done("new", "category", small, "bone-agent", "--title", "Bone agent", "--description", "Slows the loss of bone.")
    done("new", "category", small, "calcium-test", "--kind", "assessment", "--title", "Calcium", "--description",
         "Calcium in blood.")  # fmt: skip
    return small


def texts(folder):
    return {path.relative_to(folder): path.read_text() for path in folder.rglob("*.yaml")}


def test_a_new_template_is_green_offers_nothing_and_says_what_is_still_to_be_written(small, tmp_path):
    result = done("check", small)
    assert "bone-health: green. 3 cases, 2 gaps" in result.stdout
    assert "○ about.yaml:21:34: 21 texts are still to be written, in lines 21, 25, 29" in result.stdout
    assert "○ strategy.yaml:18:14: “To be written: for whom" in result.stdout
    chart = tmp_path / "chart.json"
    chart.write_text(json.dumps([{"resourceType": "Patient", "id": "p"}, SCOPE]))
    drafted = json.loads(done("draft", chart, "--templates", small, "--format", "json", "--as-of", "2026-11-22").stdout)
    assert {len(drafted[name]) for name in ("offered", "conditional", "judgement", "not_offered")} == {0}
    for form in ("fhir", "text", "html"):
        assert "To be written" not in done("draft", chart, "--templates", small, "--format", form).stdout
    assert "says nothing yet" in done("prove", small).stderr
    done("book", "-o", tmp_path / "book", small)


def test_a_text_still_to_be_written_is_a_gap_until_a_rule_lists_it_and_a_fault_from_then_on(small):
    done("new", "category", small, "agent", "--title", "Agent")
    assert "○ activities/categories.yaml:10:14: “To be written: what Agent is" in done("check", small).stdout
    done("new", "finding", small, "lesion", "--label", "Lesion", "--type", "boolean", "--group", "Disease")
    done("new", "rule", small, "opens", "--for", "agent", "--part", "bone", "--title", "Lesion", "--when", "%lesion",
         "--unsourced")  # fmt: skip
    result = careplan("check", small)
    assert result.exit_code == 1
    assert "✗ activities/categories.yaml:10:14: “To be written: what Agent is" in result.stdout
    chart = small.parent / "chart.json"
    lesion = STATEMENT | {"code": {"coding": [STATEMENT["code"]["coding"][0] | {"code": "lesion"}]}}
    chart.write_text(json.dumps([{"resourceType": "Patient", "id": "p"}, lesion]))
    rules = small / "pathways/bone.yaml"
    rules.write_text(rules.read_text().replace('description: "Lesion"', 'description: "To be written: why"'))
    assert "a text that is still to be written" in done("draft", chart, "--templates", small).stderr
    rules.write_text(rules.read_text().replace("To be written: why", "Why"))
    assert "still to be written" not in done("draft", chart, "--templates", small).output
    path = small / "activities/categories.yaml"
    path.write_text(path.read_text().replace("To be written: what", "What"))
    assert "activities/categories.yaml" not in done("check", small).stdout


def test_pieces_load_and_what_was_there_stays_as_it_was(grown):
    before = texts(grown)
    result = done("new", "rule", grown, "agent-for-lesion", "--for", "bone-agent", "--part", "bone", "--title",
                  "Bone lesion", "--when", "%patientInScope and %boneLesion", "--cites", "guide_2025")  # fmt: skip
    assert [line.rpartition("bone-health/")[2] for line in result.stdout.splitlines()] == [
        "pathways/bone.yaml",
        "strategy.yaml",
        "cases/bone.yaml",
    ]
    done("new", "rule", grown, "not-frail", "--for", "bone-agent", "--gate", "judgement", "--title", "Frail",
         "--when", "%frailty = 'frail'", "--unsourced")  # fmt: skip
    done("new", "rule", grown, "calcium-due", "--for", "calcium-test", "--title", "Calcium unknown", "--unsourced",
         "--when", "%patientInScope and %boneLesion")  # fmt: skip
    for file, text in before.items():
        assert (grown / file).read_text().startswith(text), file
    loaded = load_template(grown)
    assert [rule.id for rule in loaded.category_rules] == ["agent-for-lesion"]
    assert {citation.id for citation in loaded.category_rules[0].grounds.citations} == {"guide_2025"}
    assert [gate.id for gate in loaded.gates] == ["deceased", "death-unclear", "not-frail"]
    result = done("check", grown)
    assert "12 of 12" in result.stdout


def test_the_gate_on_every_category_knows_a_new_one(grown):
    [unclear] = [gate for gate in load_template(grown).gates if gate.id == "death-unclear"]
    assert unclear.targets == {"bone-agent"}


def test_a_rule_goes_into_the_shipped_template_behind_what_is_there(tmp_path):
    folder = shutil.copytree(default_template_folder(), tmp_path / "copy")
    rules, cases = folder / "pathways/bone.yaml", folder / "cases/bone.yaml"
    before = texts(folder)
    done("new", "rule", folder, "bma-frail", "--for", "bma", "--part", "bone", "--judgement", "--title", "Frail",
         "--when", "%metastasisBone and %frail and %ecog in (1 | 2)", "--cites", "asco_bma_2017")  # fmt: skip
    after = texts(folder)
    assert {folder / file for file in after if after[file] != before.get(file)} == {rules, cases}
    assert "{ecog: 1, frail: true, metastasis-bone: true}" in cases.read_text()
    assert all(path.read_text().startswith(before[path.relative_to(folder)]) for path in (rules, cases))


NUMBER = ("new", "finding", "{}", "new", "--label", "F", "--type", "decimal", "--group", "G", "--tests", "lvef-tests",
          "--unit", "%")  # fmt: skip
LIMITS = ("--valid-days", "90", "--minimum", "0", "--maximum", "100")
RULE = ("new", "rule", "{}", "a-rule", "--for", "bone-agent", "--title", "T", "--unsourced")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((*RULE, "--part", "x", "--when", "%boneLesin"), "did you mean %boneLesion"),
        ((*RULE, "--part", "x", "--when", "%frailty = 'frael'"), "can never be 'frael'"),
        ((*RULE, "--part", "x", "--when", "%boneLesion and and"), "'and' cannot stand there"),
        ((*RULE, "--when", "%boneLesion"), "--part NAME"),
        ((*RULE[:3], "deceased", *RULE[4:], "--part", "x", "--when", "true"), "'deceased' is there already"),
        ((*RULE[:5], "bone-agnt", *RULE[6:], "--when", "true"), "did you mean 'bone-agent'"),
        ((*RULE, "--cites", "guide_2025", "--part", "x", "--when", "true"), "never both"),
        ((*RULE[:-1], "--cites", "guide_2024", "--part", "x", "--when", "true"), "did you mean 'guide_2025'"),
        (("new", "finding", "{}", "frailty", "--label", "F", "--type", "boolean", "--group", "G"), "there already"),
        (("new", "finding", "{}", "Frailty", "--label", "F", "--type", "boolean", "--group", "G"), "lower-case"),
        (("new", "finding", "{}", "new", "--label", "F", "--type", "code", "--group", "G"), "--value"),
        (("new", "finding", "{}", "new", "--label", "F", "--type", "decimal", "--group", "G", "--tests", "lvef-test",
          *LIMITS), "did you mean 'lvef-tests'"),
        ((*NUMBER, "--minimum", "0", "--maximum", "100"), "needs --valid-days"),
        ((*NUMBER, "--valid-days", "90"), "needs --minimum, --maximum"),
        ((*NUMBER, "--valid-days", "90", "--minimum", "100", "--maximum", "0"), "must be less than"),
        ((*NUMBER[:-1], "banana", *LIMITS), "'banana' is no unit that is known; use"),
        ((*NUMBER[:-1], "mg/dl", *LIMITS), "use 'mg/dL', or add it"),
        ((*NUMBER[:-1], "years", *LIMITS), "use 'a', or add it"),
        ((*NUMBER[:7], "boolean", *NUMBER[8:]), "are of a number"),
        (("new", "finding", "{}", "new", "--label", "F", "--type", "integer", "--group", "G", "--valid-days", "9"),
         "name the tests"),
        (("new", "category", "{}", "bone-agent", "--title", "T"), "there already"),
        (("new", "source", "{}", "guide_2025", "--organisation", "O", "--title", "T", "--year", "1999"),
         "there already"),
        (("new", "template", "{}", "--title", "T"), "there already"),
        (("new", "template", "{}/none/here", "--title", "T"), "make it first"),
        (("new", "rule", "{}/nowhere", *RULE[3:], "--when", "true"), "no template"),
    ],
)  # fmt: skip
def test_a_wish_that_cannot_be_met_says_why_and_writes_nothing(grown, arguments, told):
    before = texts(grown.parent)
    result = careplan(*(argument.format(grown) for argument in arguments))
    assert result.exit_code == 2, result.output
    assert told in result.stderr
    assert texts(grown.parent) == before
    assert [path for path in grown.rglob("*") if path.name.startswith(".")] == []


def test_a_number_has_limits_and_an_age_beyond_which_its_results_do_not_count(grown, tmp_path):
    done(*(part.format(grown) for part in NUMBER), *LIMITS)
    done("check", grown)
    chart = tmp_path / "chart.json"

    def read(percent, day):
        result = STATEMENT | {
            "code": {"coding": [{"system": "http://loinc.org", "code": "10230-1"}]},
            "effectiveDateTime": day,
            "valueQuantity": {"value": percent, "unit": "%", "system": "http://unitsofmeasure.org", "code": "%"},
        }
        del result["valueBoolean"]
        chart.write_text(json.dumps([{"resourceType": "Patient", "id": "p"}, result]))
        found = done("findings", chart, "--templates", grown, "--format", "json", "--as-of", "2026-11-22").stdout
        finding = json.loads(found)["findings"]["new"]
        return finding["state"], finding.get("value")

    assert read(48, "2026-11-20") == ("known", 48.0)
    assert read(4800, "2026-11-20")[0] == "unknown"
    assert read(48, "2026-07-20")[0] == "unknown"


def test_a_list_written_in_one_line_is_left_alone(grown):
    file = grown / "cases/testing.yaml"
    file.write_text("as_of: 2026-11-22\ncases: []\n")
    result = careplan("new", "rule", grown, "due", "--for", "calcium-test", "--title", "T", "--unsourced", "--when",
                      "%boneLesion")  # fmt: skip
    assert result.exit_code == 1
    assert "by hand" in result.stderr
    assert file.read_text() == "as_of: 2026-11-22\ncases: []\n"
    assert "due" not in load_template(grown).places


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("codes/finding.yaml", "code: bone-lesion", "code: age", "the code 'age' is in profiles/ already"),
        ("codes/finding.yaml", "content: fragment", "content: complete", "write content: fragment"),
        ("codes/finding.yaml", "CodeSystem/finding\n", "CodeSystem/disposition\n", "cannot add codes to"),
        ("codes/finding.yaml", "CodeSystem/finding\n", "CodeSystem/treatment-category\n", "another CodeSystem"),
        ("codes/finding.yaml", "code: bone-lesion", "code: bone-leison", "'bone-lesion' is no code of CodeSystem"),
        ("codes/finding.yaml", "resourceType: CodeSystem", "resourceType: Basic", "no place for Basic"),
    ],
)  # fmt: skip
def test_codes_of_a_template_add_to_what_is_there_and_change_nothing(grown, file, old, new, told):
    path = grown / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    result = careplan("check", grown)
    assert result.exit_code == 1
    assert told in " ".join(result.stdout.split())
    assert "codes/finding.yaml:" in result.stdout or "findings.yaml:" in result.stdout or "codes/treat" in result.stdout


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("deceased: false", "deceasd: false", "did you mean 'deceased'"),
        ("silent: [deceased]", "silence: [deceased]", "silence"),
        ('title: "In scope, and alive"', "title: 5", "5 is not of type"),
    ],
)
def test_one_case_that_is_no_case_leaves_the_others_of_its_file(small, old, new, told):
    path = small / "cases/safety.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    result = careplan("check", small)
    assert told in " ".join(result.stdout.split())
    assert "2 of 2" in result.stdout
    assert "has no case" not in result.stdout.replace("deceased: no case has false", "")
    assert "1 fault. 2 cases" in result.stdout


def test_what_is_no_template_or_lacks_a_file_is_told_so(small, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "no template is in it" in careplan("check", empty).stdout
    (small / "evidence.yaml").rename(tmp_path / "evidence.yaml")
    result = careplan("check", small)
    assert "✗ evidence.yaml: evidence.yaml is missing" in result.stdout
    assert "small: 1 fault" in result.stdout.replace("bone-health", "small")
    (tmp_path / "evidence.yaml").rename(small / "evidence.yaml")
    (small / "cases/safety.yaml").rename(small / "cases/safety.yml")
    assert "✗ cases/safety.yml: files of a template end in .yaml" in careplan("check", small).stdout


def test_a_refusal_lists_what_there_is_where_nothing_is_near(grown):
    result = careplan("new", "rule", grown, "r", "--for", "nosuch", "--title", "T", "--unsourced", "--when", "true")
    assert "there is no item 'nosuch'; there are calcium-test, bone-agent" in result.stderr


def test_which_part_of_a_source_a_rule_encodes_is_still_to_be_said(grown):
    made = ("new", "rule", grown, "r", "--for", "bone-agent", "--part", "p", "--title", "T", "--when", "%boneLesion")
    done(*made, "--cites", "guide_2025")
    result = done("check", grown)
    assert re.search(r"○ pathways/p.yaml:\d+:\d+: 2 texts are still to be written", result.stdout)
    assert "To be written: which part of guide_2025" in (grown / "pathways/p.yaml").read_text()
