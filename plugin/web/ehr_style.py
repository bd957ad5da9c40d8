"""The EHR's colours on our pages, as far as everything stays readable (SMART App Launch 2.2, "Styling").

Three colours are taken over: page, text, and links. Those that carry a meaning (where a line stands, alerts) stay ours,
and a colour that would take contrast from anything it stands beside (WCAG 2.2, 1.4.3 and 1.4.11) is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, Response, g, url_for

from plugin.launch.context import current_context

blueprint = Blueprint("ehr_style", __name__)

_BASE_CSS = Path(__file__).parent / "static" / "base.css"
_ROOT = re.compile(r":root \{(?P<body>[^}]+)\}")
_VARIABLE = re.compile(r"--(?P<name>[a-z-]+): (?P<colour>#[0-9a-f]{3,6});")
_DARK_BELOW = 0.18  # relative luminance in the middle of what eyes take for dark and light
_FOR_TEXT, _FOR_EDGES = 4.5, 3.0


@dataclass(frozen=True, slots=True)
class _Rule:
    """A colour of the EHR, the variable that it becomes, and what it stands beside, as text and as an edge."""

    name: str
    variable: str
    text: tuple[str, ...]
    edges: tuple[str, ...] = ()


_WORDS = ("text", "muted", "link", "link-strong", "offered", "conditional", "judgement", "closed", "due")
_GROUNDS = ("page", "surface", "sunk", "info-bg")
_RULES = (
    _Rule("color_background", "page", (*_WORDS, "critical", "warning", "info"), ("focus", "edge")),
    _Rule("color_text", "text", (*_GROUNDS, "warning-bg", "critical-bg", "good-bg")),
    _Rule("color_highlight", "link", (*_GROUNDS, "on-link")),
)


def init_ehr_style(app: Flask) -> None:
    """Serve the stylesheet of a workspace, and tell pages its address where the launch brought colours along."""
    app.register_blueprint(blueprint)

    @app.context_processor
    def address() -> dict[str, str]:
        launch = g.get("launch")
        return {"ehr_style": url_for("ehr_style.sheet", workspace=launch.workspace) if launch and launch.style else ""}


@blueprint.get("/w/<workspace>/style.css")
def sheet(workspace: str) -> Response:
    """The colours of the EHR of this launch, as a stylesheet."""
    return Response(stylesheet(current_context(workspace).style), content_type="text/css; charset=utf-8")


def stylesheet(style: Mapping[str, str]) -> str:
    """CSS that sets our variables to the EHR's colours; empty where none fits.

    style: `#rrggbb` by the names of the specification. A dark style is for browsers that are set to dark, a light one
    for the others: half of each would not be readable.
    """
    scheme = "dark" if _luminance(style.get("color_background", "#ffffff")) < _DARK_BELOW else "light"
    colours, taken = dict(palettes()[scheme]), {}
    for rule in _RULES:
        colour = style.get(rule.name)
        if colour is None or not _readable(colour, rule, colours):
            continue
        colours[rule.variable] = taken[rule.variable] = colour
    if not taken:
        return ""
    body = " ".join(f"--{name}: {colour};" for name, colour in taken.items())
    return f"@media screen and (prefers-color-scheme: {scheme}) {{ :root {{ {body} }} }}\n"


@cache
def palettes() -> dict[str, dict[str, str]]:
    """The colours of our own pages, light and dark, as `base.css` has them."""
    light, dark = (
        {match["name"]: match["colour"] for match in _VARIABLE.finditer(root["body"])}
        for root in _ROOT.finditer(_BASE_CSS.read_text(encoding="utf-8"))
    )
    return {"light": light, "dark": light | dark}


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _readable(colour: str, rule: _Rule, colours: Mapping[str, str]) -> bool:
    as_text = all(contrast(colour, colours[name]) >= _FOR_TEXT for name in rule.text)
    return as_text and all(contrast(colour, colours[name]) >= _FOR_EDGES for name in rule.edges)


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    red, green, blue = (_linear(int(digits[at : at + 2], 16) / 255) for at in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)
