"""What an EHR hands over with a launch besides patient and user, and what we ask for in whose words."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.wrappers import Response

from plugin.launch.fhir_context import ContextItem, read_fhir_context
from plugin.launch.scopes import backend_scopes, scopes_to_request, speaks_version_1_only
from plugin.settings import Issuer
from tests.launch.fake_ehr import FakeEhr, as_json
from tests.launch.launch_app import Plugin, smart

# --- what else is on the screen ------------------------------------------------------------------------------------


@smart(191)
def test_resources_on_the_screen_are_kept_with_their_role(plugin: Plugin, ehr: FakeEhr) -> None:
    ehr.token = {
        "fhirContext": [
            {"reference": "DiagnosticReport/7"},
            {"reference": "ServiceRequest/8", "role": "https://ehr.example.org/role/reason"},
            {"canonical": "https://forms.example.org/Questionnaire/9|2", "type": "Questionnaire"},
            {"identifier": {"system": "urn:dicom:uid", "value": "urn:oid:1.2.3"}, "type": "ImagingStudy"},
        ]
    }
    assert plugin.context_of(plugin.launch(ehr)).fhir_context == (
        ContextItem(reference="DiagnosticReport/7", type="DiagnosticReport", role="launch"),
        ContextItem(reference="ServiceRequest/8", type="ServiceRequest", role="https://ehr.example.org/role/reason"),
        ContextItem(canonical="https://forms.example.org/Questionnaire/9|2", type="Questionnaire", role="launch"),
        ContextItem(identifier="urn:dicom:uid|urn:oid:1.2.3", type="ImagingStudy", role="launch"),
    )


@pytest.mark.parametrize(
    "value",
    [None, "DiagnosticReport/7", {}, [], [7], [{}], [{"reference": 7}], [{"reference": "R/1", "role": 7}],
     [{"reference": "R/1", "role": None}], [{"identifier": {"system": "s"}}], [{"reference": "R/" + "1" * 600}]],
)  # fmt: skip
def test_what_cannot_be_read_as_a_resource_on_the_screen_is_left_out(value: object) -> None:
    assert read_fhir_context(value) == ()


def test_a_list_without_end_is_cut() -> None:
    assert len(read_fhir_context([{"reference": f"R/{number}"} for number in range(10_000)])) == 50


@smart(193)
@pytest.mark.parametrize("intent", ["reconcile-medications", 7, None])
def test_an_intent_that_we_do_not_know_opens_the_same_page(plugin: Plugin, ehr: FakeEhr, intent: object) -> None:
    ehr.token = {"intent": intent, "tenant": "clinic-3"}
    address = plugin.launch(ehr)
    assert plugin.browser.get(address).json["patient"] == "p1"
    context = plugin.context_of(address)
    assert context.intent == (intent if isinstance(intent, str) else "")
    assert context.tenant == "clinic-3"


# --- the look of the EHR --------------------------------------------------------------------------------------------

STYLE = {"color_background": "#EDEAE3", "color_text": "#333", "color_highlight": "#69b5ce", "dim_font_size": "13px"}


def style_of(plugin: Plugin, ehr: FakeEhr) -> dict[str, str]:
    return dict(plugin.context_of(plugin.launch(ehr)).style)


def test_the_colours_of_the_ehr_are_read_and_nothing_else(plugin: Plugin, ehr: FakeEhr) -> None:
    ehr.style = STYLE
    assert style_of(plugin, ehr) == {
        "color_background": "#edeae3",
        "color_highlight": "#69b5ce",
        "color_text": "#333333",
    }
    (request,) = ehr.seen("/style.json")
    assert "Authorization" not in request.headers


@pytest.mark.parametrize(
    "colour",
    ["red", "#12345", "#1234567", "url(https://evil.example.org)", "#fff;} body{display:none", "", 7, None, ["#fff"]],
)
def test_what_is_no_hex_colour_never_reaches_a_stylesheet(plugin: Plugin, ehr: FakeEhr, colour: Any) -> None:
    ehr.style = {"color_text": colour}
    assert style_of(plugin, ehr) == {}


@smart(97)
def test_a_style_from_elsewhere_is_not_fetched(plugin: Plugin, ehr: FakeEhr, other_ehr: FakeEhr) -> None:
    other_ehr.style = STYLE
    ehr.token = {"smart_style_url": f"{other_ehr.base}/style.json"}
    assert style_of(plugin, ehr) == {}
    assert other_ehr.requests == []


def test_a_style_from_an_origin_on_the_list_is_fetched(
    build: Callable[..., Plugin], ehr: FakeEhr, other_ehr: FakeEhr
) -> None:
    other_ehr.style = STYLE
    ehr.token = {"smart_style_url": f"{other_ehr.base}/style.json"}
    plugin = build(allowed_issuers=(Issuer(ehr.fhir, "careplan-plugin", frame_origins=(other_ehr.base,)),))
    assert set(style_of(plugin, ehr)) == {"color_background", "color_highlight", "color_text"}


def drip() -> Any:
    for _ in range(200):
        time.sleep(0.05)
        yield b" "


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: as_json({}, 404),
        lambda _: Response("<html>", 200),
        lambda _: as_json(["#fff"]),
        lambda _: Response(b'{"color_text": "#000000", "x": "' + b"y" * 20_000 + b'"}'),
        lambda _: Response(status=302, headers={"Location": "/elsewhere"}),
        lambda _: Response(drip()),
    ],
    ids=["missing", "page", "list", "too large", "redirect", "too slow"],
)
def test_a_style_that_cannot_be_had_does_not_hold_up_the_launch(
    plugin: Plugin, ehr: FakeEhr, answer: Callable[[Any], Response], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plugin.launch.style._PATIENCE", 0.3)
    ehr.replace["/style.json"] = answer
    before = time.monotonic()
    assert style_of(plugin, ehr) == {}
    assert time.monotonic() - before < 4
    assert ehr.seen("/elsewhere") == []


# --- what we ask for ------------------------------------------------------------------------------------------------


def scopes_asked(plugin: Plugin, ehr: FakeEhr) -> list[str]:
    return plugin.depart(ehr)["scope"].split()


@smart(215, 216)
@pytest.mark.parametrize(
    ("setting", "asked"),
    [("online_access", {"online_access"}), ("offline_access", {"offline_access"}), ("none", set())],
)
def test_how_long_we_ask_for_access_is_a_setting(
    build: Callable[..., Plugin], ehr: FakeEhr, setting: str, asked: set[str]
) -> None:
    plugin = build(allowed_issuers=(Issuer(ehr.fhir, "careplan-plugin", refresh_scope=setting),))
    assert {"online_access", "offline_access", "none"} & set(scopes_asked(plugin, ehr)) == asked


@smart(37, 120, 121, 122, 125, 135, 137, 141, 150, 151)
def test_version_2_scopes_say_what_is_done_with_each_type(plugin: Plugin, ehr: FakeEhr) -> None:
    ehr.configuration = {"capabilities": ["permission-v1", "permission-v2"]}
    asked = scopes_asked(plugin, ehr)
    assert {"launch", "patient/Condition.rs", "patient/CarePlan.crus", "user/Practitioner.r"} <= set(asked)
    assert not [scope for scope in asked if scope.endswith((".read", ".write"))]


@smart(46, 148)
def test_nothing_is_asked_for_by_wildcard_nor_to_delete() -> None:
    asked = [*scopes_to_request(from_ehr=True), *backend_scopes()]
    resources = [scope for scope in asked if "/" in scope and not scope.startswith("launch/")]
    assert resources
    assert not [scope for scope in resources if "*" in scope or "d" in scope.rpartition(".")[2]]


def test_a_server_of_smart_1_is_asked_in_its_words_and_its_grant_understood(plugin: Plugin, ehr: FakeEhr) -> None:
    ehr.configuration = {"capabilities": ["permission-v1"]}
    asked = scopes_asked(plugin, ehr)
    assert {"patient/Condition.read", "patient/CarePlan.read", "patient/CarePlan.write"} <= set(asked)
    assert {"patient/Condition.write", "patient/CarePlan.crus"} & set(asked) == set()
    ehr.token = {"scope": "launch openid fhirUser user/Practitioner.read patient/*.read patient/Observation.write"}
    missing = plugin.context_of(plugin.launch(ehr)).missing_scopes
    assert "patient/CarePlan.write" in missing
    assert {"patient/CarePlan.read", "patient/Observation.write"} & set(missing) == set()


@pytest.mark.parametrize(
    ("capabilities", "supported", "version_1"),
    [
        (["permission-v1"], [], True),
        (["permission-v1", "permission-v2"], ["patient/*.read"], False),
        (["permission-v2"], [], False),
        ([], ["openid", "launch", "patient/*.read", "patient/Observation.*"], True),
        ([], ["openid", "patient/*.read", "patient/*.rs"], False),
        ([], ["openid", "launch"], False),
        ([], [], False),
    ],
)
def test_which_version_a_server_speaks(capabilities: list[str], supported: list[str], version_1: bool) -> None:
    assert speaks_version_1_only(capabilities, supported) is version_1


@pytest.mark.parametrize("said", [None, "permission-v1", 7, [7, {}], {}])
def test_capabilities_that_are_no_list_of_words_are_taken_for_none(plugin: Plugin, ehr: FakeEhr, said: object) -> None:
    ehr.configuration = {"capabilities": said, "scopes_supported": said, "token_endpoint_auth_methods_supported": said}
    assert "patient/CarePlan.crus" in scopes_asked(plugin, ehr)
