"""Lines that clinicians add in their own words: marked as theirs, changed and taken away without losing anything."""

import re
from html import unescape

import pytest

from plugin.errors import InputError
from plugin.review.own_lines import read_own_wish

KEY = "0123456789abcdef0123456789abcdef"
BERG = ("Practitioner/berg", "Dr. Bo Berg")


def add(visit, key=KEY, text="Music <therapy>", **form):
    return visit.post(f"/own/{key}", **{"action": "add", "kind": "care", "text": text, "seen": "0", **form})


def own_on(page, key=KEY):
    return re.search(rf'<(article|div) class="own-line[^>]*id="own-{key}".*?</\1>', page, re.S)[0]


def seen(visit):
    return own_on(visit.page().text).partition('data-seen="')[2].partition('"')[0]


def test_a_line_of_ones_own_stands_apart_and_says_whose_it_is(visit):
    answer = add(visit, reason="She plays the cello")
    assert answer.headers["Location"].endswith(f"#own-{KEY}")
    page = visit.page().text
    line = own_on(page)
    assert "Music &lt;therapy&gt;" in line
    assert "Added by Dr. Ana Ruiz, 23 Nov 2026" in line or "Added by Dr. Ana Ruiz, 22 Nov 2026" in line
    assert "not from the template" in line
    assert "Reason: She plays the cello" in line
    assert "standing-" not in line
    assert "shape-offered" not in line
    assert "Music" not in page.partition('<section id="plan"')[2].partition('<section id="own"')[0]


def test_the_strip_counts_it_beside_the_lines_of_the_template(visit):
    add(visit)
    strip = re.search(r'id="progress">(.*?)</p>', visit.page().text, re.S)[1]
    assert re.fullmatch(r"\d+ lines, none decided, 1 added\.", strip)
    visit.decide("supportive-care/pc", "accept")
    page = visit.page().text
    assert re.search(r"\d+ lines, 1 decided, 1 added: 1 accepted\.", page.partition('id="send"')[2])
    visit.post(f"/own/{KEY}", action="take-away", seen=seen(visit))
    assert re.search(r"\d+ lines, 1 decided: 1 accepted\.", visit.page().text.partition('id="send"')[2])


def test_another_reviewer_changes_it_and_both_are_named(visit):
    add(visit)
    visit.launch(BERG)
    visit.read()
    add(visit, action="change", kind="treatment", text="Dance", seen=seen(visit))
    line = own_on(visit.page().text)
    assert "Added by Dr. Ana Ruiz" in line
    assert "Changed by Dr. Bo Berg" in line
    assert "“Music &lt;therapy&gt;”" in line.partition("history")[2]


def test_it_can_be_taken_away_and_put_back(visit):
    add(visit)
    visit.post(f"/own/{KEY}", action="take-away", seen=seen(visit))
    page = visit.page().text
    assert "taken away by Dr. Ana Ruiz" in own_on(page)
    assert "Music" not in unescape(visit.page(f"{visit.workspace}/plan.json").text)
    visit.post(f"/own/{KEY}", action="put-back", seen=seen(visit))
    assert "Music <therapy>" in visit.page(f"{visit.workspace}/plan.json").text
    assert "<article" in own_on(visit.page().text)


def test_a_change_made_meanwhile_is_shown_and_not_overwritten(visit):
    add(visit)
    first = seen(visit)
    visit.launch(BERG)
    visit.read()
    add(visit, action="change", text="Dance", seen=first)
    visit.launch()
    visit.read()
    answer = add(visit, action="change", text="Painting", seen=first)
    assert answer.status_code == 409
    line = own_on(answer.text)
    assert "Dr. Bo Berg changed this line" in line
    assert ">Dance</b>" in line
    assert ">Painting</textarea>" in line
    assert ">Dance</b>" in own_on(visit.page().text)


def test_the_same_line_sent_twice_is_one(visit):
    assert [add(visit).status_code for _ in range(2)] == [303, 303]
    assert visit.page().text.count('<article class="own-line') == 1
    assert "history" not in own_on(visit.page().text)


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"kind": ""}, "needs a kind"),
        ({"text": "  "}, "needs its text"),
        ({"text": "x" * 1001}, "keep it to 1000"),
        ({"action": "order"}, "Choose add, change or take away"),
    ],
)
def test_what_cannot_be_kept_is_named(form, message):
    with pytest.raises(InputError, match=message):
        read_own_wish({"action": "add", "kind": "care", "text": "Music", **form})


def test_a_form_that_cannot_be_kept_gives_back_what_was_typed_and_can_be_reloaded(visit):
    answer = add(visit, kind="")
    assert answer.status_code == 422
    assert ">Music &lt;therapy&gt;</textarea>" in answer.text
    assert add(visit, key="short").status_code == 422
    assert add(visit, action="take-away").status_code == 422
    assert '<article class="own-line' not in visit.page().text
    assert visit.page(f"{visit.workspace}/own/{KEY}").headers["Location"].endswith(f"#own-{KEY}")
