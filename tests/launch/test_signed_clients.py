"""The plug-in proves who it is by a signature: the assertion, our published keys, and how keys are changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey
from structlog.testing import capture_logs

from plugin.chart.client import FhirClient
from plugin.errors import UsageError
from plugin.launch.context import authorized_session
from plugin.launch.keys import client_keys, read_key
from plugin.settings import Issuer, Settings, check_ready_to_serve
from tests.launch.fake_ehr import FakeEhr
from tests.launch.launch_app import Plugin, TestClock, smart

KEY_SET = "/.well-known/jwks.json"
Signing = Callable[..., Plugin]


def verified(plugin: Plugin, form: Any) -> jwt.Token:
    """The assertion of a token request, verified by the keys that we publish."""
    keys = KeySet.import_key_set(plugin.browser.get(KEY_SET).json)
    return jwt.decode(form["client_assertion"], keys, algorithms=["ES384", "RS384"])


@smart(64, 65, 307, 308, 309, 317, 319, 320, 321, 322, 323, 327, 328, 329, 330, 331, 332, 333, 334)
@pytest.mark.parametrize("algorithm", ["ES384", "RS384"])
def test_a_code_is_traded_with_an_assertion_that_our_published_key_verifies(
    signing: Signing, ehr: FakeEhr, clock: TestClock, algorithm: str
) -> None:
    plugin = signing((algorithm,))
    plugin.launch(ehr)
    (request,) = ehr.seen("/auth/token")
    assert request.form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    token = verified(plugin, request.form)
    (published,) = plugin.browser.get(KEY_SET).json["keys"]
    assert token.header == {"alg": algorithm, "kid": published["kid"], "typ": "JWT"}
    claims = token.claims
    assert claims["iss"] == claims["sub"] == "careplan-plugin"
    assert claims["aud"] == f"{ehr.base}/auth/token"
    assert isinstance(claims["exp"], int)
    assert 0 < claims["exp"] - clock().timestamp() <= 300
    assert len(claims["jti"]) >= 32
    assert "Authorization" not in request.headers
    assert not {"client_secret", "client_id"} & set(request.form)


@smart(319, 332)
def test_every_request_has_an_assertion_of_its_own_the_refresh_too(
    signing: Signing, ehr: FakeEhr, clock: TestClock
) -> None:
    plugin = signing()
    context = plugin.context_of(plugin.launch(ehr))
    with plugin.app.app_context():
        client = FhirClient(authorized_session(context), context.fhir_base)
    for _ in range(2):
        clock.advance(hours=1)
        client.read("Patient", "p1")
    forms = [request.form for request in ehr.seen("/auth/token")]
    assert [form["grant_type"] for form in forms] == ["authorization_code", "refresh_token", "refresh_token"]
    claims = [verified(plugin, form).claims for form in forms]
    assert len({each["jti"] for each in claims}) == 3
    assert claims[1]["exp"] - claims[0]["exp"] == 3600


@smart(22, 294, 298, 302, 303, 313, 314, 315)
def test_the_key_set_holds_the_public_halves_and_may_be_kept_for_an_hour(
    signing: Signing, key_files: dict[str, Path]
) -> None:
    answer = signing().another_browser().get(KEY_SET)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    elliptic, rsa = answer.json["keys"]
    assert {"kty", "kid", "crv", "x", "y", "alg", "use"} == set(elliptic)
    assert {"kty", "kid", "n", "e", "alg", "use"} == set(rsa)
    assert (elliptic["kty"], elliptic["crv"], rsa["kty"]) == ("EC", "P-384", "RSA")
    assert elliptic["kid"] != rsa["kid"]
    assert orjson.loads(key_files["RS384"].read_bytes())["d"] not in answer.text


def test_without_keys_the_set_is_empty(plugin: Plugin) -> None:
    assert plugin.browser.get(KEY_SET).json == {"keys": []}


def test_keys_change_without_a_gap(signing: Signing, ehr: FakeEhr) -> None:
    before = signing(("RS384", "ES384"))
    after = signing(("ES384", "RS384"))
    after.launch(ehr)
    (request,) = ehr.seen("/auth/token")
    assert verified(before, request.form).header["alg"] == "ES384"


@smart(320)
def test_the_first_key_that_the_server_takes_signs(signing: Signing, ehr: FakeEhr) -> None:
    ehr.configuration = {"token_endpoint_auth_signing_alg_values_supported": ["RS256", "RS384"]}
    plugin = signing(("ES384", "RS384"))
    plugin.launch(ehr)
    assert verified(plugin, ehr.seen("/auth/token")[0].form).header["alg"] == "RS384"


def test_a_server_that_takes_none_of_our_algorithms_is_told_apart(signing: Signing, ehr: FakeEhr) -> None:
    ehr.configuration = {"token_endpoint_auth_signing_alg_values_supported": ["PS512"]}
    response = signing().browser.get("/smart/launch", query_string={"iss": ehr.fhir, "launch": "x"})
    assert response.status_code == 502
    assert "takes signatures by PS512, our keys are for ES384, RS384" in response.text


@smart(324, 325)
def test_the_address_of_the_key_set_goes_along_where_the_ehr_has_it_registered(signing: Signing, ehr: FakeEhr) -> None:
    plugin = signing(send_jku=True)
    plugin.launch(ehr)
    assert verified(plugin, ehr.seen("/auth/token")[0].form).header["jku"] == f"http://127.0.0.1:8766{KEY_SET}"


@pytest.mark.parametrize(
    ("method", "secret", "taken"),
    [("private_key_jwt", "", ["client_secret_basic"]), ("client_secret_basic", "hush", ["private_key_jwt"])],
)
def test_a_registration_that_the_server_does_not_take_is_said_before_anybody_is_sent_there(
    signing: Signing, ehr: FakeEhr, method: str, secret: str, taken: list[str]
) -> None:
    ehr.configuration = {"token_endpoint_auth_methods_supported": taken}
    plugin = signing(token_endpoint_auth_method=method, client_secret=secret)
    response = plugin.browser.get("/smart/launch", query_string={"iss": ehr.fhir, "launch": "x"})
    assert response.status_code == 502
    assert f"EHR 1 takes {taken[0]} at its token endpoint, this plug-in is set to {method}" in response.text


def test_a_public_client_is_not_held_to_the_methods_of_confidential_ones(plugin: Plugin, ehr: FakeEhr) -> None:
    ehr.configuration = {"token_endpoint_auth_methods_supported": ["private_key_jwt"]}
    assert plugin.browser.get(plugin.launch(ehr)).status_code == 200


@smart(295)
def test_no_private_key_reaches_log_browser_or_database(
    signing: Signing, ehr: FakeEhr, key_files: dict[str, Path]
) -> None:
    private = [orjson.loads(file.read_bytes())["d"] for file in key_files.values()]
    with capture_logs() as lines:
        plugin = signing()
        plugin.browser.get(plugin.launch(ehr))
    plugin.database.close()
    kept = b"".join(file.read_bytes() for file in plugin.settings.instance_folder.iterdir()).decode(errors="replace")
    keys = client_keys(plugin.settings)
    seen = repr(lines) + kept + repr(keys) + plugin.browser.get(KEY_SET).text + repr(plugin.settings)
    assert not [secret for secret in private if secret in seen]


# --- key files that cannot be used ----------------------------------------------------------------------------------


def a_key(key: Any, **changes: Any) -> bytes:
    document = key.as_dict(private=True) | changes
    return orjson.dumps({name: value for name, value in document.items() if value is not None})


ELLIPTIC = ECKey.generate_key("P-384", {"kid": "a", "alg": "ES384"})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"-----BEGIN PRIVATE KEY-----", "is not a private key as a JWK"),
        (b"{}", "is not a private key as a JWK"),
        (b"[1]", "is not a private key as a JWK"),
        (orjson.dumps(ELLIPTIC.as_dict(private=False)), "holds no private key"),
        (a_key(OctKey.generate_key(256), kid="a"), "holds no private key"),
        (a_key(ELLIPTIC, alg=None), "its alg is None"),
        (a_key(ECKey.generate_key("P-256"), kid="a", alg="ES256"), "its alg is ES256"),
        (a_key(RSAKey.generate_key(2048), kid="a", alg="RS256"), "its alg is RS256"),
    ],
    ids=["PEM", "no key", "a list", "public", "a shared secret", "no alg", "ES256", "RS256"],
)
def test_a_key_that_cannot_sign_for_us_is_refused_with_its_file(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "key.jwk"
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises(UsageError, match=words) as caught:
        read_key(file)
    assert str(file) in str(caught.value)
    assert "careplan keys new" in str(caught.value)


@smart(313, 322)
def test_a_key_without_an_id_is_known_by_its_thumbprint(tmp_path: Path) -> None:
    file = tmp_path / "key.jwk"
    file.write_bytes(a_key(ELLIPTIC, kid=None))
    file.chmod(0o600)
    assert read_key(file).kid == ELLIPTIC.thumbprint()


@pytest.mark.filterwarnings("ignore:Key size should be")
def test_a_short_key_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "key.jwk"
    file.write_bytes(a_key(RSAKey.generate_key(1024), kid="a", alg="RS384"))
    file.chmod(0o600)
    with pytest.raises(UsageError, match="shorter than 2048 bits"):
        read_key(file)


@smart(295)
def test_a_private_key_that_everybody_can_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "key.jwk"
    file.write_bytes(a_key(ELLIPTIC))
    file.chmod(0o644)
    with pytest.raises(UsageError, match="can be read by everybody on this machine: chmod 600"):
        read_key(file)
    with pytest.raises(UsageError, match=r"cannot be read \(No such file"):
        read_key(tmp_path / "none.jwk")


def test_the_same_key_twice_is_a_mistake(key_files: dict[str, Path]) -> None:
    with pytest.raises(UsageError, match="names the same key twice"):
        client_keys(Settings(signing_keys=(key_files["ES384"], key_files["ES384"])))


def test_a_registration_by_key_needs_a_key_before_anything_is_served() -> None:
    issuer = Issuer("https://ehr.example.org/fhir", "c", token_endpoint_auth_method="private_key_jwt")
    with pytest.raises(UsageError, match="set to private_key_jwt, but signing_keys is empty"):
        check_ready_to_serve(
            Settings(secret_key="s" * 40, public_url="https://p.example.org", allowed_issuers=(issuer,))
        )
