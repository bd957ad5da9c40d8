"""An EHR's authorization server and FHIR server on a real port, honest by default, hostile as a test wishes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

RSA = RSAKey.generate_key(2048, {"kid": "rsa-1", "alg": "RS256", "use": "sig"})
EC = ECKey.generate_key("P-384", {"kid": "ec-1", "alg": "ES384", "use": "sig"})
STRANGER = RSAKey.generate_key(2048, {"kid": "rsa-1", "alg": "RS256", "use": "sig"})
Handler = Callable[[Request], Response]


def as_json(body: object, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, content_type="application/json")


@dataclass
class FakeEhr:
    """`replace[path]` answers instead of the honest handler; the other fields change what the honest ones say."""

    clock: Callable[[], datetime]
    base: str = ""
    key: Any = field(default_factory=lambda: RSA)
    algorithm: str = "RS256"
    client_secret: str = ""
    rotate: bool = True
    lifetime: int | None = 3600
    configuration: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    token: dict[str, Any] = field(default_factory=dict)
    sign: Callable[[dict[str, Any]], str] | None = None
    replace: dict[str, Handler] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    valid: set[str] = field(default_factory=set)
    refresh: str = "refresh-0"
    issued: int = 0
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    patients: dict[str, str] = field(default_factory=dict)
    style: dict[str, Any] = field(default_factory=dict)

    @property
    def fhir(self) -> str:
        return f"{self.base}/fhir"

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        request.get_data()
        self.requests.append(request)
        handler = self.replace.get(request.path) or self._honest(request.path)
        return handler(request)(environ, start_response)

    def seen(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.path == path]

    def authorize(self, parameters: dict[str, str]) -> str:
        """What the browser gets for visiting the authorization address: the query of the redirect back."""
        code = f"code-{len(self.codes)}"
        self.codes[code] = parameters
        return urlencode({"code": code, "state": parameters["state"]})

    def _honest(self, path: str) -> Handler:
        routes = {
            "/fhir/.well-known/smart-configuration": lambda _: as_json(self._configuration()),
            "/auth/.well-known/openid-configuration": lambda _: as_json(
                {"issuer": f"{self.base}/auth", "jwks_uri": f"{self.base}/auth/jwks"}
            ),
            "/auth/jwks": lambda _: as_json(KeySet([RSA, EC]).as_dict(private=False)),
            "/auth/token": self._token,
            "/auth/revoke": self._revoke,
            "/style.json": lambda _: as_json(self.style),
        }
        return routes.get(path, self._fhir)

    def _configuration(self) -> dict[str, Any]:
        document = {
            "issuer": f"{self.base}/auth",
            "jwks_uri": f"{self.base}/auth/jwks",
            "authorization_endpoint": f"{self.base}/auth/authorize",
            "token_endpoint": f"{self.base}/auth/token",
            "code_challenge_methods_supported": ["S256"],
            "capabilities": ["launch-ehr", "sso-openid-connect"],
        } | self.configuration
        return {name: value for name, value in document.items() if value is not None}

    def _token(self, request: Request) -> Response:
        if request.form.get("grant_type") == "refresh_token":
            return self._refreshed(request)
        if request.form.get("grant_type") == "client_credentials":
            answer = self._access() | {"scope": request.form["scope"]} | self.token
            return as_json({name: value for name, value in answer.items() if name != "refresh_token"})
        asked = self.codes.pop(request.form["code"], None)
        if asked is None:
            return as_json({"error": "invalid_grant", "error_description": "the code is used up"}, 400)
        challenge = hashlib.sha256(request.form["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(challenge).decode().rstrip("=") != asked["code_challenge"]:
            return as_json({"error": "invalid_grant", "error_description": "wrong code_verifier"}, 400)
        answer = self._access() | {
            "scope": asked["scope"],
            "patient": self.patients.get(asked["code_challenge"], "p1"),
            "encounter": "e1",
            "need_patient_banner": False,
            "smart_style_url": f"{self.base}/style.json",
            "id_token": self._id_token(asked["nonce"]),
        }
        return as_json({name: value for name, value in (answer | self.token).items() if value is not None})

    def _refreshed(self, request: Request) -> Response:
        if request.form["refresh_token"] != self.refresh:
            return as_json({"error": "invalid_grant", "error_description": "this refresh token is not good"}, 400)
        return as_json(self._access())

    def _revoke(self, request: Request) -> Response:
        self.valid.discard(request.form["token"])
        if request.form["token"] == self.refresh:
            self.valid.clear()
        return Response(status=200)

    def _access(self) -> dict[str, Any]:
        self.issued += 1
        access = f"access-{self.issued}"
        self.valid = {access}
        answer: dict[str, Any] = {"access_token": access, "token_type": "Bearer"}
        if self.lifetime is not None:
            answer["expires_in"] = self.lifetime
        if self.rotate:
            self.refresh = f"refresh-{self.issued}"
            answer["refresh_token"] = self.refresh
        return answer

    def _id_token(self, nonce: str) -> str:
        now = self.clock()
        claims = {
            "iss": f"{self.base}/auth",
            "aud": "careplan-plugin",
            "sub": "user-7",
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(minutes=5)).timestamp()),
            "nonce": nonce,
            "fhirUser": f"{self.fhir}/Practitioner/7",
        } | self.claims
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.sign is not None:
            return self.sign(claims)
        return jwt.encode({"alg": self.algorithm, "kid": self.key.kid}, claims, self.key, [self.algorithm])

    def _fhir(self, request: Request) -> Response:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.valid:
            return as_json({"resourceType": "OperationOutcome", "issue": [{"diagnostics": "token is not good"}]}, 401)
        if request.path == "/fhir/Practitioner/7":
            name = [{"prefix": ["Dr"], "given": ["Anna"], "family": "Example"}]
            return as_json({"resourceType": "Practitioner", "id": "7", "name": name})
        if request.path.startswith("/fhir/Patient/"):
            return as_json({"resourceType": "Patient", "id": request.path.rsplit("/", 1)[1]})
        return as_json({"resourceType": "Bundle", "type": "searchset"})


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(value)).decode().rstrip("=")


def unsigned(claims: dict[str, Any]) -> str:
    """An id_token with `alg: none`."""
    return f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part(claims)}."


def signed_with_the_public_key(claims: dict[str, Any]) -> str:
    """An id_token with HS256 whose shared secret is the public key that everyone knows."""
    signed = f"{_part({'alg': 'HS256', 'kid': 'rsa-1', 'typ': 'JWT'})}.{_part(claims)}"
    signature = hmac.new(RSA.as_pem(private=False), signed.encode(), "sha256").digest()
    return f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def signed_by_a_stranger(claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "RS256", "kid": "rsa-1"}, claims, STRANGER, ["RS256"])


def signed_with_a_key_of_its_own(claims: dict[str, Any]) -> str:
    """The key comes along in the header (`jwk`), and says so."""
    header = {"alg": "RS256", "kid": "rsa-1", "jwk": STRANGER.as_dict(private=False)}
    return jwt.encode(header, claims, STRANGER, ["RS256"])


@contextmanager
def running(ehr: FakeEhr, tls: ssl.SSLContext | None = None) -> Iterator[FakeEhr]:
    """The EHR on a port of its own, behind TLS where there is a context for that."""
    server = make_server("127.0.0.1", 0, ehr, ssl_context=tls, threaded=True)
    ehr.base = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield ehr
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
