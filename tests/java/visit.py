"""A clinician at work in an EHR whose charts are kept by a server that is not ours: launch, decide, save."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from flask.testing import FlaskClient

from plugin import create_app
from plugin.sandbox.demo import CLIENT_ID, PLUGIN_PORT, SandboxEHR
from plugin.settings import Issuer, Settings
from plugin.web.desk import EXTENSION
from tests.review.visit import seen_on

ADDRESS = f"http://127.0.0.1:{PLUGIN_PORT}"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
# Where a line stood, and the last decision on it, as the forms of the page carry them.
SHOWN = r'action="{}"[^>]*>.*?name="standing" value="([^"]*)"><input type="hidden" name="seen" value="([0-9]+)"'
LINE = re.compile(r'action="(/w/[^"]+/lines/treatment-category/[^"]+)"')
PATIENT = "hr-positive"
# Whom visits write about whose EHR takes less than the whole plan.
OTHER_PATIENT = "her2-positive"
# And about whom one whose plans take single requests.
THIRD_PATIENT = "man"
STATED = "family-history-breast-ovarian"
WRITTEN = ("CarePlan", "DocumentReference", "Goal", "Observation", "QuestionnaireResponse")
OURS = "https://careplan-plugin.example.org/fhir/NamingSystem/"
TIMEOUT = 120


@dataclass
class Visit:
    """The browser of the clinician, the address of the review, the EHR, and the bases of chart server and EHR."""

    browser: FlaskClient
    workspace: str
    ehr: SandboxEHR
    charts: str
    iss: str
    patient: str

    def page(self) -> str:
        """The review, once the chart is read."""
        deadline = time.monotonic() + TIMEOUT
        while "Reading the chart" in (text := self.browser.get(self.workspace, base_url=ADDRESS).text):
            assert time.monotonic() < deadline, text
        return text

    def post(self, path: str, **form: str) -> str:
        data = {"csrf_token": TOKEN.search(self.page())[1], **form}
        answer = self.browser.post(path, data=data, base_url=ADDRESS, follow_redirects=True)
        assert answer.status_code == 200, answer.text
        return answer.text

    def wait_until_asked(self) -> None:
        """Until the server has said what it can do, which takes it longer than a page waits."""
        self.page()
        abilities = self.browser.application.extensions[EXTENSION].abilities
        deadline = time.monotonic() + TIMEOUT
        while abilities.at_hand(self.iss).unread:
            assert time.monotonic() < deadline, abilities.at_hand(self.iss).unread
            time.sleep(0.1)

    def state(self, code: str = STATED, value: str = "false", reason: str = "Asked today") -> None:
        """State a fact; by default one that the chart leaves open."""
        seen = seen_on(self.page(), f"facts/{code}")
        self.post(f"{self.workspace}facts/{code}", value=value, reason=reason, seen=seen)

    def withdraw(self, code: str, reason: str) -> None:
        """Take back what was stated."""
        seen = seen_on(self.page(), f"facts/{code}")
        self.post(f"{self.workspace}facts/{code}", withdraw="1", reason=reason, seen=seen)

    def decide(self, choice: str, line: str = "", **form: str) -> None:
        """Decide on a line, such as `supportive-care/pain`, as the page shows it; on the first of treatment if none."""
        page = self.page()
        path = f"{self.workspace}lines/{line}" if line else LINE.search(page)[1]
        standing, seen = re.search(SHOWN.format(re.escape(path)), page, re.DOTALL).groups()
        self.post(path, choice=choice, standing=standing, seen=seen, **form)

    def save(self) -> str:
        """Write the plan to the chart; what the page then says, once the chart is read again."""
        self.post(f"{self.workspace}save")
        return self.page()

    def written(self) -> list[dict[str, Any]]:
        """What the plug-in has written to the chart of this patient, as the server holds it."""
        about = [each for kind in WRITTEN for each in self._held(kind, patient=f"Patient/{self.patient}")]
        names = {f"{each['resourceType']}/{each['id']}" for each in about}
        return about + [each for each in self._held("Provenance") if each["target"][0]["reference"] in names]

    def _held(self, kind: str, **asked: str) -> list[dict[str, Any]]:
        fresh = {"Cache-Control": "no-cache"}  # else HAPI FHIR repeats what it found before the last save
        bundle = requests.get(
            f"{self.charts}/{kind}", {"_count": "500", **asked}, headers=fresh, timeout=TIMEOUT
        ).json()
        return [entry["resource"] for entry in bundle.get("entry", ()) if _is_ours(entry["resource"])]


def _is_ours(resource: dict[str, Any]) -> bool:
    profiles = resource.get("meta", {}).get("profile", [])
    identifiers = resource.get("identifier", [])
    systems = [each.get("system", "") for each in (identifiers if isinstance(identifiers, list) else [identifiers])]
    return any(name.startswith(OURS) for name in systems) or any("review-provenance" in name for name in profiles)


def visited(ehr: SandboxEHR, folder: Path, patient: str = PATIENT, delivery: str = "") -> Visit:
    """The visit to an EHR, whose charts may be kept by another server. delivery: the way that its plans take."""
    settings = Settings(
        secret_key="s" * 40,
        public_url=ADDRESS,
        instance_folder=folder,
        read_timeout=TIMEOUT,
        chart_timeout=TIMEOUT,
        allowed_issuers=(Issuer(ehr.fhir_url, CLIENT_ID, delivery=delivery),),
    )
    browser = create_app(settings).test_client()
    workspace = _launched(browser, f"{ehr.url}/patients/{patient}/launch")
    return Visit(browser, workspace, ehr, ehr.backend_url, ehr.fhir_url, patient)


def _launched(browser: FlaskClient, address: str) -> str:
    to_us = _onward(address)
    departed = browser.get(to_us, base_url=ADDRESS)
    arrived = browser.get(_onward(departed.headers["Location"]), base_url=ADDRESS)
    assert arrived.status_code == 303, arrived.text
    return str(arrived.headers["Location"])


def _onward(address: str) -> str:
    """Where an address sends the browser, as a path of the plug-in."""
    location = requests.get(address, allow_redirects=False, timeout=TIMEOUT).headers["Location"]
    parts = urlsplit(location)
    return f"{parts.path}?{parts.query}"
