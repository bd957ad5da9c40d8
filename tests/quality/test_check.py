"""`careplan check`: green for what is shipped, and each fault named with its place, what was expected and what came."""

from __future__ import annotations

import re
import shutil
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from plugin.cli import main
from plugin.library.content import default_template_folder
from plugin.library.grammar import parse
from plugin.quality.open_questions import open_questions
from plugin.quality.waiting import can_wait

CASES = """as_of: 2026-11-22
cases:
  - id: one
    rule: bone-bma
    title: "Bone metastasis"
    findings: {breast-cancer: true, metastatic: true, metastasis-bone: true, hypocalcaemia: false}
    expect: {offered: [rt-bone], offered_exactly: [bma]}
"""


def check(*arguments):
    return CliRunner().invoke(main, ["check", "--as-of", "2026-11-29", *map(str, arguments)])


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    junit = tmp_path_factory.mktemp("junit") / "new" / "check.xml"
    html = junit.with_suffix(".html")
    return check("--junit", junit, "--html", html), junit, html


def with_few_cases(folder):
    """A copy of the template with a single case."""
    copy = shutil.copytree(default_template_folder(), folder / "changed", ignore=shutil.ignore_patterns("cases"))
    (copy / "cases").mkdir()
    (copy / "cases" / "few.yaml").write_text(CASES)
    return copy


@pytest.fixture
def folder(tmp_path):
    return with_few_cases(tmp_path)


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    """What is said of the template with a single case, and where: checked once, since a check takes seconds."""
    folder = tmp_path_factory.mktemp("few")
    copy = with_few_cases(folder)
    return check(copy, "--junit", folder / "check.xml"), copy, folder / "check.xml"


def change(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_what_is_shipped_is_green(shipped):
    result, _, html = shipped
    assert "<b>No faults, no gaps.</b>" in html.read_text()
    assert result.exit_code == 0, result.stdout
    assert "metastatic-breast-cancer: green." in result.stdout
    assert "green" in result.stderr
    assert "○" not in result.stdout  # no gap: every rule is shown undecided, every category is reached
    assert "her2-maint-tuca is closed on purpose by sn-44-no-approval" in " ".join(result.stdout.split())


def test_the_report_counts_what_it_looked_at(shipped, template):
    text = shipped[0].stdout
    assert f"Rules with a case in which they hold: {len(template.rules)} looked at" in text
    assert "Treatment categories that a case reaches: 46 looked at" in text
    assert f"Findings that a rule uses: {len(template.vocabulary)} looked at" in text
    for question in open_questions(template):
        assert f"{question.key}, for the" in text


def test_junit_has_every_case_and_every_check(shipped, template):
    root = ElementTree.parse(shipped[1]).getroot()  # noqa: S314
    suites = root.findall("testsuite")
    own = [suite for suite in suites if suite.get("name").startswith("metastatic-breast-cancer/")]
    cases = [test for suite in own for test in suite]
    assert len(cases) == int(re.search(r"metastatic-breast-cancer: green\. (\d+) cases,", shipped[0].stderr)[1])
    assert {test.get("file") for test in cases} == {
        str(path.relative_to(default_template_folder())) for path in default_template_folder().glob("cases/*.yaml")
    }
    assert root.findall(".//failure") == []
    assert "Open questions" in [test.get("name") for test in suites[-1]]


def test_a_case_that_fails_says_what_was_expected_and_what_came(few):
    result, _, junit = few
    assert result.exit_code == 1
    assert "✗ cases/few.yaml:3: one “Bone metastasis”, about bone-bma" in result.stdout
    assert re.search(
        r"\n      offered\n +- expected, missing: rt-bone — is conditional by rule bone-rt, waits for .*pain",
        result.stdout,
    )
    [failure] = ElementTree.parse(junit).getroot().findall(".//testcase[@line='3']/failure")  # noqa: S314
    assert "cases/few.yaml:3" in failure.text


def test_rules_without_cases_are_named_with_their_place(few):
    result, folder, _ = few
    line = 1 + (folder / "pathways/bone.yaml").read_text().split("\n").index("  - id: bone-rt")
    assert f"pathways/bone.yaml:{line}:5: bone-rt has no case in which it holds" in result.stdout
    assert "bone-rt has no case with its deciding fact unknown" in result.stdout
    assert "bone-bma has no case in which it holds" not in result.stdout


BROKEN = {
    "few.yaml": (
        ("bone-bma", "metastatik: true", "expect: {offered: [bma]}"),
        ("bone-bma", "her2: positve", "expect: {offered: [bma]}"),
        ("bone-bma", "age: true", "expect: {offered: [bma]}"),
        ("bone-bmi", "metastatic: true", "expect: {offered: [bma]}"),
    ),
    "form.yaml": (
        ("bone-bma", "metastatic: true", "expected: {offered: [bma]}"),
        ("bone-bma", "metastatic: true", "expect: {offred: [bma]}"),
    ),
}
TOLD = (
    r"few\.yaml:6:37: case 'few.yaml-3' states 'metastatik', which is no finding",
    r"few\.yaml:11:43: case 'few.yaml-8' states her2 = 'positve', which it cannot be",
    r"few\.yaml:16:\d+: case 'few.yaml-13' states age = True, which it cannot be",
    r"few\.yaml:19:11: case .* no rule of the template \| bone-bmi → did you mean 'bone-bma'\?",
    r"form\.yaml:3:5: .*'expect",
    r"form\.yaml:12:14: .*offred.* did you mean 'offered'\?",
)


def test_every_broken_case_is_a_fault_with_its_line(folder):
    for name, broken in BROKEN.items():
        cases = "".join(
            f"  - id: {name}-{3 + 5 * number}\n    rule: {rule}\n    title: Bone\n"
            f"    findings: {{breast-cancer: true, {fact}}}\n    {expected}\n"
            for number, (rule, fact, expected) in enumerate(broken)
        )
        (folder / "cases" / name).write_text(f"as_of: 2026-11-22\ncases:\n{cases}")
    result = check(folder)
    assert result.exit_code == 1
    text = " ".join(result.stdout.split())
    assert [each for each in TOLD if not re.search(each, text)] == []


def test_what_is_not_yaml_is_a_fault_with_its_line(folder):
    change(folder / "cases/few.yaml", "cases:\n", "cases:\n  nothing\n")
    result = check(folder)
    assert result.exit_code == 1
    assert re.search(r"few\.yaml:4:\d+: not YAML", " ".join(result.stdout.split()))


def test_a_case_id_that_stands_twice_is_a_fault(folder):
    shutil.copy(folder / "cases/few.yaml", folder / "cases/more.yaml")
    assert "the case id 'one' stands already in cases/few.yaml:3" in " ".join(check(folder).stdout.split())


def test_a_template_that_does_not_load_has_all_its_faults_and_no_cases(folder):
    change(folder / "pathways/bone.yaml", "%metastasisBone", "%metastasisBohne")
    change(folder / "support.yaml", "label: asco_palliative_2024", "label: asco_palliative_1924")
    result = check(folder)
    assert result.exit_code == 1
    assert re.search(r"pathways/bone\.yaml:\d+:\d+: %metastasisBohne", result.stdout)
    assert re.search(r"support\.yaml:\d+:\d+: 'asco_palliative_1924' is not in evidence", result.stdout)
    assert "Cases that get" not in result.stdout


def test_a_rule_that_cites_nothing_stops_the_template(folder):
    change(folder / "pathways/bone.yaml", "    documentation:\n      - {type: citation, label: asco_bma_2017}\n", "")
    assert "rule 'bone-bma' cites nothing" in check(folder).stdout


def test_what_is_unused_is_a_note_and_no_fault(few):
    result = few[0]
    unused = re.search(r"Findings that a rule uses.*?used by no rule: (.*?)\n\S", result.stdout, re.S)[1]
    assert "hepatitis-b-surface-antibody" in unused
    assert "metastasis-bone," not in unused
    assert "✗ Findings" not in result.stdout


def test_a_name_that_is_no_template_is_wrong_usage():
    result = check("no-such-cancer")
    assert result.exit_code == 2
    assert "metastatic-breast-cancer" in result.stderr
    assert result.stdout == ""


def test_a_junit_file_that_cannot_be_written_is_said(folder, tmp_path):
    (tmp_path / "file").write_text("")
    result = check(folder, "--junit", tmp_path / "file" / "check.xml")
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("%metastatic", True),
        ("%er = 'positive' and %pr.exists()", True),
        ("%er.exists()", False),
        ("true", False),
        ("%er.exists() and %er = 'positive'", False),
        ("(%er.exists() and %er = 'positive').not()", False),
        ("%er.exists().not() or %er = 'positive'", False),
        ("%er.exists() and %pr = 'positive'", True),
        ("%er.exists() and (%er = 'positive' or %pr = 'positive')", True),
    ],
)
def test_whether_a_condition_can_be_undecided(text, answer):
    assert can_wait(parse(text)) is answer


def test_the_day_of_the_next_review_is_that_of_the_day_asked_for(few):
    today, folder, _ = few
    path = folder / "strategy.yaml"
    line = 1 + next(n for n, text in enumerate(path.read_text().split("\n")) if text.startswith("effectivePeriod:"))
    later = " ".join(check("--as-of", "2027-11-23", folder).stdout.split())
    overdue = r"the template had to be reviewed by 2027-11-22; that day has gone by"
    assert re.search(rf"strategy\.yaml:{line}:\d+: {overdue}", later)
    assert "sources were last read more than 365 days ago" in later
    assert "had to be reviewed" not in today.stdout
