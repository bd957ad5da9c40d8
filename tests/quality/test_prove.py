"""Invariants: proven for every patient there could be, or broken by a patient whom drafting itself shows."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from plugin.cli import main
from plugin.drafting.plan import draft_plan
from plugin.findings.reader import read_findings
from plugin.library.template import load_template
from plugin.quality.proof.decide import decided
from plugin.quality.proof.section import proven
from tests.quality.small_template import small_profiles, small_template

HOME = "https://careplan-plugin.example.org/fhir/StructureDefinition"


@pytest.fixture
def small(tmp_path):
    return Small(small_template(tmp_path), small_profiles(tmp_path))


class Small:
    """The small template in a folder of its own, to be changed and asked again."""

    def __init__(self, folder, profiles):
        self.folder = folder
        self.profiles = profiles

    def change(self, file, old, new):
        path = self.folder / file
        text = path.read_text()
        assert text.count(old) == 1, (file, old)
        path.write_text(text.replace(old, new))

    def state(self, invariant_id, kind, **fields):
        lines = [f"  - url: {HOME}/invariant", "    extension:", f'      - {{url: id, valueString: "{invariant_id}"}}']
        lines += ['      - {url: statement, valueString: "It holds."}', f"      - {{url: kind, valueCode: {kind}}}"]
        for name, value in fields.items():
            url = name.replace("_", "-")
            lines += [f"      - {{url: {url}, {each}}}" for each in ([value] if isinstance(value, str) else value)]
        path = self.folder / "invariants.yaml"
        path.write_text(path.read_text() + "\n".join(lines) + "\n")

    def prove(self, as_of, only=""):
        template = load_template(self.folder, self.profiles)
        verdicts, faults = decided(template, self.folder, as_of, only)
        return template, proven(verdicts, faults), {each.invariant.id: each for each in verdicts}


def when(text):
    return f'valueExpression: {{language: text/fhirpath, expression: "{text}"}}'


def stands(template, verdict, as_of, code):
    """Where a line stands in the draft for the patient who breaks an invariant."""
    bundle = verdict.counter_example.bundle(template, as_of)
    findings = read_findings([entry["resource"] for entry in bundle["entry"]], template.vocabulary, as_of)
    draft = draft_plan(findings, template, as_of)
    return next(line.disposition for line in draft.categories if line.code == code)


def test_what_holds_is_proven_over_every_combination(small, as_of):
    _, section, verdicts = small.prove(as_of)
    assert not section.remarks
    assert {verdict.result for verdict in verdicts.values()} == {"proven"}
    # deceased 2 values, one of them presumable, and unknown; lantern fever 2; glow 2; line 3 ranges; glass allergy as
    # deceased; blackout as deceased; oil 2 ranges: each besides unknown.
    assert verdicts["no-glass-for-the-allergic"].combinations == 4 * 3 * 3 * 3 * 4 * 4 * 3
    assert "4 of 4 are proven" in section.summary


def test_a_gate_taken_away_is_found_with_the_simplest_patient(small, as_of):
    small.change("safety.yaml", 'expression: "%glassAllergy"', 'expression: "%glassAllergy and %age < 90"')
    template, section, verdicts = small.prove(as_of)
    verdict = verdicts["no-glass-for-the-allergic"]
    assert verdict.result == "broken"
    assert stands(template, verdict, as_of, "lamp") != "not-offered"
    [remark] = section.remarks
    assert remark.level == "fault"
    assert remark.where == f"invariants.yaml:{verdict.invariant.line}"
    assert str(verdict.counter_example) in remark.text
    assert verdict.counter_example.values["glass-allergy"] is True
    assert len(verdict.counter_example.values) <= 2


def test_a_statement_that_never_held_is_broken_by_a_patient_whom_drafting_shows(small, as_of):
    small.state(
        "no-lamp", "never", when=when("%oilLevel >= 10.5"), category="valueCode: lamp", never="valueCode: offered"
    )
    template, _, verdicts = small.prove(as_of, only="no-lamp")
    assert verdicts["no-lamp"].result == "broken"
    assert stands(template, verdicts["no-lamp"], as_of, "lamp") == "offered"
    assert verdicts["no-lamp"].counter_example.values["oil-level"] >= 10.5


def test_an_offer_that_rests_on_an_unknown_fact_is_found_unless_it_is_declared(small, as_of):
    small.change("safety.yaml", 'expression: "%blackout"', 'expression: "%blackout.exists() and %blackout"')
    _, section, verdicts = small.prove(as_of, only="rests-on-known")
    assert verdicts["rests-on-known"].result == "broken"
    assert "blackout changes" in section.remarks[0].text
    assert verdicts["rests-on-known"].counter_example is not None
    declared = '      - {url: except, valueString: "deceased"}\n'
    small.change("invariants.yaml", declared, declared + '      - {url: except, valueString: "blackout"}\n')
    _, _, verdicts = small.prove(as_of, only="rests-on-known")
    assert verdicts["rests-on-known"].result == "proven"


def test_a_fact_that_opens_a_closed_line_by_being_known_is_found(small, as_of):
    small.change(
        "pathways/treatment.yaml",
        'expression: "%brightFever and %treatedBefore"',
        'expression: "%brightFever and %treatedBefore and %nightPain.exists()"',
    )
    _, section, verdicts = small.prove(as_of, only="learning-never-opens")
    assert verdicts["learning-never-opens"].result == "broken"
    assert "night-pain changes mirror" in section.remarks[0].text


@pytest.mark.parametrize(
    ("fields", "result"),
    [
        ({"when": when("%nightPain"), "supportive_care": "valueCode: night-talk"}, "proven"),
        ({"when": when("%lanternFever"), "supportive_care": "valueCode: night-talk"}, "broken"),
    ],
)
def test_what_must_be_listed(small, as_of, fields, result):
    small.state("listed", "listed", **fields)
    _, _, verdicts = small.prove(as_of, only="listed")
    assert verdicts["listed"].result == result


def test_a_line_that_may_stand_without_its_companion(small, as_of):
    small.state("beside", "accompanied", category="valueCode: lamp", beside="valueCode: mirror")
    _, _, verdicts = small.prove(as_of, only="beside")
    assert verdicts["beside"].result == "broken"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("%glassAllergy", "%glasAllergy", "%glasAllergy is neither a finding nor a named condition"),
        ('valueString: "deceased"', 'valueString: "dead"', "'dead' under except is no finding"),
        ("- {url: never, valueCode: offered}\n      - {url: source, v", "- {url: source, v", "names no never"),
        ('"no-mirror-without-earlier-treatment"', '"no-glass-for-the-allergic"', "stands twice"),
        ("valueCode: rests-on-known", "valueCode: listed", "names no items"),
    ],
)  # fmt: skip
def test_an_invariant_that_cannot_be_read_is_a_fault_with_its_place(small, as_of, old, new, said):
    text = (small.folder / "invariants.yaml").read_text()
    (small.folder / "invariants.yaml").write_text(text.replace(old, new, 1))
    _, section, _ = small.prove(as_of)
    [remark] = [remark for remark in section.remarks if said in remark.text]
    assert remark.level == "fault"
    assert remark.where.startswith("invariants.yaml:")
    assert remark.remedy


def test_a_template_without_invariants_says_so(small, as_of):
    (small.folder / "invariants.yaml").unlink()
    _, section, verdicts = small.prove(as_of)
    assert not verdicts
    assert [remark.level for remark in section.remarks] == ["gap"]


def run(*arguments):
    return CliRunner().invoke(main, ["prove", *arguments])


def test_the_command_decides_one_invariant_of_what_is_shipped():
    result = run("--only", "sn-24")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("✓ sn-24: ")
    assert "1 of 1 are proven" in result.stderr


@pytest.mark.parametrize("option", ["--only", "--counter-example"])
def test_the_command_refuses_an_invariant_that_is_not_there(option):
    result = run(option, "sn-0")
    assert result.exit_code == 2
    assert "no invariant 'sn-0'" in result.stderr


def test_the_command_prints_no_patient_where_nobody_breaks_it():
    result = run("--counter-example", "sn-24")
    assert result.exit_code == 2
    assert "it is proven" in result.stderr
    assert not result.stdout or json.loads(result.stdout) is None


def test_without_the_solver_the_commands_say_what_to_install():
    """As installed without the extra `qa`: nothing is proven, and nothing is said to be."""
    code = "import sys; sys.modules['z3'] = None; from plugin.cli import main; main(['prove'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pip install 'careplan-plugin[qa]'" in done.stderr
    assert "Traceback" not in done.stderr
