"""Decisions in parts: when and where a changed line starts, what comes instead of a declined one, what is awaited."""

from dataclasses import replace
from datetime import date, timedelta
from html import unescape

import pytest

from plugin.errors import InputError
from plugin.review.decisions import read_wish
from plugin.review.terms import Raw, read_terms
from tests.example_draft import example_draft, example_template
from tests.review.visit import NOW, Visit, line_on

CARE = "supportive-care/pc"


def test_a_change_may_say_only_when_and_where(visit):
    answer = visit.decide(
        CARE, "change", after="The scan of next week", not_before="2026-12-12", setting="At another centre"
    )
    assert answer.status_code == 303
    line = unescape(line_on(visit.page().text, CARE))
    assert "Start after: The scan of next week" in line
    assert "Not before 12 Dec 2026" in line
    assert "Setting: At another centre" in line


def test_a_change_begins_with_the_words_of_the_line_and_is_none_while_they_stay(visit):
    line = line_on(visit.opened(visit.read().text, f"lines/{CARE}"), CARE)
    label = unescape(line.partition(f'id="line-{CARE.replace("/", "-")}-label">')[2].partition("<")[0])
    assert unescape(line.partition('name="text"')[2].partition(">")[2].partition("<")[0]) == label
    assert "A change needs its text" in visit.decide(CARE, "change", text=label).text
    assert visit.decide(CARE, "change", text=label, not_before="2026-12-12").status_code == 303
    assert f"“{label}”" not in unescape(line_on(visit.page().text, CARE))


def test_a_line_may_be_declined_for_another_one_of_the_plan_and_says_what_became_of_that(visit):
    page = unescape(visit.read().text)
    label = line_on(page, "assessment/ngs").partition('id="line-assessment-ngs-label">')[2].partition("<")[0]
    assert label
    assert visit.decide(CARE, "decline", instead=label.upper()).status_code == 303
    line = unescape(line_on(visit.page().text, CARE))
    assert f"In its place: {label}" in line
    assert f'<a href="#line-assessment-ngs">{label}</a> is undecided.' in line
    visit.decide("assessment/ngs", "decline", reason="Already done or under way")
    assert f'<a href="#line-assessment-ngs">{label}</a> is declined.' in unescape(line_on(visit.page().text, CARE))


def test_what_cannot_be_kept_is_said_and_nothing_typed_is_lost(visit):
    answer = visit.decide(CARE, "defer", until_date="2026-11-22", reason_text="After the <trip>")
    assert answer.status_code == 422
    page = answer.text
    assert page.count('id="problem"') == 1
    assert "has to be a day to come" in line_on(page, CARE).partition('id="problem"')[2][:400]
    assert 'value="2026-11-22"' in line_on(page, CARE)
    assert 'value="After the &lt;trip&gt;"' in line_on(page, CARE)
    assert "none decided" in page


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ("change", "A change needs its text"),
        ("decline", "or name what comes in its place"),
        ("defer", "Deferring needs a day, a result or a reason"),
    ],
)
def test_a_decision_that_says_nothing_is_refused(choice, message):
    with pytest.raises(InputError, match=message):
        read_wish({"choice": choice, "until": "" if choice == "defer" else "finding/er", "after": " "})


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (Raw(until_date="2026-11-22"), "has to be a day to come"),
        (Raw(not_before="2206-11-23"), "check the year"),
        (Raw(until_date="12.12.2026"), "is no date"),
        (Raw(until="finding/nonsense"), "does not wait for that result"),
        (Raw(setting="On the moon"), "none of the settings"),
        (Raw(after="x" * 201), "keep it to 200"),
        (Raw(instead="{label}"), "names this line itself"),
    ],
)
def test_a_part_that_cannot_be_kept_is_named(parts, message):
    draft = example_draft()
    line = draft.supportive_care[0]
    parts = replace(parts, instead=parts.instead.format(label=line.label))
    with pytest.raises(InputError, match=message):
        read_terms(parts, line, draft, example_template().vocabulary, ("At home",), date(2026, 11, 22))


def test_a_deferred_line_is_asked_again_when_its_day_has_come(chart, tmp_path):
    now = NOW
    visit = Visit(chart.base, tmp_path, clock=lambda: now)
    assert visit.decide(CARE, "defer", until_date="2026-12-12").status_code == 303
    line = line_on(visit.page().text, CARE)
    assert "Until 12 Dec 2026" in line
    assert 'class="badge defer"' in line
    now = NOW + timedelta(days=20)
    visit.launch()
    line = line_on(visit.read().text, CARE)
    assert "Deferred until 12 Dec 2026; that day has come." in line
    assert "Decide again" in line
    assert 'class="badge defer"' not in line


def test_a_deferred_line_is_asked_again_when_its_result_is_known(visit):
    key, fact = "treatment-category/parp", "germline-brca"
    page = visit.opened(visit.read().text, f"lines/{key}")
    label = unescape(line_on(page, key).partition(f'value="finding/{fact}">')[2].partition("<")[0])
    assert label
    assert visit.decide(key, "defer", "conditional", until=f"finding/{fact}").status_code == 303
    line = unescape(line_on(visit.page().text, key))
    assert f"Until {label} is known" in line
    assert 'class="badge defer"' in line
    visit.post(f"/facts/{fact}", value="positive")
    line = unescape(line_on(visit.page().text, key))
    assert f"Deferred until {label} is known; it is known now." in line
    assert 'class="badge defer"' not in line


def test_every_decision_on_a_line_can_be_read_with_its_author(visit):
    visit.decide(CARE, "decline", reason_text="Too early")
    visit.launch(("Practitioner/berg", "Dr. Bo Berg"))
    visit.decide(CARE, "accept")
    history = line_on(visit.page().text, CARE).partition("history")[2]
    assert history.index("Accepted by Dr. Bo Berg") < history.index("Declined by Dr. Ana Ruiz")
    assert "Too early" in history
