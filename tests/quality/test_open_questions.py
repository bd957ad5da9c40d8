"""The questions left open: complete, in the cautious places, and consistent with the rules that name them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from plugin.errors import TemplateError
from plugin.library.content import default_template_folder
from plugin.library.rules import Template
from plugin.library.template import load_template
from plugin.quality.open_questions import OPEN_QUESTIONS_FILE, open_question_faults, open_questions
from plugin.quality.places import Places, places


@pytest.fixture(scope="module")
def known(template: Template) -> Places:
    return places(template)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(default_template_folder(), tmp_path / "spoilt")


def spoil(folder: Path, old: str, new: str) -> int:
    """Replace the first `old`; the line on which it stood."""
    file = folder / OPEN_QUESTIONS_FILE
    before, found, after = file.read_text(encoding="utf-8").partition(old)
    assert found
    file.write_text(before + new + after, encoding="utf-8")
    return before.count("\n") + 1


def test_all_questions_are_there_with_somebody_who_decides(template: Template) -> None:
    questions = open_questions(template)
    assert [question.key for question in questions] == [f"OQ-{number:02}" for number in range(1, 34)]
    assert {question.decides for question in questions} == {"clinical lead"}
    assert all(question.question and question.default and question.encoded for question in questions)


def test_every_place_that_a_question_names_exists(known: Places) -> None:
    assert [str(fault) for fault in open_question_faults(default_template_folder(), known)] == []


def test_a_rule_that_rests_on_an_open_question_is_named_by_it(template: Template) -> None:
    encoded = {question.key: question.encoded for question in open_questions(template)}
    rules = (*template.category_rules, *template.gates, *template.item_rules)
    resting = {(key, f"rule:{rule.id}") for rule in rules for key in rule.grounds.documented if key.startswith("OQ-")}
    assert len(resting) > 10
    assert [(key, rule) for key, rule in sorted(resting) if rule not in encoded[key]] == []


def test_a_template_without_the_file_has_no_open_questions(folder: Path) -> None:
    (folder / OPEN_QUESTIONS_FILE).unlink()
    assert open_questions(load_template(folder)) == ()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("rule:oq-01-er-low", "rule:oq-01-none", "'rule:oq-01-none', which the template does not have"),
        ('valueString: "OQ-02"', 'valueString: "OQ-01"', "'OQ-01' stands twice"),
    ],
)
def test_a_fault_of_sense_names_line_and_remedy(folder: Path, known: Places, old: str, new: str, message: str) -> None:
    line = spoil(folder, old, new)
    [fault] = open_question_faults(folder, known)
    assert message in fault.message
    assert fault.file == OPEN_QUESTIONS_FILE
    assert fault.line is not None
    assert abs(fault.line - line) <= 10
    assert fault.remedy


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("url: decides", "url: decider"),
        ("code: open-questions", "code: closed-questions"),
        ('{url: key, valueString: "OQ-01"}', '{url: key, valueCode: "OQ-01"}'),
    ],
)
def test_the_form_is_checked_when_the_template_loads(folder: Path, old: str, new: str) -> None:
    spoil(folder, old, new)
    with pytest.raises(TemplateError, match=re.escape(OPEN_QUESTIONS_FILE)):
        load_template(folder)
