"""What changes between two versions: which rules, for which charts exactly, and for which patients of a cohort."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest
from click.testing import CliRunner

from plugin.cli import main
from plugin.library.content import system_url
from tests.quality.small_template import small_profiles, small_template


@pytest.fixture
def versions(tmp_path):
    """Two working copies with the same template: `templates/lantern-fever` beside `profiles`."""
    copies = []
    for name in ("old", "new"):
        (tmp_path / name / "templates").mkdir(parents=True)
        small_profiles(tmp_path / name)
        copies.append(small_template(tmp_path / name / "templates"))
    return copies


def change(file, old, new):
    text = file.read_text()
    assert text.count(old) == 1, (file, old)
    file.write_text(text.replace(old, new))


def diff(*arguments):
    return CliRunner().invoke(main, ["diff", "--as-of", "2026-11-20", *map(str, arguments)])


def difference(*arguments):
    result = diff(*arguments, "--format", "json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def moves(found):
    return {(each["old"], each["new"]): each for each in found["lines"]["moved"]}


def chart(path, patient_id, **facts):
    statements = [
        {
            "resourceType": "Observation",
            "id": f"{patient_id}-{code}",
            "status": "final",
            "subject": {"reference": f"Patient/{patient_id}"},
            "code": {"coding": [{"system": system_url("finding"), "code": code}]},
            "performer": [{"reference": "Practitioner/p"}],
            "effectiveDateTime": "2026-11-20",
            **value,
        }
        for code, value in facts.items()
    ]
    resources = [{"resourceType": "Patient", "id": patient_id}, *statements]
    path.write_text("\n".join(map(json.dumps, resources)) + "\n")
    return path


BRIGHT = {
    "lantern-fever": {"valueBoolean": True},
    "glow": {"valueCodeableConcept": {"text": "bright"}},
    "line": {"valueInteger": 1},
}


def oil(value):
    return {"oil-level": {"valueQuantity": {"value": value, "unit": "mg/dL"}}}


def test_the_same_twice_is_said_to_be_the_same(versions):
    result = diff(*versions)
    assert result.exit_code == 0
    assert "Nothing differs" in result.stdout


def test_other_words_are_told_from_another_meaning(versions):
    change(versions[1] / "safety.yaml", "A lamp is made of glass.", "Lamps are of glass.")
    found = difference(*versions)
    [changed] = found["changed"]
    assert (changed["id"], changed["change"]) == ("gate-glass", "wording")
    assert changed["where"].startswith("safety.yaml:")
    assert not found["lines"]["moved"]
    assert found["verdict"].startswith("Only wording differs")


def test_a_condition_written_otherwise_that_means_the_same_is_wording(versions):
    change(versions[1] / "safety.yaml", 'expression: "%age < 12"', 'expression: "(%age >= 12).not()"')
    found = difference(*versions)
    assert [each["change"] for each in found["changed"]] == ["wording"]
    assert not found["lines"]["moved"]


def test_a_name_that_is_defined_otherwise_and_means_the_same_is_wording(versions):
    """What flickers counts as unknown, so that whatever is known and not dim is bright."""
    change(versions[1] / "definitions.yaml", "%glow = 'bright'", "%glow != 'dim'")
    found = difference(*versions)
    assert [(each["kind"], each["change"]) for each in found["changed"]] == [("definition", "wording")]
    assert found["kind"] == "wording"


def test_another_limit_moves_exactly_the_patients_between_the_two(versions):
    change(versions[1] / "pathways/treatment.yaml", "%oilLevel >= 10.5", "%oilLevel >= 12")
    found = difference(*versions)
    assert [(each["id"], each["change"]) for each in found["changed"]] == [("lamp-first", "meaning")]
    assert {(*each["codes"], each["new"]) for each in found["lines"]["moved"]} == {("lamp", "not offered")}
    moved = moves(found)["offered", "not offered"]
    [where] = moved["where"]
    assert "Oil (low below 10.5 mg/dL) is 10.5 to below 12 mg/dL" in where
    assert moved["complete"]


def test_the_simplest_patient_can_be_drafted_for_by_both(versions, tmp_path):
    change(versions[1] / "pathways/treatment.yaml", "%oilLevel >= 10.5", "%oilLevel >= 12")
    moved = moves(difference(*versions))["offered", "not offered"]
    file = tmp_path / "patient.json"
    file.write_text(json.dumps(moved["example"]))
    found = difference(*versions, "--cohort", file)
    [patient] = found["cohort"]["changed"]
    [line] = patient["lines"]
    assert (line["code"], line["old"], line["new"]) == ("lamp", "offered", "not-offered")


def test_a_gate_that_is_gone_opens_what_it_closed(versions):
    text = (versions[1] / "safety.yaml").read_text()
    start, end = text.index("  - id: gate-glass"), text.index("  - id: gate-blackout")
    (versions[1] / "safety.yaml").write_text(text[:start] + text[end:])
    found = difference(*versions)
    assert ("gate-glass", "removed") in {(each["id"], each["change"]) for each in found["changed"]}
    assert moves(found)["not offered", "offered"]["where"] == ["Allergy to glass is yes"]
    assert moves(found)["conditional", "offered"]["where"] == ["Allergy to glass is unknown"]


def test_a_presumption_that_is_gone_shows_in_the_lines(versions):
    text = (versions[1] / "findings.yaml").read_text()
    start = text.index("presumption", text.index("Allergy to glass"))
    start = text.rindex("\n", 0, start)
    end = text.index("\n  - ", start)
    (versions[1] / "findings.yaml").write_text(text[:start] + text[end:])
    found = difference(*versions)
    assert ("finding", "glass-allergy", "meaning") in {
        (each["kind"], each["id"], each["change"]) for each in found["changed"]
    }
    assert ("offered", "conditional") in moves(found)


def test_the_cohort_says_who_gets_another_plan_and_why(versions, tmp_path):
    change(versions[1] / "pathways/treatment.yaml", "%oilLevel >= 10.5", "%oilLevel >= 12")
    cohort = tmp_path / "cohort"
    cohort.mkdir()
    chart(cohort / "between.ndjson", "between", **BRIGHT, **oil(11))
    chart(cohort / "above.ndjson", "above", **BRIGHT, **oil(13))
    result = diff(*versions, "--cohort", cohort)
    assert "get another plan: 1 of 2" in result.stdout
    assert "between.ndjson" in result.stdout
    assert "lamp: offered → not offered" in result.stdout
    assert "was: lamp-first" in result.stdout
    assert "above.ndjson" not in result.stdout


def test_one_file_can_hold_many_patients(versions, tmp_path):
    change(versions[1] / "pathways/treatment.yaml", "%oilLevel >= 10.5", "%oilLevel >= 12")
    one, two = (chart(tmp_path / f"{name}.ndjson", name, **BRIGHT, **oil(11)) for name in ("ada", "bo"))
    both = tmp_path / "both.ndjson"
    both.write_text(one.read_text() + two.read_text())
    found = difference(*versions, "--cohort", both)
    assert found["cohort"]["patients"] == 2
    assert [each["name"] for each in found["cohort"]["changed"]] == ["both.ndjson: ada", "both.ndjson: bo"]


def test_a_revision_of_git_is_a_version(versions, tmp_path, monkeypatch):
    repository = versions[0].parent.parent
    for name in sorted((repository / "profiles").iterdir()):
        if name.is_symlink():
            shutil.copy(name.resolve(), repository / "copied")
            name.unlink()
            shutil.move(repository / "copied", name)
    monkeypatch.chdir(repository)
    for command in (["init", "-q"], ["add", "."], ["-c", "user.name=q", "-c", "user.email=q@q", "commit", "-qm", "a"]):
        subprocess.run(["git", *command], check=True)
    change(versions[0] / "safety.yaml", 'expression: "%age < 12"', 'expression: "%age < 14"')
    found = difference("HEAD:templates/lantern-fever", "templates/lantern-fever")
    assert [each["id"] for each in found["changed"]] == ["gate-child"]
    assert any("12 to below 14" in where for each in found["lines"]["moved"] for where in each["where"])


def test_the_page_says_the_same(versions, tmp_path):
    change(versions[1] / "pathways/treatment.yaml", "%oilLevel >= 10.5", "%oilLevel >= 12")
    page = tmp_path / "new" / "diff.html"
    result = diff(*versions, "--html", page)
    assert result.exit_code == 0
    text = page.read_text()
    assert "<h3>offered → not offered</h3>" in text
    assert "<li>Lamp <code>lamp</code></li>" in text
    assert "10.5 to below 12 mg/dL" in text
    assert 'class="status open"' in text
    assert "<script" not in text


@pytest.mark.parametrize(
    ("old", "said"),
    [
        ("nothing-of-the-kind", "is no template"),
        ("HEAD:nowhere/at/all", "git has no 'nowhere/at/all' in 'HEAD'"),
        ("no-such-branch:templates/x", "git has no revision 'no-such-branch'"),
        ("HEAD:", "names no folder"),
    ],
)
def test_a_version_that_is_not_there_is_refused(versions, old, said):
    result = diff(old, versions[1])
    assert result.exit_code == 2
    assert said in result.stderr


def test_outside_a_repository_a_revision_is_refused_as_that(versions, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    result = diff("HEAD:templates/lantern-fever", versions[1])
    assert result.exit_code == 2
    assert "in no git repository" in result.stderr


def test_files_without_patients_are_skipped_and_named(versions, tmp_path):
    cohort = tmp_path / "cohort"
    cohort.mkdir()
    chart(cohort / "ada.ndjson", "ada", **BRIGHT, **oil(11))
    (cohort / "index.json").write_text('[{"id": "ada", "file": "ada.ndjson"}]')
    (cohort / "codes.json").write_text('{"resourceType": "ValueSet", "id": "v"}')
    found = difference(*versions, "--cohort", cohort)
    assert found["cohort"]["patients"] == 1
    assert found["cohort"]["skipped"] == [
        {"file": "codes.json", "why": "it holds no Patient"},
        {"file": "index.json", "why": "it holds no FHIR resource"},
    ]


@pytest.mark.parametrize(
    ("content", "said"), [('{"resourceType": "Pat', "is not JSON"), ('[{"id": "ada"}]', "holds no FHIR resource")]
)
def test_a_cohort_is_looked_into_before_anything_else(tmp_path, content, said):
    file = tmp_path / "broken.json"
    file.write_text(content)
    result = diff("no-such-template", "nor-this", "--cohort", file)
    assert result.exit_code == 1
    assert said in result.stderr
    assert "broken.json" in result.stderr


def test_a_cohort_that_is_not_there_is_refused(versions, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "holds no FHIR files" in diff(*versions, "--cohort", empty).stderr
    assert "there is no" in diff(*versions, "--cohort", tmp_path / "nobody").stderr


def test_a_statement_and_a_case_that_are_gone_leave_a_trace(versions):
    file = versions[1] / "invariants.yaml"
    text = file.read_text()
    start = text.rindex("\n", 0, text.index("- url", text.index("GATE-GLASS")))
    first = text.rindex("\n", 0, text.rindex("- url", 0, text.index("No lamp for somebody")))
    file.write_text(text[:first] + text[start:])
    cases = versions[1] / "cases/all.yaml"
    change(cases, 'title: "Oil at its limit"', 'title: "Just enough oil"')
    text = cases.read_text()
    cases.write_text(text[: text.index("  - id: lamp-first.2")] + text[text.index("  - id: lamp-first.3") :])
    found = difference(*versions)
    assert {(each["kind"], each["change"], each["says"]) for each in found["stated"]} == {
        ("statement", "removed", "No lamp for somebody who is allergic to glass."),
        ("case", "changed", "Just enough oil"),
        ("case", "removed", "Oil unknown"),
    }
    assert found["kind"] == "stated"
    assert "1 statement and 2 cases differ" in found["verdict"]
    said = diff(*versions).stdout
    assert "Nothing differs" not in said
    assert "No lamp for somebody who is allergic to glass." in said


def test_content_that_changed_under_one_version_is_said(versions):
    change(versions[1] / "questionnaires/for-the-patient.yaml", "Answer what you like.", "Answer some of it.")
    found = difference(*versions)
    assert found["kind"] == "files"
    assert "questionnaires/for-the-patient.yaml" in found["verdict"]
    assert found["old"]["content"] != found["new"]["content"]
    assert found["old"]["profiles_content"] == found["new"]["profiles_content"]
    assert any("call themselves version" in each for each in found["remarks"])
    assert found["new"]["content"][:19] in diff(*versions).stdout


def test_what_moves_no_list_and_yet_means_something_else_is_not_called_wording(versions):
    change(versions[1] / "alerts.yaml", "alert-level, valueCode: critical", "alert-level, valueCode: info")
    found = difference(*versions)
    assert found["kind"] == "meaning"
    assert "1 rule, fact or item means something else" in found["verdict"]


def test_what_is_asked_first_is_a_change_of_questions_and_of_no_list(versions):
    change(versions[1] / "pathways/treatment.yaml", 'expression: "%nightPain"', 'expression: "%nightPain or %blackout"')
    found = difference(*versions)
    assert found["kind"] == "asked"
    assert "other questions come first (mirror-second)" in found["verdict"]
    [changed] = found["changed"]
    assert (changed["id"], changed["change"]) == ("mirror-second", "questions")
    assert "mirror-second “Mirror in a later line”" in diff(*versions).stdout
    assert "is asked about first for others" in diff(*versions).stdout


def test_a_suspicion_that_is_written_otherwise_and_raised_by_the_same_is_wording(versions):
    change(
        versions[1] / "pathways/treatment.yaml", 'expression: "%nightPain"', 'expression: "%nightPain or %nightPain"'
    )
    assert difference(*versions)["kind"] == "wording"


def test_words_for_results_that_disagree_are_a_change_of_notices(versions):
    file = versions[1] / "alerts.yaml"
    mark = (
        "      - {url: https://careplan-plugin.example.org/fhir/StructureDefinition/alert-level, valueCode: critical}\n"
    )
    url = "https://careplan-plugin.example.org/fhir/StructureDefinition/rule-disputed"
    change(file, mark, f'{mark}      - {{url: {url}, valueString: "Results disagree."}}\n')
    found = difference(*versions)
    assert found["kind"] == "asked"
    assert "other notices are given" in found["verdict"]


def test_what_a_form_marks_as_what_cannot_wait_is_a_change_of_notices(versions):
    file = versions[1] / "questionnaires/for-the-patient.yaml"
    url = "https://careplan-plugin.example.org/fhir/StructureDefinition/item-urgent"
    change(file, "    type: boolean\n", f"    type: boolean\n    extension: [{{url: {url}, valueBoolean: true}}]\n")
    found = difference(*versions)
    assert found["kind"] == "asked"
    [changed] = [each for each in found["changed"] if each["kind"] == "question of a form"]
    assert changed["change"] == "notices"
    assert changed["parts"] == [{"part": "cannot wait", "old": "", "new": "yes"}]


def test_a_test_that_is_due_since_a_line_waits_for_it_is_decided_for_every_chart(versions, tmp_path):
    """No rule makes the oil test due where the oil is known; a line waits for the fact that it would settle now."""
    file = versions[1] / "findings.yaml"
    fever = file.read_text().index("settled-by", file.read_text().index("- id: lantern-fever"))
    text = file.read_text()
    file.write_text(text[:fever] + text[fever:].replace("valueCode: glow-test", "valueCode: oil-test", 1))
    cohort = chart(tmp_path / "ada.ndjson", "ada", **{name: BRIGHT[name] for name in ("glow", "line")}, **oil(11))
    found = difference(*versions, "--cohort", cohort)
    assert {("assessment", "oil-test", True), ("assessment", "glow-test", False)} <= {
        (each["kind"], each["code"], each["listed"]) for each in found["items"]
    }
    [patient] = found["cohort"]["changed"]
    assert patient["items"] == [{"list": "assessments", "added": ["oil-test"], "removed": ["glow-test"]}]


def test_numbers_that_border_on_each_other_are_one_range(versions):
    change(versions[1] / "pathways/treatment.yaml", "%oilLevel >= 10.5", "%oilLevel >= 14")
    change(versions[1] / "safety.yaml", 'expression: "%glassAllergy"', 'expression: "%glassAllergy and %oilLevel < 12"')
    wheres = [where for each in difference(*versions)["lines"]["moved"] for where in each["where"]]
    assert any("10.5 to below 14 mg/dL" in where for where in wheres)
