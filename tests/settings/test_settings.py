from __future__ import annotations

from dataclasses import fields
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from plugin.errors import UsageError
from plugin.settings import Issuer, Settings, check_ready_to_serve, describe, load_settings

FILE = """
secret_key = "0123456789012345678901234567890123456789"
public_url = "https://plugin.example.org/"
read_timeout = 4
cookie_partitioned = false

[[allowed_issuers]]
iss = "https://ehr.example.org/fhir/"
client_id = "careplan"
client_secret = "hush"
scopes = "launch openid"
label = "City hospital"
frame_origins = ["https://Portal.example.org/"]

[[allowed_issuers]]
iss = "https://other.example.org:8443/r4"
client_id = "careplan-2"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "careplan.toml"
    path.write_text(FILE)
    return path


def test_without_file_and_environment_there_are_defaults_for_everything() -> None:
    settings = load_settings(environ={})
    assert settings == Settings()
    assert (settings.public_url, settings.time_zone, settings.zone) == ("http://127.0.0.1:8766", "UTC", UTC)


def test_templates_and_profiles_are_found_without_a_setting() -> None:
    settings = load_settings(environ={})
    assert settings.templates_folder.is_dir()
    assert settings.profiles_folder.is_dir()


def test_a_file_is_read_into_types(config: Path) -> None:
    settings = load_settings(config, environ={})
    assert settings.read_timeout == 4.0
    assert settings.cookie_partitioned is False
    assert settings.public_url == "https://plugin.example.org"
    first, second = settings.allowed_issuers
    assert settings.redirect_uri(first) == "https://plugin.example.org/smart/callback"
    assert first == Issuer(
        "https://ehr.example.org/fhir",
        "careplan",
        "hush",
        ("launch", "openid"),
        "City hospital",
        ("https://portal.example.org",),
    )
    assert (first.name, second.name) == ("City hospital", "https://other.example.org:8443/r4")
    assert settings.frame_ancestors == ("https://portal.example.org", "https://other.example.org:8443")


def test_the_environment_leads_over_the_file_and_the_caller_over_both(config: Path) -> None:
    environ = {"CAREPLAN_CONFIG": str(config), "CAREPLAN_READ_TIMEOUT": "6", "CAREPLAN_LOG_LEVEL": "DEBUG", "HOME": "/"}
    settings = load_settings(environ=environ, overrides={"log_level": "error"})
    assert (settings.read_timeout, settings.log_level) == (6.0, "error")
    assert len(settings.allowed_issuers) == 2


def test_issuers_may_come_from_the_environment_as_json() -> None:
    environ = {"CAREPLAN_ALLOWED_ISSUERS": '[{"iss": "https://ehr.example.org/fhir", "client_id": "c"}]'}
    assert load_settings(environ=environ).issuer("https://ehr.example.org/fhir/") == Issuer(
        "https://ehr.example.org/fhir", "c"
    )


@pytest.mark.parametrize(
    "iss", ["https://ehr.example.org", "https://ehr.example.org/fhir/r4", "http://ehr.example.org/fhir", ""]
)
def test_an_ehr_that_only_resembles_one_on_the_list_is_not_on_it(config: Path, iss: str) -> None:
    assert load_settings(config, environ={}).issuer(iss) is None


def test_the_test_suites_own_variables_are_no_settings() -> None:
    assert load_settings(environ={"CAREPLAN_TEST_POSTGRES": "postgresql://x"}) == Settings()


def test_an_unknown_setting_is_named_with_the_one_that_was_meant(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text("read_timeot = 4")
    with pytest.raises(UsageError, match=r"unknown setting 'read_timeot' in .*x\.toml: did you mean 'read_timeout'\?"):
        load_settings(path, environ={})
    with pytest.raises(UsageError, match="unknown setting 'zzz' in the environment: known settings are secret_key"):
        load_settings(environ={"CAREPLAN_ZZZ": "1"})


@pytest.mark.parametrize(
    ("name", "value", "accepted"),
    [
        ("READ_TIMEOUT", "soon", "a number of seconds above 0"),
        ("READ_TIMEOUT", "0", "a number of seconds above 0"),
        ("CHART_TIMEOUT", "nan", "a number of seconds above 0"),
        ("CONNECT_TIMEOUT", "inf", "a number of seconds above 0"),
        ("SESSION_HOURS", "-1", "a number of hours above 0"),
        ("COOKIE_SECURE", "maybe", "true or false"),
        ("TIME_ZONE", "Mars/Olympus", "name of a time zone"),
        ("TIME_ZONE", "../etc/passwd", "name of a time zone"),
        ("LOG_LEVEL", "loud", "debug, info, warning or error"),
        ("PUBLIC_URL", "plugin.example.org", "an address such as https://"),
        ("PUBLIC_URL", "https://a.example.org/?x=1", "an address such as https://"),
        ("PUBLIC_URL", "https://user@a.example.org", "an address such as https://"),
        ("PUBLIC_URL", "https://a.example.org:port", "an address such as https://"),
        ("TEMPLATES_FOLDER", " ", "path of a file or folder"),
        ("ALLOWED_ISSUERS", "https://ehr.example.org", "a JSON list such as"),
        ("ALLOWED_ISSUERS", "{}", "a list of tables with iss and client_id"),
        ("ALLOWED_ISSUERS", "[7]", "entry 1: it must be a table"),
        ("ALLOWED_ISSUERS", '[{"iss": "https://a.example.org"}]', "needs client_id"),
        ("ALLOWED_ISSUERS", '[{"iss": "x", "client_id": "c"}]', "an address such as https://"),
        (
            "ALLOWED_ISSUERS",
            '[{"iss": "https://a.example.org", "client_id": "c", "secret": "s"}]',
            "unknown key 'secret'",
        ),
        ("ALLOWED_ISSUERS", '[{"iss": "https://a.example.org", "client_id": "c", "scopes": 7}]', "lists of text"),
        (
            "ALLOWED_ISSUERS",
            '[{"iss": "https://a.example.org", "client_id": "c", "delivery": "fax"}]',
            "delivery must be one of transaction, single, plan, document, download",
        ),
        (
            "ALLOWED_ISSUERS",
            '[{"iss": "https://a.example.org", "client_id": "c"}, {"iss": "https://a.example.org/", "client_id": "d"}]',
            "each iss may be listed once",
        ),
        *(
            ("ALLOWED_ISSUERS", f'[{{"iss": "https://a.example.org", "client_id": "c", {entry}}}]', accepted)
            for entry, accepted in (
                ('"token_endpoint_auth_method": "client_secret_jwt"', "one of none, client_secret_basic"),
                ('"token_endpoint_auth_method": "client_secret_basic"', "client_secret goes with"),
                ('"token_endpoint_auth_method": "private_key_jwt", "client_secret": "s"', "client_secret goes with"),
                ('"authorize_method": "PUT"', "authorize_method must be one of get, post"),
                ('"refresh_scope": "for ever"', "one of online_access, offline_access, none"),
                ('"send_jku": "perhaps"', "true or false"),
                ('"callback": "City Hospital"', "callback must be a word of small letters, digits and hyphens"),
                ('"callback": "../launch"', "callback must be a word of small letters, digits and hyphens"),
                ('"backend_scopes": 7', "lists of text"),
                ('"frame_origins": ["https://b.example.org/start"]', "https://b.example.org instead of"),
                ('"scopes": "launch/DiagnosticReport"', "a resource type in lower case"),
                ('"scopes": "launch/list?role=home&role=ward"', "at most one ?role="),
                ('"scopes": "patient/observation.rs"', "'patient/observation.rs' is no scope of SMART"),
                ('"scopes": "patient/Observation.sr"', "the letters c, r, u, d, s in this order"),
                ('"scopes": "patient/Observation."', "is no scope of SMART"),
                ('"scopes": "user/Observation.rs?category"', "perhaps a search"),
                ('"backend_scopes": "system/Observation.rs?a=1&"', "is no scope of SMART"),
            )
        ),
    ],
)
def test_a_wrong_value_is_named_with_its_source_and_the_accepted_form(name: str, value: str, accepted: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_settings(environ={f"CAREPLAN_{name}": value})
    message = str(caught.value)
    assert f"setting {name.lower()} = " in message
    assert "in the environment cannot be used" in message
    assert accepted in message


@pytest.mark.parametrize(
    "value",
    [
        "read_timeout = true",
        "read_timeout = []",
        "log_level = 3",
        "cookie_secure = 1",
        'cds_timeout = "3"',
        'cookie_secure = "no"',
    ],
)
def test_a_value_of_the_wrong_type_in_a_file_is_refused(tmp_path: Path, value: str) -> None:
    path = tmp_path / "x.toml"
    path.write_text(value)
    with pytest.raises(UsageError, match="cannot be used"):
        load_settings(path, environ={})


@pytest.mark.parametrize(
    ("name", "value"), [("SECRET_KEY", "too short"), ("ALLOWED_ISSUERS", '[{"client_secret": "hush"}]')]
)
def test_a_secret_never_shows_in_a_message(name: str, value: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_settings(environ={f"CAREPLAN_{name}": value})
    assert value not in str(caught.value)
    assert "hush" not in str(caught.value)


def test_a_secret_never_shows_in_a_repr(config: Path) -> None:
    shown = repr(load_settings(config, environ={}))
    assert "0123456789" not in shown
    assert "hush" not in shown


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.toml cannot be read"):
        load_settings(tmp_path / "nowhere.toml", environ={})
    broken = tmp_path / "broken.toml"
    broken.write_text("read_timeout = = 4")
    with pytest.raises(UsageError, match=r"broken\.toml is not TOML: .*line 1"):
        load_settings(broken, environ={})


def test_the_registration_at_an_ehr_is_read_into_types(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text(
        """
        signing_keys = ["/keys/new.jwk", "/keys/old.jwk"]
        [[allowed_issuers]]
        iss = "https://ehr.example.org/fhir"
        client_id = "c"
        token_endpoint_auth_method = "private_key_jwt"
        send_jku = true
        authorize_method = "post"
        refresh_scope = "offline_access"
        backend_client_id = "b"
        backend_scopes = ["system/Patient.rs"]
        """
    )
    settings = load_settings(path, environ={})
    (issuer,) = settings.allowed_issuers
    assert (issuer.auth_method, issuer.send_jku, issuer.authorize_method) == ("private_key_jwt", True, "post")
    assert (issuer.refresh_scope, issuer.backend_client_id) == ("offline_access", "b")
    assert issuer.backend_scopes == ("system/Patient.rs",)
    assert settings.signing_keys == (Path("/keys/new.jwk"), Path("/keys/old.jwk"))
    given = load_settings(environ={"CAREPLAN_SIGNING_KEYS": "/keys/new.jwk, /keys/old.jwk"})
    assert given.signing_keys == settings.signing_keys


@pytest.mark.parametrize(("secret", "method"), [("", "none"), ("hush", "client_secret_basic")])
def test_without_a_word_the_secret_says_how_we_are_known(secret: str, method: str) -> None:
    assert Issuer("https://ehr.example.org/fhir", "c", secret).auth_method == method


def test_a_time_zone_is_found_by_name() -> None:
    assert load_settings(environ={"CAREPLAN_TIME_ZONE": "Europe/Berlin"}).zone == ZoneInfo("Europe/Berlin")


@pytest.mark.requirement("hl7.fhir.uv.smart-app-launch_2.2.0@301")
def test_real_ehrs_need_a_secret_key_an_ehr_and_tls(config: Path) -> None:
    ready = load_settings(config, environ={})
    check_ready_to_serve(ready)
    for overrides, words in (
        ({"public_url": "http://plugin.example.org"}, "public_url = .* is not https"),
        ({"allowed_issuers": []}, "allowed_issuers is empty"),
        ({"allowed_issuers": [{"iss": "http://ehr.example.org", "client_id": "c"}]}, "allowed_issuers.iss"),
    ):
        with pytest.raises(UsageError, match=words):
            check_ready_to_serve(load_settings(config, environ={}, overrides=overrides))
    with pytest.raises(UsageError, match="CAREPLAN_SECRET_KEY"):
        check_ready_to_serve(Settings(allowed_issuers=ready.allowed_issuers))


@pytest.mark.parametrize("host", ["127.0.0.1:8766", "localhost:8766", "[::1]:8766", "ehr.localhost"])
def test_this_machine_may_do_without_tls(config: Path, host: str) -> None:
    check_ready_to_serve(load_settings(config, environ={}, overrides={"public_url": f"http://{host}"}))


def test_every_setting_is_described() -> None:
    rows = describe()
    assert [row[0] for row in rows] == [item.name for item in fields(Settings)]
    assert all(all(row) for row in rows)
    assert ("read_timeout", "CAREPLAN_READ_TIMEOUT", "10.0") in [row[:3] for row in rows]
