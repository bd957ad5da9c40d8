"""The page about the vocabulary: complete, up to date, and saying what the file says."""

from __future__ import annotations

import subprocess
import sys

import pytest

from plugin.library.vocabulary import Vocabulary
from plugin.library.vocabulary_page import COLUMNS, vocabulary_page
from tests.findings.charts import ROOT, vocabulary

NAME = "metastatic-breast-cancer"


@pytest.fixture(scope="module")
def words() -> Vocabulary:
    return vocabulary()


@pytest.fixture(scope="module")
def rows(words: Vocabulary) -> dict[str, dict[str, str]]:
    found = [
        line.strip("| ").split(" | ") for line in vocabulary_page(words, NAME).splitlines() if line.startswith("| `")
    ]
    return {cells[0].strip("`"): dict(zip(COLUMNS, map(str.strip, cells), strict=True)) for cells in found}


def test_the_page_in_docs_is_up_to_date(words: Vocabulary) -> None:
    page = (ROOT / "docs/vocabulary.md").read_text(encoding="utf-8")
    assert page == vocabulary_page(words, NAME), "run: python -m plugin.library.vocabulary_page > docs/vocabulary.md"


def test_the_command_writes_the_page(words: Vocabulary) -> None:
    command = [sys.executable, "-m", "plugin.library.vocabulary_page"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, encoding="utf-8")
    assert done.stdout == vocabulary_page(words, NAME)


def test_every_finding_has_one_row(rows: dict[str, dict[str, str]], words: Vocabulary) -> None:
    assert list(rows) == sorted(
        words, key=lambda code: (_groups(words).index(words[code].group), list(words).index(code))
    )


def _groups(words: Vocabulary) -> list[str]:
    return list(dict.fromkeys(definition.group for definition in words.values()))


@pytest.mark.parametrize(
    ("code", "column", "said"),
    [
        ("sex", "fed by", "the Patient resource"),
        ("er-ever-positive", "fed by", "every result of `er`"),
        ("glucose-lowering-drug", "fed by", "history of treatment (given), `glucose-lowering-drugs`"),
        ("qtcf-450-or-more", "fed by", "`qtcf-tests`, concluded"),
        ("er-low", "fed by", "`er-tests`, `er-percent-tests`, `hormone-receptor-tests`, `er-conditions`, concluded"),
        ("visceral-crisis", "fed by", "statement"),
        ("poor-performance", "fed by", "concluded"),
        ("er", "values", "positive, negative"),
        ("her2", "values", "positive, negative, equivocal (undecided)"),
        ("ecog", "values", "whole number"),
        ("lvef", "values", "number"),
        ("lvef", "unit", "%"),
        ("stroke", "values", "yes, no"),
        ("neutrophils-below-1", "current for", "28 days"),
        ("pregnant", "current for", "7 days, `pregnancyStated` 300 days, `pregnancyCondition` 280 days"),
        ("seizure", "current for", "28 days, statement 28 days"),
        ("oligometastatic", "current for", "no limit"),
        ("er", "presumed", "never"),
        ("stroke", "presumed", "no: problem lists record presence; none is listed; cancelled by `anticoagulants`"),
        ("er", "asked of", "chart; er-pr"),
        ("visceral-crisis", "asked of", "clinician"),
    ],
)
def test_a_row_says_what_the_file_says(rows: dict[str, dict[str, str]], code: str, column: str, said: str) -> None:
    assert rows[code][column] == said
