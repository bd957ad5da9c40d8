"""The invariants of the template that comes along: they hold all safety rules, and say what they leave out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest

from plugin.library.content import default_template_folder
from plugin.library.rules import Template
from plugin.quality.proof.decide import Verdict, decided
from plugin.quality.proof.invariants import INVARIANTS_FILE, Invariant, read_invariants

# No dose, date or order in any wording is no matter of facts; the checks of wording hold it.
ABOUT_WORDING = {"SN-37"}
SAFETY_RULES = {
    *(f"SN-{number:02}" for number in range(1, 90)),
    *(f"SP-P{number:02}" for number in range(1, 41)),
    *(f"SU-{number:02}" for number in range(1, 16)),
}
HEAD, _, _ = (default_template_folder() / INVARIANTS_FILE).read_text(encoding="utf-8").partition("\nextension:\n")
STATEMENT = """
  - url: https://careplan-plugin.example.org/fhir/StructureDefinition/invariant
    extension:
      - {{url: id, valueString: "{id}"}}
      - {{url: statement, valueString: "A statement under test."}}
      - {{url: kind, valueCode: accompanied}}
      - url: when
        valueExpression:
          language: text/fhirpath
          expression: "%sex = 'female' and %menopausalStatus = 'premenopausal'"
      - {{url: category, valueCode: et-single}}
      - {{url: agent, valueString: "{agent}"}}
      - {{url: beside, valueCode: ofs}}
"""


@pytest.fixture(scope="module")
def invariants(template: Template) -> tuple[Invariant, ...]:
    read, faults = read_invariants(default_template_folder(), template)
    assert [str(fault) for fault in faults] == []
    return read


def verdicts_on(template: Template, folder: Path, statements: Iterable[str], as_of: date) -> dict[str, Verdict]:
    """The verdicts on statements of a file of their own, by id."""
    text = f"{HEAD}\nextension:\n{''.join(statements)}"
    (folder / INVARIANTS_FILE).write_text(text, encoding="utf-8")
    verdicts, _ = decided(template, folder, as_of)
    return {verdict.invariant.id: verdict for verdict in verdicts}


def test_every_safety_rule_is_stated(invariants: tuple[Invariant, ...]) -> None:
    stated = {source for invariant in invariants for source in invariant.sources}
    assert SAFETY_RULES - stated == ABOUT_WORDING


def test_every_statement_is_a_sentence_of_its_own(invariants: tuple[Invariant, ...]) -> None:
    statements = [invariant.statement for invariant in invariants]
    assert len(set(statements)) == len(statements)
    assert [statement for statement in statements if not statement.endswith(".") or len(statement) > 130] == []


def test_every_fact_that_may_stay_open_says_why() -> None:
    lines = (default_template_folder() / INVARIANTS_FILE).read_text(encoding="utf-8").splitlines()
    excepted = [place for place, line in enumerate(lines) if "{url: except," in line]
    assert len(excepted) > 10
    assert [lines[place] for place in excepted if not lines[place - 1].lstrip().startswith("# ")] == []


def test_a_drug_is_named_only_beside_its_company(template: Template, tmp_path: Path, as_of: date) -> None:
    agents = {"needs-company": "letrozole", "needs-none": "tamoxifen"}
    statements = (STATEMENT.format(id=id, agent=agent) for id, agent in agents.items())
    verdicts = verdicts_on(template, tmp_path, statements, as_of)
    assert verdicts["needs-company"].result == "proven"
    assert verdicts["needs-none"].result == "broken"
    assert verdicts["needs-none"].counter_example is not None
