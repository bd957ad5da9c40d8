"""The report blames the right one: a token or an id that does not serve is not the fault of the EHR's administrator."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from plugin.cli import main
from plugin.doctor.report import ADMINISTRATOR, EXAMINER, OPERATOR, REGISTRATION
from plugin.launch.keys import ClientKeys, read_key
from plugin.sandbox.demo import SandboxEHR, sandbox_ehr
from tests.doctor.conftest import PATIENT
from tests.doctor.faulty import Faulty, instead
from tests.doctor.test_planted_faults import refused
from tests.launch.test_against_the_sandbox import serving_keys

Call = Callable[..., Result]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Call:
    def run(*arguments: object, token: str = "") -> Result:
        monkeypatch.setenv("CAREPLAN_DOCTOR_TOKEN", token)
        return CliRunner().invoke(main, ["doctor", *map(str, arguments)])

    return run


def checks(result: Result) -> dict[str, Any]:
    return {check["id"]: check for section in json.loads(result.stdout)["sections"] for check in section["checks"]}


def table(result: Result, title: str) -> list[list[str]]:
    (found,) = [
        each
        for section in json.loads(result.stdout)["sections"]
        for each in section["tables"]
        if each["title"] == title
    ]
    return found["rows"]


def configured(folder: Path, iss: str, keys: str = "") -> Path:
    config = folder / "careplan.toml"
    config.write_text(f'{keys}\n[[allowed_issuers]]\niss = "{iss}"\nclient_id = "careplan-plugin"\n')
    return config


@pytest.fixture(scope="module")
def backend(ehr: SandboxEHR, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A server that takes our key as a backend service, and settings for it."""
    folder = tmp_path_factory.mktemp("backend")
    key = folder / "key.json"
    assert CliRunner().invoke(main, ["keys", "new", str(key)]).exit_code == 0
    with (
        serving_keys(ClientKeys((read_key(key),))) as address,
        sandbox_ehr(fhir_server_url=ehr.backend_url, jwks_uri=address) as signed,
    ):
        yield signed.fhir_url, configured(folder, signed.fhir_url, f'signing_keys = ["{key}"]')


def test_a_backend_token_that_may_not_write_is_told_to_whoever_runs_the_plugin(
    backend: tuple[str, Path], call: Call
) -> None:
    base, config = backend
    result = call(base, "--config", config, "--patient", PATIENT, "--try-writing", "--format", "json")
    text = call(base, "--config", config, "--patient", PATIENT, "--try-writing").stdout
    found = checks(result)
    assert (found["tried-scopes"]["level"], found["tried-scopes"]["who"]) == ("open", OPERATOR)
    assert "this token may not write" in found["tried-scopes"]["seen"]
    assert "backend_scopes" in found["tried-scopes"]["remedy"]
    assert not [name for name in found if name.startswith("tried-") and name != "tried-scopes"]
    allowed = {row[0]: row[2] for row in table(result, "What can be written")}
    assert allowed["CarePlan"] == allowed["Goal"] == "no"
    assert {row[1] for row in table(result, "Writing, tried")} == {"not tried"}
    assert "To be changed by whoever runs the plug-in:" in text
    assert ADMINISTRATOR not in text
    assert json.loads(result.stdout)["verdict"] == "fit"  # of the server nothing bad is known


def test_of_a_backend_token_the_scopes_of_a_launch_are_told_as_not_asked_for(
    backend: tuple[str, Path], call: Call
) -> None:
    base, config = backend
    result = call(base, "--config", config, "--patient", PATIENT, "--format", "json")
    rows = {scope: granted for scope, _, granted in table(result, "Scopes that we ask for")}
    assert rows["system/Condition.rs"] == "yes"
    assert rows["patient/Condition.rs"] == rows["openid"] == "not asked for"
    assert "the token of a backend service was granted all" in checks(result)["scopes-granted"]["seen"]


def test_scopes_of_a_launch_that_do_not_allow_writing_are_for_whoever_gave_the_token(
    faulty: Faulty, token: str, call: Call
) -> None:
    granted = "openid fhirUser patient/*.rs patient/CarePlan.crus"
    options = ("--patient", PATIENT, "--granted", granted, "--try-writing", "--format", "json")
    result = call(faulty.base, *options, token=token)
    found = checks(result)
    assert (found["tried-scopes"]["who"], "CarePlan" in found["tried-scopes"]["seen"]) == (EXAMINER, False)
    assert found["write-Goal"]["who"] == REGISTRATION
    tried = {row[0]: row[1] for row in table(result, "Writing, tried")}
    assert (tried["CarePlan"], tried["Goal"]) == ("yes", "not tried")
    assert ("POST", "Goal") not in faulty.asked


@pytest.mark.parametrize(
    ("given", "patient", "meaning", "remedy"),
    [
        ("abc", PATIENT, "the token is not accepted", "CAREPLAN_DOCTOR_TOKEN"),
        ("", "nobody-here", "no such patient", "check the id given with --patient"),
    ],
)
def test_a_token_or_an_id_that_does_not_serve_is_for_whoever_runs_the_doctor(
    faulty: Faulty, token: str, call: Call, given: str, patient: str, meaning: str, remedy: str
) -> None:
    if not given:  # the sandbox lets a token see its own patient only
        faulty.plant = instead(f"Patient/{patient}", 404, refused(404, "not-found"))
    result = call(faulty.base, "--patient", patient, "--format", "json", token=given or token)
    fault = checks(result)["read-patient"]
    assert result.exit_code == 1
    assert (fault["level"], fault["who"]) == ("fault", EXAMINER)
    assert meaning in fault["seen"]
    assert remedy in fault["remedy"]


def test_a_token_that_may_not_read_the_patient_and_a_server_that_fails_are_told_apart(
    faulty: Faulty, token: str, call: Call
) -> None:
    for status, who in ((403, EXAMINER), (500, ADMINISTRATOR)):
        faulty.plant = instead(f"Patient/{PATIENT}", status, refused(status, "x"))
        assert (
            checks(call(faulty.base, "--patient", PATIENT, "--format", "json", token=token))["read-patient"]["who"]
            == who
        )


def test_a_token_that_ends_while_it_is_looked_at_is_not_the_administrators(
    faulty: Faulty, token: str, call: Call
) -> None:
    faulty.plant = instead("Procedure", 401, "{}")
    found = checks(call(faulty.base, "--patient", PATIENT, "--format", "json", token=token))["search-Procedure"]
    assert found["who"] == EXAMINER
    assert "get a new one" in found["remedy"]


def test_nothing_is_called_fit_of_which_no_search_was_tried(faulty: Faulty, call: Call) -> None:
    result = call(faulty.base, "--patient", PATIENT)
    assert result.exit_code == 0
    assert "not known yet, no search of a chart was tried; 3 things were not looked at" in result.stdout
    assert "--patient had no effect" in result.stdout
    assert "--patient" not in call(faulty.base).stdout


def test_without_keys_of_ours_the_public_part_is_looked_at_and_the_settings_are_named(
    faulty: Faulty, tmp_path: Path, call: Call
) -> None:
    config = configured(tmp_path, faulty.base)
    result = call(faulty.base, "--config", config, "--patient", PATIENT, "--format", "json")
    document, found = json.loads(result.stdout), checks(result)
    assert result.exit_code == 0
    assert document["verdict"] == "not known yet"
    assert found["smart-configuration"]["level"] == "good"
    assert (found["credentials"]["level"], found["credentials"]["who"]) == ("open", OPERATOR)
    assert "careplan keys new" in found["credentials"]["seen"]
    assert "signing_keys" in found["credentials"]["remedy"]
