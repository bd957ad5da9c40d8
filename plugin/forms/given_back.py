"""A form of facts that was refused comes back with what was answered in it: nobody answers forty questions twice."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from plugin.drafting.facts_form import INITIAL, reason_link
from plugin.drafting.model import Draft
from plugin.forms.facts_answers import Response, answer_in_words, answers_given, facts_shown
from plugin.library.forms import every_item

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class GivenBack:
    """A form with the answers that were given, and the answers that it held before anybody touched it."""

    form: Item
    untouched: Item


def given_back(
    form: Item, response: Response, untouched: Response, shown: Mapping[str, str], draft: Draft
) -> GivenBack:
    """The form with its answers put in as if they had been prefilled.

    shown: what each fact was when the form was opened. A fact that has become another one since is asked anew, with
    what it is now.
    """
    now = facts_shown(form, draft)
    kept = {code for code in now if now[code] == shown.get(code)}
    links = kept | {reason_link(code) for code in kept}
    answers = dict(answers_given(response))
    answered = copy.deepcopy(form)
    for item in every_item(answered):
        if item["linkId"] in links:
            _put(item, answers.get(item["linkId"]))
    before = [{"linkId": link, "answer": [answer]} for link, answer in answers_given(untouched) if link in links]
    return GivenBack(answered, {"resourceType": "QuestionnaireResponse", "item": before})


def _put(item: Item, answer: Response | None) -> None:
    if "answerOption" in item:
        chosen = answer_in_words(answer) if answer else ""
        options = [{"valueString": option["valueString"]} for option in item["answerOption"]]
        item["answerOption"] = [
            option | ({"initialSelected": True} if option["valueString"] == chosen else {}) for option in options
        ]
        return
    item.pop("initial", None)
    name = INITIAL.get(item["type"], "valueString")
    if answer and name in answer:
        item["initial"] = [{name: answer[name]}]
