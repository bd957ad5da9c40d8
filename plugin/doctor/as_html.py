"""The report as one page to read, print and send to the EHR's administrator: nothing is loaded from elsewhere."""

from __future__ import annotations

import re
from functools import cache

from jinja2 import Environment

from plugin.doctor.report import Report, Section, Table
from plugin.quality.pages import page_environment, page_style

STYLES = ("plugin.quality.book:book.css", "plugin.quality.reports:report.css", "plugin.doctor:doctor.css")
NUMBER = re.compile(r"\d+$")
SHAPES = {"fault": "critical", "limit": "warning", "note": "info", "good": "offered", "open": "conditional"}
WORDS = {"fault": "Fault", "limit": "Limit", "note": "Note", "good": "Good", "open": "Not looked at"}


def report_html(report: Report, software: str) -> str:
    """The page. software: name and version of what made it."""
    template = _environment().get_template("doctor.html")
    return template.render(report=report, software=software, style=page_style(*STYLES))


def gravest(section: Section) -> str:
    """The level of a section: that of its gravest check; good only where something was seen to be good."""
    levels = {check.level for check in section.checks}
    return next((level for level in ("fault", "limit", "open", "good") if level in levels), "note")


def numeric(table: Table, column: int) -> bool:
    """Whether a column holds numbers only, which are set to the right."""
    return all(NUMBER.match(row[column]) for row in table.rows)


@cache
def _environment() -> Environment:
    environment = page_environment("plugin.doctor", "plugin.quality.book")
    environment.filters |= {"gravest": gravest, "numeric": numeric}
    environment.globals |= {"shapes": SHAPES, "level_words": WORDS}
    return environment
