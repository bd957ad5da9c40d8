"""The report of `careplan check` in every format: of a template whose cases fail, and of one that does not load."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from jsonschema import Draft4Validator

from plugin.cli import main
from plugin.library.content import PACKAGE, default_template_folder
from plugin.quality.as_text import report_text
from plugin.quality.report import Remark, Section, Table, TemplateReport
from plugin.quality.reports.as_html import reports_html
from plugin.quality.reports.sarif import reports_sarif

CASES = """as_of: 2026-11-22
cases:
  - id: one
    rule: bone-bma
    title: "Bone metastasis <b>&</b>"
    findings: {breast-cancer: true, metastatic: true, metastasis-bone: true, hypocalcaemia: false}
    expect: {offered: [rt-bone], offered_exactly: [bma], absent: [bma], silent: [bone-bma], goals: [comfort]}
"""
HEADINGS = ("h1", "h2", "h3")
SCHEMA = Path(__file__).with_name("sarif-2.1.0.schema.json")
TABLE = Table(("statement", "combinations"), (("nothing is offered to nobody", "1,024"), ("word " * 60, "7")))
MADE_UP = TemplateReport(
    "made-up",
    "Made up, version 1.0.0",
    (
        Section(
            "Proofs", 2, (Remark("gap", "not yet", "a.yaml:3:7", "prove it", "%x"),), "1 of 2 hold.", TABLE, "proofs"
        ),
        Section("Links that lead somewhere", 4, (Remark("note", "all of them"),)),
    ),
    version="1.0.0",
    date="2026-11-01",
    as_of="2026-11-22",
)


def check(*arguments):
    return CliRunner().invoke(main, ["check", *map(str, arguments)])


def change(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


@dataclass
class Checked:
    """One run over both templates: the folders, what was printed, and the files written beside."""

    failing: Path
    broken: Path
    exit_code: int
    printed: dict
    html: str
    sarif: dict
    junit: ElementTree.Element


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    home = tmp_path_factory.mktemp("checked")
    failing = shutil.copytree(default_template_folder(), home / "failing", ignore=shutil.ignore_patterns("cases"))
    (failing / "cases").mkdir()
    (failing / "cases" / "few.yaml").write_text(CASES)
    broken = shutil.copytree(failing, home / "broken")
    change(broken / "pathways/bone.yaml", "%metastasisBone", "%metastasisBohne")
    change(broken / "support.yaml", "label: asco_palliative_2024", "label: asco_palliative_1924")
    files = {form: home / "new" / f"check.{form}" for form in ("html", "sarif", "junit")}
    beside = [part for form, path in files.items() for part in (f"--{form}", path)]
    result = check(failing, broken, "--format", "json", "--as-of", "2026-11-22", *beside)
    return Checked(
        failing,
        broken,
        result.exit_code,
        json.loads(result.stdout),
        files["html"].read_text(),
        json.loads(files["sarif"].read_text()),
        ElementTree.parse(files["junit"]).getroot(),  # noqa: S314
    )


def test_json_holds_templates_sections_remarks_and_cases(checked):
    failing, broken = checked.printed["templates"]
    assert (checked.exit_code, checked.printed["passed"]) == (1, False)
    assert (failing["as_of"], failing["version"], broken["version"]) == ("2026-11-22", "0.1.0", "")
    assert failing["content"] != broken["content"]
    assert failing["profiles"] == broken["profiles"]
    [loading] = broken["sections"]
    assert loading["id"] == "loading"
    remark = next(remark for remark in loading["remarks"] if "Bohne" in remark["text"])
    line = (checked.broken / remark["file"]).read_text().splitlines()[remark["line"] - 1]
    assert line[remark["column"] - 1 :].startswith(remark["offending"] + '"')
    assert (remark["level"], remark["offending"]) == ("fault", "%metastasisBohne")
    assert remark["remedy"].startswith("did you mean %metastasisBone?")
    assert len({section["id"] for section in failing["sections"]}) == len(failing["sections"])


def test_a_wrong_source_is_one_fault_and_not_also_a_rule_without_source(checked):
    [loading] = checked.printed["templates"][1]["sections"]
    assert [each["offending"] for each in loading["remarks"]] == ["%metastasisBohne", "asco_palliative_1924"]


def test_every_member_of_the_json_is_described(checked):
    described = set(re.findall(r"`(\w+)`", (PACKAGE.parent / "docs" / "check-report.md").read_text()))
    assert members(checked.printed) - described == set()


def members(value):
    if isinstance(value, dict):
        return set(value).union(*map(members, value.values()))
    return set().union(*map(members, value)) if isinstance(value, list) else set()


def test_a_failed_case_says_code_by_code_what_differs_and_why(checked):
    [case] = checked.printed["templates"][0]["cases"]
    misses = {miss["list"]: miss for miss in case["misses"]}
    [missing] = misses["offered"]["missing"]
    assert missing["code"] == "rt-bone"
    assert re.match(
        r"is conditional by rule bone-rt, waits for .*pain.*, held by gate [\w-]+ \(missing ", missing["why"]
    )
    assert misses["offered_exactly"]["missing"][0]["code"] == "bma"
    assert misses["absent"]["unexpected"][0]["why"].startswith("is conditional by rule bone-bma, ")
    assert misses["silent"]["unexpected"][0]["why"].startswith("speaks, since breast-cancer = true")
    assert misses["goals"]["missing"][0]["why"] == "is nowhere: no rule lists it; did you mean 'comfort-first'?"


def test_sarif_is_valid_and_points_at_what_is_wrong(checked):
    Draft4Validator(json.loads(SCHEMA.read_text())).validate(checked.sarif)
    failing, broken = checked.sarif["runs"]
    result = next(each for each in broken["results"] if "Bohne" in each["message"]["text"])
    assert (result["ruleId"], result["level"]) == ("loading", "error")
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == (checked.broken / "pathways/bone.yaml").as_uri()
    region = place["region"]
    line = (checked.broken / "pathways/bone.yaml").read_text().splitlines()[region["startLine"] - 1]
    assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == region["snippet"]["text"] == "%metastasisBohne"
    assert {each["level"] for each in failing["results"]} == {"error", "warning", "note"}
    for run in (failing, broken):
        rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        assert all(rules[each["ruleIndex"]] == each["ruleId"] for each in run["results"])
        prints = [each["partialFingerprints"]["careplanRemark/v1"] for each in run["results"]]
        assert len(set(prints)) == len(prints)


def test_a_remark_keeps_its_fingerprint_when_it_moves():
    def fingerprint(where):
        section = Section("Proofs", 1, (Remark("fault", "no", where, "", "%x"),))
        report = replace(MADE_UP, sections=(section,))
        [result] = reports_sarif([report], ("careplan-plugin", "1"), Path.cwd())["runs"][0]["results"]
        return result["partialFingerprints"]

    assert fingerprint("a.yaml:3:7") == fingerprint("a.yaml:9:1")
    assert fingerprint("a.yaml:3:7") != fingerprint("b.yaml:3:7")


def test_junit_says_the_same(checked):
    failures = {each.get("name"): each.find("failure") for each in checked.junit.iter("testcase")}
    assert (
        failures["one: Bone metastasis <b>&</b>"].get("message").startswith("offered: - expected, missing: rt-bone — ")
    )
    texts = [each.text for each in checked.junit.iter("failure")]
    assert any("    | %metastasisBohne" in text for text in texts)


class Page(HTMLParser):
    """Ids, addresses inside the page, whatever would be loaded, and headings in their order."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.loads, self.headings, self.texts = [], [], [], [], []
        self.heading = False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.heading = self.heading or tag in HEADINGS
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if tag in ("a", "use") else []
        self.loads += [tag] if tag in ("script", "link", "img", "iframe") or "src" in given else []

    def handle_endtag(self, tag):
        self.heading = self.heading and tag not in HEADINGS

    def handle_data(self, data):
        self.texts.append(data)
        if self.heading and data.strip():
            self.headings.append(data.strip())


@pytest.fixture(scope="module")
def page(checked):
    return Page(checked.html)


def test_the_page_is_complete_and_loads_nothing(checked, page):
    assert page.loads == []
    head, body = checked.html.split("</style>")  # addresses that a template writes are text in the body
    assert not re.search(r"url\(|@import|https?://", head)
    assert "style=" not in body
    assert all(link.startswith("#") for link in page.links)
    assert {link[1:] for link in page.links} <= set(page.ids)
    assert len(set(page.ids)) == len(page.ids)


def test_the_page_says_what_was_checked_and_what_came(checked, page):
    said = " ".join(" ".join(page.texts).split())
    failing, broken = checked.printed["templates"]
    for told in (failing["content"], broken["content"], failing["profiles"], "version 0.1.0 of 2026-11-22"):
        assert told in said
    assert "The template does not load." in said
    assert "0 of 1 get what they expect" in said
    assert "Bone metastasis <b>&</b>" in said  # escaped
    assert "expected, missing: rt-bone is conditional by rule bone-rt" in said
    for section in failing["sections"]:
        assert section["topic"] in page.headings
    cases = page.headings.index("Cases that get what they expect")
    assert page.headings[cases + 1] == "Bone metastasis <b>&</b>"
    assert page.headings.index("Loading") > cases


def test_only_a_template_that_loads_can_be_signed(page):
    assert page.headings.count("Signature") == 1


def test_summary_and_table_stand_in_every_format():
    text = report_text(MADE_UP)
    assert "○ Proofs: 2 looked at, 1 gap\n  1 of 2 hold.\n" in text
    assert re.search(r"\n    statement +combinations\n    ─+  ─+\n    nothing is offered to nobody +1,024\n", text)
    assert max(map(len, text.splitlines())) <= 112
    assert "  ○ a.yaml:3:7: not yet\n      | %x\n      → prove it\n" in text
    html = " ".join(Page(reports_html([MADE_UP], "careplan-plugin 1")).texts)
    assert all(told in html for told in ("1 of 2 hold.", "nothing is offered to nobody", "1,024", "%x", "prove it"))
    assert "No faults, 1 gap." in html


@pytest.mark.parametrize("form", ["text", "json", "sarif", "html"])
def test_a_folder_that_is_not_there_is_wrong_usage(form, tmp_path):
    result = check(tmp_path / "nowhere", "--format", form)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "nowhere' is no template" in result.stderr


@pytest.mark.parametrize("form", ["junit", "sarif", "html"])
def test_a_file_that_cannot_be_written_is_said_after_the_report(form, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    (tmp_path / "file").write_text("")
    result = check(empty, "--format", "json", f"--{form}", tmp_path / "file" / "report")
    assert result.exit_code == 1
    assert f"{tmp_path / 'file' / 'report'} cannot be written" in result.stderr
    assert json.loads(result.stdout)["templates"][0]["name"] == "empty"


def test_another_format_is_wrong_usage():
    assert check("--format", "pdf").exit_code == 2
