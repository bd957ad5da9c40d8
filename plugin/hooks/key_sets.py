"""The public keys of the EHRs that call us: configured, or read from the one address that is configured for them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace

import orjson
import requests
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey

from plugin.cds_clients import CdsClient
from plugin.chart.bounded import Unending
from plugin.chart.http import Limits, http_session
from plugin.errors import Refused, Unreachable

GOOD_FOR = 600.0  # seconds that a key set is used without asking again
NOT_AGAIN_FOR = 30.0  # seconds between two readings on account of a key that is not there
LARGEST = 200_000  # bytes; a key set is a few thousand
Key = RSAKey | ECKey


@dataclass(slots=True)
class _Held:
    """The keys at one address, when they were read, and when that was last tried."""

    keys: dict[str, Key]
    read_at: float
    tried_at: float


class KeySets:
    """Finds the key with which a token says it was signed. One for the application; safe to use from many threads.

    An address is read by one thread at a time: who needs the same set meanwhile waits for what that thread finds, and
    nobody else waits.
    """

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = replace(limits, largest=LARGEST)
        self._clock = clock
        self._lock = threading.Lock()  # held for a look, never while reading
        self._held: dict[str, _Held] = {}
        self._being_read: dict[str, Future[dict[str, Key]]] = {}

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
            if held is not None and self._will_do(held, key_id):
                return held.keys.get(key_id)
            reading = self._being_read.get(client.jku)
            is_ours = reading is None
            if reading is None:
                reading = self._being_read[client.jku] = Future()
        if is_ours:
            self._read_for_all(client.jku, reading)
        return reading.result().get(key_id)

    def _will_do(self, held: _Held, key_id: str) -> bool:
        now = self._clock()
        is_fresh = now - held.read_at < GOOD_FOR
        return is_fresh and (key_id in held.keys or now - held.tried_at < NOT_AGAIN_FOR)

    def _read_for_all(self, address: str, reading: Future[dict[str, Key]]) -> None:
        """Read a key set, and hand what came of it, a failure too, to all who wait for it."""
        try:
            keys = _by_id(self._read(address))
        except BaseException as failure:
            with self._lock:
                del self._being_read[address]
                if address in self._held:
                    self._held[address].tried_at = self._clock()
            reading.set_exception(failure)
            return
        with self._lock:
            del self._being_read[address]
            self._held[address] = _Held(keys, self._clock(), self._clock())
        reading.set_result(keys)

    def _read(self, address: str) -> KeySet:
        what = f"the key set at {address}"
        try:
            with http_session(self._limits) as http:
                response = http.get(address, headers={"Accept": "application/json"}, allow_redirects=False)
        except Unending as fault:
            raise Refused(f"{what} could not be read", 0, str(fault)) from fault
        except requests.RequestException as fault:
            raise Unreachable(f"{what} could not be read: no answer ({type(fault).__name__})") from fault
        if response.status_code != 200:
            raise Refused(f"{what} could not be read", response.status_code, f"status {response.status_code}")
        try:
            return KeySet.import_key_set(orjson.loads(response.content))
        except (orjson.JSONDecodeError, JoseError, ValueError, KeyError, TypeError) as fault:
            raise Refused(f"{what} is no JSON Web Key Set", response.status_code, type(fault).__name__) from fault


def _by_id(keys: KeySet) -> dict[str, Key]:
    """The public-key part of a set by key id; a shared key among them is not to be used, whoever published it."""
    return {key.kid: key for key in keys.keys if key.kid and isinstance(key, RSAKey | ECKey)}
