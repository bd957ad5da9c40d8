"""Polarity: a comparison turned around is noticed by a case that expects something of it, and by no other."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from plugin.library.content import default_template_folder
from plugin.library.rules import NamedCondition, Template
from plugin.quality.cases import Case, read_cases
from plugin.quality.polarity.section import polarity, shown
from plugin.quality.report import Section
from plugin.quality.running import run_case
from plugin.quality.worlds.observed import Observed
from plugin.quality.worlds.policy import Policy

Judged = Callable[[Template, str], tuple[Section, Section]]

# Where each fact is written is asked of another test.
NOWHERE: Mapping[str, Mapping[str, int]] = defaultdict(lambda: {"": 1})

BONE = "{sex: female, age: 58, breast-cancer: true, metastatic: true, metastasis-bone: true}"
DEGRADERS = """{sex: female, age: 68, menopausal-status: postmenopausal, breast-cancer: true, metastatic: true,
       er: positive, pr: positive, her2: negative, metastatic-line: 2, metastatic-systemic-lines: 1, esr1: positive}"""


def small(template: Template, *ids: str) -> Template:
    """The template with these rules and gates, the named conditions that they use, and no other."""
    kept = {
        kind: tuple(rule for rule in getattr(template, kind) if rule.id in ids)
        for kind in (
            "category_rules",
            "gates",
            "agent_gates",
            "combinations",
            "item_rules",
            "goal_rules",
            "alert_rules",
        )
    }
    texts = [rule.condition.text for rules in kept.values() for rule in rules]
    named: dict[str, NamedCondition] = {}
    while texts:
        used = re.findall(r"%(\w+)", texts.pop())
        fresh = {name: template.named[name] for name in used if name in template.named and name not in named}
        named |= fresh
        texts += [each.condition.text for each in fresh.values()]
    return replace(template, **kept, named=named)


def case(findings: str, expect: str, number: int = 1) -> str:
    """A case about bone metastases as a case file holds it."""
    return (
        f"  - id: bone-bma.{number}\n    rule: bone-bma\n    title: A patient\n"
        f"    findings:\n      {findings}\n    expect: {expect}\n"
    )


@pytest.fixture
def read(tmp_path: Path, template: Template) -> Callable[[str], tuple[Case, ...]]:
    def read(text: str) -> tuple[Case, ...]:
        (tmp_path / "cases").mkdir(exist_ok=True)
        (tmp_path / "cases" / "bone.yaml").write_text(f"as_of: 2026-11-22\ncases:\n{text}", encoding="utf-8")
        cases, faults = read_cases(tmp_path, template)
        assert not faults
        return cases

    return read


@pytest.fixture
def judged(read: Callable[[str], tuple[Case, ...]]) -> Judged:
    """What is said of cases: of comparisons turned around, and of sides shown."""

    def judged(template: Template, text: str) -> tuple[Section, Section]:
        cases = read(text)
        policy = Policy(template, Observed(run_case(each, template).seen for each in cases))
        return polarity(cases, policy), shown(policy, NOWHERE)

    return judged


def test_a_case_that_expects_the_line_notices_every_comparison(template: Template, judged: Judged) -> None:
    bone = small(template, "bone-bma")

    section, _ = judged(bone, case(BONE, "{offered: [bma]}"))

    assert section.looked_at == 8
    assert not [remark for remark in section.remarks if "says the opposite" in remark.text]
    assert "4 of 4 comparisons turned around make a case fail (100.0 %)" in section.summary


def test_a_part_that_could_be_left_out_wants_a_case_that_lacks_it_alone(template: Template, judged: Judged) -> None:
    """A patient who has it all does not tell whether each part is asked for; one who lacks one part does."""
    bone = small(template, "bone-bma")
    without = BONE.replace("metastasis-bone: true", "metastasis-bone: false")
    other = BONE.replace("breast-cancer: true", "breast-cancer: false")

    having, _ = judged(bone, case(BONE, "{offered: [bma]}"))
    lacking, _ = judged(bone, case(BONE, "{offered: [bma]}") + case(without, "{not_offered: [bma]}", 2))
    both, _ = judged(bone, case(without, "{not_offered: [bma]}", 2) + case(other, "{not_offered: [bma]}", 3))

    left_out = [remark for remark in having.remarks if "is left out" in remark.text]
    assert [remark.level for remark in left_out] == ["gap", "gap"]
    assert left_out[0].text == "bone-bma: no case fails when %metastaticBreastCancer, %metastasisBone is left out"
    assert lacking.remarks[0].text == "bone-bma: no case fails when %metastaticBreastCancer is left out"
    assert "0 of 4 parts left out" in having.summary
    assert "1 of 4 parts left out" in lacking.summary
    assert not any("bone-bma" in remark.text and "is left out" in remark.text for remark in both.remarks)


def test_very_many_parts_that_could_be_left_out_are_one_note(template: Template, judged: Judged) -> None:
    section, _ = judged(template, case(BONE, "{offered: [bma]}"))

    [debt] = [remark for remark in section.remarks if "left out" in remark.text]
    assert debt.level == "note"
    assert re.search(r"no case fails when any of \d{4} parts of conditions is left out", debt.text)


def test_a_case_that_expects_nothing_of_it_leaves_survivors_with_file_and_line(
    template: Template, judged: Judged
) -> None:
    bone = small(template, "bone-bma")

    section, _ = judged(bone, case(BONE, "{absent: [trial]}"))

    first, second = [remark for remark in section.remarks if "says the opposite" in remark.text]
    assert "bone-bma: no case fails when %metastaticBreastCancer, %metastasisBone says the opposite" in first.text
    file, line = first.where.split(":")[:2]
    written = (default_template_folder() / file).read_text(encoding="utf-8").splitlines()
    assert "%metastaticBreastCancer and %metastasisBone" in written[int(line) - 1]
    assert "%breastCancer, %metastatic " in second.text
    assert "0 of 4" in section.summary


def test_a_comparison_that_no_chart_can_make_matter_is_a_note_and_not_counted(
    template: Template, judged: Judged
) -> None:
    """Where nothing is on record of a death, the gate waits: turned around, what is unknown stays unknown."""
    bone = small(template, "bone-bma", "sn-45-death-unclear")

    section, _ = judged(bone, case(BONE, "{offered: [bma]}"))

    idle = [remark for remark in section.remarks if remark.level == "note"]
    assert [remark.text.startswith("leaving out") for remark in idle] == [False, False]
    assert ["%deceased can never matter" in remark.text for remark in idle] == [True, True]
    assert "%deceased.exists()" not in idle[0].text
    assert "1 more can never matter" in section.summary


@pytest.mark.parametrize(
    ("expect", "survivors"),
    [
        ("{speaks: [sn-22-two-degraders]}", 0),
        ("{not_beside: {imlu-abema: [esr1-degrader]}}", 0),
        ("{silent: [sn-22-two-bone]}", 1),
    ],
)
def test_what_keeps_two_lines_apart_is_turned_around_too(
    template: Template, judged: Judged, expect: str, survivors: int
) -> None:
    ids = [rule.id for rule in template.category_rules if rule.code in ("esr1-degrader", "imlu-abema")]
    apart = small(template, *ids, "sn-22-two-degraders")

    section, _ = judged(apart, case(DEGRADERS, expect))

    missed = [remark for remark in section.remarks if remark.text.startswith("sn-22-two-degraders: no case fails")]
    assert len(missed) == survivors


def test_a_combination_that_should_speak_and_does_not_fails_the_case(
    template: Template, read: Callable[[str], tuple[Case, ...]]
) -> None:
    closed = DEGRADERS.replace("her2: negative", "her2: positive")
    expected = "{speaks: [sn-22-two-degraders]}"
    heard, unheard = read(case(DEGRADERS, expected) + case(closed, expected, 2))

    assert run_case(heard, template).passed
    [miss] = run_case(unheard, template).misses
    assert [difference.code for difference in miss.differences] == ["sn-22-two-degraders"]


def test_a_side_that_no_case_has_is_a_gap(template: Template, judged: Judged) -> None:
    _, sides = judged(small(template, "bone-bma"), case(BONE, "{offered: [bma]}"))

    assert "bone-bma: in no case %metastaticBreastCancer is false, %metastasisBone is false" in {
        remark.text for remark in sides.remarks
    }


def test_a_side_that_no_chart_can_have_is_no_gap(template: Template, judged: Judged) -> None:
    """A preferred place is one of those that the rule names, or is not known."""
    _, sides = judged(small(template, "support-acp-place"), case(BONE, "{offered: [bma]}"))

    [rule] = [remark.text for remark in sides.remarks if remark.text.startswith("support-acp-place")]
    assert "is true" in rule
    assert "preferredPlaceOfCare in" in rule
    assert not any(part.endswith("nursing-home')) is false") for part in rule.split(", "))
