"""What bad input gets: a message that says what came, where and what to do; the exit code of the contract; no more."""

from __future__ import annotations

import gzip
import json
import socket
import subprocess
import sys

import pytest
from click.testing import CliRunner

from plugin.cli import main

PATIENT = {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1960-01-01"}
ER = {"coding": [{"system": "http://loinc.org", "code": "85337-4"}]}
ER_PERCENT = {"coding": [{"system": "http://loinc.org", "code": "85329-1"}]}


def bundle(*resources):
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in resources]})


def observation(code, **value):
    return {
        "resourceType": "Observation",
        "id": "er-1",
        "status": "final",
        "code": code,
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2026-10-01",
        **value,
    }


@pytest.fixture
def careplan(tmp_path):
    def run(*arguments, content=None, name="chart.json"):
        if content is None:
            return CliRunner().invoke(main, list(arguments))
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return CliRunner().invoke(main, ["draft", str(path), "--as-of", "2026-11-22", "--format", "json", *arguments])

    return run


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", ["chart.json is empty", "give a FHIR Bundle"]),
        ("{not json", ["chart.json", "not JSON", "line 1", "export it again"]),
        ('{"name": "x"}', ["chart.json", "resourceType"]),
        ("[1, 2]", ["chart.json"]),
        (bundle(), ["chart.json", "no FHIR resource"]),
        (bundle(PATIENT, PATIENT | {"id": "p2"}), ["p1", "p2", "one patient"]),
    ],
    ids=["empty file", "not json", "not fhir", "array of numbers", "empty bundle", "two patients"],
)
def test_unusable_files_are_refused_with_what_where_and_remedy(careplan, content, said):
    result = careplan(content=content)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert all(part in result.stderr for part in said), result.stderr
    assert "Traceback" not in result.stderr


def test_broken_ndjson_names_the_line(careplan):
    result = careplan(content=json.dumps(PATIENT) + "\n{broken\n")
    assert result.exit_code == 1
    assert "line 2 of the NDJSON" in result.stderr


def test_half_a_gzip_file_is_refused(careplan):
    result = careplan(content=gzip.compress(bundle(PATIENT).encode())[:-12], name="chart.json.gz")
    assert result.exit_code == 1
    assert "cannot be read" in result.stderr


@pytest.mark.parametrize(
    ("resource", "problem"),
    [
        (observation(ER), "no value"),
        (observation(ER, dataAbsentReason={"coding": [{"code": "unknown"}]}), ""),
        (observation(ER_PERCENT, valueQuantity={"value": 140, "unit": "%"}), "140"),
        (observation(ER_PERCENT, valueQuantity={"value": 3, "unit": "furlongs"}), "furlongs"),
        (observation(ER, valueString="see comment"), "see comment"),
    ],
    ids=["without value", "data absent", "140 percent", "unknown unit", "unreadable words"],
)
def test_an_unusable_value_leaves_the_fact_unknown_and_is_shown(careplan, resource, problem):
    result = careplan(content=bundle(PATIENT, resource))
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert found["findings"]["er"]["state"] == "unknown"
    aside = found["findings"]["er"]["set_aside"]
    assert [entry["reference"] for entry in aside] == ["Observation/er-1"]
    assert aside[0]["why"]
    if problem:
        shown = json.dumps(found["alerts"]) + json.dumps(aside)
        assert problem in shown


def test_wrong_usage_exits_with_2(careplan):
    assert careplan("draft").exit_code == 2
    assert careplan("draft", "x.json", "--as-of", "22.11.2026").exit_code == 2
    assert careplan("draft", "x.json", "--format", "pdf").exit_code == 2


def test_a_missing_file_is_named(careplan):
    result = careplan("draft", "nowhere.json")
    assert result.exit_code == 1
    assert "nowhere.json" in result.stderr


def test_a_byte_order_mark_is_no_fault(careplan):
    assert careplan(content=b"\xef\xbb\xbf" + bundle(PATIENT).encode()).exit_code == 0


def test_a_full_disk_is_said_in_one_line(tmp_path):
    chart = tmp_path / "chart.json"
    chart.write_text(bundle(PATIENT))
    command = [sys.executable, "-c", "from plugin.cli import main; main()", "draft", str(chart)]
    with open("/dev/full", "wb") as full:
        result = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert result.returncode == 1
    assert "cannot be written" in result.stderr
    assert "Traceback" not in result.stderr


def test_the_page_names_the_patient(tmp_path):
    chart = tmp_path / "chart.json"
    chart.write_text(bundle(PATIENT | {"name": [{"family": "Öst", "given": ["Ana"]}]}))
    result = CliRunner().invoke(main, ["draft", str(chart), "--format", "html"])
    assert "Ana Öst" in result.stdout.split("<body>")[1]


@pytest.mark.parametrize("bind", ["nonsense", "127.0.0.1:99999", "127.0.0.1:", ":8766"])
def test_an_address_that_cannot_be_listened_on_is_wrong_usage(careplan, bind):
    result = careplan("serve", "--bind", bind)
    assert result.exit_code == 2
    assert "HOST:PORT" in result.stderr


def test_a_busy_port_is_said_at_once(careplan):
    with socket.create_server(("127.0.0.1", 0)) as busy:
        result = careplan("serve", "--config", "no.toml", "--bind", f"127.0.0.1:{busy.getsockname()[1]}")
    assert result.exit_code == 2
    settings, address = result.stderr.splitlines()
    assert "no.toml cannot be read" in settings
    assert "cannot listen" in address


def page_of_a_search(relation, url):
    patient = {"resourceType": "Patient", "id": "p"}
    links = [{"relation": relation, "url": url}]
    return json.dumps({"resourceType": "Bundle", "type": "searchset", "link": links, "entry": [{"resource": patient}]})


def test_a_page_of_a_search_that_goes_on_is_not_the_whole_chart(tmp_path):
    (tmp_path / "one.json").write_text(page_of_a_search("next", "https://ehr/fhir?page=2"), encoding="utf-8")
    (tmp_path / "two.json").write_text(page_of_a_search("self", "https://ehr/fhir?page=2"), encoding="utf-8")
    pages = [str(tmp_path / "one.json"), str(tmp_path / "two.json")]
    alone = json.loads(CliRunner().invoke(main, ["findings", pages[0], "--format", "json"]).stdout)
    assert [problem["kind"] for problem in alone["problems"]] == ["gap"]
    assert "fetch every page" in alone["problems"][0]["text"]
    assert alone["findings"]["heart-failure"]["state"] == "unknown", "nothing is presumed of half a chart"
    whole = json.loads(CliRunner().invoke(main, ["findings", *pages, "--format", "json"]).stdout)
    assert whole["problems"] == []


def test_the_refusal_of_a_server_is_no_chart(tmp_path):
    refusal = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "login"}]}
    (tmp_path / "refusal.json").write_text(json.dumps(refusal), encoding="utf-8")
    answer = CliRunner().invoke(main, ["findings", str(tmp_path / "refusal.json")])
    assert answer.exit_code == 1
    assert "holds no chart but a server's answer" in answer.stderr
