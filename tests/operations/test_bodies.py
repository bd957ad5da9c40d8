"""Bodies that cannot be read: in bounded time and memory, with the reason, and never half understood."""

from __future__ import annotations

import gzip
from io import BytesIO

import orjson
import pytest

from tests.operations.caller import FHIR, PLAN, asked, said

APPLY = f"/PlanDefinition/{PLAN}/$apply"
NOTHING = b'{"resourceType":"Parameters","parameter":[]}'
TWICE = b'{"resourceType":"Parameters","parameter":[{"name":"subject","valueString":"Patient/1","name":"data"}]}'


@pytest.mark.parametrize(
    ("body", "headers", "status", "words"),
    [
        (b"", {}, 400, "the body is empty"),
        (b"   ", {}, 400, "the body is empty"),
        (b"{", {}, 400, "not JSON (line 1, column"),
        (b"\xff\xfe{}", {}, 400, "not JSON"),
        (b'{"a": NaN}', {}, 400, "not JSON"),
        (b'"text"', {}, 400, "no Parameters resource"),
        (b"null", {}, 400, "no Parameters resource"),
        (TWICE, {}, 400, "the same key twice"),
        (b"[" * 101 + b"]" * 101, {}, 400, "more than 100 deep"),
        (b"[" * 200_000 + b"]" * 200_000, {}, 400, "not JSON"),
        (NOTHING, {"Content-Type": "text/plain"}, 415, "another Content-Type"),
        (NOTHING, {"Content-Type": "application/fhir+xml"}, 415, "another Content-Type"),
        (NOTHING, {"Content-Type": ""}, 415, "without Content-Type"),
        (gzip.compress(NOTHING, mtime=0), {"Content-Encoding": "gzip"}, 415, "compressed"),
        (NOTHING, {"Content-Type": "application/json; charset=utf-8"}, 400, "subject is missing"),
        (NOTHING, {"Content-Encoding": "identity"}, 400, "subject is missing"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(body, headers, status, words, caller):
    answer = caller.post(APPLY, body, **{name.replace("-", "_"): text for name, text in headers.items()})
    assert answer.status_code == status
    assert words in said(answer)


def test_a_body_above_the_limit_is_refused_unread(build):
    small = build(operations_largest_body=0.005)
    answer = small.post(APPLY, asked("hr-positive"))
    assert (answer.status_code, "larger than 0.005 MB" in said(answer)) == (413, True)
    form = small.client.post("/fhir/PlanDefinition/_search", data={"name": "x" * 6_000})
    assert (form.status_code, "larger than 0.005 MB" in said(form)) == (413, True)


def test_a_body_without_a_length_is_measured_all_the_same(build):
    small = build(operations_largest_body=0.005)
    headers = {"Authorization": f"Bearer {small.token}", "Content-Type": FHIR, "Transfer-Encoding": "chunked"}
    content = orjson.dumps(asked("hr-positive"))
    answer = small.client.post(
        f"/fhir{APPLY}",
        input_stream=BytesIO(content),
        headers=headers,
        environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": ""},
    )
    assert answer.status_code == 413


def test_numbers_too_long_for_a_machine_break_nothing(caller):
    body = asked("hr-positive")
    body["parameter"][1]["resource"] = {"resourceType": "Bundle", "entry": [{"resource": {"n": 1}}]}
    content = orjson.dumps(body).replace(b'"n":1', b'"n":' + b"9" * 5000)
    answer = caller.post(APPLY, content)
    assert answer.status_code in (400, 422)
    assert said(answer)
