"""docs/smart.md tells the truth: the addresses answer, the settings exist."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from plugin.sandbox.try_out import CLIENTS
from plugin.settings import Issuer, check_ready_to_serve, load_settings
from tests.launch.launch_app import Plugin, smart

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "smart.md").read_text(encoding="utf-8")


@smart(20, 21, 299)
@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/smart/launch", 400, "needs the parameters iss and launch"),
        ("/smart/standalone", 400, "needs the parameter iss"),
        ("/smart/callback", 400, "unknown, used already or too old"),
        ("/.well-known/jwks.json", 200, '"keys":[]'),
    ],
)
def test_the_addresses_to_register_are_fixed_and_answer(plugin: Plugin, address: str, status: int, words: str) -> None:
    assert f"`<public_url>{address}" in PAGE
    answer = plugin.browser.get(address)
    assert answer.status_code == status
    assert words in answer.text


def test_every_setting_of_an_issuer_is_told_and_no_other() -> None:
    table = PAGE.partition("## Settings of an issuer")[2].partition("\n## ")[0]
    told = re.findall(r"^\| `([a-z_]+)` \|", table, re.MULTILINE)
    assert sorted(told) == sorted(item.name for item in fields(Issuer))


def test_the_trial_against_the_sandbox_uses_the_apps_that_it_knows(tmp_path: Path) -> None:
    section = PAGE.partition("## Try it against the sandbox")[2].partition("\n## ")[0]
    [printed] = re.findall(r"```toml\n(.*?)```", section, re.DOTALL)
    (tmp_path / "try-out.toml").write_text(printed, encoding="utf-8")
    settings = load_settings(tmp_path / "try-out.toml", environ={})
    check_ready_to_serve(settings)
    [issuer] = settings.allowed_issuers
    public, backend = CLIENTS
    assert (issuer.client_id, issuer.backend_client_id) == (public.client_id, backend.client_id)
    assert public.redirect_uris == (settings.redirect_uri(issuer),)
    assert public.check_endpoint_auth_method(issuer.auth_method, "token")
    assert backend.jwks_uri == f"{settings.public_url}/.well-known/jwks.json"
    assert all(f"`{address}`" in section for address in (settings.redirect_uri(issuer), backend.jwks_uri))
    assert settings.signing_keys == (tmp_path / "try-out.jwk",)
