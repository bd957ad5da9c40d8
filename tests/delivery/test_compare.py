"""What a server may write in its own way, and what it must not change."""

from __future__ import annotations

import pytest

from plugin.delivery.compare import differences

XHTML = '<div xmlns="http://www.w3.org/1999/xhtml">'
SENT = f'{XHTML}<p class="a" id="b">5\u00a0mg &amp; more<br/></p></div>'


def stored_as(div):
    sent, stored = ({"resourceType": "CarePlan", "text": {"status": "generated", "div": each}} for each in (SENT, div))
    return differences(sent, stored, {}, "https://ehr.example.org/fhir")


@pytest.mark.parametrize(
    "div",
    [
        SENT,
        f"{XHTML}<p class='a' id='b'>5&nbsp;mg &amp; more<br></br></p></div>",
        f'{XHTML}\n <p id="b"   class="a">5&#160;mg &#38; more<br /></p>\n</div>',
    ],
)
def test_a_narrative_that_says_the_same_in_other_writing_is_the_same(div):
    assert stored_as(div) == []


@pytest.mark.parametrize(
    "div",
    [
        f'{XHTML}<p class="a" id="b">50\u00a0mg &amp; more<br/></p></div>',
        f'{XHTML}<p class="a">5\u00a0mg &amp; more<br/></p></div>',
        f'{XHTML}<p class="a" id="b">5\u00a0mg &amp; more</p></div>',
        f'{XHTML}<p class="a" id="b">5\u00a0mg &amp; more<br></p></div>',
        "",
    ],
)
def test_a_narrative_that_says_something_else_or_is_broken_is_not(div):
    [found] = stored_as(div)
    assert found.startswith("CarePlan.text.div: sent")
