"""A SMART app as small as it can be, with every parameter open to tampering."""

import html
import re
import secrets
from urllib.parse import parse_qs, urlsplit

import requests
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from plugin.sandbox.demo import CLIENT_ID, SandboxEHR

REDIRECT_URI = "http://127.0.0.1:8766/smart/callback"
SCOPES = "openid fhirUser launch patient/*.cruds user/Questionnaire.cruds online_access"
STANDALONE_SCOPES = "openid fhirUser launch/patient patient/*.rs"
TIMEOUT = 20


class App:
    def __init__(self, ehr: SandboxEHR) -> None:
        self.ehr = ehr
        self.verifier = secrets.token_urlsafe(48)
        self.state = secrets.token_urlsafe(24)
        self.nonce = secrets.token_urlsafe(24)
        self.configuration = requests.get(f"{ehr.fhir_url}/.well-known/smart-configuration", timeout=TIMEOUT).json()

    def launched(self, patient: str = "hr-positive", user: str | None = None) -> dict[str, str]:
        """Open the EHR's page with the app in it; the launch parameters that the app is handed."""
        cookies = {"sandbox_user": user} if user else None
        page = requests.get(f"{self.ehr.url}/patients/{patient}/app", cookies=cookies, timeout=TIMEOUT).text
        address = html.unescape(re.search(r'<iframe[^>]* src="([^"]+)"', page)[1])
        assert address.startswith("http://127.0.0.1:8766/smart/launch?")
        return query(address)

    def authorize(self, method: str = "GET", **changes: str | None) -> requests.Response:
        """The authorization request, not followed; a change to None leaves a parameter out."""
        parameters = {
            "response_type": "code",
            "client_id": CLIENT_ID,
            "redirect_uri": REDIRECT_URI,
            "scope": SCOPES,
            "state": self.state,
            "nonce": self.nonce,
            "aud": self.ehr.fhir_url,
            "code_challenge": create_s256_code_challenge(self.verifier),
            "code_challenge_method": "S256",
        } | changes
        sent = {name: value for name, value in parameters.items() if value is not None}
        field = "params" if method == "GET" else "data"
        address = self.configuration["authorization_endpoint"]
        return requests.request(method, address, **{field: sent}, allow_redirects=False, timeout=TIMEOUT)

    def code(self, **changes: str | None) -> str:
        """An authorization code after an EHR launch."""
        response = self.authorize(**({"launch": self.launched()["launch"]} | changes))
        answer = query(response.headers["Location"])
        assert answer["state"] == self.state
        return answer["code"]

    def exchange(self, code: str, auth: tuple[str, str] | None = None, **changes: str | None) -> requests.Response:
        parameters = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT_URI,
            "client_id": CLIENT_ID,
            "code_verifier": self.verifier,
        } | changes
        return self._token_request(parameters, auth)

    def refresh(self, refresh_token: str, **changes: str | None) -> requests.Response:
        parameters = {"grant_type": "refresh_token", "refresh_token": refresh_token, "client_id": CLIENT_ID} | changes
        return self._token_request(parameters, None)

    def tokens(self, patient: str = "hr-positive", user: str | None = None, **changes: str | None) -> dict:
        """The token response after an EHR launch that went well."""
        code = self.code(**({"launch": self.launched(patient, user)["launch"]} | changes))
        response = self.exchange(code)
        assert response.status_code == 200, response.text
        return response.json()

    def fhir(self, patient: str = "hr-positive", **changes: str | None) -> requests.Session:
        """A session that carries an access token for this patient."""
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {self.tokens(patient, **changes)['access_token']}"
        return session

    def _token_request(self, parameters: dict, auth: tuple[str, str] | None) -> requests.Response:
        sent = {name: value for name, value in parameters.items() if value is not None}
        return requests.post(self.configuration["token_endpoint"], data=sent, auth=auth, timeout=TIMEOUT)


def query(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
