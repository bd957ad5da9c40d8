"""The whole plug-in against EHRs that misbehave: each ends in a page that says what to do, in time, and in no log."""

from __future__ import annotations

import html
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse
from werkzeug.wrappers import Request, Response

from plugin import create_app
from plugin.settings import Issuer, Settings
from tests.clock import TestClock
from tests.launch.fake_ehr import FakeEhr, as_json, running

READ_TIMEOUT = 0.4
WELL_BELOW_30_S = 4.0
PATIENT = "patient-of-this-launch"
WELL_KNOWN = "/fhir/.well-known/smart-configuration"
REMEDIES = ("show this page to whoever looks after the plug-in", "Try again")
# In the answers of the EHR, in our settings, in addresses: none of it may stand in a line of the log.
SECRETS = (
    "access-",
    "refresh-",
    "code-",
    "secret-of-the-client",
    PATIENT,
    "Iris",
    "Lefthand",
    "Righthand",
    "Anna",
    "user-7",
    "words of the EHR",
)


@dataclass
class Whole:
    """The plug-in as it is served, and a browser in front of it. `asked`: what the last launch sent to the login."""

    app: Any
    ehr: FakeEhr
    released: threading.Event = field(default_factory=threading.Event)
    asked: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.browser: FlaskClient = self.app.test_client()

    def silent(self, _request: Request) -> Response:
        """30 seconds without a byte."""
        self.released.wait(30)
        return Response(status=204)

    def depart(self, **changes: str) -> TestResponse:
        answer = self.browser.get("/smart/launch", query_string={"iss": self.ehr.fhir, "launch": "launch-7"} | changes)
        self.asked = dict(parse_qsl(urlsplit(answer.headers.get("Location", "")).query))
        return answer

    def arrive(self, query: str = "") -> TestResponse:
        return self.browser.get(f"/smart/callback?{query or self.ehr.authorize(self.asked)}")

    def launched(self) -> TestResponse:
        self.depart()
        return self.arrive()

    def review(self) -> TestResponse:
        """The page of the launch, once the chart is read."""
        address = self.launched().headers["Location"]
        for _ in range(20):
            page = self.browser.get(address)
            if "Reading the chart" not in page.text:
                break
        return page


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, template: Any) -> Iterator[tuple[Any, FakeEhr]]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    clock = TestClock()
    with running(FakeEhr(clock)) as ehr, pytest.MonkeyPatch.context() as patch:
        patch.setattr("plugin.library.template.load_template", lambda *_: template)
        issuer = Issuer(ehr.fhir, "careplan-plugin", client_secret="secret-of-the-client", label="City hospital")
        settings = Settings(
            secret_key="s" * 40,
            instance_folder=tmp_path_factory.mktemp("whole"),
            allowed_issuers=(issuer,),
            read_timeout=READ_TIMEOUT,
            chart_timeout=3.0,
        )
        yield create_app(settings, clock=clock), ehr


@pytest.fixture
def whole(served: tuple[Any, FakeEhr]) -> Iterator[Whole]:
    """The app of this module with a new browser and an EHR that is honest again, with a patient who has a name."""
    app, ehr = served
    for name, value in vars(FakeEhr(ehr.clock, ehr.base)).items():
        setattr(ehr, name, value)
    ehr.token = {"patient": PATIENT}
    named = {"resourceType": "Patient", "id": PATIENT, "name": [{"given": ["Iris"], "family": "Example"}]}
    ehr.replace[f"/fhir/Patient/{PATIENT}"] = lambda _: as_json(named)
    whole = Whole(app, ehr)
    yield whole
    whole.released.set()


@pytest.fixture
def watched(whole: Whole, capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    """After the test: it was over in time, and the log names none of the secrets."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < WELL_BELOW_30_S
    logged = capsys.readouterr().err
    assert '"route": "' in logged
    handed_over = [whole.asked[name] for name in ("state", "nonce", "code_challenge", "launch") if name in whole.asked]
    assert [secret for secret in (*SECRETS, *handed_over) if secret in logged] == []


def refused(answer: TestResponse, status: int, words: str) -> None:
    text = html.unescape(answer.text)
    assert (answer.status_code, words in text) == (status, True), text
    assert any(remedy in text for remedy in REMEDIES)
    assert re.search("quote error <code>[0-9a-f]{8}</code>", text) or "Try again" in text
    assert "words of the EHR" not in text or "in place of" in text  # a page for browsers is never quoted


def replaced(path: str, answer: Callable[[], Response]) -> Callable[[Whole], None]:
    """The EHR answers like this at the path, whatever it is asked."""

    def prepare(whole: Whole) -> None:
        whole.ehr.replace[path] = lambda _request: answer()

    return prepare


def silence(path: str) -> Callable[[Whole], None]:
    def prepare(whole: Whole) -> None:
        whole.ehr.replace[path] = whole.silent

    return prepare


def page_for_browsers() -> Response:
    return Response("<h1>words of the EHR</h1>", 200, content_type="text/html")


def outcome_with_200() -> Response:
    issue = {"severity": "error", "code": "exception", "diagnostics": "words of the EHR"}
    return as_json({"resourceType": "OperationOutcome", "issue": [issue]})


def slow_down() -> Response:
    return Response("busy", 429, content_type="text/plain")


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize(
    ("parameters", "status", "words"),
    [
        ({"iss": ""}, 400, "A launch needs the parameters iss and launch: start the plug-in from inside the EHR"),
        ({"launch": ""}, 400, "A launch needs the parameters iss and launch"),
        ({"iss": "https://unknown.example.org/fhir"}, 403, "is not on this plug-in's list of allowed EHRs"),
    ],
)
def test_a_launch_without_iss_or_with_an_unknown_one(
    whole: Whole, parameters: dict[str, str], status: int, words: str
) -> None:
    refused(whole.depart(**parameters), status, words)


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize(
    ("prepare", "status", "words"),
    [
        (replaced(WELL_KNOWN, page_for_browsers), 502, "is not a JSON object"),
        (replaced(WELL_KNOWN, outcome_with_200), 502, "names no authorization_endpoint: its administrator has to add"),
        (replaced(WELL_KNOWN, slow_down), 502, "status 429"),
        (silence(WELL_KNOWN), 504, "no answer (ReadTimeout)"),
    ],
    ids=["html", "outcome with 200", "429 storm", "silence"],
)
def test_an_ehr_that_misbehaves_before_the_login(
    whole: Whole, prepare: Callable[[Whole], None], status: int, words: str
) -> None:
    prepare(whole)
    refused(whole.depart(), status, words)


@pytest.mark.usefixtures("watched")
def test_a_state_that_is_reused_foreign_or_invented(whole: Whole) -> None:
    whole.depart()
    query = whole.ehr.authorize(whole.asked)
    refused(whole.app.test_client().get(f"/smart/callback?{query}"), 403, "open the plug-in in a tab of its own")
    refused(whole.arrive(query), 400, "used already or too old: launch the plug-in from the EHR again")
    refused(whole.arrive("code=code-x&state=invented"), 400, "is unknown, used already or too old")
    assert whole.launched().status_code == 303
    refused(whole.arrive(query), 400, "used already")


@pytest.mark.usefixtures("watched")
def test_a_code_that_has_expired(whole: Whole) -> None:
    whole.depart()
    query = whole.ehr.authorize(whole.asked)
    whole.ehr.codes.clear()
    refused(whole.arrive(query), 403, "City hospital did not allow the launch; it says: invalid_grant")


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize(
    ("prepare", "status", "words"),
    [
        (
            lambda whole: whole.ehr.claims.update(nonce="of another launch"),
            502,
            "does not hold (InvalidClaimError: nonce)",
        ),
        (lambda whole: whole.ehr.token.update(patient=None), 400, "open a patient's chart and launch from there"),
        (replaced("/auth/token", page_for_browsers), 502, "cannot be read as a token"),
        (replaced("/auth/token", outcome_with_200), 502, "answered without an access token"),
        (replaced("/auth/token", slow_down), 502, "of City hospital asks us to slow down (429)"),
        (silence("/auth/token"), 504, "of City hospital gave no answer (ReadTimeout)"),
        (replaced("/auth/jwks", page_for_browsers), 502, "key set of the EHR at"),
        (replaced("/auth/jwks", outcome_with_200), 502, "key set of the EHR cannot be used"),
        (replaced("/auth/jwks", slow_down), 502, "status 429"),
        (silence("/auth/jwks"), 504, "no answer (ReadTimeout)"),
    ],
    ids=[
        *("wrong nonce", "no patient", "html for a token", "outcome for a token", "429 for a token"),
        *("silence for a token", "html for keys", "outcome for keys", "429 for keys", "silence for keys"),
    ],
)
def test_an_ehr_that_misbehaves_after_the_login(
    whole: Whole, prepare: Callable[[Whole], None], status: int, words: str
) -> None:
    prepare(whole)
    refused(whole.launched(), status, words)


@pytest.mark.usefixtures("watched")
def test_two_launches_side_by_side_show_their_own_patients(whole: Whole) -> None:
    names = {"of-the-left-tab": "Lefthand", "of-the-right-tab": "Righthand"}
    queries = {}
    whole.ehr.token = {}
    for patient in names:
        whole.depart()
        whole.ehr.patients[whole.asked["code_challenge"]] = patient
        queries[patient] = whole.ehr.authorize(whole.asked)
    for patient, family in names.items():
        one = {"resourceType": "Patient", "id": patient, "name": [{"family": family}]}
        whole.ehr.replace[f"/fhir/Patient/{patient}"] = lambda _request, one=one: as_json(one)  # type: ignore[misc]
    opened = {patient: whole.arrive(query).headers["Location"] for patient, query in reversed(queries.items())}
    whole.ehr.valid = {f"access-{number}" for number in range(9)}
    pages = {patient: whole.browser.get(address).text for patient, address in opened.items()}
    assert [(names[patient] in page) for patient, page in pages.items()] == [True, True]
    assert "Righthand" not in pages["of-the-left-tab"]
    assert "Lefthand" not in pages["of-the-right-tab"]


@pytest.mark.usefixtures("watched")
def test_each_way_of_answering_a_search_badly_is_named_on_the_page_and_the_rest_is_shown(whole: Whole) -> None:
    def in_a_circle(request: Request) -> Response:
        link = {"relation": "next", "url": f"{request.base_url}?page=2"}
        return as_json({"resourceType": "Bundle", "type": "searchset", "link": [link]})

    answers = {"Observation": page_for_browsers, "Condition": outcome_with_200, "Specimen": slow_down}
    for kind, answer in answers.items():
        replaced(f"/fhir/{kind}", answer)(whole)
    whole.ehr.replace["/fhir/DiagnosticReport"] = in_a_circle
    whole.ehr.replace["/fhir/Procedure"] = whole.silent
    page = whole.review()
    text = html.unescape(page.text)
    assert page.status_code == 200
    assert "The chart was read in part" in text
    assert "Iris Example" in text
    for words in (
        "answered with something that is not FHIR JSON",
        "answered a search without a Bundle",
        "asks us to slow down (429)",
        "pages lead in a circle",
        f"no answer within {READ_TIMEOUT:g} s",
    ):
        assert words in text, words
    assert len(whole.ehr.seen("/fhir/Specimen")) == 4


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (page_for_browsers, "something that is not FHIR JSON"),
        (outcome_with_200, "the server answered with OperationOutcome in place of Patient: words of the EHR"),
        (slow_down, "asks us to slow down (429)"),
        (None, f"no answer within {READ_TIMEOUT:g} s"),
    ],
    ids=["html", "outcome with 200", "429 storm", "silence"],
)
def test_a_patient_who_is_answered_badly_is_no_page(
    whole: Whole, answer: Callable[[], Response] | None, words: str
) -> None:
    path = f"/fhir/Patient/{PATIENT}"
    (replaced(path, answer) if answer else silence(path))(whole)
    refused(whole.review(), 502, words)
