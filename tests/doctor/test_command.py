"""`careplan doctor` as people call it: formats, exit codes, and nothing of a patient or a token anywhere."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner, Result
from werkzeug.wrappers import Request, Response

from plugin.cli import main
from plugin.launch.keys import ClientKeys, read_key
from plugin.sandbox.demo import sandbox_ehr
from plugin.settings import load_settings
from tests.doctor.conftest import PATIENT
from tests.doctor.faulty import Faulty, instead
from tests.launch.test_against_the_sandbox import serving_keys

PUBLIC_FAULT = instead("metadata", 200, "[]")


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch):
    def run(*arguments: str, token: str = "") -> Result:
        if token:
            monkeypatch.setenv("CAREPLAN_DOCTOR_TOKEN", token)
        return CliRunner().invoke(main, ["doctor", *arguments])

    return run


def test_data_goes_to_stdout_and_progress_to_stderr(faulty: Faulty, call) -> None:
    result = call(faulty.base, "--format", "json")
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert document["verdict"] == "not known yet"  # nobody has tried a search
    assert (document["counts"]["fault"], document["counts"]["open"]) == (0, 3)
    assert "careplan: connection, metadata and discovery …" in result.stderr


def test_a_fault_ends_it_with_1_and_nobody_there_with_3(faulty: Faulty, call) -> None:
    faulty.plant = PUBLIC_FAULT
    result = call(faulty.base)
    assert result.exit_code == 1
    assert "not fit: 1 fault" in result.stdout
    assert "To be changed by the administrator of the EHR:" in result.stdout
    assert call("https://127.0.0.1:9/fhir").exit_code == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ehr.example.org"], "https://ehr.example.org/fhir"),
        (["https://ehr.example.org/fhir?x=1"], "without query"),
        (["https://ehr.example.org/fhir", "--try-writing"], "--patient"),
        (["https://ehr.example.org/fhir", "--token", "Bearer abc"], "access_token alone"),
        (["http://ehr.example.org/fhir", "--token", "abc"], "plain http"),
    ],
)
def test_what_is_asked_for_wrongly_is_refused_before_anything_is_sent(call, arguments: list[str], said: str) -> None:
    result = call(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr


@pytest.mark.parametrize("form", ["text", "json", "html"])
def test_no_report_holds_the_token_or_anything_of_the_patient(ehr, faulty: Faulty, token: str, call, form: str) -> None:
    """Not even where the server itself puts names into its errors."""
    name = requests.get(f"{ehr.backend_url}/Patient/{PATIENT}", timeout=10).json()["name"][0]["family"]
    outcome = {"severity": "error", "code": "processing", "diagnostics": f"{name} ({PATIENT}) has no goals"}
    told = json.dumps({"resourceType": "OperationOutcome", "issue": [outcome]})
    faulty.plant = instead("Goal", 500, told)
    result = call(faulty.base, "--patient", PATIENT, "--format", form, token=token)
    assert result.exit_code == 0  # goals are not essential
    assert "status 500 with an OperationOutcome (processing)" in result.stdout
    for secret in (token, PATIENT, name):
        assert secret not in result.output


def test_the_page_loads_nothing_from_elsewhere_and_escapes_what_a_server_says(faulty: Faulty, call) -> None:
    def hostile(path: str, request: Request) -> Response | None:
        body = json.dumps({"resourceType": "<script>alert(1)</script>"})
        return Response(body, 200, content_type="application/fhir+json") if path == "metadata" else None

    faulty.before = hostile
    page = call(faulty.base, "--format", "html").stdout
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert not re.search(r'(?:src|href)="(?!#)', page)


def test_each_check_of_the_json_says_who_has_to_do_what(faulty: Faulty, call) -> None:
    faulty.plant = PUBLIC_FAULT
    document = json.loads(call(faulty.base, "--format", "json").stdout)
    (fault,) = [check for section in document["sections"] for check in section["checks"] if check["level"] == "fault"]
    assert fault["id"] == "metadata"
    assert fault["who"] == "administrator of the EHR"
    assert fault["remedy"].startswith("serve it as application/fhir+json")


def test_the_variable_of_the_token_is_no_setting() -> None:
    assert load_settings(environ={"CAREPLAN_DOCTOR_TOKEN": "abc"}) == load_settings(environ={})


def test_granted_scopes_are_examined(faulty: Faulty, token: str, call) -> None:
    result = call(faulty.base, "--granted", "openid fhirUser patient/*.rs", "--format", "json", token=token)
    found = {check["id"] for section in json.loads(result.stdout)["sections"] for check in section["checks"]}
    assert "granted-patient/CarePlan.crus" in found
    assert "granted-patient/Condition.rs" not in found
    assert json.loads(result.stdout)["counts"]["fault"] == 0  # everything can be read, so there are plans
    assert "write-CarePlan" in found


def test_an_open_server_is_entered_without_a_token_and_named_as_open(ehr, call) -> None:
    document = json.loads(call(ehr.backend_url, "--patient", PATIENT, "--format", "json").stdout)
    assert document["access"] == "without a token, which the server does not ask for"
    checks = {check["id"]: check for section in document["sections"] for check in section["checks"]}
    assert checks["open"]["level"] == "limit"
    assert checks["searches"]["level"] == "good"


def test_it_enters_as_a_backend_service_with_the_credentials_of_the_settings(ehr, tmp_path: Path, call) -> None:
    key, config = tmp_path / "key.json", tmp_path / "careplan.toml"
    assert CliRunner().invoke(main, ["keys", "new", str(key)]).exit_code == 0
    with (
        serving_keys(ClientKeys((read_key(key),))) as address,
        sandbox_ehr(fhir_server_url=ehr.backend_url, jwks_uri=address) as signed,
    ):
        issuer = f'iss = "{signed.fhir_url}"\nclient_id = "careplan-plugin"'
        config.write_text(f'signing_keys = ["{key}"]\n[[allowed_issuers]]\n{issuer}\n')
        result = call(signed.fhir_url, "--config", str(config), "--patient", PATIENT, "--format", "json")
        other = call("https://other.example.org/fhir", "--config", str(config))
    document = json.loads(result.stdout)
    assert (document["access"], document["verdict"]) == ("as a backend service", "fit")
    searches = next(section for section in document["sections"] if section["id"] == "searches")
    assert {row[-1] for row in searches["tables"][0]["rows"]} == {"read to its end"}
    assert "granted-" not in result.stdout
    assert other.exit_code == 2
    assert "not among allowed_issuers" in other.stderr


@pytest.mark.parametrize("form", ["text", "json"])
def test_credentials_that_get_no_token_are_a_fault_in_a_whole_report(ehr, tmp_path: Path, call, form: str) -> None:
    key, config, page = tmp_path / "key.json", tmp_path / "careplan.toml", tmp_path / "report.html"
    assert CliRunner().invoke(main, ["keys", "new", str(key)]).exit_code == 0
    issuer = f'iss = "{ehr.fhir_url}"\nclient_id = "nobody-registered-this"'
    config.write_text(f'signing_keys = ["{key}"]\n[[allowed_issuers]]\n{issuer}\n')
    result = call(ehr.fhir_url, "--config", str(config), "--patient", PATIENT, "--format", form, "--html", str(page))
    assert result.exit_code == 1
    assert "our backend credentials got no token: " in result.stdout
    assert "no search was tried: our backend credentials got no token" in result.stdout
    assert "invalid_client" in page.read_text()
    if form == "json":
        document = json.loads(result.stdout)
        found = {check["id"]: check for section in document["sections"] for check in section["checks"]}
        assert (found["credentials"]["level"], document["counts"]["fault"]) == ("fault", 1)
        assert found["smart-configuration"]["level"] == "good"
        assert "registers the app" in found["credentials"]["who"]


def test_credentials_are_not_asked_for_where_nobody_answers(tmp_path: Path, call) -> None:
    key, config = tmp_path / "key.json", tmp_path / "careplan.toml"
    assert CliRunner().invoke(main, ["keys", "new", str(key)]).exit_code == 0
    issuer = 'iss = "https://127.0.0.1:9/fhir"\nclient_id = "careplan-plugin"'
    config.write_text(f'signing_keys = ["{key}"]\n[[allowed_issuers]]\n{issuer}\n')
    result = call("https://127.0.0.1:9/fhir", "--config", str(config))
    assert result.exit_code == 3
    assert "the connection is refused" in result.stdout
