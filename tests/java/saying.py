"""All that people can say at a review: facts, decisions with their parts, a line of their own, filled-in forms."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import orjson

from plugin.launch.service import utc_now
from tests.forms.tablet import Tablet
from tests.java.visit import ADDRESS, Visit

Resource = dict[str, Any]
# A fact of each type of value beside the yes or no of another: each is written as another element.
STATEMENTS = {"ecog": "1", "menopausal-status": "postmenopausal", "lvef": "61.5"}
TAKEN_BACK = "lvef"
CONFIRMED = "metastasis-bone"


@dataclass(frozen=True, slots=True)
class SavedTwice:
    """A visit that has saved twice, and what was written to the chart after the first time and after the second."""

    visit: Visit
    first: list[Resource]
    again: list[Resource]


def saved_twice(visit: Visit) -> SavedTwice:
    """Save what was said, change one's mind, save again."""
    said = [visit.save()]
    first = visit.written()
    change_ones_mind(visit)
    said.append(visit.save())
    assert all("delivery saved" in each for each in said), said
    return SavedTwice(visit, first, visit.written())


def say_everything(visit: Visit) -> None:
    """What the review of the first sample patient can hold: each choice and each part of a decision at least once."""
    say_beside_the_lines(visit)
    confirm_on_the_form(visit, CONFIRMED, "true")
    soon = (utc_now() + timedelta(days=20)).date().isoformat()
    centre, other = "At another centre", "CDK4/6 inhibitor + endocrine therapy"
    visit.decide("accept", "treatment-category/cdk46-et")
    visit.decide("change", "treatment-category/bma", after="Dental examination", not_before=soon, setting=centre)
    visit.decide("change", "supportive-care/pain", text="Pain clinic of the house", reason="Known there")
    visit.decide("decline", "treatment-category/et-single", reason="Her wish", instead=other)
    visit.decide("decline", "supportive-care/exercise", instead="Her own dance class")
    visit.decide("defer", "treatment-category/trial", until="assessment/ngs")
    visit.decide("defer", "assessment/geriatric", until_date=soon)


def say_beside_the_lines(visit: Visit) -> None:
    """What any patient's review can hold whatever its lines: statements, a line of one's own, the patient's form."""
    visit.state()
    for code, value in STATEMENTS.items():
        visit.state(code, value)
    add_own_line(visit)
    fill_in_for_the_patient(visit)


def change_ones_mind(visit: Visit) -> None:
    """Take one statement back, correct another, and decline what was accepted."""
    visit.withdraw(TAKEN_BACK, "Measured in somebody else")
    visit.state("ecog", "2", "Seen again")
    visit.decide("decline", reason="Her wish")


def add_own_line(visit: Visit) -> None:
    """A line in the reviewer's own words, under the name that the page has made for it."""
    key = re.search(rf'action="{visit.workspace}own/([0-9a-f]{{32}})"', visit.page())[1]
    said = {"text": "Interpreter at every visit", "reason": "Speaks Twi"}
    visit.post(f"{visit.workspace}own/{key}", action="add", kind="care", **said)


def confirm_on_the_form(visit: Visit, code: str, value: str) -> None:
    """The form of facts, sent with one of them confirmed as it stands."""
    untouched = orjson.dumps({"resourceType": "QuestionnaireResponse", "item": []}).decode()
    shown = orjson.dumps({code: value}).decode()
    path = f"{visit.workspace}forms/facts/"
    visit.post(path, response=untouched, untouched=untouched, shown=shown, confirm=code)


def fill_in_for_the_patient(visit: Visit) -> None:
    """Hand the browser over, answer a question of each kind in Spanish, and take it back."""
    place = SimpleNamespace(workspace=visit.workspace.rstrip("/"), client=visit.browser, base=ADDRESS)
    tablet = Tablet(place, language="es")
    tablet.start("es")
    tablet.answers(1, given={"urgent.thirst": "yes"})
    tablet.answers(2, given={"symptoms.pain": "3", "symptoms.general": ["0", "1"], "symptoms.since": "Desde mayo"})
    tablet.answers(99, "send")
    assert tablet.take_back().status_code == 303
