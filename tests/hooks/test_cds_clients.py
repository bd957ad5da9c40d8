"""The setting `cds_clients`: what it takes, and what it says about what it does not."""

from __future__ import annotations

import orjson
import pytest
from joserfc.jwk import ECKey, KeySet, OctKey

from plugin.errors import UsageError
from plugin.settings import load_settings

KEY = ECKey.generate_key("P-384", {"kid": "k1"})
PUBLIC = KeySet([KEY]).as_dict(private=False)
GOOD = {"iss": "https://ehr.example.org", "jku": "https://ehr.example.org/jwks.json"}


def loaded(*clients: dict):
    return load_settings(environ={"CAREPLAN_CDS_CLIENTS": orjson.dumps(clients).decode()}).cds_clients


def test_a_client_is_read_from_a_file_and_from_the_environment(tmp_path):
    config = tmp_path / "careplan.toml"
    config.write_text(
        '[[cds_clients]]\niss = "https://ehr.example.org"\njku = "https://ehr.example.org/jwks.json"\n'
        'fhir_servers = ["https://ehr.example.org/fhir/"]\n'
    )
    [client] = load_settings(config, environ={}).cds_clients
    assert client.may_name("https://ehr.example.org/fhir")
    assert client.may_name("https://ehr.example.org/fhir/")
    assert not client.may_name("https://ehr.example.org/fhir/../admin")
    assert loaded(GOOD) == (loaded(GOOD)[0],)


def test_keys_can_be_handed_over_in_a_file_or_in_the_settings(tmp_path):
    file = tmp_path / "keys.json"
    file.write_bytes(orjson.dumps(PUBLIC))
    for jwks in (PUBLIC, str(file)):
        [client] = loaded({"iss": "https://ehr.example.org", "jwks": jwks})
        assert [key.kid for key in client.jwks.keys] == ["k1"]


@pytest.mark.parametrize(
    ("client", "told"),
    [
        ({"jku": GOOD["jku"]}, "needs iss"),
        ({"iss": GOOD["iss"]}, "needs jku"),
        (GOOD | {"jku": "ehr.example.org/jwks"}, "address"),
        (GOOD | {"jkus": []}, "unknown key 'jkus'"),
        (GOOD | {"fhir_servers": "https://ehr.example.org/fhir"}, "list"),
        (GOOD | {"jwks": KeySet([KEY]).as_dict(private=True)}, "public"),
        (GOOD | {"jwks": {"keys": [OctKey.generate_key(256, {"kid": "s"}).as_dict()]}}, "public"),
        (GOOD | {"jwks": {"keys": [{**PUBLIC["keys"][0], "kid": ""}]}}, "kid"),
        (GOOD | {"jwks": {"keys": [{**PUBLIC["keys"][0], "x": "!"}]}}, "cannot be used"),
        (GOOD | {"jwks": {"keys": []}}, "Key Set"),
        (GOOD | {"jwks": "/nowhere/keys.json"}, "/nowhere/keys.json"),
    ],
)
def test_a_client_that_cannot_be_used_is_refused_with_what_is_accepted(client, told):
    with pytest.raises(UsageError, match="cds_clients") as refusal:
        loaded(client)
    assert told in str(refusal.value)


@pytest.mark.parametrize("value", ["", "{}", "[1]", "3", 3, [GOOD, GOOD]])
def test_what_is_no_list_of_clients_is_refused(value):
    with pytest.raises(UsageError, match="cds_clients"):
        load_settings(environ={}, overrides={"cds_clients": value})
