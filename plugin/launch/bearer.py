"""The authorization of requests to the EHR: the access token, renewed before it ends and when the EHR refuses it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Protocol

import requests
import structlog
from requests.auth import AuthBase

from plugin.errors import LaunchError
from plugin.launch.authorization_server import AuthorizationServer
from plugin.launch.discovery import SmartConfiguration
from plugin.launch.tokens import Tokens, seal, unseal
from plugin.storage.database import Database
from plugin.storage.tables import WorkspaceRow

_LEEWAY = timedelta(seconds=60)

log = structlog.get_logger()


class Keyring:
    """The tokens of one workspace, shared by the threads that read its chart."""

    def __init__(
        self,
        database: Database,
        secret_key: str,
        workspace: str,
        clock: Callable[[], datetime],
        server_of: Callable[[SmartConfiguration], AuthorizationServer],
    ) -> None:
        """server_of: our side of the conversation with the authorization server that a launch found."""
        self._database = database
        self._secret_key = secret_key
        self._workspace = workspace
        self._now = clock
        self._server_of = server_of
        self._lock = threading.Lock()
        self._tokens: Tokens | None = None

    def access_token(self) -> str:
        """A token that is good for the next minute, as far as we know."""
        with self._lock:
            if self._tokens is None:
                self._tokens = self._stored()
            if self._tokens.refresh and self._tokens.due(self._now(), _LEEWAY):
                self._tokens = self._renewed(self._tokens)
            return self._tokens.access

    def renew(self, refused: str) -> str | None:
        """Another token than the one the EHR refused; None where there is no way to get one.

        Raises LaunchError 401 when the authorization server ended the session, RemoteError when it cannot be asked.
        """
        with self._lock:
            if self._tokens is None or self._tokens.access == refused:
                self._tokens = self._renewed(self._tokens or self._stored())
            return None if self._tokens.access == refused else self._tokens.access

    def _renewed(self, held: Tokens) -> Tokens:
        # The row stays locked until the new tokens are stored: a refresh token may be good for one use only, and
        # another process that used it at the same time would end the session.
        with self._database.session() as session:
            row = self._row(session)
            stored = unseal(row.tokens, self._secret_key)
            if stored.access != held.access or not stored.refresh:
                return stored
            server = self._server_of(SmartConfiguration.kept(row.configuration))
            try:
                fresh = server.refresh(stored)
            except LaunchError as refusal:
                log.info("refresh_refused", ehr=server.issuer.name)
                raise LaunchError(
                    f"the session with {server.issuer.name} has ended: launch the plug-in from the EHR again", 401
                ) from refusal
            row.tokens = seal(fresh, self._secret_key)
        log.info("tokens_renewed", ehr=server.issuer.name)
        return fresh

    def _stored(self) -> Tokens:
        with self._database.session() as session:
            return unseal(self._row(session).tokens, self._secret_key)

    def _row(self, session: Any) -> WorkspaceRow:
        row: WorkspaceRow | None = session.get(WorkspaceRow, self._workspace, with_for_update=True)
        if row is None:
            raise LaunchError("this session has ended: launch the plug-in from the EHR again", 401)
        return row


class TokenSource(Protocol):
    """Where the access token comes from: a launch (`Keyring`), or the registration of a backend service."""

    def access_token(self) -> str:
        """A token that is good now, as far as we know."""

    def renew(self, refused: str) -> str | None:
        """Another token than the one that was refused; None where there is none."""


class EhrAuth(AuthBase):
    """Puts the bearer token on requests to the EHR's FHIR server, and on no other."""

    def __init__(self, source: TokenSource, fhir_base: str) -> None:
        self.source = source
        self._fhir_base = fhir_base

    def __call__(self, prepared: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._is_ours(prepared.url or ""):
            prepared.headers["Authorization"] = f"Bearer {self.source.access_token()}"
            prepared.register_hook("response", self._try_once_more)  # type: ignore[no-untyped-call]
        return prepared

    def _is_ours(self, url: str) -> bool:
        return url == self._fhir_base or url.startswith((f"{self._fhir_base}/", f"{self._fhir_base}?"))

    def _try_once_more(self, response: requests.Response, **how: Any) -> requests.Response:
        """On 401 the same request again with a new token, once."""
        if response.status_code != 401:
            return response
        refused = response.request.headers["Authorization"].removeprefix("Bearer ")
        token = self.source.renew(refused)
        if token is None:
            return response
        _ = response.content
        response.close()
        again = response.request.copy()
        again.headers["Authorization"] = f"Bearer {token}"
        answer: requests.Response = response.connection.send(again, **how)
        answer.history.append(response)
        return answer
