"""`careplan new`: each piece is there at once, sound, beside what was there; a wrong wish changes nothing."""

from __future__ import annotations

import json
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
    done("new", "category", small, "bone-agent", "--title", "Bone agent")
    done("new", "category", small, "calcium-test", "--kind", "assessment", "--title", "Calcium")
    return small


def texts(folder):
    return {path.relative_to(folder): path.read_text() for path in folder.rglob("*.yaml")}


def test_a_new_template_is_green_without_a_gap_and_drafts(small, tmp_path):
    result = done("check", small)
    assert "bone-health: green. 5 cases, 0 gaps" in result.stdout
    statement = STATEMENT | {"code": {"coding": [STATEMENT["code"]["coding"][0] | {"code": "bone-health-in-scope"}]}}
    chart = tmp_path / "chart.json"
    chart.write_text(json.dumps([{"resourceType": "Patient", "id": "p"}, statement]))
    drafted = json.loads(done("draft", chart, "--templates", small, "--format", "json", "--as-of", "2026-11-22").stdout)
    assert [line["code"] for line in drafted["offered"]] == ["bone-health-first"]
    for form in ("fhir", "text", "html"):
        done("draft", chart, "--templates", small, "--format", form, "--as-of", "2026-11-22")
    done("book", "-o", tmp_path / "book", small)


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
    assert [rule.id for rule in loaded.category_rules] == ["first-rule", "agent-for-lesion"]
    assert {citation.id for citation in loaded.category_rules[1].grounds.citations} == {"guide_2025"}
    assert [gate.id for gate in loaded.gates] == ["deceased", "death-unclear", "not-frail"]
    result = done("check", grown)
    assert "14 of 14" in result.stdout


def test_the_gate_on_every_category_knows_a_new_one(grown):
    [unclear] = [gate for gate in load_template(grown).gates if gate.id == "death-unclear"]
    assert unclear.targets == {"bone-health-first", "bone-agent"}


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


RULE = ("new", "rule", "{}", "a-rule", "--for", "bone-agent", "--title", "T", "--unsourced")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((*RULE, "--part", "x", "--when", "%boneLesin"), "did you mean %boneLesion"),
        ((*RULE, "--part", "x", "--when", "%frailty = 'frael'"), "can never be 'frael'"),
        ((*RULE, "--part", "x", "--when", "%boneLesion and and"), "'and' cannot stand there"),
        ((*RULE, "--when", "%boneLesion"), "--part NAME"),
        ((*RULE[:3], "first-rule", *RULE[4:], "--part", "x", "--when", "true"), "'first-rule' is there already"),
        ((*RULE[:5], "bone-agnt", *RULE[6:], "--when", "true"), "did you mean 'bone-agent'"),
        ((*RULE, "--cites", "guide_2025", "--part", "x", "--when", "true"), "never both"),
        ((*RULE[:-1], "--cites", "guide_2024", "--part", "x", "--when", "true"), "did you mean 'guide_2025'"),
        (("new", "finding", "{}", "frailty", "--label", "F", "--type", "boolean", "--group", "G"), "there already"),
        (("new", "finding", "{}", "Frailty", "--label", "F", "--type", "boolean", "--group", "G"), "lower-case"),
        (("new", "finding", "{}", "new", "--label", "F", "--type", "code", "--group", "G"), "--value"),
        (("new", "finding", "{}", "new", "--label", "F", "--type", "decimal", "--group", "G", "--tests", "lvef-test"),
         "did you mean 'lvef-tests'"),
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
