"""The plug-in's launch in a small app, the browser of one person in front of it, and a clock that obeys."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from plugin.launch.context import LaunchContext, current_context
from plugin.settings import Settings
from plugin.storage.database import Database
from tests.clock import TestClock
from tests.launch.fake_ehr import FakeEhr
from tests.proving import proving

__all__ = ["Plugin", "TestClock", "page", "smart"]

smart = proving("hl7.fhir.uv.smart-app-launch_2.2.0")


@dataclass
class Plugin:
    """The plug-in's launch in a small app, and the browser of one person in front of it."""

    app: Flask
    settings: Settings
    database: Database
    browser: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.browser = self.another_browser()

    def another_browser(self) -> FlaskClient:
        return self.app.test_client()

    def depart(self, ehr: FakeEhr, browser: FlaskClient | None = None, **parameters: str) -> dict[str, str]:
        """Launch, and give what the browser would bring to the authorization server."""
        query = {"iss": ehr.fhir, "launch": "launch-1"} | parameters
        response = (browser or self.browser).get("/smart/launch", query_string=query)
        assert response.status_code == 303, response.text
        return dict(parse_qsl(urlsplit(response.headers["Location"]).query))

    def arrive(self, query: str, browser: FlaskClient | None = None) -> TestResponse:
        return (browser or self.browser).get(f"/smart/callback?{query}")

    def context_of(self, address: str) -> LaunchContext:
        """The context that pages at this address work with, asked for with the browser's cookies."""
        cookies = "; ".join(f"{one.key}={one.value}" for one in self.browser._cookies.values() if one.path in address)
        with self.app.test_request_context(address, headers={"Cookie": cookies}):
            return current_context(address.split("/")[2])

    def launch(self, ehr: FakeEhr, browser: FlaskClient | None = None, **parameters: str) -> str:
        """A whole launch; the address of the workspace."""
        asked = self.depart(ehr, browser, **parameters)
        response = self.arrive(ehr.authorize(asked), browser)
        assert response.status_code == 303, response.text
        return str(response.headers["Location"])


def page(workspace: str) -> dict[str, Any]:
    context = current_context(workspace)
    return {
        "patient": context.patient_id,
        "encounter": context.encounter_id,
        "user": [context.user.reference, context.user.name, context.user.subject],
        "author": context.author.reference,
        "missing": list(context.missing_scopes),
        "banner": context.need_patient_banner,
        "style": context.smart_style_url,
        "iss": context.iss,
        "ehr": context.ehr,
    }
