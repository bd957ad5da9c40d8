"""The setting `operations_clients`: which authorization servers' access tokens open our FHIR operations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import orjson
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from plugin.setting_entries import entries, listed_once
from plugin.setting_kinds import text

_SECRET_PARTS = frozenset({"d", "p", "q", "dp", "dq", "qi", "k"})
_KEY_TYPES = frozenset({"RSA", "EC"})


@dataclass(frozen=True, slots=True)
class OperationsClient:
    """One authorization server.

    iss: what its tokens name as their issuer, exactly. jwks: its public keys. audience: what its tokens name in `aud`,
    where that is not the address of our FHIR base. label: what the log calls it.
    """

    iss: str
    jwks: KeySet = field(repr=False)
    audience: str = ""
    label: str = ""


def operations_clients(value: object) -> tuple[OperationsClient, ...]:
    """A list of tables with `iss` and `jwks`, the keys or the path of a file; in the environment the same as JSON.

    Raises ValueError with the accepted form.
    """
    found = entries(
        value,
        OperationsClient,
        _client,
        "a list of tables with iss and jwks",
        'a JSON list such as [{"iss": "https://…", "jwks": "jwks.json"}]',
    )
    listed_once([client.iss for client in found])
    return tuple(found)


def _client(entry: object) -> OperationsClient:
    if not isinstance(entry, Mapping):
        raise ValueError("it must be a table with iss and jwks")
    known = [item.name for item in fields(OperationsClient)]
    unknown = sorted(set(entry) - set(known))
    if unknown:
        raise ValueError(f"unknown key {unknown[0]!r}: it may have {', '.join(known)}")
    iss, audience, label = (text(entry.get(name, "")) for name in ("iss", "audience", "label"))
    if not iss:
        raise ValueError("it needs iss, as the access tokens of that server name it")
    if not entry.get("jwks"):
        raise ValueError("it needs jwks, the server's public keys, or the path of a file that holds them")
    jwks = entry["jwks"]
    return OperationsClient(
        iss, _keys(_read(Path(jwks).expanduser()) if isinstance(jwks, str) else jwks), audience, label
    )


def _read(file: Path) -> Any:
    try:
        return orjson.loads(file.read_bytes())
    except OSError as fault:
        raise ValueError(f"the file of jwks, {file}, cannot be read ({fault.strerror})") from fault
    except orjson.JSONDecodeError as fault:
        raise ValueError(f"the file of jwks, {file}, is not JSON") from fault


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
