"""Somebody who calls the operations: with a token, with a chart, and with what can be wrong about both."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from werkzeug.test import TestResponse

from plugin.sandbox.sample_patients import sample_patients
from plugin.signatures import ALGORITHMS

BASE = "http://127.0.0.1:8766/fhir"
CANONICAL = "https://careplan-plugin.example.org/fhir"
PLAN = "metastatic-breast-cancer"
ISSUER = "https://login.example.org"
SCOPES = "system/PlanDefinition.r system/Questionnaire.rs"
FHIR = "application/fhir+json"
AS_OF = "2026-11-22"
# In the zone of the tests, fourteen hours ahead, it is the 22nd already.
NOW = datetime(2026, 11, 21, 11, 30, tzinfo=UTC)

Resource = dict[str, Any]


def now() -> datetime:
    return NOW


@dataclass
class Issuing:
    """An authorization server: its key, and tokens by it with some claims replaced; None takes one away."""

    key: ECKey = field(
        default_factory=lambda: ECKey.generate_key("P-384", {"kid": "now", "use": "sig", "alg": "ES384"})
    )

    @property
    def client(self) -> Resource:
        """As the settings name it."""
        return {"iss": ISSUER, "jwks": {"keys": [self.key.as_dict(private=False)]}, "label": "Test server"}

    def token(self, header: Resource | None = None, key: ECKey | RSAKey | None = None, **changed: Any) -> str:
        claims = {
            "iss": ISSUER,
            "aud": BASE,
            "sub": "engine",
            "client_id": "engine",
            "iat": int(NOW.timestamp()),
            "exp": int((NOW + timedelta(minutes=5)).timestamp()),
            "scope": SCOPES,
        } | changed
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(
            {"alg": "ES384", "kid": "now", "typ": "at+jwt"} | (header or {}),
            claims,
            key or self.key,
            algorithms=[*ALGORITHMS],
        )


@dataclass
class Caller:
    client: FlaskClient
    token: str

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(f"/fhir{path}", headers={name.replace("_", "-"): text for name, text in headers.items()})

    def post(self, path: str, body: Any, **headers: str) -> TestResponse:
        content = body if isinstance(body, bytes) else orjson.dumps(body)
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": FHIR}
        sent |= {name.replace("_", "-"): text for name, text in headers.items()}
        return self.client.post(f"/fhir{path}", data=content, headers={k: v for k, v in sent.items() if v})


def parameters(*given: Resource) -> Resource:
    return {"resourceType": "Parameters", "parameter": list(given)}


def asked(patient: str, *more: Resource, reference: bool = False) -> Resource:
    """What an operation is asked with for one of the sandbox's patients."""
    name = f"Patient/{patient}"
    subject = {"valueReference": {"reference": name}} if reference else {"valueString": name}
    data = {"name": "data", "resource": chart(patient)}
    return parameters({"name": "subject", **subject}, data, {"name": "as_of", "valueDate": AS_OF}, *more)


def chart(patient: str) -> Resource:
    return next(each.bundle for each in sample_patients() if each.id == patient)


def said(response: TestResponse) -> str:
    """What the OperationOutcome of a refused request says."""
    assert response.mimetype == FHIR
    assert response.json["resourceType"] == "OperationOutcome"
    (issue,) = response.json["issue"]
    assert issue["severity"] == "error"
    return issue["diagnostics"]
