"""The report as one page to read, print and send to the EHR's administrator: nothing is loaded from elsewhere."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

from jinja2 import Environment

from plugin.doctor.report import Report, Section, Table
from plugin.quality.pages import page_environment

NUMBER = re.compile(r"\d+$")
SHAPES = {"fault": "critical", "limit": "warning", "note": "info", "good": "offered", "open": "conditional"}
WORDS = {"fault": "Fault", "limit": "Limit", "note": "Note", "good": "Good", "open": "Not looked at"}


def report_html(report: Report, software: str) -> str:
    """The page. software: name and version of what made it."""
    return _environment().get_template("doctor.html").render(report=report, software=software, style=_style())


def gravest(section: Section) -> str:
    """The level of a section: that of its gravest check; good only where something was seen to be good."""
    levels = {check.level for check in section.checks}
    return next((level for level in ("fault", "limit", "open", "good") if level in levels), "note")


def numeric(table: Table, column: int) -> bool:
    """Whether a column holds numbers only, which are set to the right."""
    return all(NUMBER.match(row[column]) for row in table.rows)


@cache
def _style() -> str:
    places = (
        ("plugin.quality.book", "book.css"),
        ("plugin.quality.reports", "report.css"),
        ("plugin.doctor", "doctor.css"),
    )
    texts = ((resources.files(package) / "templates" / name).read_text(encoding="utf-8") for package, name in places)
    return "\n".join(texts)


@cache
def _environment() -> Environment:
    environment = page_environment("plugin.doctor", "plugin.quality.book")
    environment.filters |= {"gravest": gravest, "numeric": numeric}
    environment.globals |= {"shapes": SHAPES, "level_words": WORDS}
    return environment
