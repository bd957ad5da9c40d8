"""Care that the template holds and did not draft: found at once, added with a press, and told as what it is."""

import re
from html import unescape

KEY = "0123456789abcdef0123456789abcdef"


def list_on(page):
    return re.search(r'<details class="add-own more-care".*?</details>', page, re.S)[0]


def codes_on(page):
    return re.findall(r'name="item" value="([a-z0-9-]+)"', list_on(page))


def add(visit, item, key=KEY, **form):
    return visit.post(f"/own/{key}", **{"action": "add-item", "item": item, "seen": "0", **form})


def test_the_list_holds_what_is_not_drafted_and_says_by_which_fact(visit):
    page = visit.read().text
    codes = codes_on(page)
    assert "hospice" in codes
    drafted = set(re.findall(r'id="line-supportive-care-([a-z0-9-]+)"', page))
    assert drafted
    assert drafted.isdisjoint(codes)
    row = re.search(r'id="care-hospice".*?</li>', list_on(page), re.S)[0]
    assert "Not drafted since:" in row
    assert "Hospice elected: no (presumed)" in row
    assert page.count('href="#more-care"') == 2


def test_the_list_heads_its_column_and_the_strip_and_the_brief_lead_there(visit):
    page = visit.read().text
    care = page[page.index('class="support"') :]
    assert care.index('id="support-title"') < care.index('id="more-care"') < care.index('id="line-supportive-care')
    strip = re.search(r'<nav aria-label="On this page">.*?</nav>', page, re.S)[0]
    assert '<a href="#support-title">Care</a>' in strip
    brief = re.search(r'<section id="brief".*?</section>', page, re.S)[0]
    assert re.search(r'<p class="to-care"><a href="#more-care">Add palliative and supportive care from the list', brief)


def test_each_row_has_the_button_that_adds_it_and_its_line_says_that_it_was_added(visit):
    page = visit.read().text
    row = re.search(r'<li id="care-hospice">.*?</li>', list_on(page), re.S)[0]
    assert re.search(r'value="hospice"[^>]*>Add<span class="hidden"> Hospice</span></button>', row)
    assert 'type="radio"' not in list_on(page)
    action = re.search(r'action="([^"]+)"', list_on(page))[1].removeprefix(visit.workspace)
    fields = dict(re.findall(r'type="hidden" name="(seen|action)" value="([^"]+)"', list_on(page)))
    answer = visit.post(action, item="hospice", **fields)
    key = action.rpartition("/")[2]
    assert answer.headers["Location"].endswith(f"#own-{key}")
    line = re.search(rf'<article class="own-line[^>]*id="own-{key}".*?</article>', visit.read().text, re.S)[0]
    assert f'aria-describedby="own-{key}-done"' in line
    assert "Added: it is a line of this plan now." in line


def test_hospice_information_is_added_with_one_press_and_printed_for_the_patient(visit):
    answer = add(visit, "hospice")
    assert answer.headers["Location"].endswith(f"#own-{KEY}")
    page = visit.read().text
    line = re.search(rf'<article class="own-line[^>]*id="own-{KEY}".*?</article>', page, re.S)[0]
    assert "Hospice: Information about hospice" in line
    assert "chosen from the template’s list" in unescape(line)
    assert "Added by Dr. Ana Ruiz" in line
    assert re.search(r"What the template said before: Not drafted since: [^<]*Hospice elected: no \(presumed\)", line)
    assert "Reason:" not in line
    assert 'name="reason" maxlength="500" autocomplete="off" value=""' in line
    assert "hospice" not in codes_on(page)
    plan = unescape(visit.page(f"{visit.workspace}/plan.json").text)
    assert "chosen from the template's list: Hospice" in plan
    assert "What the template said before: Not drafted since: " in plan
    note = visit.page(f"{visit.workspace}/note.txt").text
    assert re.search(r"Hospice: Information about hospice[^\n]* \(Dr. Ana Ruiz\)", note)
    assert "Not drafted since" not in note
    english, spanish = (visit.page(f"{visit.workspace}/print/patient?lang={lang}").text for lang in ("en", "es"))
    assert "We tell you what hospice is" in english
    assert "Le contamos qué es el hospicio" in spanish
    assert 'id="unspoken"' not in english


def test_taken_away_it_is_on_the_list_again(visit):
    add(visit, "hospice")
    seen = re.search(rf'id="own-{KEY}"[^>]*data-seen="(\d+)"', visit.read().text)[1]
    visit.post(f"/own/{KEY}", action="take-away", seen=seen)
    assert "hospice" in codes_on(visit.read().text)
    assert "We tell you what hospice is" not in visit.page(f"{visit.workspace}/print/patient").text


def test_a_change_in_words_keeps_where_it_came_from_and_is_shown_before_printing(visit):
    add(visit, "hospice")
    seen = re.search(rf'id="own-{KEY}"[^>]*data-seen="(\d+)"', visit.read().text)[1]
    visit.post(
        f"/own/{KEY}", action="change", kind="care", text="Hospice talk on Monday", reason="She asked", seen=seen
    )
    line = re.search(rf'<article class="own-line[^>]*id="own-{KEY}".*?</article>', unescape(visit.read().text), re.S)[0]
    assert "chosen from the template’s list" in line
    assert "Reason: She asked" in line
    assert "What the template said before: Not drafted since:" in line
    page = visit.page(f"{visit.workspace}/print/patient").text
    assert "“Hospice talk on Monday”" in re.search(r'id="changed".*?</div>', page, re.S)[0]
    assert "We tell you what hospice is" in page


def test_what_is_not_on_the_list_is_refused_in_place(visit):
    for item in ("pc", "no-such-item", ""):
        answer = add(visit, item)
        assert answer.status_code == 422
        assert "This is not on the list" in list_on(answer.text)
    assert 'class="own-line"' not in visit.read().text
