"""A real Chromium, the sandbox EHR and the plug-in, as `careplan demo` runs them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright

from plugin.sandbox.demo import SandboxEHR, plugin_of_this_package, sandbox_ehr
from plugin.sandbox.fhir_server import free_port
from plugin.sandbox.serving import serving
from tests.browser.waiting import at_rest

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENT = "hr-positive"
PATIENCE = 30_000  # milliseconds: a busy machine is no fault of what is tested
WRITTEN = ("CarePlan", "Goal", "Observation", "Provenance", "QuestionnaireResponse", "DocumentReference")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents and not item.get_closest_marker("pictures"):
            item.add_marker("browser")


@dataclass
class Installation:
    """The sandbox EHR and the plug-in beside it, which can be restarted."""

    ehr: SandboxEHR
    port: int
    folder: Path
    running: ExitStack

    @property
    def plugin_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.running = ExitStack()
        self.running.enter_context(serving(plugin_of_this_package(self.ehr, self.plugin_url, self.folder), self.port))

    def restart(self) -> None:
        """Stop the plug-in and start it again: another process would have the same database and nothing else."""
        self.running.close()
        self.start()

    def written(self) -> set[str]:
        """Addresses of what the EHR holds of the kinds that the plug-in writes."""
        found: set[str] = set()
        for kind in WRITTEN:
            page = f"{self.ehr.backend_url}/{kind}?_count=500"
            while page:
                answer = requests.get(page, timeout=10).json()
                found |= {f"{kind}/{entry['resource']['id']}" for entry in answer.get("entry", ())}
                page = next((link["url"] for link in answer.get("link", ()) if link["relation"] == "next"), "")
        return found

    def forget(self, seeded: set[str]) -> None:
        """Take back what a test decided, stated and saved, so that the next one finds the patients as they were."""
        for each in self.written() - seeded:
            requests.delete(f"{self.ehr.backend_url}/{each}", timeout=10)
        with closing(sqlite3.connect(self.folder / "careplan.sqlite")) as held, held:
            tables = held.execute("select name from sqlite_master where type = 'table' and name not like 'alembic%'")
            for (table,) in tables.fetchall():
                held.execute(f'delete from "{table}"')  # noqa: S608

    def plans_of(self, patient: str) -> list[dict]:
        """The care plans that the EHR holds."""
        return self._of("CarePlan", patient)

    def observations_of(self, patient: str) -> list[dict]:
        """The observations that the EHR holds."""
        return self._of("Observation", patient)

    def answers_of(self, patient: str) -> list[dict]:
        """The filled-in forms that the EHR holds."""
        return self._of("QuestionnaireResponse", patient)

    def _of(self, kind: str, patient: str) -> list[dict]:
        answer = requests.get(f"{self.ehr.backend_url}/{kind}", {"patient": patient, "_count": 500}, timeout=10).json()
        return [entry["resource"] for entry in answer.get("entry", ())]


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    port = free_port()
    with sandbox_ehr(plugin_url=f"http://127.0.0.1:{port}") as ehr:
        installed = Installation(ehr, port, tmp_path_factory.mktemp("instance"), ExitStack())
        installed.start()
        yield installed
        installed.running.close()


@pytest.fixture(scope="session")
def seeded(installation: Installation) -> set[str]:
    return installation.written()


@pytest.fixture(autouse=True)
def patients_as_they_were(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every test of the installation begins with charts and reviews that nobody has touched."""
    if "installation" not in request.fixturenames:
        yield
        return
    installation, seeded = request.getfixturevalue("installation"), request.getfixturevalue("seeded")
    yield
    installation.forget(seeded)


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture
def browse(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Opens browsers that know nothing of each other."""
    opened: list[BrowserContext] = []

    def open_browser(**options: object) -> BrowserContext:
        context = chromium.new_context(**{"viewport": {"width": 1440, "height": 900}, **options})
        context.set_default_timeout(PATIENCE)
        opened.append(context)
        return context

    yield open_browser
    for context in opened:
        context.close()


@pytest.fixture
def in_frame(installation: Installation, browse: Callable[..., BrowserContext]) -> Callable[..., Locator]:
    """Launches the plug-in from the EHR's own page, and gives the page inside the EHR's frame."""

    def launch(patient: str = PATIENT, page: Page | None = None, **options: object) -> Locator:
        page = page or browse(**options).new_page()
        page.goto(f"{installation.ehr.url}/")
        page.locator(f"a[href='/patients/{patient}/app']").click()
        frame = page.frame_locator("iframe")
        at_rest(frame)
        return frame.locator("body")

    return launch


@pytest.fixture
def in_tab(installation: Installation, browse: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """Launches the plug-in in a tab of its own."""

    def launch(patient: str = PATIENT, browser: BrowserContext | None = None, **options: object) -> Page:
        page = (browser or browse(**options)).new_page()
        page.goto(f"{installation.ehr.url}/patients/{patient}/launch")
        if options.get("java_script_enabled", True):
            at_rest(page)
        return page

    return launch
