"""When a page of the review is there to be used: on a busy machine its words stand long before its scripts listen."""

from __future__ import annotations

from playwright.sync_api import FrameLocator, Page

LISTENS = "#live:not(:has([data-when='keeps'])), #live:not(:has([data-when='keeps-not']))"


def at_rest(page: Page | FrameLocator) -> None:
    """Wait for a review page that was just asked for until it is whole and keeps what is typed."""
    page.locator("footer").wait_for()
    page.locator(LISTENS).wait_for(state="attached")
