"""`careplan findings`: a table, JSON and FHIR of what was read, from every shape of input."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from plugin.cli import main
from plugin.library.content import PACKAGE

PATIENTS = PACKAGE / "sandbox" / "patients"
DAY = "2026-11-22"
PATIENT = {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1960-01-01"}
LAB = "https://lab.example.org/tests"


def result(name, value, **more):
    return {
        "resourceType": "Observation",
        "id": name,
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "85337-4", "display": "Estrogen receptor"}]},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2026-10-01",
        "valueCodeableConcept": {"text": value},
        **more,
    }


CHART = [
    PATIENT,
    result("er-1", "Positive"),
    result("er-2", "Negative", status="entered-in-error"),
    result(
        "pr-1",
        "see\x1b[31m the comment of the pathologist who looked at this specimen twice " + "again and " * 40,
        code={"coding": [{"system": "http://loinc.org", "code": "85339-0"}]},
        specimen={"reference": "Specimen/s"},
    ),
    {
        "resourceType": "Specimen",
        "id": "s",
        "subject": {"reference": "Patient/p1"},
        "collection": {"bodySite": {"text": "Liver"}, "collectedDateTime": "2026-09-30"},
    },
]


def bundle(resources):
    entries = [{"resource": resource} for resource in resources]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries})


@pytest.fixture
def careplan(tmp_path):
    def run(content, *options, name="chart.json", command="findings"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return CliRunner().invoke(main, [command, str(path), "--as-of", DAY, *options])

    return run


def section(text, start):
    """The lines of a fact, up to the next one."""
    lines = text.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith(start))
    rest = [number for number in range(first + 1, len(lines)) if not lines[number].startswith(" ")]
    return lines[first : rest[0]]


def test_the_table_says_value_state_results_and_what_was_set_aside(careplan):
    answer = careplan(bundle(CHART))
    assert (answer.exit_code, answer.stderr) == (0, "")
    er = section(answer.stdout, "Oestrogen receptor (ER)")
    assert er[0].split() == ["Oestrogen", "receptor", "(ER)", "positive", "known"]
    assert er[1].split() == ["2026-10-01", "—", "Positive", "Estrogen", "receptor"]
    assert er[2].strip() == "Observation/er-1, counts"
    assert er[3].split()[:3] == ["2026-10-01", "—", "Negative"]
    assert er[4].strip() == "Observation/er-2, set aside: it was cancelled or entered in error"


def test_nothing_is_cut_off_no_line_is_too_long_and_no_chart_steers_the_terminal(careplan):
    text = careplan(bundle(CHART)).stdout
    assert max(map(len, text.splitlines())) <= 100
    assert "\x1b" not in text
    said = section(text, "Progesterone receptor (PR)")
    assert said[1].split()[:2] == ["2026-09-30", "metastasis"]
    assert sum(line.count("again") for line in said) >= 80, "once in the chart's words, once in the reason"


def test_the_table_counts_what_is_unknown_and_lists_it_on_demand(careplan):
    short, full = careplan(bundle(CHART)).stdout, careplan(bundle(CHART), "--all").stdout
    unknown = sum(line.endswith("  unknown") for line in full.splitlines())
    listed = sum(line.endswith("  unknown") for line in short.splitlines())
    assert 0 < listed < unknown
    tail = " ".join(short.split("\n\n")[-1].split())
    assert tail.startswith(f"{unknown} of ")
    assert f"the chart says nothing of {unknown - listed}, which are not listed: --all lists them too." in tail
    assert full.rstrip().endswith("facts are unknown; all are listed.")
    assert "\nPIK3CA" not in short
    assert "\nPIK3CA" in full


def test_facts_stand_in_the_groups_of_the_vocabulary_and_name_what_they_follow_from(careplan):
    text = careplan((PATIENTS / "discordant-receptors.json").read_bytes()).stdout
    headings = [line.split("  ")[0] for line in text.splitlines() if line.endswith(" STATE")]
    assert headings[:3] == ["PATIENT", "DISEASE", "RECEPTORS"]
    assert len(headings) == len(set(headings))
    assert "the fact follows from this" in " ".join(" ".join(section(text, "Line of therapy to choose")).split())


def test_what_is_not_so_is_said_once_for_each_reason_with_its_source(careplan):
    text = " ".join(careplan((PATIENTS / "discordant-receptors.json").read_bytes()).stdout.split())
    assert "Could be pregnant — no, derived: menopause has passed (Observation/" in text


def test_lines_of_therapy_are_proposed_with_drugs_and_reason(careplan):
    chart = [
        PATIENT,
        {
            "resourceType": "Condition",
            "id": "met",
            "code": {"text": "Secondary malignant neoplasm of liver"},
            "subject": {"reference": "Patient/p1"},
            "onsetDateTime": "2024-01-10",
        },
        drug("one", "letrozole", "2024-02-01", "2025-03-01"),
        drug("two", "capecitabine", "2025-03-20", ""),
    ]
    text = " ".join(careplan(bundle(chart)).stdout.split())
    assert (
        "line 1: letrozole, from 1 Feb 2024, progression; the first treatment after it MedicationStatement/one" in text
    )
    assert "line 2: capecitabine, from 20 Mar 2025; capecitabine was begun, and no other reason is recorded" in text
    found = json.loads(careplan(bundle(chart), "--format", "json").stdout)
    assert [line["drugs"] for line in found["lines"]] == [
        ["letrozole, until 1 Mar 2025"],
        ["capecitabine, still given"],
    ]
    assert found["findings"]["metastatic-line"]["value"] == 3


def drug(name, words, start, end):
    return {
        "resourceType": "MedicationStatement",
        "id": name,
        "status": "completed" if end else "active",
        "medicationCodeableConcept": {"text": words},
        "subject": {"reference": "Patient/p1"},
        "effectivePeriod": {"start": start, **({"end": end} if end else {})},
    }


def test_problems_stand_at_the_end(careplan):
    text = careplan(bundle(CHART)).stdout
    assert "NOT READ, OR NOT TRUSTED\n  unread: Observation/pr-1:" in text


def test_json_is_the_contract_and_agrees_with_the_draft(careplan):
    found = json.loads(careplan(bundle(CHART), "--format", "json").stdout)
    assert list(found) == ["patient", "as_of", "vocabulary", "findings", "lines", "problems"]
    assert (found["patient"], found["as_of"]) == ("p1", DAY)
    assert found["vocabulary"]["url"].endswith("/Library/findings-metastatic-breast-cancer")
    assert found["vocabulary"]["version"]
    er = found["findings"]["er"]
    assert (er["value"], er["state"], er["evidence"]) == ("positive", "known", ["Observation/er-1"])
    assert er["results"][1] == {
        "reference": "Observation/er-2",
        "value": None,
        "text": "Negative",
        "date": "2026-10-01",
        "site": "",
        "label": "Estrogen receptor",
        "set_aside": "it was cancelled or entered in error",
        "aside_kind": "withdrawn",
    }
    assert [problem["reference"] for problem in found["problems"]] == ["Observation/pr-1"]
    drafted = json.loads(careplan(bundle(CHART), "--format", "json", command="draft").stdout)
    assert drafted["findings"] == found["findings"]


def test_fhir_holds_one_observation_a_fact(careplan):
    found = json.loads(careplan(bundle(CHART), "--format", "json").stdout)
    made = json.loads(careplan(bundle(CHART), "--format", "fhir").stdout)
    assert (made["resourceType"], made["type"]) == ("Bundle", "collection")
    codes = [entry["resource"]["code"]["coding"][0]["code"] for entry in made["entry"]]
    assert codes == list(found["findings"])
    assert {entry["resource"]["resourceType"] for entry in made["entry"]} == {"Observation"}


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (bundle(CHART), "chart.json"),
        (json.dumps(CHART), "chart.json"),
        ("\n".join(map(json.dumps, CHART)), "chart.ndjson"),
        (gzip.compress(bundle(CHART).encode()), "chart.json.gz"),
    ],
    ids=["bundle", "array", "ndjson", "gzip"],
)
def test_every_shape_of_input_gives_the_same_table(careplan, content, name):
    assert careplan(content, name=name).stdout == careplan(bundle(CHART)).stdout


def test_standard_input_is_read():
    answer = CliRunner().invoke(main, ["findings", "-", "--as-of", DAY], input=bundle(CHART))
    assert answer.exit_code == 0
    assert "Observation/er-1, counts" in answer.stdout


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ("{not json", "not JSON"),
        (bundle([]), "no FHIR resource"),
        (bundle([PATIENT, PATIENT | {"id": "p2"}]), "one patient"),
    ],
    ids=["empty", "broken", "no resource", "two patients"],
)
def test_bad_input_is_refused_as_by_draft(careplan, content, said):
    answer, drafted = careplan(content), careplan(content, command="draft")
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert said in answer.stderr
    assert (answer.exit_code, answer.stderr) == (drafted.exit_code, drafted.stderr)


@pytest.mark.parametrize(
    "arguments", [[], ["x.json", "--as-of", "22.11.2026"], ["x.json", "--format", "html"], ["x.json", "--every"]]
)
def test_wrong_usage_exits_with_2(arguments):
    assert CliRunner().invoke(main, ["findings", *arguments]).exit_code == 2


def test_a_template_folder_that_is_not_there_is_named(careplan):
    answer = careplan(bundle(CHART), "--templates", "nowhere")
    assert answer.exit_code == 1
    assert "nowhere" in answer.stderr


@pytest.mark.parametrize("form", ["text", "json", "fhir"])
def test_the_same_chart_gives_the_same_bytes_everywhere(form):
    command = [sys.executable, "-c", "from plugin.cli import main; main()", "findings"]
    command += [str(PATIENTS / "discordant-receptors.json"), "--as-of", DAY, "--format", form]
    places = [("UTC", "0", "80"), ("Pacific/Kiritimati", "1", "200")]
    outputs = {
        subprocess.run(
            command,
            env=os.environ | {"TZ": zone, "PYTHONHASHSEED": seed, "COLUMNS": columns},
            check=True,
            capture_output=True,
        ).stdout
        for zone, seed, columns in places
    }
    assert len(outputs) == 1


def site_map(**codes):
    elements = [{"code": code, "target": [{"code": to, "equivalence": how}]} for code, (to, how) in codes.items()]
    group = {"source": LAB, "target": "http://loinc.org", "element": elements}
    return json.dumps({"resourceType": "ConceptMap", "status": "active", "group": [group]})


LOCAL = result("er-1", "Positive", code={"coding": [{"system": LAB, "code": "ER1", "display": "Estrogen receptor"}]})


def test_local_codes_are_read_by_both_commands_and_what_is_not_used_is_told(careplan, tmp_path):
    maps = tmp_path / "lab.json"
    maps.write_text(site_map(ER1=("85337-4", "equivalent"), ER2=("85337-4", "wider")))
    read, unread = (careplan(bundle([PATIENT, LOCAL]), *more) for more in (("--local-codes", str(maps)), ()))
    assert "ER1 of https://lab.example.org/tests is not known" in " ".join(unread.stdout.split())
    assert "(ER1 read as 85337-4 by the" in " ".join(read.stdout.split())
    assert section(read.stdout, "Oestrogen receptor (ER)")[0].endswith("known")
    assert "lab.json: ConceptMap.group[0].element[1].target[0]: ER2 stays unread" in read.stderr
    assert "wider" in read.stderr
    drafted = careplan(bundle([PATIENT, LOCAL]), "--local-codes", str(maps), "--format", "json", command="draft")
    assert json.loads(drafted.stdout)["findings"]["er"]["value"] == "positive"


def test_a_draft_names_the_map_that_it_was_read_through(careplan, tmp_path):
    maps = tmp_path / "lab.json"
    url = "https://lab.example.org/fhir/ConceptMap/tests"
    maps.write_text(json.dumps(json.loads(site_map(ER1=("85337-4", "equal"))) | {"url": url, "version": "3"}))
    answer = careplan(bundle([PATIENT, LOCAL]), "--local-codes", str(maps), "--format", "fhir", command="draft")
    (provenance,) = (
        entry["resource"]
        for entry in json.loads(answer.stdout)["entry"]
        if entry["resource"]["resourceType"] == "Provenance"
    )
    named = [entity["what"]["identifier"]["value"] for entity in provenance["entity"] if "identifier" in entity["what"]]
    assert f"{url}|3" in named


def test_a_broken_map_stops_the_command(careplan, tmp_path):
    maps = tmp_path / "lab.json"
    maps.write_text(site_map(ER1=("85337-4", "wider")))
    answer = careplan(bundle([PATIENT, LOCAL]), "--local-codes", str(maps))
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert "the local codes cannot be used" in answer.stderr
    assert "Traceback" not in answer.stderr
