"""Why a server cannot be reached, and who can mend it: mostly the person who runs the doctor, who typed the address."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from typing import Literal

import requests

from plugin.doctor.report import ADMINISTRATOR, EXAMINER, Check

Cause = Literal["name", "refused", "no-way", "too-late", "silent", "closed", "secure", "plain", "other"]

_WORDS: dict[Cause, str] = {
    "name": "its name is not found (DNS)",
    "refused": "the connection is refused, nothing listens on this port",
    "no-way": "this machine knows no way to it (network or host unreachable)",
    "too-late": "no connection is made in time, as behind a firewall that drops what comes",
    "silent": "the connection is taken, and no answer comes in time",
    "closed": "the connection is closed before an answer comes",
    "secure": "no secure connection (TLS) can be made",
    "plain": "its port speaks plain http, the address says https",
    "other": "no answer",
}
_REMEDIES: dict[Cause, tuple[str, str]] = {
    "name": ("check the spelling of the host, and that this machine asks the right name server (VPN?)", EXAMINER),
    "refused": ("check host and port of the address; where they are right, ask whether the server is up", EXAMINER),
    "no-way": ("check the network of this machine (VPN, route, proxy)", EXAMINER),
    "too-late": ("check host and port, then VPN and the firewall between this machine and the server", EXAMINER),
    "silent": ("check that host and port are those of the FHIR server; where they are, look at its log", EXAMINER),
    "closed": ("check host, port and whether it is http or https; where they are right, look at its log", EXAMINER),
    "secure": ("switch on TLS 1.2 and 1.3 with usual ciphers at this port", ADMINISTRATOR),
    "plain": ("give the port that speaks https, or, for a try-out on this machine, the address with http://", EXAMINER),
    "other": ("check the address and the network between this machine and the server", EXAMINER),
}


def cause_of(fault: BaseException) -> Cause:
    """What an error of the network means, by the errors that it rests on."""
    if isinstance(fault, requests.ConnectTimeout):
        return "too-late"
    behind = list(_behind(fault))
    kinds = {type(each).__name__ for each in behind}
    if "ReadTimeout" in kinds or "ReadTimeoutError" in kinds:
        return "silent"
    if "NameResolutionError" in kinds or any(isinstance(each, socket.gaierror) for each in behind):
        return "name"
    if any(isinstance(each, ssl.SSLEOFError) for each in behind):
        return "closed"
    if any(isinstance(each, ssl.SSLError) for each in behind) or "SSLError" in kinds:
        return "secure"
    if any(isinstance(each, ConnectionRefusedError) for each in behind):
        return "refused"
    if any(isinstance(each, TimeoutError) for each in behind):
        return "too-late"
    if any(isinstance(each, ConnectionError) for each in behind):  # reset, aborted, or ended without an answer
        return "closed"
    if "NewConnectionError" in kinds or any(type(each) is OSError for each in behind):
        return "no-way"
    return "other"


def in_words(cause: Cause) -> str:
    """The cause as part of a sentence."""
    return _WORDS[cause]


def unreached_check(cause: Cause, detail: str = "") -> Check:
    """The fault of a server that cannot be reached. detail: what TLS says of it, empty where it says nothing."""
    remedy, who = _REMEDIES[cause]
    seen = f"the server cannot be reached: {_WORDS[cause]}" + (f" ({detail})" if detail else "")
    return Check("reached", "fault", seen, "nothing can be said about a server that does not answer", remedy, who)


def _behind(fault: BaseException) -> Iterator[BaseException]:
    """An error and all that it rests on, as requests and urllib3 nest them: cause, context, reason, arguments."""
    waiting, seen = [fault], set()
    while waiting:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        beside = (one.__cause__, one.__context__, getattr(one, "reason", None), *one.args)
        waiting += [each for each in beside if isinstance(each, BaseException)]
