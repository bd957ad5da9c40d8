"""Where paths of a settings file count from, and how an entry that does not fit is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from joserfc.jwk import ECKey

from plugin.errors import UsageError
from plugin.settings import load_settings

FILE = """
signing_keys = ["keys/new.jwk", "/keys/old.jwk"]
local_codes = "codes"
templates_folder = "../templates"

[[operations_clients]]
iss = "https://login.example.org"
jwks = "jwks.json"

[[cds_clients]]
iss = "https://ehr.example.org"
jwks = "jwks.json"
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a settings file with keys beside it; the working directory is another one."""
    folder = tmp_path / "site"
    folder.mkdir()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    key = ECKey.generate_key("P-256", {"kid": "k"}).as_dict(private=False)
    (folder / "jwks.json").write_text(json.dumps({"keys": [key]}))
    (folder / "careplan.toml").write_text(FILE)
    return folder


@pytest.mark.parametrize("named", ["absolute", "relative", "by the environment"])
def test_paths_in_a_file_count_from_the_file(site: Path, named: str) -> None:
    config = Path("../site/careplan.toml") if named == "relative" else site / "careplan.toml"
    if named == "by the environment":
        settings = load_settings(environ={"CAREPLAN_CONFIG": str(config)})
    else:
        settings = load_settings(config, environ={})
    assert [path.resolve() for path in settings.signing_keys] == [site / "keys/new.jwk", Path("/keys/old.jwk")]
    assert settings.local_codes is not None
    assert settings.local_codes.resolve() == site / "codes"
    assert settings.templates_folder.resolve() == site.parent / "templates"
    assert len(settings.operations_clients) == len(settings.cds_clients) == 1


def test_the_default_database_stands_beside_the_file(site: Path) -> None:
    assert load_settings(site / "careplan.toml", environ={}).database == f"sqlite:///{site}/instance/careplan.sqlite"
    assert load_settings(environ={}).database == f"sqlite:///{Path.cwd()}/instance/careplan.sqlite"


@pytest.mark.parametrize(
    ("line", "database"),
    [
        ('instance_folder = "data"', "sqlite:///{site}/data/careplan.sqlite"),
        ('instance_folder = "/var/lib/careplan"', "sqlite:////var/lib/careplan/careplan.sqlite"),
        ('database_url = "sqlite:///plans.sqlite"', "sqlite:///{site}/plans.sqlite"),
        ('database_url = "sqlite:////srv/plans.sqlite"', "sqlite:////srv/plans.sqlite"),
        ('database_url = "postgresql://db/careplan"', "postgresql://db/careplan"),
    ],
)
def test_the_database_of_a_file_counts_from_the_file(site: Path, line: str, database: str) -> None:
    (site / "careplan.toml").write_text(line)
    assert load_settings(site / "careplan.toml", environ={}).database == database.format(site=site)


def test_paths_of_the_environment_and_the_caller_count_from_the_working_directory(site: Path) -> None:
    environ = {"CAREPLAN_INSTANCE_FOLDER": "data", "CAREPLAN_SIGNING_KEYS": "a.jwk"}
    settings = load_settings(site / "careplan.toml", environ=environ, overrides={"local_codes": "map.json"})
    here = Path.cwd()
    assert (settings.instance_folder, settings.signing_keys) == (here / "data", (here / "a.jwk",))
    assert settings.local_codes == here / "map.json"


def test_a_path_from_home_stays_one(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/careplan")
    (site / "careplan.toml").write_text('local_codes = "~/codes"')
    assert load_settings(site / "careplan.toml", environ={}).local_codes == Path("/home/careplan/codes")


GOOD = {
    "allowed_issuers": {"iss": "https://a.example.org/fhir", "client_id": "c"},
    "cds_clients": {"iss": "https://a.example.org", "jku": "https://a.example.org/jwks.json"},
    "operations_clients": {
        "iss": "https://a.example.org",
        "jwks": {"keys": [ECKey.generate_key("P-256", {"kid": "k"}).as_dict(private=False)]},
    },
}


@pytest.mark.parametrize("setting", GOOD)
@pytest.mark.parametrize(
    ("entry", "named"),
    [
        ({"iss": "https://b.example.org", "label": "Second hospital"}, "entry 2 (Second hospital): it needs "),
        ({"iss": "https://b.example.org"}, "entry 2 (https://b.example.org): it needs "),
        ({"iss": "https://me:hush@b.example.org", "colour": "red"}, "entry 2: unknown key 'colour'"),
        ({"iss": "https://b.example.org", "colour": "red"}, "entry 2 (https://b.example.org): unknown key 'colour'"),
        (7, "entry 2: it must be a table"),
    ],
)
def test_an_entry_that_does_not_fit_is_named(setting: str, entry: object, named: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_settings(environ={f"CAREPLAN_{setting.upper()}": json.dumps([GOOD[setting], entry])})
    assert f"setting {setting} = (hidden) in the environment cannot be used: {named}" in str(caught.value)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("setting", GOOD)
def test_two_entries_with_the_same_iss_are_named_by_their_numbers(setting: str) -> None:
    entry = GOOD[setting]
    other = entry | {"iss": "https://b.example.org"}
    with pytest.raises(UsageError, match="once, and entries 1 and 3 have the same"):
        load_settings(environ={f"CAREPLAN_{setting.upper()}": json.dumps([entry, other, entry])})


def test_two_ehrs_with_the_same_callback_are_named_and_those_without_one_may_be_many() -> None:
    entries = [{"iss": f"https://{name}.example.org/fhir", "client_id": "c"} for name in ("a", "b", "c", "d")]
    entries[1]["callback"] = entries[3]["callback"] = "hospital"
    with pytest.raises(UsageError, match="each callback may be listed once, and entries 2 and 4 have the same"):
        load_settings(environ={"CAREPLAN_ALLOWED_ISSUERS": json.dumps(entries)})
    settings = load_settings(environ={"CAREPLAN_ALLOWED_ISSUERS": json.dumps(entries[:3])})
    addresses = [settings.redirect_uri(issuer).rpartition("/smart/")[2] for issuer in settings.allowed_issuers]
    assert addresses == ["callback", "callback/hospital", "callback"]
