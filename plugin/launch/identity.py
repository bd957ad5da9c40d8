"""Who launched us: the id_token, verified by the issuer's keys, and the FHIR resource of the user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from plugin.chart.client import FhirClient
from plugin.errors import LaunchError, RemoteError
from plugin.signatures import ALGORITHMS

_LEEWAY = 60
_NOT_CLINICIANS = ("Patient", "RelatedPerson")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class User:
    """The person at the screen: FHIR reference (empty where the EHR gives none), name, and subject at the issuer."""

    reference: str
    name: str
    subject: str


def verify_id_token(
    id_token: object, keys: KeySet, issuer: str, client_id: str, nonce: str, now: datetime
) -> Mapping[str, Any]:
    """The claims of an id_token: signature first, then issuer, audience, times (seconds of leeway: 60) and nonce.

    Raises LaunchError for a token that is missing or does not hold. Source: OpenID Connect Core 1.0, section 3.1.3.7.
    """
    if not isinstance(id_token, str) or not id_token:
        raise LaunchError("the EHR did not say who is using the plug-in (no id_token): a review needs a name", 502)
    registry = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=_LEEWAY,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": client_id},
        exp={"essential": True},
        iat={"essential": True},
        sub={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        claims = jwt.decode(id_token, keys, algorithms=list(ALGORITHMS)).claims
        registry.validate(claims)
    except (JoseError, ValueError) as fault:
        raise LaunchError(
            f"the EHR's statement of who is using the plug-in does not hold ({_why(fault)})", 502
        ) from fault
    _check_authorized_party(claims, client_id)
    return claims


def user_of(claims: Mapping[str, Any], fhir: FhirClient, fhir_base: str) -> User:
    """The user that the claims name, with the name from the FHIR resource where it can be read.

    Raises LaunchError when the user is a patient or a relative: the draft is written for clinicians.
    """
    reference = _reference(claims, fhir_base)
    if reference.split("/")[0] in _NOT_CLINICIANS:
        raise LaunchError("this plug-in drafts plans for clinicians to review; the EHR says that you are not one", 403)
    name = str(claims.get("name") or "")
    if reference and "://" not in reference:
        name = _name_in_chart(fhir, reference) or name
    return User(reference, name, str(claims["sub"]))


def _check_authorized_party(claims: Mapping[str, Any], client_id: str) -> None:
    audience = claims["aud"]
    shared = isinstance(audience, list) and len(audience) > 1
    party = claims.get("azp")
    if (shared or party is not None) and party != client_id:
        raise LaunchError("the EHR's statement of who is using the plug-in was made for another program (azp)", 502)


def _why(fault: Exception) -> str:
    """The kind of fault and the claim concerned, never a value of the token."""
    claim = getattr(fault, "claim", "")
    return f"{type(fault).__name__}: {claim}" if claim else type(fault).__name__


def _reference(claims: Mapping[str, Any], fhir_base: str) -> str:
    value = claims.get("fhirUser") or claims.get("profile") or ""
    return str(value).removeprefix(f"{fhir_base}/")


def _name_in_chart(fhir: FhirClient, reference: str) -> str:
    try:
        resource = fhir.read_reference(reference)
    except RemoteError as failure:
        log.warning("user_not_readable", kind=type(failure).__name__, status=getattr(failure, "status", None))
        return ""
    if resource["resourceType"] == "PractitionerRole":
        practitioner = resource.get("practitioner")
        return str(practitioner.get("display", "")) if isinstance(practitioner, dict) else ""
    return _human_name(resource.get("name"))


def _human_name(names: object) -> str:
    first = names[0] if isinstance(names, list) and names else None
    if not isinstance(first, dict):
        return ""
    if isinstance(first.get("text"), str):
        return str(first["text"])
    parts = [*_texts(first.get("prefix")), *_texts(first.get("given")), *_texts([first.get("family")])]
    return " ".join(parts)


def _texts(values: object) -> list[str]:
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []
