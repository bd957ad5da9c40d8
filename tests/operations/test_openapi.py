"""The OpenAPI document: sound by OpenAPI's own schema, and saying neither more nor less than what is served."""

from __future__ import annotations

import re
from pathlib import Path

import orjson
import pytest
from jsonschema import Draft202012Validator

from plugin.operations.interactions import INTERACTIONS
from plugin.operations.offered import OPERATIONS, SEARCHES
from tests.operations.caller import BASE, FHIR, PLAN, asked, parameters

SCHEMA = Path(__file__).with_name("openapi-3.1.schema.json")  # of the OpenAPI Initiative, Apache-2.0
VALUES = {"type": "Questionnaire", "id": "plan-review"}


@pytest.fixture(scope="module")
def document(caller):
    answer = caller.get("/openapi.json")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    return answer.json


def test_it_is_sound_openapi(document):
    validator = Draft202012Validator(orjson.loads(SCHEMA.read_bytes()))
    assert [error.message for error in validator.iter_errors(document)] == []
    assert list(validator.iter_errors(document | {"paths": {"metadata": {}}}))


def test_operation_ids_are_unique_and_the_server_is_ours(document):
    ids = [each["operationId"] for path in document["paths"].values() for each in path.values()]
    assert len(set(ids)) == len(ids)
    assert document["servers"] == [{"url": BASE}]


def test_every_interaction_and_nothing_else_is_described(document):
    described = {(path, method.upper()) for path, item in document["paths"].items() for method in item}
    served = {(re.sub(r"<(\w+)>", r"{\1}", each.path), method) for each in INTERACTIONS for method in each.methods}
    assert described == served
    assert {f"/{each.kind}/{{id}}/${each.code}" for each in OPERATIONS} <= set(document["paths"])


def test_every_path_answers_with_a_status_that_it_describes(document, caller):
    for path, item in document["paths"].items():
        for method, described in item.items():
            values = VALUES | ({"id": PLAN} if "PlanDefinition" in path else {})
            address = re.sub(r"\{(\w+)\}", lambda found, values=values: values[found[1]], path)
            for authorization in ("", f"Bearer {caller.token}"):
                answer = caller.client.open(
                    f"/fhir{address}",
                    method=method.upper(),
                    headers={"Authorization": authorization} if authorization else {},
                )
                assert str(answer.status_code) in described["responses"], (path, method)
                content = described["responses"][str(answer.status_code)]["content"]
                assert answer.mimetype in content
                assert (answer.status_code == 401) == ("security" in described and not authorization)


def test_parameters_come_from_the_tables_that_requests_are_read_by(document):
    search = {each["name"] for each in document["paths"]["/{type}"]["get"]["parameters"]}
    assert {each.name for each in SEARCHES} <= search
    body = document["paths"]["/PlanDefinition/{id}/$apply"]["post"]["requestBody"]["content"][FHIR]["schema"]
    assert [error.message for error in Draft202012Validator(body).iter_errors(asked("hr-positive"))] == []
    assert [error.message for error in Draft202012Validator(body).iter_errors(asked("man", reference=True))] == []
    assert list(Draft202012Validator(body).iter_errors(parameters()))
    names = body["properties"]["parameter"]["items"]["properties"]["name"]["enum"]
    (apply,) = (each for each in OPERATIONS if each.code == "apply")
    assert names == [each.name for each in (*apply.identifying, *apply.taken)]


def test_reading_is_described_as_closed_where_a_setting_closes_it(build, document):
    closed = build(operations_public_read=False).get("/openapi.json").json
    assert "security" not in document["paths"]["/{type}/{id}"]["get"]
    assert closed["paths"]["/{type}/{id}"]["get"]["security"] == [{"bearer": []}]
    assert "security" not in closed["paths"]["/metadata"]["get"]
