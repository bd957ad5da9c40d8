from __future__ import annotations

import pytest

from plugin.launch.scopes import not_granted, scopes_to_request
from tests.launch.launch_app import smart


@smart(147, 219)
@pytest.mark.parametrize(
    ("granted", "missing"),
    [
        ("patient/Observation.rs", False),
        ("patient/Observation.cruds", False),
        ("patient/*.rs", False),
        ("patient/Observation.read", False),
        ("patient/*.*", False),
        ("user/Observation.rs", False),
        ("patient/Observation.r patient/Observation.s", False),
        ("http://smarthealthit.org/fhir/scopes/patient/Observation.rs", False),
        ("patient/Observation.r", True),
        ("patient/Observation.write", True),
        ("patient/Condition.rs", True),
        ("patient/Observation.rs?category=laboratory", True),
        ("system/Observation.rs", True),
        ("", True),
        ("nonsense/Observation.rs", True),
    ],
)
def test_a_scope_is_granted_when_something_granted_covers_it(granted: str, missing: bool) -> None:
    wanted = ("patient/Observation.rs",)
    assert not_granted(wanted, granted.split()) == (wanted if missing else ())


def test_a_right_as_user_is_not_given_by_a_right_on_one_patient() -> None:
    assert not_granted(["user/Practitioner.r"], ["patient/*.cruds"]) == ("user/Practitioner.r",)


def test_profile_stands_for_fhir_user() -> None:
    assert not_granted(["openid", "fhirUser"], ["openid", "profile"]) == ()
    assert not_granted(["openid", "fhirUser"], ["openid"]) == ("fhirUser",)


@smart(220)
def test_openid_scopes_are_understood_as_uris() -> None:
    prefix = "http://openid.net/specs/openid-connect-core-1_0#"
    assert not_granted(["openid", "fhirUser"], [f"{prefix}openid", f"{prefix}profile"]) == ()
    assert not_granted(["openid"], [f"{prefix}email"]) == ("openid",)


@smart(151, 152)
def test_the_two_kinds_of_launch_differ_in_the_context_only() -> None:
    from_ehr, standalone = scopes_to_request(from_ehr=True), scopes_to_request(from_ehr=False)
    assert (from_ehr[0], standalone[0]) == ("launch", "launch/patient")
    assert from_ehr[1:] == standalone[1:]
