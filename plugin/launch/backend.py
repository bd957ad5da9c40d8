"""Access without a person at the screen: SMART Backend Services, for `careplan doctor` and `careplan codes scan`.

Source: SMART App Launch 2.2, "Backend Services".
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import requests

from plugin.chart.http import Limits, http_session
from plugin.errors import UsageError
from plugin.launch.authorization_server import AuthorizationServer
from plugin.launch.bearer import EhrAuth
from plugin.launch.discovery import discover
from plugin.launch.keys import ClientKeys
from plugin.launch.scopes import backend_scopes
from plugin.launch.tokens import Tokens, tokens_from
from plugin.setting_kinds import Issuer

_LEEWAY = timedelta(seconds=30)


def backend_session(
    issuer: Issuer, keys: ClientKeys, limits: Limits, clock: Callable[[], datetime]
) -> requests.Session:
    """HTTP to the FHIR server of one EHR as a backend service; usable from several threads.

    issuer: the EHR as `settings.allowed_issuers` has it; `backend_client_id` is used where it is set, else `client_id`,
        and `backend_scopes` where they are set, else read access at `system/` level to what a chart is read from.
    keys: ours, `client_keys(settings)`. limits: time limits and retries. clock: tells the time, aware.

    Nothing is sent before the first request. That one reads the SMART configuration and asks for a token
    (`client_credentials` with a signed JWT); the token is kept in memory, asked for anew 30 s before it ends and when
    the server refuses it, and goes to `issuer.iss` and below, to no other address.

    Raises UsageError at once where there is no key or no client id. Requests raise LaunchError with the server's own
    words where it gives no token, RemoteError where its configuration or its answer cannot be used.
    """
    if not (issuer.backend_client_id or issuer.client_id):
        raise UsageError(f"{issuer.name} has no client_id and no backend_client_id: register the plug-in there first")
    keys.signing()
    session = http_session(limits)
    session.auth = EhrAuth(BackendTokens(issuer, keys, limits, clock), issuer.iss)
    return session


def granted_scopes(session: requests.Session) -> tuple[str, ...]:
    """What the server granted a `backend_session`; asks for a token where there is none yet. Raises as requests do."""
    auth = session.auth
    if not isinstance(auth, EhrAuth) or not isinstance(auth.source, BackendTokens):
        raise UsageError("this session was not made by backend_session and knows of no granted scopes")
    return auth.source.scopes()


class BackendTokens:
    """The access token of a backend service, shared by threads; there is no refresh token, a new one is asked for."""

    def __init__(self, issuer: Issuer, keys: ClientKeys, limits: Limits, clock: Callable[[], datetime]) -> None:
        self._issuer = replace(
            issuer,
            client_id=issuer.backend_client_id or issuer.client_id,
            token_endpoint_auth_method="private_key_jwt",  # noqa: S106 - the name of a method
        )
        self._keys = keys
        self._limits = limits
        self._now = clock
        self._lock = threading.Lock()
        self._server: AuthorizationServer | None = None
        self._tokens: Tokens | None = None
        self._granted: tuple[str, ...] = ()

    def access_token(self) -> str:
        """A token that is good for the next half minute, as far as we know."""
        with self._lock:
            return self._current().access

    def renew(self, refused: str) -> str | None:
        """Another token than the one that the server refused."""
        with self._lock:
            if self._tokens is not None and self._tokens.access == refused:
                self._tokens = None
            fresh = self._current().access
        return None if fresh == refused else fresh

    def scopes(self) -> tuple[str, ...]:
        """What the server granted."""
        with self._lock:
            self._current()
            return self._granted

    def _current(self) -> Tokens:
        if self._tokens is None or self._tokens.due(self._now(), _LEEWAY):
            server = self._discovered()
            asked = self._issuer.backend_scopes or backend_scopes(server.configuration.version_1_scopes)
            answer = server.client_credentials(asked)
            self._tokens = tokens_from(answer, self._now())
            self._granted = tuple(str(answer.get("scope") or " ".join(asked)).split())
        return self._tokens

    def _discovered(self) -> AuthorizationServer:
        if self._server is None:
            with http_session(self._limits.for_documents()) as http:
                configuration = discover(http, self._issuer.iss)
            server = AuthorizationServer(self._issuer, configuration, self._keys, self._limits, self._now)
            server.check_registration()
            self._server = server
        return self._server
