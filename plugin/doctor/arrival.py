"""The way to a server: whether it answers at all, and whether what answers is a FHIR server."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from plugin.doctor.address import address_check
from plugin.doctor.connection import address_checks, clock_check
from plugin.doctor.discovery import WELL_KNOWN
from plugin.doctor.probe import Answer, Probe
from plugin.doctor.report import Check
from plugin.doctor.unreached import unreached_check

_NOTHING = Answer(0, None)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What shows on the way to a server.

    checks: of the connection, and of the address. barred: why nothing more can be looked at, as part of a sentence;
    empty where the server can be talked to. reached: whether anything answered at all.
    """

    checks: tuple[Check, ...]
    metadata: Answer = _NOTHING
    configuration: Answer = _NOTHING
    barred: str = ""
    reached: bool = True


def arrive(public: Probe) -> Arrival:
    """Go to a server without a token. Never raises for what it does, or fails to do."""
    transport = address_checks(public.base, public.limits.connect, public.clock)
    faults = {check.id for check in transport if check.level == "fault"} & {"reached", "certificate"}
    if faults:
        return Arrival(tuple(transport), barred="the server cannot be talked to", reached="reached" not in faults)
    metadata, configuration = _at_once(public)
    if not (metadata.status or configuration.status):
        cause = unreached_check(metadata.cause or "other", metadata.failure if not metadata.cause else "")
        return Arrival((*_of_a_server(transport), cause), barred="the server cannot be talked to", reached=False)
    transport.append(clock_check(metadata if metadata.status else configuration))
    if wrong := address_check(public, metadata, configuration):
        return Arrival(
            (wrong, *_of_a_server(transport)), metadata, configuration, "there is no FHIR server at this address"
        )
    return Arrival(tuple(transport), metadata, configuration)


def _of_a_server(transport: list[Check]) -> list[Check]:
    """Without the wish for https: it is nobody's task while nobody knows that there is a server."""
    return [check for check in transport if check.id != "plain-http"]


def _at_once(public: Probe) -> tuple[Answer, Answer]:
    """Metadata and discovery, both at the same time: a host that says nothing is waited for once."""
    with ThreadPoolExecutor(1) as beside:
        configuration = beside.submit(public.get, WELL_KNOWN, accept="application/json")
        return public.get("metadata"), configuration.result()
