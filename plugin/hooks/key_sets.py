"""The public keys of the EHRs that call us: configured, or read from the one address that is configured for them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import orjson
import requests
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey

from plugin.cds_clients import CdsClient
from plugin.chart.http import Limits, http_session
from plugin.errors import Refused, Unreachable

GOOD_FOR = 600.0  # seconds that a key set is used without asking again
NOT_AGAIN_FOR = 30.0  # seconds between two readings on account of a key that is not there
LARGEST = 200_000  # bytes; a key set is a few thousand
Key = RSAKey | ECKey


@dataclass(slots=True)
class _Held:
    keys: dict[str, Key]
    read_at: float


class KeySets:
    """Finds the key with which a token says it was signed. One for the application; safe to use from many threads."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._lock = threading.Lock()
        self._held: dict[str, _Held] = {}

    def key(self, client: CdsClient, key_id: str) -> Key | None:
        """The client's key of this id; None where it has none.

        Keys at an address are kept for ten minutes, and read again before that when an id is not among them, since
        keys are rotated; not more than twice a minute, whatever strangers send. Raises Unreachable or Refused.
        """
        if client.jwks is not None and (found := _by_id(client.jwks).get(key_id)):
            return found
        if not client.jku:
            return None
        with self._lock:
            held = self._held.get(client.jku)
            age = self._clock() - held.read_at if held else GOOD_FOR
            if held is None or age >= GOOD_FOR or (key_id not in held.keys and age >= NOT_AGAIN_FOR):
                held = self._held[client.jku] = _Held(_by_id(self._read(client.jku)), self._clock())
            return held.keys.get(key_id)

    def _read(self, address: str) -> KeySet:
        what = f"the key set at {address}"
        headers = {"Accept": "application/json"}
        try:
            with (
                http_session(self._limits) as http,
                http.get(address, headers=headers, allow_redirects=False, stream=True) as response,
            ):
                status = response.status_code
                content = response.raw.read(LARGEST + 1, decode_content=True)
        except (requests.RequestException, OSError) as fault:
            raise Unreachable(f"{what} could not be read: no answer ({type(fault).__name__})") from fault
        if status != 200 or len(content) > LARGEST:
            raise Refused(f"{what} could not be read", status, "too large" if status == 200 else f"status {status}")
        try:
            return KeySet.import_key_set(orjson.loads(content))
        except (orjson.JSONDecodeError, JoseError, ValueError, KeyError, TypeError) as fault:
            raise Refused(f"{what} is no JSON Web Key Set", status, type(fault).__name__) from fault


def _by_id(keys: KeySet) -> dict[str, Key]:
    """The public-key part of a set by key id; a shared key among them is not to be used, whoever published it."""
    return {key.kid: key for key in keys.keys if key.kid and isinstance(key, RSAKey | ECKey)}
