"""The EHR's colours on the page: taken over where everything stays readable, in the scheme that they fit."""

import re

import pytest

from plugin.storage.database import Database
from plugin.storage.tables import WorkspaceRow
from plugin.web.ehr_style import contrast, palettes, stylesheet

LIGHT = {"color_background": "#f4f6f8", "color_text": "#1c2b36", "color_highlight": "#0b5c8a"}
DARK = {"color_background": "#101418", "color_text": "#f0f0f0", "color_highlight": "#9ad0ff"}


def test_colours_that_fit_become_ours():
    assert stylesheet(LIGHT) == (
        "@media screen and (prefers-color-scheme: light) "
        "{ :root { --page: #f4f6f8; --text: #1c2b36; --link: #0b5c8a; } }\n"
    )


def test_a_dark_look_is_for_browsers_that_are_set_to_dark():
    assert stylesheet(DARK).startswith("@media screen and (prefers-color-scheme: dark)")
    assert "--page: #101418" in stylesheet(DARK)


@pytest.mark.parametrize(
    ("style", "missing"),
    [
        ({"color_text": "#999999"}, "--text"),
        ({"color_highlight": "#ffee00"}, "--link"),
        ({"color_background": "#8899aa"}, "--page"),
        ({"color_background": "#f4f6f8", "color_text": "#f0f0f0"}, "--text"),
        ({"color_background": "#101418", "color_text": "#222222"}, "--text"),
    ],
)
def test_a_colour_that_could_not_be_read_is_left_out(style, missing):
    assert missing not in stylesheet(style)


@pytest.mark.parametrize("style", [LIGHT, DARK, {"color_background": "#ffffff"}, {"color_text": "#000000"}, {}])
def test_whatever_is_taken_over_words_keep_their_contrast(style):
    css = stylesheet(style)
    scheme = "dark" if "scheme: dark" in css else "light"
    colours = palettes()[scheme] | dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", css))
    for words in ("text", "link"):
        for ground in ("page", "surface", "sunk", "info-bg"):
            assert contrast(colours[words], colours[ground]) >= 4.5, (words, ground)
    for words in ("muted", "offered", "conditional", "judgement", "closed", "critical", "warning"):
        assert contrast(colours[words], colours["page"]) >= 4.5, words


def test_contrast_is_that_of_the_guidelines():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#fff") == pytest.approx(4.48, abs=0.01)


def test_the_page_loads_the_look_of_its_launch_before_print_and_after_our_own(visit):
    assert "style.css" not in visit.read().text
    database = Database(visit.settings.database)
    with database.session() as session:
        session.get(WorkspaceRow, "w1").style = LIGHT
    database.close()
    sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', visit.read().text)
    look = sheets.index(f"{visit.workspace}/style.css")
    assert sheets[look + 1].endswith("/print.css")
    sheet = visit.page(f"{visit.workspace}/style.css")
    assert sheet.content_type == "text/css; charset=utf-8"
    assert sheet.text == stylesheet(LIGHT)
    assert sheet.headers["Cache-Control"] == "no-store"


def test_the_look_of_a_launch_is_for_its_own_browser(visit):
    assert visit.app.test_client().get(f"{visit.workspace}/style.css", base_url=visit.base).status_code == 401
