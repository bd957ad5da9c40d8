"""`careplan book`: everything of the template is in it, every link leads somewhere, nothing comes from outside."""

from __future__ import annotations

import re
import shutil
from html.parser import HTMLParser

import pytest
from click.testing import CliRunner

from plugin.cli import main
from plugin.library.content import content_folder, default_template_folder
from plugin.library.in_words import explain
from plugin.quality.open_questions import open_questions
from plugin.quality.origin import content_hash

# One process makes what all of these tests look at.
pytestmark = pytest.mark.xdist_group("book")

WRONG = """as_of: 2026-11-22
cases:
  - id: one
    rule: bone-bma
    title: "Not enough is known"
    findings: {metastatic: true}
    expect: {offered: [bma]}
"""
VOID = {"meta", "br", "hr", "img", "input", "link", "path", "circle", "rect", "use", "text"}


class Reader(HTMLParser):
    """What a page holds: its ids, its links, its text, and whether its tags are closed."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.loaded, self.open, self.words = [], [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "a":
            self.links.append(found["href"])
        if found.get("src") or tag in ("link", "script", "iframe", "img"):
            self.loaded.append(found)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("book") / "new"
    result = CliRunner().invoke(main, ["book", "-o", str(folder)])
    assert result.exit_code == 0, result.stderr
    assert result.stdout == f"{folder / 'index.html'}\n"
    return folder


@pytest.fixture(scope="module")
def pages(written):
    return {path.name: Reader(path.read_text(encoding="utf-8")) for path in written.iterdir()}


def test_every_page_is_complete_html_and_loads_nothing(pages):
    assert {name: page.open for name, page in pages.items() if page.open} == {}
    assert {name: page.loaded for name, page in pages.items() if page.loaded} == {}


def test_every_link_leads_somewhere(pages):
    lost = [
        (name, link)
        for name, page in pages.items()
        for link in page.links
        if not link.startswith(("http://", "https://")) and not leads(link, name, pages)
    ]
    assert lost == []


def leads(link, name, pages):
    file, _, anchor = link.partition("#")
    page = pages.get(file or name)
    return page is not None and (not anchor or anchor in page.ids)


def test_ids_are_unique_on_every_page(pages):
    for name, page in pages.items():
        assert len(page.ids) == len(set(page.ids)), name


def test_every_rule_gate_source_fact_and_named_condition_is_in_the_whole(pages, template):
    ids = set(pages["whole.html"].ids)
    wanted = {f"rule-{rule.id}" for rule in template.rules} | {f"source-{code}" for code in template.citations}
    wanted |= {f"finding-{code}" for code in template.vocabulary} | {f"name-{name}" for name in template.named}
    wanted |= {f"question-{each.key}" for each in open_questions(template)}
    assert wanted - ids == set()


def test_every_case_is_told_in_words(pages):
    titles = [
        line.split('"', 1)[1].rsplit('"', 1)[0]
        for path in default_template_folder().glob("cases/*.yaml")
        for line in path.read_text().splitlines()
        if line.strip().startswith('title: "')
    ]
    assert len(titles) > 400
    text = pages["whole.html"].text
    assert [title for title in titles if title not in text] == []


def test_a_rule_says_when_on_what_grounds_and_what_else_speaks(written, template):
    text = (written / "hr-positive-first-line.html").read_text()
    rule = Reader(
        re.search(r'<article class="rule[^>]*id="rule-hr-1l-inavo-triplet">.*?</article>', text, re.S)[0]
    ).text
    assert "All of these" in rule
    condition = next(rule.condition for rule in template.rules if rule.id == "hr-1l-inavo-triplet")
    for part in explain(condition, template.vocabulary, template.named).parts:
        assert part.text in rule.replace(" :", ":")
    assert re.search(r"PIK3CA mutation ?: positive", rule)
    assert "Certainty" in rule
    assert "Regulatory status" in rule
    assert "label · source text read, 2026-11-22" in rule
    assert "Pregnancy" in rule
    assert "the rule holds" in rule
    assert "the rule is undecided" in rule


def test_a_rule_says_what_raises_the_suspicion_of_it(written):
    text = (written / "bone.html").read_text()
    rule = Reader(re.search(r'<article.*?id="rule-bone-cord">.*?</article>', text, re.S)[0]).text
    assert re.search(r"Asked about first, while it is not settled, when .*Bone metastasis ?: yes", rule)
    other = Reader(re.search(r'<article[^>]*id="rule-bone-rt">.*?</article>', text, re.S)[0]).text
    assert "Asked about first" not in other


def test_an_unsourced_rule_says_so_and_claims_no_certainty(written):
    text = (written / "course.html").read_text()
    rule = Reader(re.search(r'<article.*?id="rule-course-trial">.*?</article>', text, re.S)[0]).text
    assert "No source found: needs clinical confirmation." in rule
    assert "Certainty" not in rule


def test_a_gate_names_its_targets_in_words(written):
    text = (written / "safety.html").read_text()
    gate = Reader(re.search(r'<article.*?id="rule-sn-25-pregnancy">.*?</article>', text, re.S)[0]).text
    assert "Closes" in gate
    assert "CDK4/6 inhibitor + endocrine therapy" in gate
    assert re.search(r"Pregnant ?: yes", gate)


def test_every_part_can_be_signed(pages):
    for name, page in pages.items():
        if name != "whole.html":
            assert "I have read" in page.text, name
            assert "Signature" in page.text, name


def test_the_first_page_says_what_it_is_for_and_what_it_uses(pages):
    text = pages["index.html"].text
    for words in ("Intended use", "Intended users", "Known limits", "Not signed yet.", "Use of race Not used."):
        assert words in text
    assert "last reviewed 2026-11-22, to be reviewed again by 2027-11-22" in text


def test_a_decision_point_has_a_picture_that_leads_to_its_rules(written, template):
    svg = re.search(r"<svg viewBox.*?</svg>", (written / "brain.html").read_text(), re.S)[0]
    rules = [rule.id for rule in template.category_rules if template.places[rule.id][0] == "pathways/brain.yaml"]
    assert rules
    assert set(re.findall(r'href="#rule-([\w-]+)"', svg)) == set(rules)


def test_a_failing_case_is_told_and_the_book_must_not_be_signed(tmp_path):
    folder = shutil.copytree(default_template_folder(), tmp_path / "changed", ignore=shutil.ignore_patterns("cases"))
    (folder / "cases").mkdir()
    (folder / "cases" / "wrong.yaml").write_text(WRONG)
    result = CliRunner().invoke(main, ["book", "-o", str(tmp_path / "out"), str(folder)])
    assert result.exit_code == 1
    assert "1 of 1 cases fail" in result.stderr
    assert "Do not sign" in (tmp_path / "out" / "index.html").read_text()


def test_what_is_proven_says_of_whom_what_must_hold_and_over_how_many(written):
    text = (written / "statements.html").read_text()
    row = Reader(re.search(r'<tr id="statement-sn-01">.*?</tr>', text, re.S)[0]).text
    assert "Nothing endocrine stands open when ER and PR are negative in every sample." in row
    assert re.search(r"Progesterone receptor \(PR\) ?: negative", row)
    assert "Never offered, conditional or for judgement" in row
    assert "CDK4/6 inhibitor + endocrine therapy" in row
    assert re.search(r"Proven \d\.\d × 10\^\d+ combinations of \d+ facts", row)


def test_every_statement_is_there_to_be_signed(pages):
    ids = re.findall(r'url: id, valueString: "([\w-]+)"', (default_template_folder() / "invariants.yaml").read_text())
    assert len(ids) > 200
    assert {f"statement-{each}" for each in ids} - set(pages["whole.html"].ids) == set()


def test_a_statement_that_does_not_hold_is_told_and_the_book_must_not_be_signed(tmp_path):
    folder = shutil.copytree(default_template_folder().parent / "prostate-cancer-bone-health", tmp_path / "changed")
    file = folder / "invariants.yaml"
    file.write_text(
        file.read_text().replace('expression: "%visceralMetastasis"', 'expression: "%visceralMetastasis.not()"')
    )
    result = CliRunner().invoke(main, ["book", "-o", str(tmp_path / "out"), str(folder)])
    assert result.exit_code == 1
    assert "not proven, 1 of 7 statements: radium-organ; see careplan prove" in result.stderr
    assert "Do not sign" in (tmp_path / "out" / "index.html").read_text()
    assert "Broken" in (tmp_path / "out" / "statements.html").read_text()


def test_the_folder_must_be_named():
    assert CliRunner().invoke(main, ["book"]).exit_code == 2


def test_the_book_tells_how_facts_are_read_and_binds_signatures_to_the_content(tmp_path):
    folder = default_template_folder().parent / "prostate-cancer-bone-health"
    for name in ("one", "two"):
        done = CliRunner().invoke(main, ["book", str(folder), "-o", str(tmp_path / name), "--as-of", "2026-11-29"])
        assert done.exit_code == 0, done.output
    pages = {path.name: path.read_text() for path in (tmp_path / "one").iterdir()}
    assert pages == {path.name: path.read_text() for path in (tmp_path / "two").iterdir()}
    facts = Reader(pages["vocabulary.html"]).text
    for said in (
        "a number of “Calcium corrected for albumin” (1 code, 2 phrases), in mg/dL, from 2 up to 25",
        "below 8.5 mg/dL or calciumMoles",
        "Counts for 28 days",
        "Readings that a chart case shows: 16 of 16",
        "Stated by a clinician",
    ):
        assert said in facts
    signed = (
        f"Signed is the content {content_hash(folder)} with the profiles {content_hash(content_folder('profiles'))}"
    )
    signatures = [name for name, html in pages.items() if "<h2>Signature</h2>" in html]
    assert len(signatures) > 5
    assert all(signed in Reader(pages[name]).text for name in signatures)


def test_a_chart_that_is_read_otherwise_forbids_to_sign(tmp_path):
    folder = shutil.copytree(default_template_folder().parent / "prostate-cancer-bone-health", tmp_path / "changed")
    charts = folder / "charts/bone.yaml"
    charts.write_text(charts.read_text().replace("expect: {hypocalcaemia: true}", "expect: {hypocalcaemia: false}", 1))
    done = CliRunner().invoke(main, ["book", str(folder), "-o", str(tmp_path / "book")])
    assert done.exit_code == 1
    assert "1 of 53 charts are not read as their cases say" in done.output
    assert "Do not sign." in Reader((tmp_path / "book/index.html").read_text()).text
