"""What the answers of an authorization server have to hold before anything is made of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plugin.errors import LaunchError
from plugin.launch.authorization_server import server_says
from plugin.launch.discovery import SmartConfiguration
from plugin.setting_kinds import Issuer


def code_of(answer: Mapping[str, str], issuer: Issuer, configuration: SmartConfiguration) -> str:
    """The authorization code of an answer.

    Raises LaunchError for a refusal, in the server's own words, and for the answer of another server than the one that
    was asked (RFC 9207).
    """
    named = answer.get("iss")
    if named is None and configuration.names_itself:
        raise LaunchError("the answer does not say which authorization server it comes from: launch again", 403)
    if named is not None and named != configuration.issuer:
        raise LaunchError(f"the answer comes from another authorization server than that of {issuer.name}", 403)
    if "error" in answer:
        raise LaunchError(server_says(issuer, answer["error"], answer.get("error_description")), 403)
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
