"""Whatever a server says of itself, the doctor ends with a report; documents of any shape, next links of any kind."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugin.chart.http import Limits
from plugin.doctor.access import public_access
from plugin.doctor.capabilities import capability_checks, statement_of
from plugin.doctor.cli import _now
from plugin.doctor.discovery import discovery_checks, metadata_agrees
from plugin.doctor.probe import Answer, Probe
from plugin.doctor.scopes import granted_in, scope_checks
from plugin.doctor.writing import writing_checks
from tests.chart.unending import HEAD, dripping, endless, talking
from tests.doctor.faulty import Faulty, instead, on

NOWHERE = "https://127.0.0.1:9/fhir"
WORDS = st.sampled_from(
    ["", "S256", "http://[", "sso-openid-connect", "https://127.0.0.1:9/x", "Patient", "4.0.1", "server"]
)
MEMBERS = st.sampled_from(
    ["capabilities", "issuer", "jwks_uri", "token_endpoint", "authorization_endpoint", "scopes_supported",
     "code_challenge_methods_supported", "rest", "mode", "resource", "type", "interaction", "code", "searchParam",
     "name", "format", "fhirVersion", "security", "extension", "url", "valueUri", "searchInclude"]
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS, inner, max_size=4),
    max_leaves=12,
)
DOCUMENTS = st.dictionaries(MEMBERS, VALUES, max_size=6)


@settings(max_examples=150)
@given(DOCUMENTS, DOCUMENTS)
def test_documents_of_any_shape_are_judged(configuration: dict[str, Any], statement: dict[str, Any]) -> None:
    probe = Probe(public_access(Limits(connect=0.2, retries=0)).session, NOWHERE, Limits(connect=0.2), _now)
    metadata = Answer(200, {**statement, "resourceType": "CapabilityStatement"})
    checks = discovery_checks(probe, Answer(200, configuration))
    checks += metadata_agrees(configuration, metadata.body, NOWHERE)
    checks += scope_checks(configuration, "")[0]
    checks += capability_checks(metadata, statement_of(metadata))[0]
    checks += writing_checks(statement_of(metadata), ())[0]
    assert any(check.level == "fault" for check in checks)
    assert all(check.remedy and check.why and check.who for check in checks if check.level in ("fault", "limit"))


@pytest.mark.parametrize("url", ["http://[", "javascript:alert(1)", "//elsewhere.example.org/x", "file:///etc/passwd"])
def test_a_next_link_of_any_kind_is_not_followed(faulty: Faulty, examined, url: str) -> None:
    faulty.plant = on("Observation", lambda bundle: bundle["link"].append({"relation": "next", "url": url}))
    report = examined(faulty.base)
    assert "next-elsewhere-Observation" in {check.id for check in report.checks("fault")}


@pytest.mark.parametrize("body", [lambda: dripping(HEAD + b"\r\n"), endless], ids=["dripping", "endless"])
def test_an_answer_without_end_is_said(body: Callable[[], Iterator[bytes]]) -> None:
    limits = Limits(connect=1, read=0.3, whole=0.4, largest=100_000, retries=0)
    with talking(body) as server:
        answer = Probe(public_access(limits).session, server.base, limits, _now).get("metadata")
    assert answer.in_words == "the answer is larger than 0.1 MB, or takes longer than 0.4 s"
    assert answer.seconds < 1


def test_a_redirect_is_not_followed(faulty: Faulty, examined) -> None:
    faulty.plant = instead("metadata", 302, "")
    (fault,) = examined(faulty.base, public=True).checks("fault")
    assert "status 302" in fault.seen


@pytest.mark.parametrize("token", ["", "a.b", "a.e30.c", "a.bm90IGpzb24.c", "a.W10.c", "..", "a.\u00e9.c"])
def test_a_token_that_names_no_scopes_names_none(token: str) -> None:
    assert granted_in(token) == ""


def test_the_scopes_in_a_token_are_read() -> None:
    import base64

    claims = base64.urlsafe_b64encode(json.dumps({"scope": "openid patient/*.rs"}).encode()).decode().rstrip("=")
    assert granted_in(f"x.{claims}.y") == "openid patient/*.rs"
