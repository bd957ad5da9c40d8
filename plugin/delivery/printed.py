"""The reviewed plan as a printed page: PDF with tags for screen readers and its fonts inside, no network needed.

The same plan gives the same bytes with the same fonts and the same release of WeasyPrint.
"""

from __future__ import annotations

import hashlib
from functools import cache
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

from plugin.delivery.narrative import NOTICE, narrative
from plugin.delivery.plan import ReviewedPlan
from plugin.errors import UsageError
from plugin.findings.model import Patient

VARIANT = "pdf/ua-1"
STYLE = Path(__file__).with_name("printed.css")
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="generator" content="careplan-plugin {software}"></head>
<body><h1>{title}</h1><p class="who" data-notice="{notice}">{who}</p>{body}</body></html>"""


@cache
def cannot_print() -> str:
    """Why no PDF can be made on this machine, and what to do; empty where one can."""
    try:
        import weasyprint  # noqa: F401
    except ModuleNotFoundError:
        return "No PDF can be made: the extra careplan-plugin[pdf] is not installed."
    except OSError as fault:
        missing = str(fault).splitlines()[0]
        return f"No PDF can be made: a library that WeasyPrint needs (Pango) is missing on this machine: {missing}"
    return ""


def may_print() -> bool:
    """Whether what makes PDFs is installed; quick, since it is not loaded for this."""
    return find_spec("weasyprint") is not None


def print_plan(plan: ReviewedPlan) -> bytes:
    """The reviewed plan as PDF/UA-1. Raises UsageError where none can be made here."""
    return as_pdf(page_of(plan), STYLE)


def as_pdf(page: str, *styles: Path, rules: str = "") -> bytes:
    """A whole HTML page as PDF/UA-1 under these style sheets, then `rules`. Raises UsageError where none can be made.

    Nothing is loaded: neither what the page names nor what the style sheets do.
    """
    reason = cannot_print()
    if reason:
        raise UsageError(reason)
    from weasyprint import CSS, HTML

    sheets = [CSS(filename=style, url_fetcher=_fetch_nothing) for style in styles]
    if rules:
        sheets.append(CSS(string=rules, url_fetcher=_fetch_nothing))
    name = hashlib.sha256(page.encode()).digest()[:16]
    html = HTML(string=page, url_fetcher=_fetch_nothing)
    made: bytes = html.write_pdf(stylesheets=sheets, pdf_variant=VARIANT, pdf_identifier=name)
    return made


def page_of(plan: ReviewedPlan) -> str:
    """The page that is printed: the narrative of the plan under the name of the patient."""
    return PAGE.format(
        title=escape(plan.template.title),
        software=escape(plan.software_version),
        who=escape(_who(plan.draft.findings.patient)),
        notice=escape(NOTICE),
        body=narrative(plan).replace("<h3>", "<h2>").replace("</h3>", "</h2>"),
    )


def _who(patient: Patient) -> str:
    born = f"born {patient.birth_date}" if patient.birth_date else "date of birth not recorded"
    number = f"MRN {patient.identifier}" if patient.identifier else "no MRN"
    return ", ".join((patient.name or "Name not recorded", patient.sex or "sex not recorded", born, number))


def _fetch_nothing(url: str, *_: Any, **__: Any) -> NoReturn:
    raise ValueError(f"a printed plan loads nothing, and asked for {url[:80]}")
