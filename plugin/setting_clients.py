"""The setting `operations_clients`: which authorization servers' access tokens open our FHIR operations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import orjson
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

# Public-key signatures only: `none` proves nothing, and HS* would take a public key for a shared secret.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
_SECRET_PARTS = frozenset({"d", "p", "q", "dp", "dq", "qi", "k"})
_KEY_TYPES = frozenset({"RSA", "EC"})


@dataclass(frozen=True, slots=True)
class OperationsClient:
    """One authorization server.

    issuer: `iss` of its tokens. keys: its public keys. audience: what its tokens name in `aud`, where that is not the
    address of our FHIR base. label: what the log calls it.
    """

    issuer: str
    keys: KeySet = field(repr=False)
    audience: str = ""
    label: str = ""


def operations_clients(value: object) -> tuple[OperationsClient, ...]:
    """A list of tables with `issuer` and `jwks` or `jwks_file`; in the environment the same list as JSON.

    Raises ValueError with the accepted form.
    """
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            raise ValueError('it must be a JSON list such as [{"issuer": "https://…", "jwks_file": "…"}]') from None
    if not isinstance(value, list | tuple):
        raise ValueError("it must be a list of tables with issuer and jwks_file")
    found = tuple(entry if isinstance(entry, OperationsClient) else _client(entry) for entry in value)
    if len({client.issuer for client in found}) != len(found):
        raise ValueError("each issuer may be listed once")
    return found


def _client(entry: object) -> OperationsClient:
    if not isinstance(entry, Mapping):
        raise ValueError("each entry must be a table with issuer and jwks_file")
    known = sorted({*(item.name for item in fields(OperationsClient)), "jwks", "jwks_file"} - {"keys"})
    unknown = sorted(set(entry) - set(known))
    if unknown:
        raise ValueError(f"unknown key {unknown[0]!r} in an entry: it may have {', '.join(known)}")
    if ("jwks" in entry) == ("jwks_file" in entry):
        raise ValueError("each entry needs either jwks, the public keys themselves, or jwks_file, a file with them")
    issuer, audience, label = (_text(entry, name) for name in ("issuer", "audience", "label"))
    if not issuer:
        raise ValueError("each entry needs issuer, the iss of its access tokens")
    document = entry["jwks"] if "jwks" in entry else _read(Path(_text(entry, "jwks_file")).expanduser())
    return OperationsClient(issuer, _keys(document), audience, label)


def _text(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name, "")
    if not isinstance(value, str):
        raise ValueError(f"{name} must be text")
    return value.strip()


def _read(file: Path) -> Any:
    try:
        return orjson.loads(file.read_bytes())
    except OSError as fault:
        raise ValueError(f"jwks_file {file} cannot be read ({fault.strerror})") from fault
    except orjson.JSONDecodeError as fault:
        raise ValueError(f"jwks_file {file} is not JSON") from fault


def _keys(document: Any) -> KeySet:
    listed = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(listed, list) or not listed or not all(isinstance(key, Mapping) for key in listed):
        raise ValueError('the keys must be a JWK Set: {"keys": [...]}, as the server publishes it')
    if any(key.get("kty") not in _KEY_TYPES or _SECRET_PARTS & set(key) for key in listed):
        raise ValueError("the keys must be public RSA or EC keys, without private or shared ones")
    try:
        return KeySet.import_key_set({"keys": [dict(key) for key in listed]})
    except (JoseError, ValueError, KeyError, TypeError) as fault:
        raise ValueError(f"the keys cannot be used ({type(fault).__name__})") from fault
