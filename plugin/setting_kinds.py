"""The kinds of value a setting can have: each reads what came from a file or the environment, or says what it accepts.

Every function here raises ValueError with the accepted form; `plugin.settings` adds the name, the value and the source.
"""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from plugin.errors import UsageError
from plugin.setting_entries import entries, listed_once

_LEAST_SECRET = 32
_TRUE = frozenset({"true", "yes", "on", "1"})
DELIVERIES = ("transaction", "single", "plan", "document", "download")
PAPERS = ("a4", "letter")
_FALSE = frozenset({"false", "no", "off", "0"})
_SCOPE_URI = "http://smarthealthit.org/fhir/scopes/"
_LAUNCH_SCOPE = re.compile(r"launch/[a-z]+(\?role=[^?&=\s]+)?")
_RESOURCE_SCOPE = re.compile(
    r"(patient|user|system)/(\*|[A-Z][A-Za-z]+)\.(read|write|\*|(?=[cruds])c?r?u?d?s?)(\?[^=&\s]+=[^&\s]+(&[^=&\s]+=[^&\s]+)*)?"
)
_CALLBACK = re.compile(r"[a-z0-9-]{1,60}")
_AUTH_METHODS = ("none", "client_secret_basic", "private_key_jwt")


@dataclass(frozen=True, slots=True)
class Issuer:
    """One EHR that may launch us. docs/smart.md says what each setting does.

    iss: its FHIR base address, no trailing slash.
    client_id, client_secret: our registration there; no secret for a public client.
    scopes: what to ask for; empty: the scopes the plug-in needs.
    label: what people call this EHR.
    frame_origins: origins of the pages that frame us, where they differ from the origin of `iss`.
    token_endpoint_auth_method: `none`, `client_secret_basic` or `private_key_jwt`; empty: the secret, if there is one.
    send_jku: name our key set in every assertion (`jku`); only where the EHR has its address registered.
    authorize_method: `get` or `post`; `post` where the EHR says that it takes it.
    refresh_scope: `online_access`, `offline_access`, or `none` for no refresh token.
    backend_client_id, backend_scopes: our registration as a backend service; empty: `client_id`, and reading charts.
    delivery: the way in which plans are written there, one of DELIVERIES; empty: chosen from what the EHR can do.
    callback: the last part of a redirect address of this EHR alone; empty: the address that all others share.
    """

    iss: str
    client_id: str
    client_secret: str = ""
    scopes: tuple[str, ...] = ()
    label: str = ""
    frame_origins: tuple[str, ...] = ()
    token_endpoint_auth_method: str = ""
    send_jku: bool = False
    authorize_method: str = "get"
    refresh_scope: str = "online_access"
    backend_client_id: str = ""
    backend_scopes: tuple[str, ...] = ()
    delivery: str = ""
    callback: str = ""

    def __repr__(self) -> str:
        """Without the secret: a repr ends up in logs and tracebacks."""
        return f"Issuer(iss={self.iss!r}, client_id={self.client_id!r})"

    @property
    def name(self) -> str:
        """The label, or the address where no label is given."""
        return self.label or self.iss

    @property
    def auth_method(self) -> str:
        """How we prove who we are at the token endpoint, in the words of RFC 7591."""
        return self.token_endpoint_auth_method or ("client_secret_basic" if self.client_secret else "none")

    @property
    def framing(self) -> tuple[str, ...]:
        """Origins that may frame the plug-in on behalf of this EHR."""
        return self.frame_origins or (origin_of(self.iss),)


def text(value: object) -> str:
    """Any text."""
    if not isinstance(value, str):
        raise ValueError("it must be text")
    return value.strip()


def secret(value: object) -> str:
    """A secret long enough to resist guessing."""
    given = text(value)
    if len(given) < _LEAST_SECRET:
        raise ValueError(f"it must be text of at least {_LEAST_SECRET} characters, random ones")
    return given


def path(value: object) -> Path:
    """A file or folder on this machine."""
    if isinstance(value, Path):
        return value
    given = text(value)
    if not given:
        raise ValueError("it must be the path of a file or folder")
    return Path(given).expanduser().absolute()


def paths(value: object) -> tuple[Path, ...]:
    """A list of files; in the environment separated by commas."""
    if isinstance(value, str):
        value = [part for part in value.split(",") if part.strip()]
    if not isinstance(value, list | tuple):
        raise ValueError("it must be a list of paths")
    return tuple(path(each) for each in value)


def seconds(value: object) -> float:
    """A duration in seconds above zero."""
    return _positive(value, "a number of seconds above 0, such as 10")


def hours(value: object) -> float:
    """A duration in hours above zero."""
    return _positive(value, "a number of hours above 0, such as 8")


def megabytes(value: object) -> float:
    """A size in megabytes above zero."""
    return _positive(value, "a number of megabytes above 0, such as 20")


def _positive(value: object, accepted: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"it must be {accepted}")
    try:
        number = float(value)
    except ValueError:
        raise ValueError(f"it must be {accepted}") from None
    if not math.isfinite(number) or number <= 0:
        raise ValueError(f"it must be {accepted}")
    return number


def switch(value: object) -> bool:
    """True or false."""
    if isinstance(value, bool):
        return value
    word = value.strip().lower() if isinstance(value, str) else ""
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise ValueError("it must be true or false")


def zone(value: object) -> str:
    """A name of the IANA time zone database."""
    name = text(value)
    if name == "UTC":
        return name
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("it must be the name of a time zone, such as Europe/Berlin or UTC") from None
    return name


def paper(value: object) -> str:
    """A size of paper."""
    size = text(value).lower()
    if size not in PAPERS:
        raise ValueError(f"it must be one of {', '.join(PAPERS)}")
    return size


def log_level(value: object) -> str:
    """One of the log levels."""
    word = text(value).lower()
    if word not in ("debug", "info", "warning", "error"):
        raise ValueError("it must be debug, info, warning or error")
    return word


def web_address(value: object) -> str:
    """An http(s) address without query, fragment, credentials or trailing slash."""
    given = text(value).rstrip("/")
    try:
        parts = urlsplit(given)
        plain = (
            parts.scheme in ("http", "https")
            and parts.hostname
            and not (parts.query or parts.fragment or parts.username)
        )
        _ = parts.port
    except ValueError:
        plain = False
    if not plain:
        raise ValueError("it must be an address such as https://ehr.example.org/fhir, without query or fragment")
    return given


def issuers(value: object) -> tuple[Issuer, ...]:
    """A list of tables with `iss` and `client_id`; in the environment the same list as JSON."""
    found = entries(
        value,
        Issuer,
        _issuer,
        "a list of tables with iss and client_id",
        'a JSON list such as [{"iss": "https://…", "client_id": "…"}]',
    )
    listed_once([issuer.iss for issuer in found])
    listed_once([issuer.callback for issuer in found], "callback")
    return tuple(found)


def _issuer(entry: object) -> Issuer:
    if not isinstance(entry, Mapping):
        raise ValueError("it must be a table with iss and client_id")
    known = [item.name for item in fields(Issuer)]
    unknown = sorted(set(entry) - set(known))
    if unknown:
        raise ValueError(f"unknown key {unknown[0]!r}: it may have {', '.join(known)}")
    if not entry.get("client_id"):
        raise ValueError("it needs client_id, the id under which the EHR registered the plug-in")
    issuer = Issuer(
        iss=web_address(entry.get("iss", "")),
        client_id=text(entry["client_id"]),
        client_secret=text(entry.get("client_secret", "")),
        scopes=_scopes(entry.get("scopes", ())),
        label=text(entry.get("label", "")),
        frame_origins=tuple(_origin(origin) for origin in _words(entry.get("frame_origins", ()))),
        token_endpoint_auth_method=_one_of(entry, "token_endpoint_auth_method", "", *_AUTH_METHODS),
        send_jku=switch(entry.get("send_jku", False)),
        authorize_method=_one_of(entry, "authorize_method", "get", "post"),
        refresh_scope=_one_of(entry, "refresh_scope", "online_access", "offline_access", "none"),
        backend_client_id=text(entry.get("backend_client_id", "")),
        backend_scopes=_scopes(entry.get("backend_scopes", ())),
        delivery=_delivery(entry.get("delivery", "")),
        callback=_callback(entry.get("callback", "")),
    )
    if (issuer.auth_method == "client_secret_basic") != bool(issuer.client_secret):
        raise ValueError("client_secret goes with token_endpoint_auth_method client_secret_basic, and with no other")
    return issuer


def _one_of(entry: Mapping[Any, Any], name: str, *accepted: str) -> str:
    """The word of this key; the first accepted one where it is left out."""
    given = entry.get(name, accepted[0])
    if given not in accepted:
        raise ValueError(f"{name} must be one of {', '.join(word for word in accepted if word)}")
    return str(given)


def _scopes(value: object) -> tuple[str, ...]:
    """Scopes, each checked against the grammar of SMART where it is one of SMART's."""
    scopes = _words(value)
    for scope in scopes:
        plain = scope.removeprefix(_SCOPE_URI)
        if plain.startswith("launch/") and not _LAUNCH_SCOPE.fullmatch(plain):
            raise ValueError(
                f"{scope!r} is no scope of SMART: after launch/ stands a resource type in lower case, and at most one "
                "?role=, such as launch/encounter"
            )
        if plain.startswith(("patient/", "user/", "system/")) and not _RESOURCE_SCOPE.fullmatch(plain):
            raise ValueError(
                f"{scope!r} is no scope of SMART: after the resource type (or *) stand the letters c, r, u, d, s in"
                " this order, and perhaps a search, such as patient/Observation.rs?category=laboratory"
            )
    return scopes


def _delivery(value: object) -> str:
    given = text(value)
    if given and given not in DELIVERIES:
        raise ValueError(f"delivery must be one of {', '.join(DELIVERIES)}, or left out")
    return given


def _callback(value: object) -> str:
    given = text(value)
    if given and not _CALLBACK.fullmatch(given):
        raise ValueError("callback must be a word of small letters, digits and hyphens, such as city-hospital")
    return given


def _origin(given: str) -> str:
    address = web_address(given)
    if urlsplit(address).path:
        raise ValueError(
            f"frame_origins names origins, without a path: {origin_of(address)} instead of {address} (browsers know no "
            "narrower permission to frame a page)"
        )
    return origin_of(address)


def _words(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(value.split())
    if isinstance(value, list | tuple) and all(isinstance(word, str) for word in value):
        return tuple(value)
    raise ValueError("scopes, backend_scopes and frame_origins must be lists of text")


def origin_of(address: str) -> str:
    """Scheme, host and port of an address, as browsers compare them."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower()


def is_loopback(host: str) -> bool:
    """Whether this host name or address can only mean this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def require_tls(address: str, name: str) -> None:
    """Raise UsageError unless the address is https, or plain http on this machine."""
    parts = urlsplit(address)
    if parts.scheme == "https" or is_loopback(parts.hostname or ""):
        return
    raise UsageError(
        f"{name} = {address!r} is not https: secrets and patient data would travel in the clear; use https"
    )
