"""What the answers of an authorization server have to hold before anything is made of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plugin.errors import LaunchError
from plugin.launch.authorization_server import server_says
from plugin.launch.discovery import SmartConfiguration
from plugin.setting_kinds import Issuer


def check_address(callback: str, issuer: Issuer, redirect_uri: str) -> None:
    """Raise LaunchError for an answer that arrived elsewhere than where the EHR of its launch has to send it.

    callback: the last part of the address where it arrived. A hostile EHR can pass people on to the login of another
    one, but cannot make that one answer at an address that is registered for the hostile EHR (RFC 9700, 4.4.2.2).
    """
    if callback != issuer.callback:
        raise LaunchError(
            f"the answer to a launch from {issuer.name} arrived at an address that is not the one of that EHR, so it "
            "was not used: launch again. If it happens each time, the redirect address registered there has to be "
            f"{redirect_uri}",
            403,
        )


def code_of(answer: Mapping[str, str], issuer: Issuer, configuration: SmartConfiguration) -> str:
    """The authorization code of an answer.

    Raises LaunchError for a refusal, in the server's own words, and for the answer of another server than the one that
    was asked (RFC 9207).
    """
    named = answer.get("iss")
    if named is None and configuration.names_itself:
        raise LaunchError("the answer does not say which authorization server it comes from: launch again", 403)
    if named is not None and named != configuration.issuer:
        raise LaunchError(
            f"the answer comes from another authorization server than that of {issuer.name}, so it was not used: "
            "launch again, and tell whoever looks after the EHR if it happens each time",
            403,
        )
    if "error" in answer:
        raise LaunchError(
            server_says(issuer, answer["error"], answer.get("error_description"), page=answer.get("error_uri")), 403
        )
    if not answer.get("code"):
        raise LaunchError(f"{issuer.name} sent neither a code nor a reason: launch the plug-in from the EHR again")
    return answer["code"]


def patient_of(token: Mapping[str, Any], issuer: Issuer) -> str:
    """The id of the patient that a token is for. Raises LaunchError where it names none: no page opens without."""
    patient = token.get("patient")
    if not isinstance(patient, str) or not patient:
        raise LaunchError(
            f"{issuer.name} did not say which patient this is about: open a patient's chart and launch from there"
        )
    return patient
