"""Cookies that work inside an EHR's frame: one for each launch and one for each workspace, each on its own path.

Every launch has its own secret, so that two launches at the same time in one browser cannot disturb each other, and
the secret of a workspace is new after authentication. The browser holds random values only.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Literal, Self
from urllib.parse import urlsplit

from flask import Flask, Response, request
from flask.sessions import SecureCookieSessionInterface

from plugin.settings import Settings

_WORKSPACE_PATH = re.compile(r"/[wp]/[A-Za-z0-9_-]+")  # of a launch, or of a form that a patient has in hand
HANDED_OVER = "handover"


def digest(secret: str) -> str:
    """What the database keeps of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def matches(secret: str | None, kept: str) -> bool:
    """Whether a secret from a browser is the one whose digest was kept; in constant time."""
    return secret is not None and hmac.compare_digest(digest(secret), kept)


@dataclass(frozen=True, slots=True)
class CookiePolicy:
    """How cookies are set.

    Over TLS: `SameSite=None; Secure; Partitioned`, which browsers accept in a frame of another site. On plain http,
    which is allowed on this machine only, `SameSite=Lax`: the ports of one host are the same site.
    """

    secure: bool
    partitioned: bool
    same_site: Literal["None", "Lax"]
    root: str

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The policy that the public address and the settings ask for."""
        secure = settings.tls and settings.cookie_secure
        root = urlsplit(settings.public_url).path
        return cls(secure, secure and settings.cookie_partitioned, "None" if secure else "Lax", root)

    def name(self, name: str) -> str:
        """The full name; `__Secure-` makes browsers refuse it from anything but TLS."""
        return f"__Secure-careplan-{name}" if self.secure else f"careplan-{name}"

    def put(self, response: Response, name: str, value: str, path: str, seconds: int) -> None:
        """Set a cookie for `path` and below; `seconds` 0 removes it."""
        response.set_cookie(
            self.name(name),
            value,
            max_age=seconds,
            path=f"{self.root}{path}",
            secure=self.secure,
            httponly=True,
            samesite=self.same_site,
            partitioned=self.partitioned,
        )

    def get(self, name: str) -> str | None:
        """The value that this request brought."""
        return request.cookies.get(self.name(name))


class WorkspaceSessions(SecureCookieSessionInterface):
    """Flask's session (it holds the form token, nothing else) on the path that the request is for."""

    def get_cookie_path(self, app: Flask) -> str:
        within = _WORKSPACE_PATH.match(request.path)
        root = super().get_cookie_path(app).rstrip("/")
        return f"{root}{within.group()}" if within else root or "/"


def configure_sessions(app: Flask, settings: Settings) -> None:
    """Give the app's own session the same policy."""
    policy = CookiePolicy.of(settings)
    app.config.update(
        SESSION_COOKIE_NAME=policy.name("form"),
        SESSION_COOKIE_PATH=f"{policy.root}/",
        SESSION_COOKIE_SECURE=policy.secure,
        SESSION_COOKIE_SAMESITE=policy.same_site,
        SESSION_COOKIE_PARTITIONED=policy.partitioned,
        SESSION_COOKIE_HTTPONLY=True,
    )
    app.session_interface = WorkspaceSessions()
