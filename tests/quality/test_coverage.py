"""Every fact of the sources: its place exists, its reason is given, and the page says what the file says."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from plugin.errors import TemplateError
from plugin.library.content import default_template_folder
from plugin.library.rules import Template
from plugin.library.template import load_template
from plugin.library.yaml_file import read_yaml
from plugin.quality.coverage import COVERAGE_FILE, Coverage, coverage, load_coverage
from plugin.quality.coverage_page import KINDS, coverage_page
from plugin.quality.open_questions import open_questions
from plugin.quality.places import Places, places

ROOT = Path(__file__).resolve().parents[2]
FACTS_OF_THE_SOURCES = 579


@dataclass
class Written:
    """A coverage file in a folder of its own, to be changed and read."""

    path: Path
    known: Places

    def read(self, *changes: tuple[str, str]) -> Coverage:
        text = self.path.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        self.path.write_text(text, encoding="utf-8")
        [document] = read_yaml(self.path, COVERAGE_FILE)
        return coverage(document, self.known)


@pytest.fixture(scope="module")
def real(template: Template) -> Coverage:
    return load_coverage(default_template_folder(), template)


@pytest.fixture
def written(tmp_path: Path, template: Template) -> Written:
    path = tmp_path / COVERAGE_FILE
    path.write_text(
        "group:\n"
        "  - id: biomarkers\n"
        "    element:\n"
        "      - {code: BIO-a, display: First, target: [{code: 'finding:er', equivalence: equivalent}]}\n"
        "      - code: BIO-b\n"
        "        display: Second\n"
        "        target:\n"
        "          - {equivalence: unmatched, comment: 'superseded: SD-01, replaced'}\n"
        "          - {code: 'category:her2-tdxd', equivalence: relatedto, comment: instead}\n"
        "      - {code: BIO-c, display: Third, target: [{equivalence: unmatched, comment: 'out of scope: early'}]}\n",
        encoding="utf-8",
    )
    return Written(path, places(template))


def test_every_fact_of_the_sources_has_an_element(real: Coverage) -> None:
    assert len(real.facts) == FACTS_OF_THE_SOURCES
    assert len(real.placed) + sum(real.by_reason().values()) == FACTS_OF_THE_SOURCES


def test_every_place_exists(real: Coverage) -> None:
    assert [str(fault) for fault in real.faults if not any(code in fault.message for code in real.missing)] == []
    assert sorted(real.missing) == []


def test_a_fact_on_an_open_end_is_placed_or_has_a_reason(real: Coverage) -> None:
    assert [fact.id for fact in real.facts if not fact.places and not fact.reason] == []


def test_a_contradiction_that_sets_a_fact_aside_is_settled_in_the_decisions(real: Coverage) -> None:
    decided = set(re.findall(r"^\| ([A-Z]+-[a-z0-9-]+) \|", decisions(), re.MULTILINE))
    named = {match for fact in real.facts for match in re.findall(r"\b(?:CONF|AMB|EXT)-[a-z0-9-]+", fact.why)}
    assert named
    assert named <= decided


def test_the_decisions_point_to_places_that_exist(template: Template) -> None:
    known = places(template)
    codes = {code for kind in known.values() for code in kind}
    section = decisions().partition("## Contradictions between the sources")[2]
    pointed = set(re.findall(r"`([a-z0-9-]+)`", section))
    assert len(pointed) > 50
    lacking = sorted(pointed - codes)
    assert lacking == []


def decisions() -> str:
    return (ROOT / "docs/decisions.md").read_text(encoding="utf-8")


def test_the_tally_counts_a_fact_once_a_kind_and_once_a_reason(written: Written) -> None:
    found = written.read(("{code: 'finding:er',", "{code: 'finding:pr', equivalence: wider}, {code: 'finding:er',"))
    assert found.by_kind() == {"finding": 1}
    assert found.by_reason() == {"superseded": 1, "out of scope": 1}
    assert found.faults == ()


def test_a_fact_set_aside_tells_why_and_what_holds_instead(written: Written) -> None:
    fact = written.read().facts[1]
    assert (fact.section, fact.reason, fact.why) == ("biomarkers", "superseded", "SD-01, replaced")
    assert [(place.kind, place.code, place.comment) for place in fact.places] == [("category", "her2-tdxd", "instead")]


@pytest.mark.parametrize(
    ("old", "new", "line", "message", "remedy"),
    [
        ("finding:er'", "finding:err'", 4, "placed at 'finding:err'", "near it are er"),
        ("category:her2-tdxd", "category:her2-tdx", 9, "'category:her2-tdx'", "her2-tdxd"),
        ("category:her2-tdxd", "rule:unlike-any", 9, "'rule:unlike-any'", "add what it names"),
        ("category:her2-tdxd", "nowhere:er", 9, "'nowhere:er'", "correct it"),
        ("BIO-c", "BIO-a", 10, "'BIO-a' stands already in line 4", "one element a fact"),
        ("out of scope: early", "contradicted: CONF-x, y", 10, "nothing says what holds instead", "add a target"),
        ("[{code: 'finding:er',", "[{code: 'finding:er', equivalence: wider}, {code: 'finding:er',", 4, "twice", "one"),
    ],
    ids=["finding", "category", "rule", "kind", "id twice", "nothing instead", "place twice"],
)
def test_a_fault_names_line_and_remedy(
    written: Written, old: str, new: str, line: int, message: str, remedy: str
) -> None:
    [fault] = written.read((old, new)).faults
    assert (fault.file, fault.line) == (COVERAGE_FILE, line)
    assert message in fault.message
    assert remedy in fault.remedy


@pytest.mark.parametrize(
    ("pattern", "replacement", "message"),
    [
        (r"code: BIO-ctc\n", "code: bio ctc\n", "bio ctc"),
        (r"x?not a care item: counting", "counting", "counting"),
        (r"equivalence: equivalent", "equivalence: equalish", "equalish"),
        (r'code: "finding:pr"', 'code: "pr"', "'pr'"),
        (r"equivalence: equivalent", "equivalence: inexact", "'comment' is a required property"),
        (r'display: "[^"]+"', f'display: "{"long " * 30}"', "too long"),
        (r"target: https://\S+", "target: https://example.org", "CodeSystem/place"),
    ],
    ids=["fact id", "reason", "equivalence", "kind", "comment", "gist", "system"],
)
def test_the_form_is_checked_when_the_template_loads(
    tmp_path: Path, pattern: str, replacement: str, message: str
) -> None:
    folder = shutil.copytree(default_template_folder(), tmp_path / "spoilt")
    file = folder / COVERAGE_FILE
    text = file.read_text(encoding="utf-8")
    assert re.search(pattern, text)
    file.write_text(re.sub(pattern, replacement, text, count=1), encoding="utf-8")
    with pytest.raises(TemplateError) as raised:
        load_template(folder)
    assert {fault.file for fault in raised.value.faults} == {COVERAGE_FILE}
    assert message in str(raised.value)


def test_a_question_counts_by_its_link_and_by_the_fact_that_it_names(template: Template) -> None:
    source = {"url": "https://careplan-plugin.example.org/fhir/StructureDefinition/item-source"}
    form = {
        "item": [
            {
                "linkId": "group",
                "text": "Group",
                "item": [
                    {"linkId": "group.one", "text": "One", "extension": [source | {"valueString": "Q-one"}]},
                    {
                        "linkId": "group.two",
                        "text": "Two",
                        "answerOption": [{"valueString": "A", "extension": [source | {"valueString": "Q-answer"}]}],
                    },
                ],
            }
        ]
    }
    changed = Template(
        **{name: getattr(template, name) for name in template.__slots__} | {"questionnaires": {"f": form}}
    )
    assert places(changed)["question"] == {
        "group": "Group",
        "group.one": "One",
        "Q-one": "One",
        "group.two": "Two",
        "Q-answer": "Two",
    }


def test_a_list_of_a_library_counts_by_its_keys(template: Template) -> None:
    url = "https://careplan-plugin.example.org/fhir/StructureDefinition/superseded-statement"
    fields = [{"url": "id", "valueString": "SD-01"}, {"url": "says", "valueString": "Older"}]
    library = {"resourceType": "Library", "extension": [{"url": url, "extension": fields}]}
    resources = (*template.resources, library)
    changed = Template(**{name: getattr(template, name) for name in template.__slots__} | {"resources": resources})
    assert places(changed)["superseded"]["SD-01"] == "Older"


def test_the_page_in_docs_is_up_to_date(real: Coverage, template: Template) -> None:
    page = (ROOT / "docs/coverage.md").read_text(encoding="utf-8")
    written_now = coverage_page(real, open_questions(template), default_template_folder().name)
    assert page == written_now, "run: python -m plugin.quality.coverage_page > docs/coverage.md"


def test_the_command_writes_the_page(real: Coverage, template: Template) -> None:
    command = [sys.executable, "-m", "plugin.quality.coverage_page"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, encoding="utf-8")
    assert done.stdout == coverage_page(real, open_questions(template), default_template_folder().name)


def test_the_page_explains_every_kind_and_holds_every_fact_once(real: Coverage, template: Template) -> None:
    page = coverage_page(real, open_questions(template), default_template_folder().name)
    assert set(real.by_kind()) <= set(KINDS)
    rows = re.findall(r"^\| ([A-Z][A-Za-z0-9-]+) \|", page, re.MULTILINE)
    assert [row for row in rows if not row.startswith("OQ-")] == [fact.id for fact in real.facts]
