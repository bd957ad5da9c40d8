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
FORM = "questionnaires/for-the-patient.yaml"


@pytest.mark.parametrize(
    ("file", "pattern", "replacement", "message", "remedy"),
    [
        (PATHWAY, r"%her2 = 'negative'", "%hre2 = 'negative'", "%hre2 is neither", "findings.yaml"),
        (PATHWAY, r"%her2 = 'negative'", "%her2 = 'negatve'", "can never be 'negatve'", "'positive'"),
        (PATHWAY, r"%her2 = 'negative'", "%her2 = 'equivocal'", "counts as unknown", "decided value"),
        (PATHWAY, r" and %her2", " and and %her2", "column", "and, or"),
        (PATHWAY, r"%her2 = 'negative'", "%her2", "no yes-or-no finding", "compare it"),
        (PATHWAY, r"label: asco_hr_2021", "label: asco_hr_1921", "not in evidence.yaml", "add the source"),
        (PATHWAY, r"code: cdk46-et\b", "code: cdk47-et", "cdk47-et", "activities"),
        ("safety.yaml", r"valueCode: not-offered", "valueCode: not-offerd", "not-offerd", ""),
        ("goals.yaml", r"goalId: \[own-priority\]", "goalId: [own-wish]", "'own-wish', which this file", "goal:"),
        ("goals.yaml", r"code: own-priority\}", "code: own-wish}", "own-wish", ""),
        (FORM, r'"%metastasisBone or', '"%metastasisBon or', "%metastasisBon is neither", "findings.yaml"),
        (FORM, r"valueCode: trial\}", "valueCode: trail}", "trail", ""),
        (FORM, r"item-rest, valueString: more.diagnosis", "item-rest, valueString: mere", "not there", "item-rest"),
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
        "syntax",
        "no boolean",
        "citation",
        "code",
        "disposition",
        "goal",
        "goal code",
        "item condition",
        "item treatment",
        "item rest",
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
    assert remedy in fault.remedy


def test_every_fault_is_reported_not_only_the_first(template_folder):
    spoil(template_folder, PATHWAY, r"%her2 = 'negative'", "%hre2 = 'negative'")
    spoil(template_folder, "support.yaml", r"%metastatic\w*", "%metastatik")
    with pytest.raises(TemplateError) as raised:
        load_template(template_folder, content_folder("profiles"))
    assert {fault.file for fault in raised.value.faults} >= {PATHWAY, "support.yaml"}


def test_the_command_prints_the_fault_and_exits_with_1(template_folder, tmp_path):
    spoil(template_folder, PATHWAY, r"%her2 = 'negative'", "%her2 = ")
    chart = tmp_path / "chart.json"
    chart.write_text('{"resourceType": "Patient", "id": "p"}')
    result = CliRunner().invoke(main, ["draft", str(chart), "--templates", str(template_folder)])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert f"{PATHWAY}:" in result.stderr


def test_broken_yaml_is_named_with_its_line(template_folder):
    (template_folder / "support.yaml").write_text("resourceType: PlanDefinition\n  id: x\n")
    with pytest.raises(TemplateError, match=r"support\.yaml:2: not YAML"):
        load_template(template_folder, content_folder("profiles"))


@pytest.mark.parametrize("word", ["yes", "no", "on", "off", "null", "~"])
def test_words_that_yaml_would_turn_into_something_else_are_refused(template_folder, word):
    with (template_folder / "support.yaml").open("a") as file:
        file.write(f"\npurpose: {word}\n")
    with pytest.raises(TemplateError, match="can be read in two ways"):
        load_template(template_folder, content_folder("profiles"))
