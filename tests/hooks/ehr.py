"""A CDS client: its keys and tokens, the calls that it makes for patients of the sandbox, and its FHIR server."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
from flask import Flask
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey
from werkzeug.test import TestResponse
from werkzeug.wrappers import Request, Response

from plugin.hooks.prefetch import BY_KEY
from plugin.storage.database import Database
from tests.chart.fhir_stub import FhirStub, bundle, fhir
from tests.clock import TestClock
from tests.proving import proving

PATIENTS = Path(__file__).parent.parent.parent / "plugin/sandbox/patients"
ISSUER, HANDED_OVER = "https://ehr.example.org", "https://other.example.org"
PLUGIN = "http://127.0.0.1:8766"
DRAFT, ORDERS = "careplan-draft", "careplan-orders"
EC = ECKey.generate_key("P-384", {"kid": "ec-1"})
RSA = RSAKey.generate_key(2048, {"kid": "rsa-1"})
STRANGER = ECKey.generate_key("P-384", {"kid": "ec-1"})
NEXT = ECKey.generate_key("P-384", {"kid": "ec-2"})
Json = dict[str, Any]
cds = proving("hl7.cds-hooks_2.0")


@dataclass
class Ehr:
    """The plug-in on one side, an EHR on the other: `call` and `tell` are what the EHR sends."""

    app: Flask
    database: Database
    server: FhirStub
    clock: TestClock

    def claims(self, service: str, **changes: Any) -> Json:
        now = int(self.clock().timestamp())
        aud = f"{PLUGIN}/cds-services/{service}"
        claims = {"iss": ISSUER, "aud": aud, "iat": now, "exp": now + 300, "jti": str(uuid4())} | changes
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, service: str, key: Any = EC, alg: str = "ES384", header: Json | None = None, **claims: Any) -> str:
        head = {"alg": alg, "kid": key.kid, "typ": "JWT", "jku": f"{self.server.base}/jwks"} | (header or {})
        head = {name: value for name, value in head.items() if value is not None}
        return jwt.encode(head, self.claims(service, **claims), key, [alg])

    def post(self, path: str, body: Any, token: str | None = "", kind: str = "application/json") -> TestResponse:
        headers = {"Authorization": f"Bearer {token or self.token(path)}"} if token is not None else {}
        data = body if isinstance(body, bytes) else orjson.dumps(body)
        return self.app.test_client().post(f"/cds-services/{path}", data=data, content_type=kind, headers=headers)

    def call(self, call: Json, token: str | None = "") -> TestResponse:
        return self.post(DRAFT if call["hook"] == "patient-view" else ORDERS, call, token)

    def cards(self, call: Json) -> list[Json]:
        response = self.call(call)
        assert response.status_code == 200, response.text
        return list(response.get_json()["cards"])

    def serves(self, name: str, **instead: Any) -> None:
        """Let the EHR's FHIR server hold a patient of the sandbox; `instead` answers for single resource types."""
        resources = resources_of(name)
        for search in BY_KEY.values():
            kind = search.resource_type
            found = [one for one in resources if one["resourceType"] == kind]
            self.server.on[kind] = (
                (lambda _, f=found: bundle(*f)) if kind != "Patient" else (lambda _, f=found: fhir(f[0]))
            )
        self.server.on |= instead

    def asked(self) -> list[Request]:
        """What the EHR's FHIR server was asked, its key set aside."""
        return [request for request in self.server.requests if not request.path.endswith("/jwks")]


def resources_of(name: str) -> list[Json]:
    return [entry["resource"] for entry in orjson.loads((PATIENTS / f"{name}.json").read_bytes())["entry"]]


def jwks(*keys: Any) -> Response:
    return fhir(KeySet(list(keys)).as_dict(private=False))


def patient_view(name: str = "hr-positive", **prefetch: Any) -> Json:
    """A call with everything prefetched; a key of `prefetch` replaces one, `...` leaves it out."""
    resources = resources_of(name)
    [patient] = [one for one in resources if one["resourceType"] == "Patient"]
    found: Json = {"patient": patient}
    for key, search in BY_KEY.items():
        found.setdefault(key, searchset(*(one for one in resources if one["resourceType"] == search.resource_type)))
    brought = {key: value for key, value in (found | prefetch).items() if value is not ...}
    context = {"userId": "Practitioner/7", "patientId": patient["id"]}
    return {"hook": "patient-view", "hookInstance": str(uuid4()), "context": context, "prefetch": brought}


def searchset(*resources: Json, **more: Any) -> Json:
    entries = [{"resource": one} for one in resources]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entries} | more


def order(text: str = "", number: int = 1, **more: Any) -> Json:
    drug = {"medicationCodeableConcept": {"text": text}} if text else {}
    own = {"resourceType": "MedicationRequest", "id": f"o{number}", "status": "draft", "intent": "order"}
    return own | {"subject": {"reference": "Patient/hr-positive"}} | drug | more


def about_orders(*orders: Json, name: str = "hr-positive", hook: str = "order-sign", **prefetch: Any) -> Json:
    call = patient_view(name, **prefetch)
    patient = {"reference": f"Patient/{call['context']['patientId']}"}
    drafts = [one | {"subject": patient} if "subject" in one else one for one in orders]
    call["context"]["draftOrders"] = searchset(*drafts) | {"type": "collection"}
    if hook == "order-select":
        call["context"]["selections"] = [f"{one['resourceType']}/{one['id']}" for one in orders]
    return call | {"hook": hook}


def with_access(call: Json, ehr: Ehr, **changes: Any) -> Json:
    """The call with leave to read from the EHR's FHIR server."""
    granted = {"access_token": "secret-1", "token_type": "Bearer", "expires_in": 300, "scope": "patient/*.read"}
    return call | {"fhirServer": ehr.server.base, "fhirAuthorization": granted | {"subject": "cds-service"} | changes}


def outcome(severity: str = "error") -> Json:
    issue = {"severity": severity, "code": "exception", "diagnostics": "the search timed out"}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def part(value: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(value)).decode().rstrip("=")


def unsigned(claims: Json) -> str:
    return f"{part({'alg': 'none', 'typ': 'JWT', 'kid': 'ec-1'})}.{part(claims)}."


def signed_with_the_public_key(claims: Json) -> str:
    """HS256 whose shared secret is the public key that everyone knows."""
    signed = f"{part({'alg': 'HS256', 'kid': 'rsa-1', 'typ': 'JWT'})}.{part(claims)}"
    signature = hmac.new(RSA.as_pem(private=False), signed.encode(), "sha256").digest()
    return f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"
