"""The chart cases of the shipped template, and charts that tests write in the same shorthand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from plugin.findings.model import DECIDED, Findings
from plugin.findings.reader import read_findings
from plugin.library.vocabulary import Vocabulary
from plugin.library.vocabulary_file import load_vocabulary
from plugin.library.yaml_file import read_yaml
from plugin.quality.charts.files import SHARED_FILE, shorthand_of

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "templates/metastatic-breast-cancer"
AS_OF = date(2026, 11, 22)
SHORTHAND = shorthand_of(TEMPLATE)


def vocabulary() -> Vocabulary:
    """The vocabulary that ships with the product."""
    return load_vocabulary(TEMPLATE / "findings.yaml", ROOT / "profiles")


def cases() -> Iterator[dict[str, Any]]:
    """Every chart case of every file, as it is written."""
    for path in sorted((TEMPLATE / "charts").glob("*.yaml")):
        if path.name != SHARED_FILE:
            yield from (
                {**case, "file": path.stem} for [document] in [read_yaml(path)] for case in document.data["charts"]
            )


chart = SHORTHAND.chart
concept = SHORTHAND.concept
observation = SHORTHAND.observation


def answers(findings: Findings, codes: Any) -> dict[str, Any]:
    """What was found, as cases write it: the value of what is known, derived or presumed, else the state."""
    return {code: findings[code].value if findings[code].state in DECIDED else findings[code].state for code in codes}


def read(case: dict[str, Any], words: Vocabulary) -> Findings:
    """The findings of a case."""
    return read_findings(chart(case), words, AS_OF)
