"""Reports as one page to read, print, sign and file: nothing is loaded from elsewhere, nothing needs scripts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment

from plugin.drafting.facts import written_value
from plugin.quality.as_text import counted, passed_share
from plugin.quality.culprits import culprits
from plugin.quality.pages import page_environment, page_style
from plugin.quality.report import LEVELS, Level, Remark, Section, Table, TemplateReport

STYLES = ("plugin.quality.book:book.css", "plugin.quality.reports:report.css")

NUMBER = re.compile(r"[\d.,]+( ?(%|s|ms)| × 10\^\d+)?$")
HEADINGS: dict[Level, str] = {"fault": "To mend", "gap": "To close before a release", "note": "Good to know"}
SHAPES: dict[Level | None, str] = {"fault": "critical", "gap": "warning", "note": "info", None: "offered"}


@dataclass(frozen=True, slots=True)
class Group:
    """Remarks of one level that ask for the same remedy, which is empty where nothing needs doing."""

    level: Level
    remedy: str
    remarks: tuple[Remark, ...]


def reports_html(reports: Iterable[TemplateReport], software: str) -> str:
    """The page, all reports one after the other. software: name and version of what made it."""
    template = _environment().get_template("report.html")
    return template.render(reports=tuple(reports), software=software, style=page_style(*STYLES))


def groups(section: Section) -> tuple[Group, ...]:
    """The remarks of a section, the gravest first, those with the same remedy together."""
    together: dict[tuple[Level, str], list[Remark]] = {}
    for level in LEVELS:
        for remark in section.remarks:
            if remark.level == level:
                together.setdefault((level, remark.remedy), []).append(remark)
    return tuple(Group(level, remedy, tuple(remarks)) for (level, remedy), remarks in together.items())


def numeric(table: Table, column: int) -> bool:
    """Whether a column holds numbers only, which are set to the right."""
    return all(NUMBER.match(row[column]) for row in table.rows)


@cache
def _environment() -> Environment:
    environment = page_environment("plugin.quality.reports", "plugin.quality.book")
    environment.filters |= {"groups": groups, "counted": counted, "share": passed_share, "value": written_value}
    environment.filters |= {"numeric": numeric, "culprits": culprits}
    environment.globals |= {"headings": HEADINGS, "shapes": SHAPES, "levels": LEVELS}
    return environment
