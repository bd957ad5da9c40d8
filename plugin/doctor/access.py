"""How the doctor is let in: nothing, a token, or our own backend credentials; none of them is ever printed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import requests
from requests.auth import AuthBase

from plugin.chart.http import Limits, http_session
from plugin.doctor.connection import is_safe
from plugin.doctor.probe import Clock
from plugin.doctor.report import ADMINISTRATOR, EXAMINER
from plugin.doctor.scopes import granted_in
from plugin.errors import LaunchError, RemoteError, UsageError
from plugin.launch.backend import backend_session, granted_scopes
from plugin.launch.bearer import EhrAuth
from plugin.launch.keys import client_keys
from plugin.settings import load_settings

TOKEN_VARIABLE = "CAREPLAN_DOCTOR_TOKEN"  # noqa: S105 - the name of a variable
GIVE_TOKEN = f"give an access token in {TOKEN_VARIABLE}, or settings with backend credentials with --config"


@dataclass(frozen=True, slots=True)
class Access:
    """A session, how it is let in, in words, and the scopes granted where they are known (apart by blanks).

    ask: asks for the token and gives the scopes granted, None where there is nothing to ask for. failure: why our
    credentials got no token, in the server's words. unusable: why they could not even be tried, in ours.
    """

    session: requests.Session
    words: str
    let_in: bool
    granted: str = ""
    ask: Callable[[], tuple[str, ...]] | None = None
    failure: str = ""
    unusable: str = ""

    @property
    def refused(self) -> tuple[str, str]:
        """What a 401 means for whoever came in this way, and what to do about it."""
        if not self.let_in:
            return "nobody is let in without a token", GIVE_TOKEN
        if self.as_backend:
            return "the token that our backend credentials got is not accepted", (
                "let the FHIR server accept the tokens of its own authorization server, for backend services too"
            )
        if self.session.auth is None:
            return "not everything is handed out without a token", GIVE_TOKEN
        return "the token is not accepted", (
            f"it has ended, or is for another server: get a new one and give it in {TOKEN_VARIABLE}"
        )

    @property
    def mended_by(self) -> str:
        """Who can do something about a 401."""
        return ADMINISTRATOR if self.as_backend else EXAMINER

    @property
    def as_backend(self) -> bool:
        """Whether it is that of a backend service."""
        return isinstance(self.session.auth, EhrAuth)


def entered(access: Access, limits: Limits) -> Access:
    """The access once its token was asked for; where none was given, without one, and with the reason in `failure`."""
    if access.ask is None:
        return access
    try:
        return replace(access, granted=" ".join(access.ask()), ask=None)
    except (LaunchError, RemoteError) as fault:
        words = "without a token, since our backend credentials got none"
        return replace(public_access(limits), words=words, failure=str(fault))


def public_access(limits: Limits) -> Access:
    """Without authorization: the public part only."""
    return Access(http_session(limits), "without a token", False)


def token_access(token: str, iss: str, limits: Limits, granted: str) -> Access:
    """With an access token. Raises UsageError where the token is none, or would travel in the clear."""
    if not token.isascii() or not token.isprintable() or " " in token:
        raise UsageError("the token holds blanks or signs that no token has: give the access_token alone")
    if not is_safe(iss):
        raise UsageError("the token is not sent over plain http: give an https address, or leave the token out")
    access = public_access(limits)
    access.session.auth = _Bearer(token, iss)
    return Access(access.session, "with a token", True, granted or granted_in(token))


def backend_access(config: Path, iss: str, limits: Limits, clock: Clock) -> Access:
    """With our own credentials as a backend service, from the settings. Raises UsageError where they lack the server.

    Nothing is sent yet: `ask` asks for the token, and raises LaunchError or RemoteError in the server's own words.
    Settings without a key or a client of ours give public access, and `unusable` says what they lack.
    """
    settings = load_settings(config)
    issuer = next((each for each in settings.allowed_issuers if each.iss == iss), None)
    if issuer is None:
        raise UsageError(
            f"{iss} is not among allowed_issuers of {config}: add it with its backend client, or give a token"
        )
    keys = client_keys(settings)
    try:
        session = backend_session(issuer, keys, limits, clock)
    except UsageError as fault:
        words = "without a token, since the settings hold no backend credentials"
        return replace(public_access(limits), words=words, unusable=str(fault))
    return Access(session, "as a backend service", True, ask=partial(granted_scopes, session))


class _Bearer(AuthBase):
    """The token, for addresses at or below the FHIR base only; links that lead elsewhere never see it."""

    def __init__(self, token: str, base: str) -> None:
        self._token = token
        self._base = base.rstrip("/")

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        address = (request.url or "").partition("?")[0]
        if address == self._base or address.startswith(f"{self._base}/"):
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request
