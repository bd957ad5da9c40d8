"""The EHRs that may call our CDS Hooks services: who they are, with which keys they sign, whose data they may name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from plugin.setting_entries import entries, listed_once
from plugin.setting_kinds import text, web_address

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

_PRIVATE = frozenset({"d", "k", "p", "q"})
_ACCEPTED = 'a list of tables such as [{"iss": "https://ehr.example.org", "jku": "https://ehr.example.org/jwks.json"}]'


@dataclass(frozen=True, slots=True)
class CdsClient:
    """One EHR that may call us (CDS Hooks 2.0, Trusting CDS Clients).

    iss: what its tokens name as their issuer, exactly. jku: where its public keys are; the only address that we ever
    read keys from for it. jwks: its public keys where they were handed over instead.
    fhir_servers: FHIR bases that we may read with the access token of a call. label: what people call it.
    """

    iss: str
    jku: str = ""
    jwks: KeySet | None = field(default=None, repr=False, compare=False)
    fhir_servers: tuple[str, ...] = ()
    label: str = ""

    def may_name(self, fhir_server: str) -> bool:
        """Whether we may read from this FHIR base on its behalf, a trailing slash aside."""
        return fhir_server.rstrip("/") in self.fhir_servers


def clients(value: object) -> tuple[CdsClient, ...]:
    """A list of tables with `iss`, and `jku` or `jwks`; in the environment the same list as JSON.

    Raises ValueError with what is accepted.
    """
    found = entries(value, CdsClient, _client, _ACCEPTED, _ACCEPTED)
    listed_once([client.iss for client in found])
    return tuple(found)


def _client(entry: object) -> CdsClient:
    if not isinstance(entry, Mapping):
        raise ValueError("it must be a table with iss, and jku or jwks")
    known = [item.name for item in fields(CdsClient)]
    unknown = sorted(set(entry) - set(known))
    if unknown:
        raise ValueError(f"unknown key {unknown[0]!r}: it may have {', '.join(known)}")
    client = CdsClient(
        iss=text(entry.get("iss", "")),
        jku=web_address(entry["jku"]) if entry.get("jku") else "",
        jwks=_keys(entry["jwks"]) if entry.get("jwks") else None,
        fhir_servers=_addresses(entry.get("fhir_servers", ())),
        label=text(entry.get("label", "")),
    )
    if not client.iss:
        raise ValueError("it needs iss, as the tokens of that EHR name it")
    if not (client.jku or client.jwks):
        raise ValueError("it needs jku, the address of the EHR's public keys, or jwks, the keys themselves")
    return client


def _addresses(value: object) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, list | tuple):
        raise ValueError("fhir_servers must be a list of FHIR base addresses")
    return tuple(web_address(address) for address in value)


def _keys(value: object) -> KeySet:
    """Public keys from a table, or from a JSON file that holds one."""
    from joserfc.errors import JoseError  # not before it is needed: the command line answers at once
    from joserfc.jwk import KeySet

    document = _read(Path(value)) if isinstance(value, str) else value
    keys = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(keys, list) or not keys:
        raise ValueError('jwks must be a JSON Web Key Set, {"keys": […]}, or the path of a file that holds one')
    for key in keys:
        if not isinstance(key, Mapping) or key.get("kty") not in ("RSA", "EC") or _PRIVATE & key.keys():
            raise ValueError("jwks may hold public RSA and EC keys only: no private and no shared keys")
        if not key.get("kid"):
            raise ValueError("every key of jwks needs a kid, by which the tokens name it")
    try:
        return KeySet.import_key_set(document)  # type: ignore[arg-type]
    except (JoseError, ValueError, KeyError, TypeError) as fault:
        raise ValueError(f"jwks holds a key that cannot be used ({type(fault).__name__})") from fault


def _read(path: Path) -> Any:
    try:
        return orjson.loads(path.expanduser().read_bytes())
    except (OSError, orjson.JSONDecodeError) as fault:
        raise ValueError(f"the file of jwks, {path}, cannot be read as JSON ({type(fault).__name__})") from None
