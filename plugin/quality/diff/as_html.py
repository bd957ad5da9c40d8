"""A difference as one page to read, print and sign: nothing is loaded from elsewhere, nothing needs scripts."""

from __future__ import annotations

from datetime import date
from functools import cache

from jinja2 import Environment

from plugin.quality.as_text import counted
from plugin.quality.diff.compare import Difference
from plugin.quality.diff.verdict import remarks, verdict
from plugin.quality.diff.words import NOT_SHORT, SAID, STANDS, described, headline, moved
from plugin.quality.pages import page_environment, page_style

STYLES = ("plugin.quality.book:book.css", "plugin.quality.reports:report.css", "plugin.quality.diff:difference.css")


def difference_html(found: Difference, as_of: date, software: str) -> str:
    """The page. as_of: the day for which the cohort was drafted; software: name and version of what made it."""
    return (
        _environment()
        .get_template("difference.html")
        .render(
            found=found,
            headline=headline(found),
            verdict=verdict(found),
            remarks=list(remarks(found)),
            moved=moved(found),
            labels={each.code: each.label for each in found.definitions.values()},
            listings=[(each, described(each.region, found.definitions, found.domains)) for each in found.listings],
            as_of=as_of,
            software=software,
            style=page_style(*STYLES),
        )
    )


@cache
def _environment() -> Environment:
    environment = page_environment("plugin.quality.diff", "plugin.quality.reports", "plugin.quality.book")
    environment.globals |= {"said": SAID, "stands": STANDS, "not_short": NOT_SHORT, "counted": counted}
    return environment
