"""The launch in two steps, without any web page: begin it, complete it. And what of it is open."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
import structlog
from sqlalchemy import delete, select

from plugin.chart.client import FhirClient
from plugin.chart.http import Limits, http_session
from plugin.errors import CareplanError, LaunchError
from plugin.launch.answers import check_address, code_of, patient_of
from plugin.launch.authorization_server import AuthorizationRequest, AuthorizationServer
from plugin.launch.bearer import EhrAuth, Keyring
from plugin.launch.context import LaunchContext, context_from
from plugin.launch.cookies import digest, matches
from plugin.launch.discovery import SmartConfiguration, discover, signing_keys
from plugin.launch.fhir_context import read_fhir_context
from plugin.launch.identity import User, user_of, verify_id_token
from plugin.launch.keys import client_keys
from plugin.launch.scopes import not_granted, scopes_to_request
from plugin.launch.style import fetch_style
from plugin.launch.tokens import Tokens, seal, tokens_from, unseal
from plugin.setting_kinds import Issuer, origin_of
from plugin.settings import Settings
from plugin.storage.database import Database
from plugin.storage.tables import LaunchRow, WorkspaceRow

Clock = Callable[[], datetime]
LAUNCH_SECONDS = 600

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Begun:
    """A launch on its way: how the browser asks, and the secret that it has to bring back under this name."""

    request: AuthorizationRequest
    ehr: str
    cookie: str
    secret: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A launch that arrived: the workspace, and the secret that opens it from now on."""

    workspace: str
    secret: str


def utc_now() -> datetime:
    """The clock of the machine."""
    return datetime.now(UTC)


class LaunchService:
    """Everything a launch does, apart from HTTP pages and cookies."""

    def __init__(self, settings: Settings, database: Database, clock: Clock = utc_now) -> None:
        self.settings = settings
        self.database = database
        self.now = clock
        self.keys = client_keys(settings)
        self._limits = Limits.of(settings)

    def begin(self, iss: str, launch: str) -> Begun:
        """Start a launch from an EHR (`launch` is its token), or a standalone one (`launch` is empty).

        Raises LaunchError 403 for an `iss` that is not on the list, 502 where the EHR takes another registration than
        the settings have, RemoteError when its configuration cannot be had.
        """
        issuer = self._issuer(iss)
        with http_session(self._limits.for_documents()) as http:
            configuration = discover(http, issuer.iss)
        state, secret = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        verifier, nonce = secrets.token_urlsafe(64), secrets.token_urlsafe(32)
        server = self._server(issuer, configuration)
        server.check_registration()
        scopes = " ".join(self._scopes(issuer, configuration, launch))
        parameters = {"aud": iss, "nonce": nonce, "scope": scopes} | ({"launch": launch} if launch else {})
        request = server.authorization_request(self.settings.redirect_uri(issuer), state, verifier, **parameters)
        self._forget_expired()
        with self.database.session() as session:
            session.add(
                LaunchRow(
                    id=digest(state),
                    browser_hash=digest(secret),
                    iss=issuer.iss,
                    verifier=verifier,
                    nonce=nonce,
                    scopes=scopes,
                    configuration=asdict(configuration),
                    created=self.now(),
                    expires=self.now() + timedelta(seconds=LAUNCH_SECONDS),
                )
            )
        log.info("launch_begun", ehr=issuer.name, standalone=not launch)
        return Begun(request, issuer.name, cookie_of(state), secret)

    def complete(self, answer: Mapping[str, str], secret: str | None, callback: str = "") -> Opened:
        """Finish a launch with what the authorization server sent back and the secret that the browser brought.

        callback: the last part of the address where the answer arrived; empty for the address that EHRs share.
        Raises LaunchError for everything that does not fit, RemoteError when the EHR fails.
        """
        row = self._take(answer.get("state", ""), secret)
        issuer = self._issuer(row.iss)
        redirect_uri = self.settings.redirect_uri(issuer)
        check_address(callback, issuer, redirect_uri)
        configuration = SmartConfiguration.kept(row.configuration)
        code = code_of(answer, issuer, configuration)
        token = self._server(issuer, configuration).exchange_code(code, row.verifier, redirect_uri)
        patient_id = patient_of(token, issuer)
        tokens = tokens_from(token, self.now())
        user = self._identify(issuer, configuration, token, row.nonce)
        return self._open(issuer, configuration, token, tokens, row.scopes.split(), patient_id, user)

    def context(self, workspace: str, secret: str | None) -> LaunchContext:
        """The context of a workspace. Raises LaunchError 401 unless this browser opened it and it is still open."""
        with self.database.session() as session:
            row = session.get(WorkspaceRow, workspace)
        if row is None or not matches(secret, row.browser_hash):
            raise LaunchError(
                "this page belongs to a launch that is not open in this browser: launch the plug-in from the EHR "
                "again. If it happens each time, the browser blocks cookies in frames; allow them for this address",
                401,
            )
        if row.expires <= self.now():
            raise LaunchError("this session has ended: launch the plug-in from the EHR again", 401)
        return context_from(row, self._issuer(row.iss))

    def http(self, context: LaunchContext) -> requests.Session:
        """A session with the launch's authorization, time limits and retries; usable from several threads."""
        issuer = self._issuer(context.iss)
        keyring = Keyring(
            database=self.database,
            secret_key=self.settings.secret_key,
            workspace=context.workspace,
            clock=self.now,
            server_of=lambda configuration: self._server(issuer, configuration),
        )
        http = http_session(self._limits)
        http.auth = EhrAuth(keyring, context.fhir_base)
        return http

    def hand_over(self, workspace: str) -> None:
        """Let no browser into a workspace any more, until it is taken back; its tokens stay."""
        with self.database.session() as session:
            session.get_one(WorkspaceRow, workspace).browser_hash = digest(secrets.token_urlsafe(32))

    def take_back(self, workspace: str) -> str | None:
        """The new secret of a workspace that was handed over; None where it has ended meanwhile."""
        secret = secrets.token_urlsafe(32)
        with self.database.session() as session:
            row = session.get(WorkspaceRow, workspace, with_for_update=True)
            if row is None or row.expires <= self.now():
                return None
            row.browser_hash = digest(secret)
        return secret

    def close(self, context: LaunchContext) -> bool:
        """End a workspace at once, forget its tokens, and have the EHR revoke them (RFC 7009).

        Whether the EHR confirmed that. Where it cannot be asked, the tokens end by themselves at their time.
        """
        with self.database.session() as session:
            row = session.get(WorkspaceRow, context.workspace, with_for_update=True)
            if row is None:
                return False
            session.delete(row)
        return self._revoke(row)

    def _issuer(self, iss: str) -> Issuer:
        issuer = self.settings.issuer(iss)
        if issuer is None:
            raise LaunchError(
                f"the EHR at {iss[:200]} is not on this plug-in's list of allowed EHRs: "
                "whoever runs the plug-in has to add the address to allowed_issuers",
                403,
            )
        return issuer

    def _server(self, issuer: Issuer, configuration: SmartConfiguration) -> AuthorizationServer:
        return AuthorizationServer(issuer, configuration, self.keys, self._limits, self.now)

    def _scopes(self, issuer: Issuer, configuration: SmartConfiguration, launch: str) -> tuple[str, ...]:
        refresh = "" if issuer.refresh_scope == "none" else issuer.refresh_scope
        return issuer.scopes or scopes_to_request(bool(launch), refresh, configuration.version_1_scopes)

    def _take(self, state: str, secret: str | None) -> LaunchRow:
        """The launch of this state, used up by that, so that no answer counts twice."""
        with self.database.session() as session:
            row = session.get(LaunchRow, digest(state), with_for_update=True) if state else None
            if row is not None:
                session.delete(row)
        if row is None or row.expires <= self.now():
            raise LaunchError("this launch is unknown, used already or too old: launch the plug-in from the EHR again")
        if not matches(secret, row.browser_hash):
            raise LaunchError(
                "this launch was started in another browser, or this browser did not keep our cookie. "
                "Allow cookies for this address, or open the plug-in in a tab of its own, and launch again",
                403,
            )
        return row

    def _identify(
        self, issuer: Issuer, configuration: SmartConfiguration, token: Mapping[str, Any], nonce: str
    ) -> User:
        with http_session(self._limits.for_documents()) as http:
            keys = signing_keys(http, configuration)
            claims = verify_id_token(
                token.get("id_token"), keys, configuration.issuer, issuer.client_id, nonce, self.now()
            )
            http.headers["Authorization"] = f"Bearer {token['access_token']}"
            return user_of(claims, FhirClient(http, issuer.iss, self._limits), issuer.iss)

    def _open(
        self,
        issuer: Issuer,
        configuration: SmartConfiguration,
        token: Mapping[str, Any],
        tokens: Tokens,
        requested: list[str],
        patient_id: str,
        user: User,
    ) -> Opened:
        granted = str(token.get("scope") or " ".join(requested)).split()
        missing = not_granted(requested, granted)
        style_url = _text(token.get("smart_style_url"))
        opened = Opened(secrets.token_urlsafe(24), secrets.token_urlsafe(32))
        row = WorkspaceRow(
            id=opened.workspace,
            browser_hash=digest(opened.secret),
            iss=issuer.iss,
            patient_id=patient_id,
            encounter_id=_text(token.get("encounter")),
            user_reference=user.reference,
            user_name=user.name,
            user_subject=user.subject,
            scopes=" ".join(granted),
            missing_scopes=" ".join(missing),
            need_patient_banner=token.get("need_patient_banner") is not False,
            smart_style_url=style_url,
            intent=_text(token.get("intent")),
            tenant=_text(token.get("tenant")),
            fhir_context=[asdict(item) for item in read_fhir_context(token.get("fhirContext"))],
            style=fetch_style(style_url, {origin_of(issuer.iss), *issuer.framing}, self._limits),
            configuration=asdict(configuration),
            tokens=seal(tokens, self.settings.secret_key),
            created=self.now(),
            expires=self.now() + timedelta(hours=self.settings.session_hours),
        )
        with self.database.session() as session:
            session.add(row)
        log.info("launch_completed", ehr=issuer.name, missing_scopes=list(missing))
        return opened

    def _forget_expired(self) -> None:
        """Forget what is over, and have the tokens of such workspaces revoked beside the launch that found them."""
        with self.database.session() as session:
            session.execute(delete(LaunchRow).where(LaunchRow.expires <= self.now()))
            # Two processes may look at the same time: each takes those that the other has not taken.
            ended = select(WorkspaceRow).where(WorkspaceRow.expires <= self.now()).with_for_update(skip_locked=True)
            over = session.scalars(ended).all()
            for row in over:
                session.delete(row)
        if over:
            threading.Thread(target=lambda: [self._revoke(row) for row in over], daemon=True).start()

    def _revoke(self, row: WorkspaceRow) -> bool:
        configuration, issuer = SmartConfiguration.kept(row.configuration), self.settings.issuer(row.iss)
        if not configuration.revocation_endpoint or issuer is None:
            return False
        try:
            self._server(issuer, configuration).revoke(unseal(row.tokens, self.settings.secret_key))
        except CareplanError as fault:
            log.warning("tokens_not_revoked", ehr=issuer.name, kind=type(fault).__name__)
            return False
        log.info("tokens_revoked", ehr=issuer.name)
        return True


def cookie_of(state: str) -> str:
    """The name of the cookie that belongs to a launch: several launches may run in one browser."""
    return f"launch-{digest(state)[:12]}"


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
