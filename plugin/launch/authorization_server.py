"""Our side of the conversation with one authorization server: the request in the browser, and the token endpoint."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session

from plugin.chart.bounded import Unending
from plugin.chart.http import Limits, mount_limits
from plugin.errors import LaunchError, Refused, RemoteError, Unreachable, UsageError
from plugin.launch.client_auth import SmartPrivateKeyJWT
from plugin.launch.discovery import SmartConfiguration
from plugin.launch.keys import ClientKeys
from plugin.launch.tokens import Tokens, tokens_from
from plugin.setting_kinds import Issuer


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """Where the browser goes; with `fields` it posts them there, without it only follows the address."""

    address: str
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class AuthorizationServer:
    """One authorization server, as it describes itself, and how we are registered there."""

    issuer: Issuer
    configuration: SmartConfiguration
    keys: ClientKeys
    limits: Limits
    now: Callable[[], datetime]

    def check_registration(self) -> None:
        """Raise LaunchError where the server says that it does not take what the settings say about us."""
        method, taken = self.issuer.auth_method, self.configuration.auth_methods
        # Public clients are named by the capability client-public, not here: SMART lists no method for them.
        if method != "none" and taken and method not in taken:
            raise LaunchError(
                f"{self.issuer.name} takes {', '.join(taken)} at its token endpoint, this plug-in is set to {method}: "
                "its administrator has to change token_endpoint_auth_method, or the registration",
                502,
            )
        if method != "private_key_jwt":
            return
        try:
            self.keys.signing(self.configuration.signing_algorithms)
        except UsageError as fault:
            raise LaunchError(f"{self.issuer.name} cannot be told who we are: {fault}", 502) from fault

    def authorization_request(
        self, redirect_uri: str, state: str, verifier: str, **parameters: str
    ) -> AuthorizationRequest:
        """How the browser asks for a code, with S256 of the verifier (RFC 7636) and `parameters` besides.

        By POST where the settings ask for it and the server says that it takes it (`authorize-post`), else by GET.
        """
        endpoint = self.configuration.authorization_endpoint
        with self._client(redirect_uri) as client:
            address, _ = client.create_authorization_url(endpoint, state=state, code_verifier=verifier, **parameters)
        if self.issuer.authorize_method == "get" or not self.configuration.takes_post:
            return AuthorizationRequest(str(address))
        of_the_endpoint = parse_qsl(urlsplit(endpoint).query, keep_blank_values=True)
        asked = parse_qsl(urlsplit(str(address)).query, keep_blank_values=True)
        return AuthorizationRequest(endpoint, tuple(asked[len(of_the_endpoint) :]))

    def exchange_code(self, code: str, verifier: str, redirect_uri: str) -> Mapping[str, Any]:
        """Trade the authorization code for the token response.

        Raises LaunchError with the server's own words when it says no, RemoteError when it fails or gives no token.
        """
        with self._client(redirect_uri) as client:
            # Without grant_type the library would fall back to client credentials when the code is missing.
            return self._token(
                lambda: client.fetch_token(
                    self.configuration.token_endpoint,
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=verifier,
                    allow_redirects=False,
                )
            )

    def refresh(self, tokens: Tokens) -> Tokens:
        """New tokens for a refresh token; the old refresh token stays where the server does not rotate it.

        Raises as `exchange_code` does.
        """
        with self._client() as client:
            answer = self._token(
                lambda: client.refresh_token(
                    self.configuration.token_endpoint, refresh_token=tokens.refresh, allow_redirects=False
                )
            )
        return tokens_from(answer, self.now(), tokens.refresh)

    def client_credentials(self, scopes: Sequence[str]) -> Mapping[str, Any]:
        """The token response of a backend service. Raises as `exchange_code` does."""
        with self._client() as client:
            return self._token(
                lambda: client.fetch_token(
                    self.configuration.token_endpoint,
                    grant_type="client_credentials",
                    scope=" ".join(scopes),
                    allow_redirects=False,
                ),
                "access",
            )

    def revoke(self, tokens: Tokens) -> None:
        """End the session at the server (RFC 7009): the refresh token, with it what came of it, then the access token.

        Raises RemoteError unless the server says that it did; it does so for tokens that it no longer knows, too.
        """
        with self._client() as client:
            for token, hint in ((tokens.refresh, "refresh_token"), (tokens.access, "access_token")):
                if token:
                    self._revoke(client, token, hint)

    def _revoke(self, client: Any, token: str, hint: str) -> None:
        address = self.configuration.revocation_endpoint
        try:
            response = client.revoke_token(address, token=token, token_type_hint=hint, allow_redirects=False)
        except requests.RequestException as fault:
            raise self._no_answer(fault) from fault
        # Some servers revoke refresh tokens only; an access token that stays ends by itself within the hour.
        unsupported = response.status_code == 400 and hint == "access_token"
        if response.status_code != 200 and not unsupported:
            raise Refused(f"{self.issuer.name} did not revoke the {hint}", response.status_code)

    def _client(self, redirect_uri: str = "") -> Any:
        method = self.issuer.auth_method
        client = OAuth2Session(
            client_id=self.issuer.client_id,
            client_secret=self.issuer.client_secret if method == "client_secret_basic" else None,
            token_endpoint_auth_method=method,
            revocation_endpoint_auth_method=method,
            redirect_uri=redirect_uri or None,
            code_challenge_method="S256",
            default_timeout=(self.limits.connect, self.limits.read),
        )
        mount_limits(client, self.limits.for_documents())
        if method == "private_key_jwt":
            key = self.keys.signing(self.configuration.signing_algorithms)
            # The audience is the token endpoint for revocation, too: the one address that every server takes.
            audience, jku = self.configuration.token_endpoint, self.keys.url if self.issuer.send_jku else ""
            client.register_client_auth_method(SmartPrivateKeyJWT(audience, key, jku, self.now))
        return client

    def _token(self, ask: Callable[[], Any], what: str = "the launch") -> Mapping[str, Any]:
        try:
            answer = ask()
        except AuthlibBaseError as refusal:
            raise LaunchError(server_says(self.issuer, refusal.error, refusal.description, what), 403) from refusal
        except requests.HTTPError as fault:
            status = fault.response.status_code
            said = (
                "asks us to slow down (429): try again in a minute" if status == 429 else f"failed with status {status}"
            )
            raise Refused(f"the authorization server of {self.issuer.name} {said}", status) from fault
        except requests.RequestException as fault:
            raise self._no_answer(fault) from fault
        except ValueError as fault:
            raise RemoteError(
                f"the answer of the authorization server of {self.issuer.name} cannot be read as a token"
            ) from fault
        self._check_bearer(answer)
        return dict(answer)

    def _check_bearer(self, answer: Mapping[str, Any]) -> None:
        # The library hands a refusal without `error` back as if it were a token.
        if not isinstance(answer.get("access_token"), str) or not answer["access_token"]:
            raise RemoteError(f"the authorization server of {self.issuer.name} answered without an access token")
        if str(answer.get("token_type", "")).lower() != "bearer":
            raise RemoteError(f"the authorization server of {self.issuer.name} gave a token that is not a bearer token")

    def _no_answer(self, fault: Exception) -> Unreachable:
        if isinstance(fault, Unending):
            return Unreachable(f"the authorization server of {self.issuer.name} gave no answer that ends: {fault}")
        return Unreachable(f"the authorization server of {self.issuer.name} gave no answer ({type(fault).__name__})")


def server_says(
    issuer: Issuer, error: str | None, description: str | None, what: str = "the launch", page: str | None = None
) -> str:
    """The authorization server's refusal in its own words, shortened; `page` is the address where it says more."""
    words = f"{error or 'refused'}: {description}" if description else str(error or "refused")
    more = f" (it says more at {page[:500]})" if page else ""
    return f"{issuer.name} did not allow {what}; it says: {words[:300]}{more}"
