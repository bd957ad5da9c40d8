"""What the sandbox's authorization server remembers, in memory: clients, launches, codes, tokens.

Client, Code and Token answer the questions that Authlib asks of its models.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from plugin.sandbox.scopes import granted

LAUNCH_SECONDS = 600
PENDING_SECONDS = 600
CODE_SECONDS = 60
REFRESH_SECONDS = 12 * 3600


@dataclass(frozen=True, slots=True)
class Client:
    """One registered app; public unless it has a secret or a key set. One with a key set may be a backend service."""

    client_id: str
    redirect_uris: tuple[str, ...]
    launch_url: str
    name: str
    secret: str = field(default="", repr=False)
    jwks_uri: str = ""
    id_token_signed_response_alg: str = "RS256"  # noqa: S105 - the name of an algorithm

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        """None: SMART asks every app to send its redirect address."""

    def get_allowed_scope(self, scope: str | None) -> str | None:
        return granted(scope or "") or None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        return bool(self.secret) and secrets.compare_digest(self.secret, client_secret)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        if self.jwks_uri:
            return method == "private_key_jwt"
        return method == ("client_secret_basic" if self.secret else "none")

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        if grant_type == "client_credentials":
            return bool(self.jwks_uri)
        return grant_type in ("authorization_code", "refresh_token")


@dataclass(frozen=True, slots=True)
class LaunchContext:
    """What the EHR knows when it starts an app. `user` is a reference, `patient` and `encounter` are logical ids.

    on_screen: references of what else is open.
    """

    user: str
    patient: str = ""
    encounter: str = ""
    need_patient_banner: bool = True
    on_screen: tuple[str, ...] = ()


@dataclass(slots=True)
class Grant:
    """One consent and everything issued from it; revoking it ends all of its tokens at once."""

    client_id: str
    context: LaunchContext
    revoked: bool = False

    @property
    def is_backend(self) -> bool:
        """Whether there is no person behind it, only an app."""
        return not self.context.user


@dataclass(slots=True)
class Code:
    """An authorization code: used once, with the redirect address and the PKCE challenge it was asked with."""

    grant: Grant
    redirect_uri: str
    scope: str
    nonce: str
    code_challenge: str
    code_challenge_method: str
    issued: float
    used: bool = False

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(self.issued)

    def get_acr(self) -> None:
        """None: the sandbox makes no statement about how a user was authenticated."""

    def get_amr(self) -> None:
        """None: the sandbox makes no statement about how a user was authenticated."""


@dataclass(slots=True)
class Token:
    """An access or refresh token; a refresh token is used once."""

    grant: Grant
    scope: str
    expires: float
    used: bool = False

    def check_client(self, client: Client) -> bool:
        return self.grant.client_id == client.client_id

    def get_scope(self) -> str:
        return self.scope

    @property
    def live(self) -> bool:
        return not self.grant.revoked and not self.used and self.expires > time.time()


@dataclass(frozen=True, slots=True)
class Pending:
    """An authorization request that waits for a person to choose user and patient."""

    parameters: Mapping[str, str]
    expires: float


class Store:
    """Everything above under its secret handle; one lock, since requests come in threads."""

    def __init__(self, clients: tuple[Client, ...]) -> None:
        self.clients = {client.client_id: client for client in clients}
        self._lock = threading.Lock()
        self._launches: dict[str, tuple[LaunchContext, float]] = {}
        self._pending: dict[str, Pending] = {}
        self._codes: dict[str, Code] = {}
        self._access: dict[str, Token] = {}
        self._refresh: dict[str, Token] = {}

    def add_launch(self, context: LaunchContext) -> str:
        """Remember what is on the user's screen; returns the opaque `launch` parameter."""
        handle = secrets.token_urlsafe(24)
        with self._lock:
            self._launches[handle] = (context, time.time() + LAUNCH_SECONDS)
        return handle

    def launch(self, handle: str) -> LaunchContext | None:
        with self._lock:
            context, expires = self._launches.get(handle, (None, 0.0))
        return context if expires > time.time() else None

    def add_pending(self, parameters: Mapping[str, str]) -> str:
        handle = secrets.token_urlsafe(24)
        with self._lock:
            self._pending[handle] = Pending(parameters, time.time() + PENDING_SECONDS)
        return handle

    def take_pending(self, handle: str) -> Pending | None:
        with self._lock:
            pending = self._pending.pop(handle, None)
        return pending if pending and pending.expires > time.time() else None

    def add_code(self, value: str, code: Code) -> None:
        with self._lock:
            self._codes[value] = code

    def nonce_seen(self, client_id: str, nonce: str) -> bool:
        with self._lock:
            return any(code.nonce == nonce and code.grant.client_id == client_id for code in self._codes.values())

    def use_code(self, value: str, client: Client) -> Code | None:
        """The code, from now on used. A second use ends every token issued from it (RFC 6749, 4.1.2)."""
        with self._lock:
            code = self._codes.get(value)
            if code is None or code.grant.client_id != client.client_id:
                return None
            if code.used:
                code.grant.revoked = True
                return None
            code.used = True
        return code if code.issued + CODE_SECONDS > time.time() else None

    def add_tokens(self, grant: Grant, scope: str, access: str, lifetime: int, refresh: str, offered: str) -> None:
        """Remember an access token with its scope and, where given, a refresh token with the scope it may renew."""
        with self._lock:
            self._access[access] = Token(grant, scope, time.time() + lifetime)
            if refresh:
                self._refresh[refresh] = Token(grant, offered, time.time() + REFRESH_SECONDS)

    def access_token(self, value: str) -> Token | None:
        with self._lock:
            token = self._access.get(value)
        return token if token and token.live else None

    def any_token(self, value: str) -> Token | None:
        """An access or refresh token, whether it is still good or not."""
        with self._lock:
            return self._refresh.get(value) or self._access.get(value)

    def refresh_token(self, value: str) -> Token | None:
        """The refresh token if it may be used. One that was used before ends every token of its grant."""
        with self._lock:
            token = self._refresh.get(value)
            if token and token.used:
                token.grant.revoked = True
        return token if token and token.live else None
