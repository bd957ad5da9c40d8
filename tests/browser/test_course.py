"""The drawn course of the disease in a real browser: words beside each other, frames that are narrow, paper, axe."""

from itertools import combinations

import pytest
from axe_playwright_python.sync_playwright import Axe

PATIENT = "esr1-second-line"
LABELS = """[...document.querySelectorAll('#course .lane')].map((lane) => [...lane.querySelectorAll('text')]
  .filter((text) => !text.matches('.value') || lane.matches('.axis')).map((text) => {
    const box = text.getBoundingClientRect();
    return [box.left, box.right, box.top, box.bottom];
  }))"""
LEAST = 2  # pixels that letters may share, as those without descenders do


def overlapping(boxes):
    pairs = combinations(boxes, 2)
    return [
        (one, other)
        for one, other in pairs
        if min(one[1], other[1]) - max(one[0], other[0]) > LEAST
        and min(one[3], other[3]) - max(one[2], other[2]) > 2 * LEAST
    ]


SIZES = [(1280, "screen"), (1024, "screen"), (400, "screen"), (695, "print")]


def test_no_two_words_of_the_drawing_lie_on_each_other(in_tab):
    page = in_tab("discordant-receptors")
    for width, media in SIZES:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(media=media)
        lanes = page.evaluate(LABELS)
        assert sum(map(len, lanes)) > 8
        assert [overlapping(lane) for lane in lanes] == [[] for _ in lanes], (width, media)


def test_axe_finds_nothing_in_it_with_everything_open(in_tab):
    page = in_tab(PATIENT, color_scheme="dark", bypass_csp=True)
    page.evaluate("document.querySelectorAll('#course details').forEach((part) => { part.open = true; })")
    found = Axe().run(page, context="#course")
    assert found.violations_count == 0, found.generate_report()


def test_on_a_narrow_screen_it_scrolls_inside_and_by_keyboard(in_tab):
    page = in_tab(PATIENT, viewport={"width": 400, "height": 800})
    page.locator(".course-scroll").focus()
    for _ in range(40):
        page.keyboard.press("ArrowRight")
        if page.evaluate("document.querySelector('.course-scroll').scrollLeft"):
            break
    else:
        pytest.fail("the arrow keys do not scroll it")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
