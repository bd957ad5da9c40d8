"""A browser at work on one patient."""

import re
from datetime import UTC, datetime

from plugin import create_app
from plugin.launch.cookies import CookiePolicy
from plugin.settings import Issuer, Settings
from tests.review.ehr_stub import open_workspace

NOW = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "name": [{"given": ["Iris"], "family": "Example"}],
    "gender": "female",
    "birthDate": "1962-03-04",
}
SNOMED = "http://snomed.info/sct"
BREAST_CANCER = {
    "resourceType": "Condition",
    "id": "primary",
    "subject": {"reference": "Patient/p1"},
    "code": {"coding": [{"system": SNOMED, "code": "254837009", "display": "Malignant neoplasm of breast"}]},
}
BONE = {
    "resourceType": "Condition",
    "id": "bone",
    "subject": {"reference": "Patient/p1"},
    "code": {"coding": [{"system": SNOMED, "code": "94222008", "display": "Secondary malignant neoplasm of bone"}]},
}
FOLD = re.compile(r'<p class="opened" data-part><a href="([^"]+)">.*?</p>')
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Visit:
    """A browser with an open launch."""

    def __init__(
        self,
        iss,
        folder,
        public_url="http://127.0.0.1:8766",
        clock=lambda: NOW,
        delivery="",
        scopes="patient/*.cruds",
        **settings,
    ):
        self.settings = Settings(
            secret_key="s" * 40,
            public_url=public_url,
            instance_folder=folder,
            allowed_issuers=(Issuer(iss=iss, client_id="careplan", delivery=delivery),),
            **{"read_timeout": 30.0, "chart_timeout": 60.0, **settings},  # a busy machine is no slow EHR
        )
        self.app = create_app(self.settings, clock=clock)
        self.iss, self.clock, self.base = iss, clock, public_url
        self.launches, self.scopes = 0, scopes
        self.launch()

    def launch(self, user=None):
        """Launch the plug-in, in a browser that holds nothing of an earlier launch; `user` is (reference, name)."""
        self.launches += 1
        self.workspace = f"/w/w{self.launches}"
        secret = open_workspace(
            self.settings, self.iss, self.clock(), f"w{self.launches}", scopes=self.scopes, user=user
        )
        self.client = self.app.test_client()
        self.cookie = CookiePolicy.of(self.settings).name("workspace")
        self.client.set_cookie(self.cookie, secret, path=self.workspace, domain="127.0.0.1")

    def page(self, path=""):
        return self.client.get(path or f"{self.workspace}/", base_url=self.base)

    def read(self):
        """The review page, once the chart is read."""
        for _ in range(20):
            answer = self.page()
            if "Reading the chart" not in answer.text:
                break
        return answer

    def opened(self, page, *folds):
        """A page with parts brought to it as by a browser, those of `folds`: `facts/er`, `lines/[kind]/[code]`."""
        wanted = tuple(f"{self.workspace}/{fold}/" for fold in folds)

        def bring(found):
            return self.page(f"{found[1]}?bare").text if found[1].startswith(wanted) else found[0]

        return FOLD.sub(bring, page)

    def post(self, path, **form):
        """Send a form of the page as it is now; one about a fact says which statement it has seen, as the page does."""
        page = self.read().text
        data = {"csrf_token": TOKEN.search(page)[1], **form}
        if path.startswith("/facts/"):
            data.setdefault("seen", seen_on(page, path.removeprefix("/")))
        return self.client.post(f"{self.workspace}{path}", data=data, base_url=self.base)

    def decide(self, line, choice, standing="due", seen=None, **form):
        """Decide on a line as the page shows it now; on what was `seen` earlier, where that is given."""
        page = self.read().text
        form |= {"choice": choice, "standing": standing, "seen": seen_on(page, line) if seen is None else seen}
        data = {"csrf_token": TOKEN.search(page)[1], **form}
        return self.client.post(f"{self.workspace}/lines/{line}", data=data, base_url=self.base)


def seen_on(page, line):
    """The last decision on a line, or statement on a fact, that a page shows, as its forms carry it."""
    anchor = line.replace("facts/", "fact-") if line.startswith("facts/") else f"line-{line.replace('/', '-')}"
    found = re.search(rf'id="{anchor}" [^>]*data-seen="([0-9]+)"', page)
    return found[1] if found else "0"


def line_on(page, line):
    """The part of a page that is about one line of the plan."""
    return re.search(rf'<article class="line[^>]*id="line-{line.replace("/", "-")}".*?</article>', page, re.S)[0]
