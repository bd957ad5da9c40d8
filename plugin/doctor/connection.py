"""How the server is reached: transport security, its certificate, and what its clock says."""

from __future__ import annotations

import os
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

import requests
from cryptography import x509
from requests.utils import DEFAULT_CA_BUNDLE_PATH, get_environ_proxies, select_proxy

from plugin.chart.http import Limits, http_session
from plugin.doctor.probe import Answer, Clock
from plugin.doctor.report import ADMINISTRATOR, OPERATOR, Check
from plugin.doctor.unreached import Cause, cause_of, unreached_check
from plugin.setting_kinds import is_loopback

EXPIRES_SOON_DAYS = 30
SKEW_NOTED = 60.0  # seconds
SKEW_TOO_MUCH = 300.0  # the lifetime that signed assertions and launches have at most
PLAIN = "over plain http everybody on the way can read tokens and charts, so the plug-in refuses it"


@dataclass(frozen=True, slots=True)
class Tls:
    """A handshake: version agreed, last day of the certificate, and why it is not trusted (empty where it is).

    cause: why there was no handshake, None where there was one; `problem` is then what TLS says of it.
    """

    version: str = ""
    not_after: datetime | None = None
    problem: str = ""
    cause: Cause | None = None


def is_safe(address: str) -> bool:
    """Whether secrets may be sent there: https, or plain http on this machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))


def absolute(base: str, address: str) -> str:
    """An address that a server named, from its base; as it stands where it is none."""
    try:
        return urljoin(f"{base}/", address)
    except ValueError:
        return address


def open_check(answer: Answer) -> Check:
    """Whether charts can be read without a token; `answer` is that of a search for patients without one."""
    if answer.status in (401, 403):
        return Check("open", "good", "charts are not handed out without a token")
    if not answer.ok or answer.body is None or answer.body.get("resourceType") != "Bundle":
        seen = f"whether charts are handed out without a token did not show: {answer.in_words}"
        return Check("open", "open", seen)
    why = "anybody who reaches this server can read every chart; fine for a try-out with invented patients only"
    remedy = "ask for an access token in front of everything but metadata and discovery"
    return Check("open", "limit", "patients can be read without a token", why, remedy, ADMINISTRATOR)


def address_checks(iss: str, timeout: float, clock: Clock) -> list[Check]:
    """The checks of an address: https, certificate, TLS version."""
    parts = urlsplit(iss)
    if parts.scheme != "https":
        if is_safe(iss):
            return [Check("plain-http", "note", "plain http, on this machine only, which is fine for a try-out")]
        remedy = "serve the FHIR endpoint over https only, and give the https address"
        return [Check("plain-http", "fault", "the address is plain http", PLAIN, remedy, ADMINISTRATOR)]
    if select_proxy(iss, get_environ_proxies(iss)):
        return [Check("certificate", "open", "the certificate was not looked at: a proxy lies between")]
    tls = shake_hands(parts.hostname or "", parts.port or 443, timeout)
    if tls.cause is not None:
        plain = tls.cause in ("secure", "silent", "closed") and _speaks_plain_http(iss, timeout)
        return [unreached_check("plain") if plain else unreached_check(tls.cause, tls.problem)]
    return [*_certificate(tls, clock()), *([_version(tls)] if tls.version else [])]


def shake_hands(host: str, port: int, timeout: float) -> Tls:
    """A TLS handshake as our HTTP client would make it; where it fails, once more only to look at the certificate."""
    trusted = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or DEFAULT_CA_BUNDLE_PATH
    context = ssl.create_default_context(**{"capath" if os.path.isdir(trusted) else "cafile": trusted})  # type: ignore[arg-type]
    try:
        socket.create_connection((host, port), timeout=timeout).close()
    except OSError as fault:
        return Tls(cause=cause_of(fault))
    try:
        version, certificate = _handshake(host, port, timeout, context)
        return Tls(version, _last_day(certificate))
    except ssl.SSLCertVerificationError as fault:
        return Tls("", _untrusted_last_day(host, port, timeout), fault.verify_message or "it is not trusted")
    except ssl.SSLEOFError:
        return Tls(cause="closed")
    except ssl.SSLError as fault:
        return Tls(problem=fault.reason or "", cause="secure")
    except TimeoutError:
        return Tls(cause="silent")
    except OSError:
        return Tls(cause="closed")


def _speaks_plain_http(iss: str, timeout: float) -> bool:
    """Whether the port of an https address answers plain http; a TLS port says no more than 400 to that."""
    address = f"{iss.replace('https://', 'http://', 1)}/metadata"
    try:
        with http_session(Limits(timeout, timeout, timeout, retries=0)) as http:
            answer = http.head(address, allow_redirects=False)
    except requests.RequestException:
        return False
    return answer.status_code != 400


def _handshake(host: str, port: int, timeout: float, context: ssl.SSLContext) -> tuple[str, bytes]:
    with (
        socket.create_connection((host, port), timeout=timeout) as plain,
        context.wrap_socket(plain, server_hostname=host) as secure,
    ):
        return secure.version() or "", secure.getpeercert(binary_form=True) or b""


def _untrusted_last_day(host: str, port: int, timeout: float) -> datetime | None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # only the certificate is looked at, nothing is sent
    try:
        return _last_day(_handshake(host, port, timeout, context)[1])
    except OSError:
        return None


def _last_day(certificate: bytes) -> datetime | None:
    try:
        return x509.load_der_x509_certificate(certificate).not_valid_after_utc
    except ValueError:
        return None


def _certificate(tls: Tls, now: datetime) -> list[Check]:
    until = f"{tls.not_after:%Y-%m-%d}" if tls.not_after else "a day that could not be read"
    if tls.problem:
        seen = f"the certificate is refused: {tls.problem}" + (f"; it is valid until {until}" if tls.not_after else "")
        why = "no browser and no app will talk to this server, nor will the plug-in"
        remedy = (
            "install a certificate that is valid for this host name, with its whole chain; where a certificate "
            "authority of your own signed it, name its bundle to the plug-in in REQUESTS_CA_BUNDLE"
        )
        return [Check("certificate", "fault", seen, why, remedy, ADMINISTRATOR)]
    days = (tls.not_after - now).days if tls.not_after else None
    if days is not None and days < EXPIRES_SOON_DAYS:
        why = "on that day every launch ends in an error"
        seen = f"the certificate is valid until {until}, {days} more days"
        return [Check("certificate", "limit", seen, why, "renew it before that day", ADMINISTRATOR)]
    return [Check("certificate", "good", f"the certificate is trusted and valid until {until}")]


def _version(tls: Tls) -> Check:
    if tls.version in ("TLSv1.2", "TLSv1.3"):
        return Check("tls-version", "good", f"{tls.version} is spoken")
    why = "versions before 1.2 are broken and must not carry charts"
    return Check("tls-version", "fault", f"{tls.version} is spoken", why, "switch on TLS 1.2 and 1.3", ADMINISTRATOR)


def clock_check(answer: Answer) -> Check:
    """What the server's clock says against ours, by the Date of one of its answers (RFC 9110, 6.6.1)."""
    theirs = _date(answer.headers.get("Date", ""))
    if theirs is None or answer.at is None:
        return Check("clock", "note", "the server sends no Date, so its clock cannot be compared with ours")
    skew = (theirs - answer.at.astimezone(UTC)).total_seconds()
    if abs(skew) <= SKEW_NOTED:
        return Check("clock", "good", f"the clocks agree within {max(1, round(abs(skew)))} s")
    seen = f"the server's clock is {_long(abs(skew))} {'ahead of' if skew > 0 else 'behind'} ours"
    why = "tokens and signed assertions live for minutes: where clocks differ they count as expired, or not yet valid"
    remedy = "synchronise both clocks (NTP); compare each with a third one to see which is wrong"
    level = "fault" if abs(skew) >= SKEW_TOO_MUCH else "limit"
    return Check("clock", level, seen, why, remedy, f"{ADMINISTRATOR}, {OPERATOR}")  # type: ignore[arg-type]


def _date(value: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(value)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _long(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 120 else f"{seconds:.0f} s"
