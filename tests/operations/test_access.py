"""Who may call: tokens of trusted servers only, in time, for us, with the scopes; and nothing of them in any log."""

from __future__ import annotations

import base64
import hmac
import logging
from datetime import timedelta

import orjson
import pytest
from joserfc.jwk import ECKey, RSAKey
from structlog.testing import capture_logs

from plugin.errors import UsageError
from plugin.settings import load_settings
from tests.operations.caller import BASE, ISSUER, NOW, PLAN, Issuing, asked, said

APPLY = f"/PlanDefinition/{PLAN}/$apply"
POPULATE = "/Questionnaire/plan-review/$populate"


def at(**delta):
    return int((NOW + timedelta(**delta)).timestamp())


def unsigned(token):
    """The same claims with `alg: none`."""
    return f"{encoded({'alg': 'none', 'kid': 'now'})}.{token.split('.')[1]}."


def changed_claims(token):
    """Another scope under the signature of what was signed."""
    head, body, signature = token.split(".")
    claims = orjson.loads(base64.urlsafe_b64decode(body + "=="))
    return f"{head}.{encoded(claims | {'scope': 'system/*.cruds'})}.{signature}"


def by_our_public_key(issuing):
    """A shared-secret signature whose secret is the public key of the issuer."""
    claims = {"iss": ISSUER, "aud": BASE, "exp": at(minutes=5), "scope": "system/*.rs"}
    signed = f"{encoded({'alg': 'HS256', 'kid': 'now'})}.{encoded(claims)}"
    digest = hmac.digest(issuing.key.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def encoded(part):
    return base64.urlsafe_b64encode(orjson.dumps(part)).rstrip(b"=").decode()


UNAUTHORIZED = {
    "no token": (lambda _: "", ""),
    "another scheme": (lambda _: "Basic YTpi", 'error="invalid_request"'),
    "no token after the scheme": (lambda _: "Bearer", 'error="invalid_request"'),
    "two tokens": (lambda issuing: f"Bearer {issuing.token()} {issuing.token()}", 'error="invalid_request"'),
    "no JWT": (lambda _: "Bearer abc", 'error="invalid_token"'),
    "no JSON in it": (lambda _: "Bearer YQ.YQ.YQ", 'error="invalid_token"'),
    "a list in it": (lambda _: "Bearer W10.W10.W10", 'error="invalid_token"'),
    "unsigned": (lambda issuing: f"Bearer {unsigned(issuing.token())}", "invalid_token"),
    "a shared secret": (lambda issuing: f"Bearer {by_our_public_key(issuing)}", "invalid_token"),
    "another key": (lambda issuing: f"Bearer {issuing.token(key=ECKey.generate_key('P-384'))}", "invalid_token"),
    "an unknown key": (lambda issuing: f"Bearer {issuing.token(header={'kid': 'old'})}", "invalid_token"),
    "changed claims": (lambda issuing: f"Bearer {changed_claims(issuing.token())}", "invalid_token"),
    "another issuer": (lambda issuing: f"Bearer {issuing.token(iss='https://evil.example')}", "invalid_token"),
    "no issuer": (lambda issuing: f"Bearer {issuing.token(iss=None)}", "invalid_token"),
    "for somebody else": (lambda issuing: f"Bearer {issuing.token(aud='https://other.example')}", "invalid_token"),
    "for nobody": (lambda issuing: f"Bearer {issuing.token(aud=None)}", "invalid_token"),
    "expired": (lambda issuing: f"Bearer {issuing.token(exp=at(minutes=-2))}", "invalid_token"),
    "for ever": (lambda issuing: f"Bearer {issuing.token(exp=None)}", "invalid_token"),
    "not yet": (lambda issuing: f"Bearer {issuing.token(nbf=at(minutes=2))}", "invalid_token"),
    "another kind of token": (lambda issuing: f"Bearer {issuing.token(header={'typ': 'logout+jwt'})}", "invalid_token"),
    "far too long": (lambda _: f"Bearer {'a' * 20_000}", "invalid_request"),
}


@pytest.mark.parametrize("case", UNAUTHORIZED)
def test_without_a_token_that_holds_nothing_is_drafted(case, caller, issuing):
    make, challenge = UNAUTHORIZED[case]
    header = make(issuing)
    with capture_logs() as logs:
        answer = caller.post(APPLY, asked("hr-positive"), Authorization=header)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="FHIR operations"')
    assert challenge in answer.headers["WWW-Authenticate"]
    assert ("error" in answer.headers["WWW-Authenticate"]) == bool(challenge)
    assert said(answer)
    for word in header.split()[1:]:
        assert word not in answer.text + str(logs)


@pytest.mark.parametrize(
    ("case", "why"),
    [
        ("no JWT", "the token is no signed JWT"),
        ("no JSON in it", "the token is no signed JWT"),
        ("a list in it", "the token is no signed JWT"),
        ("another issuer", "the issuer (iss) of the token is no authorization server that is trusted here"),
        ("no issuer", "the issuer (iss) of the token"),
        ("an unknown key", "the key that the token names (kid) is not among the keys of its issuer"),
    ],
)
def test_a_refused_token_is_told_what_is_wrong_with_it(case, why, caller, issuing):
    make, _ = UNAUTHORIZED[case]
    assert why in said(caller.post(APPLY, {}, Authorization=make(issuing)))


@pytest.mark.parametrize(
    ("scope", "applies", "populates"),
    [
        ("system/PlanDefinition.r", True, False),
        ("system/PlanDefinition.rs system/Questionnaire.cruds", True, True),
        ("user/*.rs", True, True),
        ("system/*.read", True, True),
        ("system/*.*", True, True),
        ("system/*.write", False, False),
        ("system/PlanDefinition.s", False, False),
        ("system/PlanDefinition.rs?status=draft", False, False),
        ("patient/*.rs", False, False),
        ("system/planDefinition.r", False, False),
        ("", False, False),
    ],
)
def test_the_scopes_say_what_a_token_opens(scope, applies, populates, caller, issuing):
    header = f"Bearer {issuing.token(scope=scope)}"
    apply = caller.post(APPLY, {}, Authorization=header)
    populate = caller.post(POPULATE, {}, Authorization=header)
    # A body that says nothing is refused for that only after the token was found good.
    assert apply.status_code == (400 if applies else 403)
    assert populate.status_code == (400 if populates else 403)
    if not applies:
        assert 'error="insufficient_scope", scope="system/PlanDefinition.r"' in apply.headers["WWW-Authenticate"]
        assert "system/PlanDefinition.r" in said(apply)


@pytest.mark.parametrize("header", [{"typ": "JWT"}, {"typ": "application/at+jwt"}])
def test_servers_that_mark_their_tokens_otherwise_are_understood(header, caller, issuing):
    assert caller.post(APPLY, {}, Authorization=f"Bearer {issuing.token(header=header)}").status_code == 400
    assert caller.post(APPLY, {}, Authorization=f"bearer {issuing.token(aud=[BASE, 'other'])}").status_code == 400


def test_an_audience_of_the_settings_takes_the_place_of_our_address(build, issuing):
    named = build(operations_clients=[issuing.client | {"audience": "careplan"}])
    assert named.post(APPLY, {}, Authorization=f"Bearer {issuing.token(aud='careplan')}").status_code == 400
    assert named.post(APPLY, {}, Authorization=f"Bearer {issuing.token()}").status_code == 401


def test_keys_of_two_servers_are_not_mixed(build, issuing):
    other = Issuing()
    both = build(operations_clients=[issuing.client, other.client | {"iss": "https://two.example"}])
    assert both.post(APPLY, {}, Authorization=f"Bearer {other.token(iss='https://two.example')}").status_code == 400
    assert both.post(APPLY, {}, Authorization=f"Bearer {other.token()}").status_code == 401


def test_as_long_as_no_server_is_trusted_the_answer_says_so(build):
    answer = build(operations_clients=[]).post(APPLY, {}, Authorization="")
    assert (answer.status_code, "see operations_clients" in said(answer)) == (401, True)


def test_a_fault_of_ours_tells_neither_token_nor_patient(caller, monkeypatch, caplog):
    def broken(*_):
        raise ValueError("Patient/hr-positive")

    monkeypatch.setattr("plugin.operations.drafting.draft_plan", broken)
    with capture_logs() as logs, caplog.at_level(logging.DEBUG):
        answer = caller.post(APPLY, asked("hr-positive"))
    assert answer.status_code == 500
    failure = next(entry for entry in logs if entry["event"] == "operation failed")
    assert failure["error_id"] in said(answer)
    assert failure["kind"] == "ValueError"
    told = str(logs) + caplog.text + answer.text
    assert "hr-positive" not in told
    assert caller.token not in told


KEYS = {
    "no table": ("x", "JSON list"),
    "no list": ({}, "list of tables"),
    "no entry": (["x"], "must be a table"),
    "an unknown key": ([{"iss": ISSUER, "secret": "x"}], "unknown key 'secret'"),
    "no keys": ([{"iss": ISSUER}], "needs jwks"),
    "no issuer": ([{"jwks": {"keys": []}}], "needs iss"),
    "a number": ([{"iss": 7, "jwks": {"keys": []}}], "must be text"),
    "no key": ([{"iss": ISSUER, "jwks": {"keys": []}}], "must be a JWK Set"),
    "a shared key": ([{"iss": ISSUER, "jwks": {"keys": [{"kty": "oct", "k": "YQ"}]}}], "public RSA or EC keys"),
    "a broken key": ([{"iss": ISSUER, "jwks": {"keys": [{"kty": "EC", "crv": "P-256"}]}}], "cannot be used"),
    "no file": ([{"iss": ISSUER, "jwks": "/nowhere.json"}], "cannot be read"),
}


@pytest.mark.parametrize("case", KEYS)
def test_a_setting_that_cannot_be_used_stops_the_program(case):
    value, words = KEYS[case]
    with pytest.raises(UsageError, match=words):
        load_settings(environ={}, overrides={"operations_clients": value})


def test_private_keys_and_a_server_listed_twice_are_refused(issuing):
    private = {"iss": ISSUER, "jwks": {"keys": [RSAKey.generate_key(2048).as_dict(private=True)]}}
    for value, words in (([private], "without private"), ([issuing.client, issuing.client], "once")):
        with pytest.raises(UsageError, match=words) as refusal:
            load_settings(environ={}, overrides={"operations_clients": value})
        assert "kty" not in str(refusal.value)


def test_keys_come_from_a_file_and_the_list_from_the_environment(issuing, tmp_path):
    file = tmp_path / "jwks.json"
    file.write_bytes(orjson.dumps(issuing.client["jwks"]))
    listed = orjson.dumps([{"iss": ISSUER, "jwks": str(file)}]).decode()
    (client,) = load_settings(environ={"CAREPLAN_OPERATIONS_CLIENTS": listed}).operations_clients
    assert [key.kid for key in client.jwks] == ["now"]
    file.write_text("{")
    with pytest.raises(UsageError, match="is not JSON"):
        load_settings(environ={"CAREPLAN_OPERATIONS_CLIENTS": listed})
