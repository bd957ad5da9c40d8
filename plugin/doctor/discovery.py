"""What the server says of its authorization: `.well-known/smart-configuration` (SMART App Launch 2.2, conformance)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from plugin.doctor.connection import absolute, is_safe
from plugin.doctor.probe import Answer, Probe
from plugin.doctor.report import ADMINISTRATOR, Check
from plugin.quality.as_text import counted

WELL_KNOWN = ".well-known/smart-configuration"
ENDPOINTS = ("authorization_endpoint", "token_endpoint")
OAUTH_URIS = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"

# What each capability is needed for; where one of a group is enough, it is one line.
CAPABILITIES: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("launch-ehr", "launch-standalone"), "fault", "no app can be launched"),
    (("launch-ehr",), "limit", "the plug-in cannot be opened from within a chart, only by itself"),
    (
        ("client-public", "client-confidential-symmetric", "client-confidential-asymmetric"),
        "fault",
        "no kind of client that we can be is accepted",
    ),
    (("context-ehr-patient", "context-standalone-patient"), "fault", "a launch does not say whose chart is open"),
    (("sso-openid-connect",), "limit", "nobody knows who reviewed a plan, so the reviewer cannot be named in it"),
    (("permission-patient",), "fault", "rights for the chart of one patient cannot be granted"),
    (("permission-v2", "permission-v1"), "fault", "no form of resource scopes is understood"),
    (("permission-offline", "permission-online"), "limit", "a session ends with its first token, often after minutes"),
)


def discovery_checks(probe: Probe, configuration: Answer) -> list[Check]:
    """The checks of the SMART configuration that was read."""
    document = configuration.body
    if not configuration.ok or document is None:
        why = "without it the plug-in does not know where to ask for a token, and no launch can begin"
        remedy = f"serve the SMART configuration as JSON at {probe.base}/{WELL_KNOWN}, readable without a token"
        seen = f"the SMART configuration: {configuration.in_words}"
        return [Check("smart-configuration", "fault", seen, why, remedy, ADMINISTRATOR)]
    checks = [Check("smart-configuration", "good", "the SMART configuration is there")]
    checks += [_endpoint(document, name, probe.base) for name in ENDPOINTS]
    checks += _pkce(document)
    checks += _capabilities(document)
    checks += _grants(document)
    checks += _keys(probe, document)
    return checks


def _endpoint(document: dict[str, Any], name: str, base: str) -> Check:
    value = document.get(name)
    if not isinstance(value, str) or not value:
        why = "a launch cannot go on without it"
        return Check(name, "fault", f"no {name} is named", why, f"add {name}", ADMINISTRATOR)
    address = absolute(base, value)
    if is_safe(address):
        return Check(name, "good", f"{name} at {urlsplit(address).netloc}")
    why = "codes, secrets and tokens would travel in the clear, so the plug-in refuses the launch"
    return Check(name, "fault", f"{name} is not https: {address[:200]}", why, "serve it over https only", ADMINISTRATOR)


def _pkce(document: dict[str, Any]) -> Iterator[Check]:
    methods = _texts(document.get("code_challenge_methods_supported"))
    if "S256" not in methods:
        seen = f"PKCE with S256 is not named ({', '.join(methods) or 'no code_challenge_methods_supported'})"
        why = "SMART asks every server for it: without it a stolen authorization code can be used by anybody"
        remedy = "switch on PKCE with S256 and name it in code_challenge_methods_supported"
        yield Check("pkce", "fault", seen, why, remedy, ADMINISTRATOR)
    elif "plain" in methods:
        why = "SMART forbids it: an attacker may ask for it instead of S256"
        yield Check("pkce", "limit", "PKCE 'plain' is accepted", why, "switch 'plain' off", ADMINISTRATOR)
    else:
        yield Check("pkce", "good", "PKCE with S256")


def _capabilities(document: dict[str, Any]) -> Iterator[Check]:
    given = _texts(document.get("capabilities"))
    missing = [(names, level, loss) for names, level, loss in CAPABILITIES if not set(names) & set(given)]
    told: set[str] = set()
    for names, level, loss in missing:
        if told.intersection(names):
            continue  # said already, of a wider group
        told.update(names)
        seen = f"the capability {' or '.join(names)} is not named"
        remedy = f"switch it on and name it under capabilities: {' or '.join(names)}"
        yield Check(f"capability-{names[0]}", level, seen, loss, remedy, ADMINISTRATOR)  # type: ignore[arg-type]
    if not missing:
        yield Check("capabilities", "good", f"all capabilities that we use are named, of {len(given)}")


def _grants(document: dict[str, Any]) -> Iterator[Check]:
    grants = _texts(document.get("grant_types_supported"))
    if grants and "authorization_code" not in grants:
        why = "launches exchange an authorization code for a token"
        seen = f"the grant authorization_code is not named ({', '.join(grants)})"
        yield Check(
            "grant-types",
            "fault",
            seen,
            why,
            "switch on the grant authorization_code, for apps with users",
            ADMINISTRATOR,
        )


def _keys(probe: Probe, document: dict[str, Any]) -> Iterator[Check]:
    if "sso-openid-connect" not in _texts(document.get("capabilities")):
        return
    issuer, address = document.get("issuer"), document.get("jwks_uri")
    remedy = "name issuer and jwks_uri, and serve the public keys there, readable without a token"
    why = "who signed in cannot be verified, so every launch that asks for an identity fails"
    if not isinstance(issuer, str) or not isinstance(address, str):
        lacking = " and ".join(n for n in ("issuer", "jwks_uri") if not isinstance(document.get(n), str))
        seen = f"sign-on is named, but no {lacking}"
        yield Check("signing-keys", "fault", seen, why, remedy, ADMINISTRATOR)
        return
    where = absolute(probe.base, address)
    if not is_safe(where):
        yield Check("signing-keys", "fault", f"jwks_uri is not https: {where[:200]}", why, remedy, ADMINISTRATOR)
        return
    answer = probe.get(where, accept="application/json")
    keys = answer.body.get("keys") if answer.ok and answer.body else None
    if isinstance(keys, list) and keys:
        yield Check("signing-keys", "good", f"{counted(len(keys), 'signing key')} served")
        return
    seen = f"no signing keys at {where}: {'no key in it' if answer.ok else answer.in_words}"
    yield Check("signing-keys", "fault", seen, why, remedy, ADMINISTRATOR)


def metadata_agrees(document: dict[str, Any] | None, statement: dict[str, Any] | None, base: str) -> Iterator[Check]:
    """Whether the CapabilityStatement names the same endpoints as the SMART configuration, where it names any."""
    if not document or not statement:
        return
    named = dict(_oauth_uris(statement))
    for short, name in (("authorize", "authorization_endpoint"), ("token", "token_endpoint")):
        other, value = named.get(short), document.get(name)
        if other and isinstance(value, str) and absolute(base, value) != other:
            seen = f"the CapabilityStatement names another {name} than the SMART configuration"
            why = "older apps read the one, newer ones the other; one of them is wrong"
            yield Check(f"two-{short}-endpoints", "limit", seen, why, "let both name the same address", ADMINISTRATOR)


def _oauth_uris(statement: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for rest in _objects(statement.get("rest")):
        security = rest.get("security")
        for extension in _objects(security.get("extension") if isinstance(security, dict) else None):
            if extension.get("url") == OAUTH_URIS:
                for part in _objects(extension.get("extension")):
                    yield str(part.get("url")), str(part.get("valueUri", ""))


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _texts(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
