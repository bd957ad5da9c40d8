"""A broken template stops the program with file, line and remedy; nothing is drafted from it."""

from __future__ import annotations

import re
import shutil

import pytest
from click.testing import CliRunner

from plugin.cli import main
from plugin.errors import TemplateError
from plugin.library.content import content_folder, default_template_folder
from plugin.library.template import load_template


@pytest.fixture
def template_folder(tmp_path):
    return shutil.copytree(default_template_folder(), tmp_path / "broken")


def spoil(folder, file, pattern, replacement):
    """Replace the first match and return the line on which it stood."""
    path = folder / file
    text = path.read_text()
    match = re.search(pattern, text)
    assert match, f"{pattern} is not in {file}"
    path.write_text(text[: match.start()] + match.expand(replacement) + text[match.end() :])
    return text[: match.start()].count("\n") + 1


PATHWAY = "pathways/hr-positive-first-line.yaml"
RECEPTORS = "pathways/er-low.yaml"
CATEGORIES = "activities/categories.yaml"
FORM = "questionnaires/for-the-patient.yaml"


@pytest.mark.parametrize(
    ("file", "pattern", "replacement", "message", "remedy"),
    [
        (RECEPTORS, r"%her2 = 'negative'", "%hre2 = 'negative'", "%hre2 is neither", "did you mean %her2?"),
        (RECEPTORS, r"%her2 = 'negative'", "%her2 = 'negatve'", "can never be 'negatve'", "did you mean 'negative'?"),
        (RECEPTORS, r"%her2 = 'negative'", "%her2 = 'equivocal'", "counts as unknown", "decided value"),
        (RECEPTORS, r"%her2 = 'negative'", "%ecog < -1", "can never be -1", "a rule of its reading"),
        (RECEPTORS, r" and %her2", " and and %her2", "'and' cannot stand there", "and, or"),
        (RECEPTORS, r"%her2 = 'negative'", "%her2", "no yes-or-no finding", "compare it"),
        ("strategy.yaml", r"%breastCancer", "%breastCancre", "is neither a finding", "did you mean %breastCancer?"),
        (PATHWAY, r"label: asco_hr_2021", "label: asco_hr_1921", "not in evidence.yaml", "add the source"),
        ("evidence.yaml", r"id: asco_hr_rapid_2024", "id: asco_hr_2021", "'asco_hr_2021' stands twice", "keep one"),
        (PATHWAY, r"code: cdk46-et\b", "code: cdk47-et", "cdk47-et", "activities"),
        ("safety.yaml", r"valueCode: not-offered", "valueCode: not-offerd", "did you mean 'not-offered'?", ""),
        (CATEGORIES, r'"ribociclib"', '"ribociclip"', "'ribociclip' is not in the drug table", "drugs.yaml"),
        (CATEGORIES, r'"ribociclib"', '"olaparib"', "'olaparib' has no use in 'cdk46-et'", "add the use"),
        ("agents.yaml", r'valueString: "ribociclib"', 'valueString: "x"', "'x' is not in the drug table", "drugs.yaml"),
        (
            "drugs.yaml",
            r'source, valueString: "\w+"',
            'source, valueString: "nobody"',
            "'nobody' is not in evidence.yaml",
            "",
        ),
        ("drugs.yaml", r"url: status, valueCode: approved", "url: status, valueCode: fine", "fine", "as FHIR R4"),
        ("drugs.yaml", r"category, valueCode: cdk46-et", "category, valueCode: cdk64", "cdk64", "as FHIR R4"),
        (
            "drugs.yaml",
            r'name, valueString: "ribociclib"',
            'name, valueString: "palbociclib"',
            "stands twice",
            "one entry",
        ),
        ("drugs.yaml", r"use\n        extension:", "uses\n        extension:", "uses", ""),
        (
            "combinations.yaml",
            r"agent, valueString: .*?}",
            'agent, valueString: "x"}',
            "'x' is not in the drug table",
            "",
        ),
        ("combinations.yaml", r"class, valueCode: [\w-]+", "class, valueCode: poison", "poison", "as FHIR R4"),
        (
            "superseded.yaml",
            r'source, valueString: "\w+"',
            'source, valueString: "nobody"',
            "'nobody' is not in",
            "add the source",
        ),
        ("superseded.yaml", r"id, valueString: .SD-02.", 'id, valueString: "SD-01"', "'SD-01' stands twice", "rename"),
        ("superseded.yaml", r'"%tnbc"', '"%tnbk"', "%tnbk is neither", "definitions.yaml"),
        ("goals.yaml", r"goalId: \[own-priority\]", "goalId: [own-wish]", "'own-wish', which this file", "goal:"),
        ("goals.yaml", r"code: own-priority\}", "code: own-wish}", "own-wish", ""),
        (FORM, r'"%metastasisBone or', '"%metastasisBon or', "%metastasisBon is neither", "findings.yaml"),
        (FORM, r"valueCode: trial\}", "valueCode: trail}", "trail", ""),
        (FORM, r"item-rest, valueString: more.diagnosis", "item-rest, valueString: mere", "not there", "item-rest"),
        (
            FORM,
            r"valueCode: cord-compression-suspected\}",
            "valueCode: cord-compression-suspect}",
            "'cord-compression-suspect' is no such finding",
            "did you mean 'cord-compression-suspected'",
        ),
        (
            FORM,
            r"extension: \[\{url: http://hl7.org/fhir/StructureDefinition/translation",
            "extension: [{url: http://hl7.org/fhir/StructureDefinition/translations",
            "translation",
            "lang",
        ),
    ],
    ids=[
        "name",
        "value",
        "undecided value",
        "below zero",
        "syntax",
        "no boolean",
        "occasion",
        "citation",
        "source",
        "code",
        "disposition",
        "drug of a category",
        "use of a drug",
        "drug of a gate",
        "source of a use",
        "status",
        "category of a use",
        "drug twice",
        "field of a drug",
        "drug of a combination",
        "class",
        "source of a statement",
        "statement twice",
        "statement of whom",
        "goal",
        "goal code",
        "item condition",
        "item treatment",
        "item rest",
        "item sign",
        "translation",
    ],
)
def test_a_fault_is_named_with_file_line_and_remedy(template_folder, file, pattern, replacement, message, remedy):
    line = spoil(template_folder, file, pattern, replacement)
    with pytest.raises(TemplateError) as raised:
        load_template(template_folder, content_folder("profiles"))
    fault = next(fault for fault in raised.value.faults if message in fault.message)
    assert fault.file == file
    assert abs(fault.line - line) <= 1
    assert fault.text in (template_folder / file).read_text().splitlines()[fault.line - 1][fault.column - 1 :]
    assert remedy in fault.remedy


def test_a_drug_that_no_line_may_name_needs_a_gate_that_says_so(template_folder):
    line = spoil(template_folder, "drugs.yaml", r'name, valueString: "atezolizumab"', r"\g<0>")
    spoil(
        template_folder,
        "agents.yaml",
        r"gate-agent, valueString: \"atezolizumab\"",
        'gate-agent, valueString: "olaparib"',
    )
    with pytest.raises(TemplateError, match="no line may name 'atezolizumab' for 'io-chemo'") as raised:
        load_template(template_folder, content_folder("profiles"))
    [fault] = raised.value.faults
    assert (fault.file, abs(fault.line - line) <= 2) == ("drugs.yaml", True)
    assert "gate-agent" in fault.remedy


def test_a_combination_has_two_sides(template_folder):
    one_side = (
        r"      - url: [^\n]*combination-group\n        extension:\n          - {url: agent[^\n]*\n(?=      - url)"
    )
    spoil(template_folder, "combinations.yaml", one_side, "")
    with pytest.raises(TemplateError, match="'sn-20-tamoxifen-ribociclib' has 1 sides"):
        load_template(template_folder, content_folder("profiles"))


def test_a_statement_stands_on_some_line(template_folder):
    spoil(template_folder, "superseded.yaml", r"      - {url: supportive-care, valueCode: hospice}\n", "")
    with pytest.raises(TemplateError, match="'SD-32' stands on no line"):
        load_template(template_folder, content_folder("profiles"))


def test_every_fault_is_reported_not_only_the_first(template_folder):
    spoil(template_folder, RECEPTORS, r"%her2 = 'negative'", "%hre2 = 'negative'")
    spoil(template_folder, "support.yaml", r"%metastatic\w*", "%metastatik")
    with pytest.raises(TemplateError) as raised:
        load_template(template_folder, content_folder("profiles"))
    assert {fault.file for fault in raised.value.faults} >= {RECEPTORS, "support.yaml"}


def test_the_command_prints_the_fault_and_exits_with_1(template_folder, tmp_path):
    spoil(template_folder, RECEPTORS, r"%her2 = 'negative'", "%her2 = ")
    chart = tmp_path / "chart.json"
    chart.write_text('{"resourceType": "Patient", "id": "p"}')
    result = CliRunner().invoke(main, ["draft", str(chart), "--templates", str(template_folder)])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert f"{RECEPTORS}:" in result.stderr


def test_broken_yaml_is_named_with_its_line(template_folder):
    (template_folder / "support.yaml").write_text("resourceType: PlanDefinition\n  id: x\n")
    with pytest.raises(TemplateError, match=r"support\.yaml:2:5: not YAML"):
        load_template(template_folder, content_folder("profiles"))


def test_a_character_that_cannot_be_seen_is_named_with_its_line(template_folder):
    (template_folder / "support.yaml").write_text('title: "größere Öffnung"\ndescription: "a\x01b"\n', encoding="utf-8")
    with pytest.raises(TemplateError, match=r"support\.yaml:2: not YAML: the character U\+0001 must not stand in it"):
        load_template(template_folder, content_folder("profiles"))


@pytest.mark.parametrize("word", ["yes", "no", "on", "off", "null", "~"])
def test_words_that_yaml_would_turn_into_something_else_are_refused(template_folder, word):
    with (template_folder / "support.yaml").open("a") as file:
        file.write(f"\npurpose: {word}\n")
    with pytest.raises(TemplateError, match="can be read in two ways"):
        load_template(template_folder, content_folder("profiles"))
