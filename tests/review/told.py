"""What a page tells of the last statement, and forms sent without looking at the page before each."""

import re

from sqlalchemy import select

from plugin.storage.tables import FactRow
from tests.review.visit import TOKEN

PANEL = re.compile(r'<section id="changes".*?</section>', re.S)


def words_of(html):
    """The words of a piece of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def panel(page):
    """The panel of changes in words; empty where there is none."""
    found = PANEL.search(page)
    return words_of(found[0]) if found else ""


def entries(page):
    """The entries that the buttons of the panel are about."""
    return re.findall(r'name="entry" value="(\d+)"', PANEL.search(page)[0])


def plan(page):
    """Every line of the plan with where it stands."""
    return set(re.findall(r'class="line (standing-[a-z-]+)[^"]*" id="(line-[a-z0-9-]+)"', page))


class Sender:
    """Sends forms with the token of one page, since every page takes its time."""

    def __init__(self, visit):
        self.visit = visit
        self.first = visit.read().text
        self.token = TOKEN.search(self.first)[1]

    def send(self, path, **form):
        data = {"csrf_token": self.token, "seen": max([0, *self._ids()]), **form}
        return self.visit.client.post(f"{self.visit.workspace}{path}", data=data, base_url=self.visit.base)

    def page(self):
        return self.visit.page().text

    def undo(self, place=0):
        """Press one of the buttons of the panel; the page that follows."""
        assert self.send("/undo", entry=entries(self.page())[place]).headers["Location"].endswith("#changes")
        return self.page()

    def rows(self):
        """Every entry of the facts as the database holds it."""
        return self._read(lambda row: (row.finding, row.value, row.undoes))

    def _ids(self):
        return self._read(lambda row: row.id)

    def _read(self, told):
        with self.visit.app.extensions["careplan.office"].workbench.database.session() as session:
            return [told(row) for row in session.scalars(select(FactRow).order_by(FactRow.id))]
