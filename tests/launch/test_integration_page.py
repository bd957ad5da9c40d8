"""docs/integration.md tells the truth: scopes, messages, limits and ways of writing are those of the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from plugin.chart.http import Limits
from plugin.chart.searches import CHART_SEARCHES
from plugin.delivery.ability import Ability
from plugin.delivery.plan import PLAN_PARTS
from plugin.delivery.route import DOCUMENT, choose
from plugin.launch import backend, bearer, client_auth, identity, routes, service
from plugin.launch.scopes import scopes_to_request
from plugin.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGE = (DOCS / "integration.md").read_text(encoding="utf-8")
REFUSALS = {"LaunchError", "Refused", "RemoteError", "Unreachable"}
# Not on a page: what cannot be revoked is logged, and only that the EHR did not confirm is shown.
LOGGED_ONLY = "{} did not revoke the {}"
# The words of others, quoted to tell rows apart.
OF_OTHERS = {
    *("SSLError", "status 404"),
    *("access_denied", "invalid_client", "invalid_scope", "invalid_grant", "invalid_request"),
}


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """The cells of a Markdown table, without its head."""
    lines = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line] for line in lines]
    return [row for row in cells if row[0] not in ("scope", "you see", "what", "server") and set(row[0]) != {"-"}]


def quoted(text: str) -> list[str]:
    return re.findall("`([^`]+)`", text)


# --- scopes ---------------------------------------------------------------------------------------------------------


def test_every_scope_that_we_ask_for_is_explained_and_no_other() -> None:
    told = rows(section("Which scopes, and why"))
    assert sorted(row[0].strip("`") for row in told) == sorted(scopes_to_request(from_ehr=True))
    assert all(len(row) == 3 and row[1] and row[2] for row in told)
    assert "`launch/patient`" in told[0][1]


# --- messages -------------------------------------------------------------------------------------------------------


def messages_of(file: Path) -> Iterator[str]:
    """What the refusals in a module say, with {} for what is filled in."""
    for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in REFUSALS and call.args:
            said = call.args[0]
            parts = said.values if isinstance(said, ast.JoinedStr) else [said]
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)
            if text != "{}":  # handed on, and made elsewhere
                yield text


def told_messages() -> set[str]:
    seen = section("What you see, why, what to do").partition("### When no page of ours comes")[0]
    return {words for row in rows(seen) for words in quoted(row[0])} - OF_OTHERS


def test_every_message_of_the_page_is_one_of_ours() -> None:
    source = "\n".join(file.read_text(encoding="utf-8") for file in sorted((ROOT / "plugin").rglob("*.py")))
    source = re.sub(r'"\n\s*f?"', "", source)  # one message over several lines
    told = told_messages()
    assert len(told) > 40
    assert {words for words in told if words not in source} == set()


def test_every_message_of_a_refused_launch_is_on_the_page() -> None:
    told = told_messages()
    said = {text for file in sorted((ROOT / "plugin" / "launch").glob("*.py")) for text in messages_of(file)}
    assert len(said) > 30
    assert {text for text in said if not any(words in text for words in told)} == {LOGGED_ONLY}


def test_every_row_says_why_and_what_to_do() -> None:
    told = rows(section("What you see, why, what to do"))
    assert [row for row in told if len(row) != 3 or not all(row)] == []


# --- limits ---------------------------------------------------------------------------------------------------------


def test_the_time_limits_are_those_in_force() -> None:
    of_settings, limits = Settings(), Limits()
    lasts = {row[0].partition(",")[0]: row[1] for row in rows(section("Time limits"))}
    for what, words in {
        "from the launch address to the answer": f"{service.LAUNCH_SECONDS // 60} minutes",
        "the access token": f"renewed {bearer._LEEWAY.seconds} seconds before",
        "a workspace": f"{of_settings.session_hours:g} hours",
        "difference of clocks": f"{identity._LEEWAY} seconds",
        "our signature": f"{client_auth.LIFETIME} seconds",
        "our key set in caches": f"{routes.KEY_SET_SECONDS} seconds",
        "a connection to the EHR": f"{of_settings.connect_timeout:g} seconds",
        "one answer of the EHR": f"{of_settings.read_timeout:g} seconds",
        "a whole chart": f"{of_settings.chart_timeout:g} seconds",
        "configuration": f"{limits.answer:g} seconds and {limits.for_documents().largest:,} bytes",
        "one search": f"{limits.pages} pages of {limits.count}; at 429 and 5xx {limits.retries} more attempts; "
        f"`Retry-After` is sat out below {limits.longest_wait} seconds",
    }.items():
        assert words in lasts[what]
    assert f"a backend service's {backend._LEEWAY.seconds} seconds before" in lasts["the access token"]


# --- what each lets apps write ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "row", rows(section("What each lets apps write")), ids=lambda row: row[0].partition(" (")[0].replace(" ", "-")
)
def test_the_way_of_writing_follows_from_what_a_server_says(row: list[str]) -> None:
    creates, updates = (set(cell.split(", ")) for cell in row[1:3])
    assert creates | updates <= {*PLAN_PARTS, DOCUMENT}
    types = {
        kind: frozenset(
            {"read"} | ({"create"} if kind in creates else set()) | ({"update"} if kind in updates else set())
        )
        for kind in creates | updates
    }
    system = frozenset({"transaction"} if row[3] == "`transaction`" else ())
    assert f"`{choose(Ability(system, types), lambda _kind, _right: True).strategy}`" == row[3]
    read = {search.resource_type for search in CHART_SEARCHES} | {"Medication"}
    assert {kind for kind in row[4].split(", ") if kind} <= read


# --- the page itself -------------------------------------------------------------------------------------------------


def test_the_settings_that_it_prints_can_be_used(tmp_path: Path) -> None:
    printed = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert len(printed) == 2
    (tmp_path / "careplan.toml").write_text("\n".join(printed), encoding="utf-8")
    epic, simulator = load_settings(tmp_path / "careplan.toml", environ={}).allowed_issuers
    assert (epic.auth_method, epic.refresh_scope, simulator.auth_method) == (
        "private_key_jwt",
        "offline_access",
        "none",
    )


@pytest.mark.parametrize("page", ["integration.md", "smart.md"])
def test_links_to_our_own_pages_lead_somewhere(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([a-z-]+\.md)?(?:#([a-z-]+))?\)", text)
    assert len(links) > 3
    for name, anchor in links:
        target = (DOCS / (name or page)).read_text(encoding="utf-8")
        heads = [
            re.sub(r"[^a-z -]", "", head.lower()).replace(" ", "-") for head in re.findall("^#+ (.+)$", target, re.M)
        ]
        assert not anchor or anchor in heads, (name, anchor)


def test_the_readme_leads_here() -> None:
    assert "(docs/integration.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
