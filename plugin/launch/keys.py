"""Our own key pairs: the first signs who we are, all are published, so that a key can be changed without a gap.

Source: SMART App Launch 2.2, "Client Authentication: Asymmetric (public key)".
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey

from plugin.errors import InputError, UsageError
from plugin.settings import Settings

ALGORITHMS = ("ES384", "RS384")
KEY_SET_PATH = "/.well-known/jwks.json"
_RSA_BITS = 3072
_LEAST_RSA_BITS = 2048
_READABLE_BY_ALL = 0o004

Key = ECKey | RSAKey


@dataclass(frozen=True, slots=True)
class ClientKeys:
    """Private keys in the order of the settings, and the address where their public halves are published."""

    keys: tuple[Key, ...] = ()
    url: str = ""

    def __repr__(self) -> str:
        """The ids only: a repr ends up in logs and tracebacks."""
        return f"ClientKeys({[key.kid for key in self.keys]!r})"

    def public(self) -> dict[str, Any]:
        """The JWK Set (RFC 7517) that authorization servers fetch: public halves, `kid`, `alg` and `use`."""
        return {"keys": [key.as_dict(private=False) for key in self.keys]}

    def signing(self, supported: Sequence[str] = ()) -> Key:
        """The first key whose algorithm the server takes; `supported` empty means that it does not say.

        Raises UsageError where there is no key, or none that fits.
        """
        for key in self.keys:
            if not supported or algorithm_of(key) in supported:
                return key
        if not self.keys:
            raise UsageError(
                "there is no key to sign with: make one with `careplan keys new FILE` and name it in signing_keys"
            )
        have = ", ".join(algorithm_of(key) for key in self.keys)
        raise UsageError(
            f"the authorization server takes signatures by {', '.join(supported)}, our keys are for {have}: "
            "make another one with `careplan keys new --alg` and name it in signing_keys"
        )


def client_keys(settings: Settings) -> ClientKeys:
    """The keys that the settings name. Raises UsageError for a file that cannot be used."""
    keys = tuple(read_key(path) for path in settings.signing_keys)
    ids = [key.kid for key in keys]
    if len(set(ids)) != len(ids):
        raise UsageError("signing_keys names the same key twice: each kid may stand once in the key set")
    return ClientKeys(keys, f"{settings.public_url}{KEY_SET_PATH}")


def new_key(algorithm: str) -> Key:
    """A fresh key pair for ES384 or RS384; its `kid` is its RFC 7638 thumbprint, so no two are alike."""
    options: Any = {"alg": algorithm, "use": "sig"}
    if algorithm == "ES384":
        return ECKey.generate_key("P-384", options, auto_kid=True)
    return RSAKey.generate_key(_RSA_BITS, options, auto_kid=True)


def write_key(key: Key, path: Path) -> None:
    """Write a private key as JWK, readable by its owner alone. Raises InputError where the file is there already."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as fault:
        raise InputError(f"{path} is there already and is not overwritten: name another file") from fault
    except OSError as fault:
        raise InputError(f"{path} cannot be written ({fault.strerror}): name a file in a folder that exists") from fault
    with os.fdopen(handle, "wb") as file:
        file.write(orjson.dumps(key.as_dict(private=True), option=orjson.OPT_INDENT_2) + b"\n")


def read_key(path: Path) -> Key:
    """A private key from a JWK file (PEM is not read: it says neither `kid` nor `alg`). Raises UsageError."""
    try:
        if path.stat().st_mode & _READABLE_BY_ALL:
            raise UsageError(f"the private key {path} can be read by everybody on this machine: chmod 600 {path}")
        document = orjson.loads(path.read_bytes())
        (key,) = KeySet.import_key_set({"keys": [document]}).keys
    except OSError as fault:
        raise UsageError(f"the private key {path} cannot be read ({fault.strerror}): check signing_keys") from fault
    except (JoseError, ValueError, KeyError, TypeError) as fault:
        raise UsageError(
            f"{path} is not a private key as a JWK ({type(fault).__name__}): make one with `careplan keys new FILE`"
        ) from fault
    return _usable(key, path)


def algorithm_of(key: Key) -> str:
    """ES384 or RS384."""
    return str(key.alg)


def _usable(key: object, path: Path) -> Key:
    remedy = "make one with `careplan keys new FILE`"
    if not isinstance(key, ECKey | RSAKey) or not key.is_private:
        raise UsageError(f"{path} holds no private key for ES384 or RS384: {remedy}")
    if not key.kid:
        raise UsageError(f"the key in {path} has no kid, by which servers find it in our key set: {remedy}")
    fits = key.alg == "ES384" and key.curve_name == "P-384" if isinstance(key, ECKey) else key.alg == "RS384"
    if not fits:
        raise UsageError(f"the key in {path} is not for ES384 (curve P-384) or RS384, its alg is {key.alg}: {remedy}")
    if isinstance(key, RSAKey) and key.raw_value.key_size < _LEAST_RSA_BITS:
        raise UsageError(f"the RSA key in {path} is shorter than {_LEAST_RSA_BITS} bits: {remedy}")
    return key
