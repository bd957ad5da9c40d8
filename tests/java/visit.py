"""A clinician at work in an EHR whose charts are kept by a server that is not ours: launch, decide, save."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from flask.testing import FlaskClient

from plugin import create_app
from plugin.sandbox.demo import CLIENT_ID, PLUGIN_PORT, SandboxEHR, sandbox_ehr
from plugin.settings import Issuer, Settings

ADDRESS = f"http://127.0.0.1:{PLUGIN_PORT}"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
LINE = re.compile(r'action="(/w/[^"]+/lines/treatment-category/[^"]+)"')
PATIENT = "hr-positive"
WRITTEN = ("CarePlan", "Goal", "Observation", "QuestionnaireResponse", "Provenance")
OURS = "https://careplan-plugin.example.org/fhir/NamingSystem/"
TIMEOUT = 60


@dataclass
class Visit:
    """The browser of the clinician, the address of the review, the EHR, and the base of the server with the charts."""

    browser: FlaskClient
    workspace: str
    ehr: SandboxEHR
    charts: str

    def page(self) -> str:
        """The review, once the chart is read."""
        for _ in range(40):
            text = self.browser.get(self.workspace, base_url=ADDRESS).text
            if "Reading the chart" not in text:
                break
        return text

    def post(self, path: str, **form: str) -> str:
        token = TOKEN.search(self.page())[1]
        return self.browser.post(path, data={"csrf_token": token, **form}, base_url=ADDRESS, follow_redirects=True).text

    def accept_and_save(self) -> str:
        """Take the first line of treatment into the plan and write the plan to the chart; what the page then says."""
        line = LINE.search(self.page())[1]
        self.post(line, choice="accept", standing="offered")
        return self.post(f"{self.workspace}save")

    def written(self) -> list[dict[str, Any]]:
        """What the plug-in has written to the chart, as the server holds it."""
        found = []
        for kind in WRITTEN:
            bundle = requests.get(f"{self.charts}/{kind}", {"_count": "500"}, timeout=TIMEOUT).json()
            found += [entry["resource"] for entry in bundle.get("entry", ()) if _is_ours(entry["resource"])]
        return found


def _is_ours(resource: dict[str, Any]) -> bool:
    profiles = resource.get("meta", {}).get("profile", [])
    identifiers = resource.get("identifier", [])
    systems = [each.get("system", "") for each in (identifiers if isinstance(identifiers, list) else [identifiers])]
    return any(name.startswith(OURS) for name in systems) or any("review-provenance" in name for name in profiles)


@contextmanager
def visited(charts: str, folder: Path) -> Iterator[Visit]:
    """The visit, with the server at `charts` behind the sandbox's SMART server."""
    with sandbox_ehr(plugin_url=ADDRESS, fhir_server_url=charts) as ehr:
        settings = Settings(
            secret_key="s" * 40,
            public_url=ADDRESS,
            instance_folder=folder,
            read_timeout=TIMEOUT,
            chart_timeout=TIMEOUT,
            allowed_issuers=(Issuer(ehr.fhir_url, CLIENT_ID),),
        )
        browser = create_app(settings).test_client()
        yield Visit(browser, _launched(browser, f"{ehr.url}/patients/{PATIENT}/launch"), ehr, charts)


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
