"""The way from the EHR to the workspace, as the specification describes it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable

import pytest

from plugin.settings import load_settings
from tests.launch.fake_ehr import EC, FakeEhr, as_json
from tests.launch.launch_app import Plugin, smart


@smart(62, 67, 68, 69, 70, 161, 201, 202, 218, 264)
def test_a_launch_opens_the_chart_of_the_patient_for_the_user(plugin: Plugin, ehr: FakeEhr) -> None:
    address = plugin.launch(ehr)
    assert re.fullmatch(r"/w/[A-Za-z0-9_-]{32}/", address)
    assert plugin.browser.get(address).json == {
        "patient": "p1",
        "encounter": "e1",
        "user": ["Practitioner/7", "Dr Anna Example", "user-7"],
        "author": "Practitioner/7",
        "missing": [],
        "banner": False,
        "style": f"{ehr.base}/style.json",
        "iss": ehr.fhir,
        "ehr": "EHR 1",
    }


@smart(29, 226, 227)
def test_the_configuration_is_asked_for_as_json(plugin: Plugin, ehr: FakeEhr) -> None:
    plugin.depart(ehr)
    (request,) = ehr.requests
    assert request.path == "/fhir/.well-known/smart-configuration"
    assert request.headers["Accept"] == "application/json"


@smart(3, 13, 21, 32, 33, 34, 35, 37, 39, 41, 44, 45, 47, 50, 51, 195, 196, 211)
def test_the_authorization_request_is_complete(plugin: Plugin, ehr: FakeEhr) -> None:
    asked = plugin.depart(ehr, launch="launch-42")
    assert asked["response_type"] == "code"
    assert asked["client_id"] == "careplan-plugin"
    assert asked["redirect_uri"] == "http://127.0.0.1:8766/smart/callback"
    assert asked["launch"] == "launch-42"
    assert asked["aud"] == ehr.fhir
    assert asked["code_challenge_method"] == "S256"
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", asked["code_challenge"])
    assert {"launch", "openid", "fhirUser", "patient/Observation.crus"} <= set(asked["scope"].split())
    assert {"state", "nonce"} <= set(asked)
    assert not {"auth_time", "max_age"} & set(asked)


@smart(42)
def test_aud_is_the_iss_as_it_came(plugin: Plugin, ehr: FakeEhr) -> None:
    assert plugin.depart(ehr, iss=f"{ehr.fhir}/")["aud"] == f"{ehr.fhir}/"


@smart(2, 40)
def test_state_nonce_and_verifier_are_new_and_long_each_time(plugin: Plugin, ehr: FakeEhr) -> None:
    asked = [plugin.depart(ehr) for _ in range(5)]
    for name in ("state", "nonce", "code_challenge"):
        values = {one[name] for one in asked}
        assert len(values) == 5
        # 43 characters of base64url carry 256 bits; 122 are asked for.
        assert all(len(value) >= 43 for value in values)


@smart(46, 131, 148)
def test_no_scope_is_a_wildcard_and_none_may_delete(plugin: Plugin, ehr: FakeEhr) -> None:
    scopes = plugin.depart(ehr)["scope"].split()
    assert not [scope for scope in scopes if "*" in scope or "system/" in scope]
    assert not [scope for scope in scopes if "." in scope and "d" in scope.rsplit(".", 1)[1]]
    types = [scope.rpartition(".")[0] for scope in scopes if "/" in scope and "." in scope]
    assert len(types) == len(set(types))


@smart(120, 121, 122, 125, 135, 137, 141)
def test_every_resource_scope_follows_the_grammar(plugin: Plugin, ehr: FakeEhr) -> None:
    resources = [scope for scope in plugin.depart(ehr)["scope"].split() if "/" in scope and "launch" not in scope]
    assert resources
    for scope in resources:
        assert re.fullmatch(r"(patient|user)/[A-Z][A-Za-z]+\.c?r?u?d?s?", scope), scope


@smart(25, 26, 36, 38, 150, 151, 152, 166, 215)
def test_a_standalone_launch_asks_for_the_patient_itself(plugin: Plugin, ehr: FakeEhr) -> None:
    response = plugin.browser.get("/smart/standalone", query_string={"iss": ehr.fhir})
    location = response.headers["Location"]
    assert "launch=" not in location
    assert "launch%2Fpatient" in location
    assert "online_access" in location


@smart(132, 143, 146, 153, 155, 156, 157, 158, 162, 219)
@pytest.mark.parametrize(
    "more",
    [
        "patient/*.read",
        "patient/*.cruds",
        "system/Observation.rs",
        "patient/Observation.rs?category=laboratory&status=final",
        "launch/patient launch/encounter",
        "launch/diagnosticreport",
        "launch/list?role=at-home launch/list?role=in-hospital",
        "http://smarthealthit.org/fhir/scopes/patient/Observation.rs",
    ],
)
def test_scopes_of_an_issuer_replace_ours_to_the_letter(build: Callable[..., Plugin], ehr: FakeEhr, more: str) -> None:
    scopes = f"launch openid fhirUser {more}"
    settings = load_settings(
        environ={}, overrides={"allowed_issuers": [{"iss": ehr.fhir, "client_id": "careplan-plugin", "scopes": scopes}]}
    )
    plugin = build(allowed_issuers=settings.allowed_issuers)
    assert plugin.depart(ehr)["scope"] == scopes


def test_an_ehr_may_launch_by_post(plugin: Plugin, ehr: FakeEhr) -> None:
    response = plugin.browser.post("/smart/launch", data={"iss": ehr.fhir, "launch": "launch-1"})
    assert response.headers["Location"].startswith(f"{ehr.base}/auth/authorize?")


@smart(63, 71)
def test_a_public_client_names_itself_in_the_body(plugin: Plugin, ehr: FakeEhr) -> None:
    plugin.launch(ehr)
    (request,) = ehr.seen("/auth/token")
    assert request.method == "POST"
    assert request.headers["Content-Type"].startswith("application/x-www-form-urlencoded")
    assert "Authorization" not in request.headers
    assert request.form["client_id"] == "careplan-plugin"
    assert request.form["grant_type"] == "authorization_code"
    assert request.form["redirect_uri"] == "http://127.0.0.1:8766/smart/callback"


@smart(23, 64, 66, 72, 343, 345)
def test_a_confidential_client_uses_basic_and_leaves_its_id_out_of_the_body(
    build: Callable[..., Plugin], ehr: FakeEhr
) -> None:
    ehr.client_secret = "the secret"
    build(ehr).launch(ehr)
    (request,) = ehr.seen("/auth/token")
    expected = base64.b64encode(b"careplan-plugin:the secret").decode()
    assert request.headers["Authorization"] == f"Basic {expected}"
    assert "client_id" not in request.form
    assert "client_secret" not in request.form


@smart(70)
def test_the_verifier_fits_the_challenge(plugin: Plugin, ehr: FakeEhr) -> None:
    asked = plugin.depart(ehr)
    plugin.arrive(ehr.authorize(asked))
    verifier = ehr.seen("/auth/token")[0].form["code_verifier"]
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    assert challenge == asked["code_challenge"]


@smart(379)
def test_relative_addresses_count_from_the_fhir_base(plugin: Plugin, ehr: FakeEhr) -> None:
    ehr.configuration = {
        "authorization_endpoint": "oauth/authorize",
        "token_endpoint": "/auth/token",
        "jwks_uri": "/auth/jwks",
    }
    response = plugin.browser.get("/smart/launch", query_string={"iss": ehr.fhir, "launch": "x"})
    assert response.headers["Location"].startswith(f"{ehr.fhir}/oauth/authorize?")
    plugin.launch(ehr)
    assert len(ehr.seen("/auth/token")) == 1


def test_an_elliptic_signature_is_good_too(plugin: Plugin, ehr: FakeEhr) -> None:
    ehr.key, ehr.algorithm = EC, "ES384"
    assert plugin.browser.get(plugin.launch(ehr)).status_code == 200


def test_an_issuer_without_openid_configuration_is_verified_by_the_keys_named_at_discovery(
    plugin: Plugin, ehr: FakeEhr
) -> None:
    ehr.replace["/auth/.well-known/openid-configuration"] = lambda _: as_json({}, 404)
    assert plugin.browser.get(plugin.launch(ehr)).status_code == 200


@smart(147)
def test_scopes_that_were_not_granted_are_known_to_the_page(plugin: Plugin, ehr: FakeEhr) -> None:
    ehr.token = {"scope": "launch openid fhirUser patient/*.rs user/Practitioner.read patient/CarePlan.cruds"}
    missing = plugin.browser.get(plugin.launch(ehr)).json["missing"]
    assert "patient/Observation.crus" in missing
    assert "patient/Condition.rs" not in missing
    assert "patient/CarePlan.crus" not in missing
    assert "online_access" not in missing


def test_an_answer_without_scope_means_all_that_was_asked(plugin: Plugin, ehr: FakeEhr) -> None:
    ehr.token = {"scope": None}
    assert plugin.browser.get(plugin.launch(ehr)).json["missing"] == []


@smart(193)
def test_context_beyond_patient_and_encounter_does_no_harm(plugin: Plugin, ehr: FakeEhr) -> None:
    ehr.token = {"fhirContext": [{"reference": "ImagingStudy/1"}], "encounter": None, "intent": "reconcile-meds"}
    assert plugin.browser.get(plugin.launch(ehr)).json["encounter"] == ""


@pytest.mark.parametrize(
    ("said", "needed"), [(True, True), (False, False), (None, True), ("false", True), (0, True)], ids=repr
)
def test_the_banner_is_needed_unless_the_ehr_says_that_it_is_not(
    plugin: Plugin, ehr: FakeEhr, said: object, needed: bool
) -> None:
    ehr.token = {"need_patient_banner": said}
    assert plugin.browser.get(plugin.launch(ehr)).json["banner"] is needed


@pytest.mark.parametrize(
    ("claims", "user"),
    [
        ({"fhirUser": "Practitioner/7"}, ["Practitioner/7", "Dr Anna Example", "user-7"]),
        ({"fhirUser": None, "profile": "Practitioner/7"}, ["Practitioner/7", "Dr Anna Example", "user-7"]),
        ({"fhirUser": None, "name": "Anna E."}, ["", "Anna E.", "user-7"]),
        (
            {"fhirUser": "https://staff.example.org/Practitioner/7"},
            ["https://staff.example.org/Practitioner/7", "", "user-7"],
        ),
    ],
)
def test_the_user_is_who_the_issuer_says(plugin: Plugin, ehr: FakeEhr, claims: dict[str, str], user: list[str]) -> None:
    ehr.claims = claims
    assert plugin.browser.get(plugin.launch(ehr)).json["user"] == user


def test_a_user_whose_resource_cannot_be_read_keeps_the_reference(plugin: Plugin, ehr: FakeEhr) -> None:
    ehr.replace["/fhir/Practitioner/7"] = lambda _: as_json({"resourceType": "OperationOutcome"}, 403)
    assert plugin.browser.get(plugin.launch(ehr)).json["user"] == ["Practitioner/7", "", "user-7"]
