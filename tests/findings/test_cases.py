"""Every case of cases/*.yaml through the public door."""

from __future__ import annotations

from typing import Any

import pytest

from plugin.library.vocabulary import Vocabulary
from tests.findings.charts import answers, cases, read, vocabulary

ALL = list(cases())


@pytest.fixture(scope="module")
def words() -> Vocabulary:
    return vocabulary()


@pytest.mark.parametrize("case", ALL, ids=[f"{case['file']}-{case['id']}" for case in ALL])
def test_case(case: dict[str, Any], words: Vocabulary) -> None:
    findings = read(case, words)
    assert answers(findings, case["expect"]) == case["expect"]
    for code, state in case.get("state", {}).items():
        assert findings[code].state == state
    for code, part in case.get("note", {}).items():
        assert part in findings[code].note
    for code, references in case.get("evidence", {}).items():
        assert set(references) <= set(findings[code].evidence)
    for code, detail in case.get("detail", {}).items():
        assert findings[code].detail == detail
    for code, kinds in case.get("aside", {}).items():
        assert sorted({result.aside_kind for result in findings[code].results if result.set_aside}) == sorted(kinds)
    for code, references in case.get("disputed", {}).items():
        assert list(findings[code].disputed) == references
    kinds = {problem.kind for problem in findings.problems}
    assert set(case.get("problems", kinds)) == kinds


def test_case_names_are_unique() -> None:
    names = [(case["file"], case["id"]) for case in ALL]
    assert len(set(names)) == len(names)
