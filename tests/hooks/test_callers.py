"""Who may call: every way in which a token can be wrong, and the few in which it is right."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from joserfc.jwk import OctKey
from werkzeug.wrappers import Response

from plugin.settings import Settings
from tests.chart.fhir_stub import fhir
from tests.hooks.ehr import (
    DRAFT,
    EC,
    HANDED_OVER,
    NEXT,
    PLUGIN,
    RSA,
    STRANGER,
    Ehr,
    cds,
    jwks,
    patient_view,
    signed_with_the_public_key,
    unsigned,
    with_access,
)


def refused(ehr: Ehr, token: str | None, status: int = 401) -> str:
    response = ehr.call(patient_view(), token)
    assert response.status_code == status, response.text
    assert response.get_json().keys() == {"error", "error_id"}
    if status == 401:
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
    return str(response.get_json()["error"])


@cds(176, 200, 205)
@pytest.mark.parametrize(("key", "alg"), [(EC, "ES384"), (RSA, "RS384"), (RSA, "PS256")])
def test_a_token_signed_with_a_published_key_is_let_in(ehr, key, alg):
    assert ehr.call(patient_view(), ehr.token(DRAFT, key, alg)).status_code == 200


@cds(199)
def test_keys_that_were_handed_over_need_no_address(ehr):
    token = ehr.token(DRAFT, iss=HANDED_OVER, header={"jku": None})
    assert ehr.call(patient_view(), token).status_code == 200
    assert not ehr.server.requests


@cds(177)
def test_a_call_without_token_is_not_answered(ehr):
    assert "signed JWT" in refused(ehr, None)
    response = ehr.app.test_client().post(
        f"/cds-services/{DRAFT}", json=patient_view(), headers={"Authorization": "Basic x"}
    )
    assert response.status_code == 401


@cds(201)
def test_an_unsigned_token_is_refused(ehr):
    assert "algorithm" in refused(ehr, unsigned(ehr.claims(DRAFT)))


@cds(203, 207)
def test_a_shared_secret_is_no_signature(ehr):
    assert "algorithm" in refused(ehr, signed_with_the_public_key(ehr.claims(DRAFT)))


@cds(203)
def test_a_shared_key_in_the_published_set_is_never_used(ehr, monkeypatch):
    monkeypatch.setattr(ehr.app.extensions["careplan.hooks"].callers.keys, "_held", {})
    ehr.server.on["jwks"] = lambda _: fhir({"keys": [OctKey.generate_key(256, {"kid": "shared"}).as_dict()]})
    token = ehr.token(DRAFT, STRANGER, header={"kid": "shared"})
    assert "not among the public keys" in refused(ehr, token)


@cds(195)
def test_an_issuer_or_a_key_address_that_is_not_on_the_list_is_refused_and_never_asked(ehr):
    assert "cds_clients" in refused(ehr, ehr.token(DRAFT, iss="https://evil.example.org"))
    inside = {"jku": f"{ehr.server.base}/internal"}
    assert "jku" in refused(ehr, ehr.token(DRAFT, header=inside))
    assert "jku" in refused(ehr, ehr.token(DRAFT, iss=HANDED_OVER, header=inside))
    assert not [request for request in ehr.server.requests if "internal" in request.path]


WRONG = {
    "signed by a stranger with the same key id": ({"key": STRANGER}, "signature"),
    "key that nobody published": ({"header": {"kid": "ec-9"}}, "kid"),
    "no key id": ({"header": {"kid": None}}, "kid"),
    "made for another service": ({"aud": f"{PLUGIN}/cds-services/careplan-orders"}, DRAFT),
    "made for another host": ({"aud": "https://elsewhere.example.org/cds-services/careplan-draft"}, DRAFT),
    "no audience": ({"aud": None}, "aud"),
    "no expiry": ({"exp": None}, "exp"),
    "expiry that is no number": ({"exp": "tomorrow"}, "exp"),
    "no time of issue": ({"iat": None}, "iat"),
    "no id of its own": ({"jti": None}, "jti"),
}


@cds(176)
@pytest.mark.parametrize("what", WRONG)
def test_each_flaw_is_named(ehr, what):
    changes, told = WRONG[what]
    assert told in refused(ehr, ehr.token(DRAFT, **changes))


@cds(176)
@pytest.mark.parametrize(
    ("iat", "exp", "told"), [(-900, -61, "expired"), (61, 300, "clocks"), (0, 2 * 3600, "more than 60 minutes")]
)
def test_a_token_counts_in_its_own_time_only(ehr, iat, exp, told):
    now = int(ehr.clock().timestamp())
    assert told in refused(ehr, ehr.token(DRAFT, iat=now + iat, exp=now + exp))


@cds(176)
def test_clocks_may_differ_by_a_minute_and_audiences_be_several(ehr):
    now = int(ehr.clock().timestamp())
    aud = ["https://elsewhere.example.org", f"{PLUGIN}/cds-services/{DRAFT}"]
    assert ehr.call(patient_view(), ehr.token(DRAFT, iat=now + 50, exp=now - 50, aud=aud)).status_code == 200


@cds(176)
def test_a_token_is_good_for_one_call(ehr):
    token = ehr.token(DRAFT)
    assert ehr.call(patient_view(), token).status_code == 200
    assert "used before" in refused(ehr, token)
    assert ehr.call(patient_view(), ehr.token(DRAFT)).status_code == 200


def test_of_several_calls_at_once_with_one_token_a_single_one_is_answered(ehr, build):
    """Two processes on one database, two threads in each, all at the same moment."""
    other = replace(ehr, app=build(ehr.app.extensions["careplan.hooks"].settings, ehr.clock))
    for each in (ehr, other):
        assert each.call(patient_view()).status_code == 200  # keys read, database open
    token, start = ehr.token(DRAFT), threading.Barrier(4)

    def call(side):
        start.wait(10)
        return side.call(patient_view(), token)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(call, [ehr, other, ehr, other]))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401]
    assert all("used before" in answer.get_json()["error"] for answer in answers if answer.status_code == 401)


@pytest.mark.parametrize("junk", ["x", "a.b.c", "..", "e30.e30.e30", "e30.WzFd.e30", "x" * 9000])
def test_junk_is_refused_as_junk(ehr, junk):
    assert "the token is refused" in refused(ehr, junk)


def test_a_key_that_was_rotated_is_found_and_a_stranger_cannot_make_us_ask_again_and_again(ehr, monkeypatch):
    now = [1000.0]
    keys = ehr.app.extensions["careplan.hooks"].callers.keys
    monkeypatch.setattr(keys, "_clock", lambda: now[0])
    monkeypatch.setattr(keys, "_held", {})
    assert ehr.call(patient_view()).status_code == 200
    ehr.server.on["jwks"] = lambda _: jwks(EC, NEXT)
    assert "not among" in refused(ehr, ehr.token(DRAFT, NEXT))
    assert len(ehr.server.asked("jwks")) == 1, "it was read a moment ago"
    now[0] += 31
    assert ehr.call(patient_view(), ehr.token(DRAFT, NEXT)).status_code == 200
    for _ in range(3):
        refused(ehr, ehr.token(DRAFT, STRANGER, header={"kid": "ec-9"}))
    assert len(ehr.server.asked("jwks")) == 2


@pytest.mark.parametrize(
    "answer",
    [
        Response(status=500),
        Response("<html>", content_type="text/html"),
        Response("[]"),
        Response(status=302, headers={"Location": "http://169.254.169.254/"}),
        Response(b" " * 300_000),
    ],
)
def test_keys_that_cannot_be_had_are_a_fault_of_the_moment(ehr, monkeypatch, answer):
    monkeypatch.setattr(ehr.app.extensions["careplan.hooks"].callers.keys, "_held", {})
    ehr.server.on["jwks"] = lambda _: answer
    assert "try again" in refused(ehr, ehr.token(DRAFT), 503)


def test_an_anonymous_caller_is_let_in_only_where_a_setting_says_so_and_then_no_server_is_asked(ehr, build, tmp_path):
    settings = Settings(secret_key="s" * 40, instance_folder=tmp_path, cds_anonymous=True)
    app = build(settings, ehr.clock)
    client = app.test_client()
    answered = client.post(f"/cds-services/{DRAFT}", json=patient_view())
    assert (answered.status_code, len(answered.get_json()["cards"])) == (200, 1)
    lacking = with_access(patient_view(observation=...), ehr)
    assert client.post(f"/cds-services/{DRAFT}", json=lacking).status_code == 412
    bad = {"Authorization": f"Bearer {ehr.token(DRAFT)}"}
    assert client.post(f"/cds-services/{DRAFT}", json=patient_view(), headers=bad).status_code == 401
    assert not ehr.server.requests


def test_no_token_and_no_patient_stands_in_the_log(ehr, capsys):
    token = ehr.token(DRAFT)
    call = with_access(patient_view(), ehr)
    ehr.call(call, token)
    refused(ehr, token)
    refused(ehr, ehr.token(DRAFT, STRANGER))
    logged = capsys.readouterr().err
    assert logged.count("cds refusal") == 2
    for secret in (token, token.split(".")[2], "secret-1", "hr-positive", "Practitioner/7"):
        assert secret not in logged
