"""The SMART server: EHR launch, standalone launch, and everything that it has to refuse."""

import html
import re

import pytest
import requests
from joserfc import jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet, RSAKey

from plugin.sandbox.demo import CLIENT_ID, sandbox_ehr
from tests.sandbox.app import REDIRECT_URI, STANDALONE_SCOPES, TIMEOUT, App, query


def test_ehr_launch_gives_patient_encounter_user_and_a_token_that_reads(app, ehr):
    launched = app.launched("her2-positive", user="Practitioner/np-mockwell")
    assert launched["iss"] == ehr.fhir_url
    tokens = app.tokens("her2-positive", user="Practitioner/np-mockwell")

    assert tokens["token_type"] == "Bearer"
    assert tokens["patient"] == "her2-positive"
    assert tokens["encounter"] == "her2-positive-encounter"
    assert tokens["need_patient_banner"] is False
    assert tokens["scope"] == "openid fhirUser launch patient/*.cruds user/Questionnaire.cruds online_access"
    assert requests.get(tokens["smart_style_url"], timeout=TIMEOUT).json()["color_text"].startswith("#")
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    patient = requests.get(f"{ehr.fhir_url}/Patient/her2-positive", headers=bearer, timeout=TIMEOUT)
    assert patient.json()["name"][0]["family"] == "Testbrook"


def test_id_token_verifies_by_the_published_keys(app, ehr):
    tokens = app.tokens()
    keys = KeySet.import_key_set(requests.get(app.configuration["jwks_uri"], timeout=TIMEOUT).json())
    assert "d" not in keys.keys[0].as_dict()

    token = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"])

    assert token.header["kid"] == keys.keys[0].kid
    assert token.claims["iss"] == app.configuration["issuer"]
    assert token.claims["aud"] == CLIENT_ID
    assert token.claims["nonce"] == app.nonce
    assert token.claims["fhirUser"] == f"{ehr.fhir_url}/Practitioner/dr-testfield"
    assert token.claims["exp"] > token.claims["iat"]
    with pytest.raises(BadSignatureError):
        jwt.decode(tokens["id_token"], RSAKey.generate_key(2048), algorithms=["RS256"])


def test_the_patient_banner_is_asked_for_outside_the_frame(app, ehr):
    opened = requests.get(f"{ehr.url}/patients/hr-positive/launch", allow_redirects=False, timeout=TIMEOUT)
    launch = query(opened.headers["Location"])["launch"]
    assert app.exchange(app.code(launch=launch)).json()["need_patient_banner"] is True


def test_standalone_launch_lets_a_person_choose_the_patient(app):
    page = app.authorize(scope=STANDALONE_SCOPES)
    assert page.status_code == 200
    assert page.text.count("<option value=") > 14
    decided = _decide(app, page.text, user="Practitioner/np-mockwell", patient="man", decision="allow")

    tokens = app.exchange(query(decided.headers["Location"])["code"]).json()

    assert tokens["patient"] == "man"
    assert tokens["need_patient_banner"] is True
    assert "refresh_token" not in tokens
    claims = jwt.decode(tokens["id_token"], _keys(app), algorithms=["RS256"]).claims
    assert claims["fhirUser"].endswith("/Practitioner/np-mockwell")


def test_denying_sends_the_app_back_with_access_denied(app):
    page = app.authorize(scope=STANDALONE_SCOPES)
    answer = query(_decide(app, page.text, decision="deny").headers["Location"])
    assert answer["error"] == "access_denied"
    assert answer["state"] == app.state
    assert "code" not in answer


def test_a_decision_counts_once(app):
    page = app.authorize(scope=STANDALONE_SCOPES)
    assert _decide(app, page.text, decision="allow", patient="man").status_code == 302
    assert _decide(app, page.text, decision="allow", patient="man").status_code == 400


def test_authorization_request_by_post(app):
    response = app.authorize("POST", launch=app.launched()["launch"])
    assert response.status_code == 302
    assert query(response.headers["Location"])["code"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"aud": "https://elsewhere.example.org/fhir"}, "invalid_request"),
        ({"aud": None}, "invalid_request"),
        ({"state": None}, "invalid_request"),
        ({"launch": "made-up"}, "invalid_request"),
        ({"launch": None}, "invalid_request"),
        ({"scope": "openid patient/*.rs"}, "invalid_scope"),
        ({"scope": "system/*.rs"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
    ],
)
def test_a_wrong_authorization_request_goes_back_to_the_app_without_a_code(app, changes, error):
    response = app.authorize(**({"launch": app.launched()["launch"]} | changes))
    assert response.status_code == 302
    assert response.headers["Location"].startswith(f"{REDIRECT_URI}?")
    answer = query(response.headers["Location"])
    assert answer["error"] == error
    assert "code" not in answer
    if "state" not in changes:
        assert answer["state"] == app.state


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "http://127.0.0.1:8766/elsewhere"},
        {"redirect_uri": f"{REDIRECT_URI}/"},
        {"redirect_uri": None},
        {"client_id": "somebody-else"},
        {"client_id": None},
    ],
)
def test_an_address_that_is_not_registered_gets_a_page_and_no_redirect(app, changes):
    response = app.authorize(**({"launch": app.launched()["launch"]} | changes))
    assert response.status_code == 400
    assert "Location" not in response.headers
    assert "could not be done" in response.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": None}, "invalid_request"),
        ({"code_verifier": "x" * 64}, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:8766/elsewhere"}, "invalid_grant"),
        ({"client_id": "somebody-else"}, "invalid_client"),
        ({"client_id": None}, "invalid_client"),
        ({"code": "made-up"}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_a_wrong_token_request_gets_no_token(app, changes, error):
    response = app.exchange(**({"code": app.code()} | changes))
    assert response.status_code in (400, 401)
    assert response.json()["error"] == error
    assert "access_token" not in response.json()


def test_a_code_used_twice_ends_what_was_issued_from_it(app, ehr):
    code = app.code()
    first = app.exchange(code).json()
    second = app.exchange(code)
    assert second.json()["error"] == "invalid_grant"
    bearer = {"Authorization": f"Bearer {first['access_token']}"}
    assert requests.get(f"{ehr.fhir_url}/Patient/hr-positive", headers=bearer, timeout=TIMEOUT).status_code == 401
    assert app.refresh(first["refresh_token"]).json()["error"] == "invalid_grant"


def test_refresh_gives_new_tokens_and_keeps_the_patient(app, ehr):
    first = app.tokens("man")
    second = app.refresh(first["refresh_token"]).json()
    assert second["access_token"] != first["access_token"]
    assert second["refresh_token"] != first["refresh_token"]
    assert second["patient"] == "man"
    bearer = {"Authorization": f"Bearer {second['access_token']}"}
    assert requests.get(f"{ehr.fhir_url}/Patient/man", headers=bearer, timeout=TIMEOUT).status_code == 200


def test_a_refresh_token_used_twice_ends_the_whole_family(app):
    first = app.tokens()
    second = app.refresh(first["refresh_token"]).json()
    assert app.refresh(first["refresh_token"]).json()["error"] == "invalid_grant"
    assert app.refresh(second["refresh_token"]).json()["error"] == "invalid_grant"


def test_refresh_may_narrow_the_scopes_but_not_widen_them(app):
    narrowed = app.refresh(app.tokens()["refresh_token"], scope="patient/*.cruds").json()
    assert narrowed["scope"] == "patient/*.cruds"
    full = app.refresh(narrowed["refresh_token"]).json()
    assert full["scope"].startswith("openid fhirUser")
    assert app.refresh(full["refresh_token"], scope="user/*.cruds").json()["error"] == "invalid_scope"


def test_a_nonce_is_good_for_one_code(app):
    app.code()
    response = app.authorize(launch=app.launched()["launch"])
    assert query(response.headers["Location"])["error"] == "invalid_request"


def test_scopes_are_granted_as_far_as_they_are_allowed(app):
    asked = "openid launch patient/Observation.rs patient/Observation.rs?category=laboratory system/*.rs patient/X.sr"
    assert app.tokens(scope=asked)["scope"] == "openid launch patient/Observation.rs"


def test_a_confidential_client_has_to_show_its_secret():
    with sandbox_ehr(client_secret="s" * 40) as ehr:
        app = App(ehr)
        assert app.exchange(app.code(nonce="1")).json()["error"] == "invalid_client"
        wrong = app.exchange(app.code(nonce="2"), auth=(CLIENT_ID, "wrong"), client_id=None)
        assert wrong.json()["error"] == "invalid_client"
        right = app.exchange(app.code(nonce="3"), auth=(CLIENT_ID, "s" * 40), client_id=None)
        assert right.json()["patient"] == "hr-positive"


def test_tokens_expire():
    with sandbox_ehr(token_seconds=0) as ehr:
        session = App(ehr).fhir()
        answer = session.get(f"{ehr.fhir_url}/Patient/hr-positive", timeout=TIMEOUT)
        assert answer.status_code == 401
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_discovery_says_what_the_server_can(app, ehr):
    configuration = app.configuration
    assert configuration["code_challenge_methods_supported"] == ["S256"]
    assert {"launch-ehr", "launch-standalone", "sso-openid-connect", "permission-v2"} <= set(
        configuration["capabilities"]
    )
    openid = requests.get(f"{configuration['issuer']}/.well-known/openid-configuration", timeout=TIMEOUT).json()
    assert openid["issuer"] == configuration["issuer"]
    assert openid["id_token_signing_alg_values_supported"] == ["RS256"]
    metadata = requests.get(f"{ehr.fhir_url}/metadata", timeout=TIMEOUT).json()
    assert metadata["rest"][0]["security"]["service"][0]["coding"][0]["code"] == "SMART-on-FHIR"
    assert ehr.backend_url not in requests.get(f"{ehr.fhir_url}/metadata", timeout=TIMEOUT).text


def _decide(app: App, page: str, **fields: str) -> requests.Response:
    pending = html.unescape(re.search(r'name="pending" value="([^"]+)"', page)[1])
    data = {"pending": pending} | fields
    return requests.post(f"{app.ehr.url}/oauth/decision", data=data, allow_redirects=False, timeout=TIMEOUT)


def _keys(app: App) -> KeySet:
    return KeySet.import_key_set(requests.get(app.configuration["jwks_uri"], timeout=TIMEOUT).json())
