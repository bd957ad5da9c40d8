"""docs/settings.md and docs/deploying.md tell the truth: every setting, a file that can be used, pages there are."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from joserfc.jwk import ECKey

from plugin.settings import Settings, check_ready_to_serve, load_settings
from plugin.settings_page import settings_page
from plugin.web.serving import about_to_serve

DOCS = Path(__file__).resolve().parents[2] / "docs"
DEPLOYING = (DOCS / "deploying.md").read_text(encoding="utf-8")


def test_the_page_of_all_settings_is_up_to_date() -> None:
    page = (DOCS / "settings.md").read_text(encoding="utf-8")
    assert page == settings_page(), "run: python -m plugin.settings_page > docs/settings.md"


def test_every_setting_has_a_row_with_four_cells() -> None:
    rows = [line for line in settings_page().splitlines() if line.startswith("| `")]
    assert [re.match(r"\| `(\w+)` \|", row)[1] for row in rows] == list(Settings.__dataclass_fields__)  # type: ignore[index]
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 5 for row in rows)


def test_pages_that_the_list_leads_to_are_there() -> None:
    linked = set(re.findall(r"\]\(([a-z-]+\.md)", settings_page() + DEPLOYING))
    assert len(linked) > 4
    assert {name for name in linked if not (DOCS / name).is_file()} == set()


@pytest.fixture
def as_printed(tmp_path: Path) -> Settings:
    """The settings file of the page, in a folder with the key set that it names."""
    [printed] = re.findall(r"```toml\n(.*?)```", DEPLOYING, re.DOTALL)
    key = ECKey.generate_key("P-256", {"kid": "k"}).as_dict(private=False)
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys/login.jwks.json").write_text(json.dumps({"keys": [key]}))
    (tmp_path / "careplan.toml").write_text(printed, encoding="utf-8")
    return load_settings(tmp_path / "careplan.toml", environ={"CAREPLAN_SECRET_KEY": "0123456789" * 4})


def test_the_settings_file_of_the_page_can_be_used_as_it_stands(as_printed: Settings) -> None:
    check_ready_to_serve(as_printed)
    assert len(as_printed.allowed_issuers) == 2


def test_what_the_server_says_at_its_start_is_printed_as_it_is(as_printed: Settings) -> None:
    said = "".join(f"careplan: {line}\n" for line in about_to_serve(as_printed))
    assert f"```\n{said}```" in DEPLOYING


def test_an_ehr_with_a_redirect_address_of_its_own_is_named_with_it_at_the_start(as_printed: Settings) -> None:
    first, second = as_printed.allowed_issuers
    settings = replace(as_printed, allowed_issuers=(replace(first, callback="city"), second))
    [line] = [line for line in about_to_serve(settings) if line.startswith("EHRs that may launch")]
    assert "(https://ehr.example.org/fhir/r4, answers at https://careplan.example.org/smart/callback/city), " in line
    assert line.endswith("Day clinic (https://fhir.clinic.example.org/r4)")
