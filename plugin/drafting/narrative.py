"""The outline of a draft as plain text and as the XHTML of a FHIR narrative."""

from __future__ import annotations

from html import escape

from plugin.drafting.model import Draft
from plugin.drafting.outline import Section, outline
from plugin.library.rules import Template

NOTICE = "Draft for a clinician to review. Decision support only: nothing here is ordered, dosed or started."


def as_text(draft: Draft, template: Template) -> str:
    """The draft for a terminal or an e-mail, ending in a newline."""
    lines = [f"{draft.template_title} — {_who(draft)}, as of {draft.as_of}", NOTICE]
    for section in _shown(draft, template):
        lines += ["", section.heading.upper()]
        if not section.entries:
            lines.append(f"  {section.empty}")
        for entry in section.entries:
            lines.append(f"  • {entry.title}")
            lines += [f"      {detail}" for detail in entry.details]
    return "\n".join(lines) + "\n"


def as_xhtml(draft: Draft, template: Template) -> str:
    """The `div` of a FHIR narrative: valid XHTML without scripts, styles or links, readable on its own."""
    parts = [
        '<div xmlns="http://www.w3.org/1999/xhtml">',
        f"<p><b>{escape(draft.template_title)}</b>, as of {draft.as_of}. {escape(NOTICE)}</p>",
    ]
    for section in _shown(draft, template):
        parts.append(f"<h3>{escape(section.heading)}</h3>")
        if not section.entries:
            parts.append(f"<p>{escape(section.empty)}</p>")
            continue
        parts.append("<ul>")
        for entry in section.entries:
            details = "".join(f"<br/>{escape(detail)}" for detail in entry.details)
            parts.append(f"<li><b>{escape(entry.title)}</b>{details}</li>")
        parts.append("</ul>")
    parts.append("</div>")
    return "".join(parts)


PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; color: #1b2733 }}
h1 {{ font-size: 1.4rem }} h3 {{ margin: 1.5rem 0 .4rem; border-bottom: 1px solid #c9d3dc }} li {{ margin: .35rem 0 }}
</style></head><body><h1>{title}</h1>{body}</body></html>
"""


def as_html(draft: Draft, template: Template) -> str:
    """The narrative as a page of its own, for a browser or a printer."""
    title = escape(f"{draft.template_title} — {_who(draft)}")
    return PAGE.format(title=title, body=as_xhtml(draft, template))


def _shown(draft: Draft, template: Template) -> list[Section]:
    return [section for section in outline(draft, template) if section.entries or section.empty]


def _who(draft: Draft) -> str:
    patient = draft.findings.patient
    return patient.name or patient.id or "unnamed patient"
