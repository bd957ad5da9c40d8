"""Key sets that come slowly or never: they hold up nobody who needs another one, and are asked for once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from werkzeug.wrappers import Response

from plugin.cds_clients import CdsClient
from plugin.chart.http import Limits
from plugin.errors import RemoteError
from plugin.hooks.key_sets import KeySets
from tests.chart.fhir_stub import FhirStub, running
from tests.chart.unending import HEAD, Talker, dripping, endless, talking
from tests.hooks.ehr import EC, NEXT, jwks

LIMITS = Limits(connect=1, read=0.5, whole=0.8, retries=0)


def at(address: str) -> CdsClient:
    return CdsClient(iss=address, jku=address)


def found(keys: KeySets, client: CdsClient, key_id: str) -> str:
    """The thumbprint of the key of this id; empty where there is none."""
    key = keys.key(client, key_id)
    return key.thumbprint() if key else ""


@pytest.fixture
def good() -> Iterator[FhirStub]:
    with running(FhirStub()) as server:
        server.on["jwks"] = lambda _: jwks(EC)
        yield server


@pytest.fixture
def dripper() -> Iterator[Talker]:
    with talking(lambda: dripping(HEAD + b"\r\n", b" ")) as server:
        yield server


def test_a_key_set_that_drips_is_given_up_and_holds_up_nobody_else(good: FhirStub, dripper: Talker) -> None:
    keys = KeySets(LIMITS)
    began = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(keys.key, at(dripper.base), "ec-1")
        time.sleep(0.1)
        assert found(keys, at(f"{good.base}/jwks"), "ec-1") == EC.thumbprint()
        assert time.monotonic() - began < 0.6
        with pytest.raises(RemoteError, match=r"no end after 0.8 s"):
            slow.result()
    assert time.monotonic() - began < 1.5


def test_a_key_set_without_end_is_read_up_to_the_limit() -> None:
    with talking(endless) as server, pytest.raises(RemoteError, match=r"larger than 0.2 MB"):
        KeySets(LIMITS).key(at(server.base), "ec-1")
    assert server.sent < 20_000_000


def test_known_keys_are_at_hand_while_another_one_is_looked_for(good: FhirStub) -> None:
    now = [1000.0]
    keys, client = KeySets(LIMITS, clock=lambda: now[0]), at(f"{good.base}/jwks")
    assert found(keys, client, "ec-1") == EC.thumbprint()
    now[0] += 31
    asked, answer = threading.Event(), threading.Event()

    def held_back(_: object) -> object:
        asked.set()
        answer.wait(5)
        return jwks(EC, NEXT)

    good.on["jwks"] = held_back
    with ThreadPoolExecutor(4) as pool:
        looking = [pool.submit(found, keys, client, "ec-2") for _ in range(4)]
        assert asked.wait(5)
        assert found(keys, client, "ec-1") == EC.thumbprint()
        assert not any(each.done() for each in looking)
        answer.set()
        assert [each.result() for each in looking] == [NEXT.thumbprint()] * 4
    assert len(good.asked("jwks")) == 2, "one reading for all who wait"


def test_a_set_that_cannot_be_read_again_is_not_asked_for_again_and_again(good: FhirStub) -> None:
    now = [1000.0]
    keys, client = KeySets(LIMITS, clock=lambda: now[0]), at(f"{good.base}/jwks")
    assert found(keys, client, "ec-1") == EC.thumbprint()
    now[0] += 31
    good.on["jwks"] = lambda _: Response(status=500)
    with pytest.raises(RemoteError):
        keys.key(client, "ec-9")
    assert [keys.key(client, "ec-9") for _ in range(3)] == [None] * 3
    assert found(keys, client, "ec-1") == EC.thumbprint()
    assert len(good.asked("jwks")) == 2
