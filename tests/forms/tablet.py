"""A tablet: the browser of a visit, handed over to the patient."""

import re

from tests.review.visit import TOKEN

PIN = "2468"
PART = re.compile(r'name="part" value="(\d+)"')
ADDRESS = re.compile(r'href="(/p/[a-z0-9-]+/)"')


class Tablet:
    """Hands the browser of a visit over, and fills in the form that opens."""

    def __init__(self, visit, language="en", pin=PIN, client=None, **form):
        self.visit = visit
        self.answer = self._send(f"{visit.workspace}/hand-over/", visit.client, pin=pin, language=language, **form)
        self.client = client or visit.client
        self.address = ADDRESS.search(self.get(self.answer.headers["Location"]).text)[1]

    def get(self, path=None):
        return self.client.get(path or self.address, base_url=self.visit.base)

    def start(self, language="en"):
        token = TOKEN.search(self.get(f"{self.address}?language={language}").text)[1]
        return self.post("start", token=token, language=language)

    def post(self, path, token="", **form):
        token = token or TOKEN.search(self.get().text)[1]
        form = {"csrf_token": token, **form}
        return self.client.post(f"{self.address}{path}", data=form, base_url=self.visit.base)

    def answers(self, part, action="next", **form):
        """Send one part; names of questions with `_` for `.` would be ambiguous, so they come as a dictionary."""
        return self.post("answers", part=str(part), action=action, **form.pop("given", {}), **form)

    def take_back(self, pin=PIN, action="chart"):
        token = TOKEN.search(self.get(f"{self.address}team").text)[1]
        return self.post("team", token=token, pin=pin, action=action)

    def _send(self, path, client, **form):
        token = TOKEN.search(client.get(path, base_url=self.visit.base).text)[1]
        return client.post(path, data={"csrf_token": token, **form}, base_url=self.visit.base)
