"""Signs that the patient reports in a form: they settle nothing, but keep their opposite from being presumed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from plugin.findings.chart import Chart
from plugin.findings.dates import day_of
from plugin.findings.elements import Json, name_of, objects, text_of
from plugin.findings.model import Result
from plugin.findings.validity import too_old
from plugin.findings.wishes import filled_in_by_patients, words_answered
from plugin.library.told_signs import ToldSigns

SET_ASIDE = "the patient says so in a form; a clinician has to judge it"
LABEL = "form of the patient"
DEEPEST = 20


def signs_told(chart: Chart, signs: ToldSigns) -> Mapping[str, tuple[Result, ...]]:
    """Per finding, the answers that are a sign of it, the newest first; forms that nobody finished are among them.

    A sign older than the days that it counts for is left out; one without a date may be of today.
    """
    found: dict[str, list[Result]] = {}
    for form in filled_in_by_patients(chart) if signs else ():
        for code, result in _of_form(form, signs, chart.as_of):
            found.setdefault(code, []).append(result)
    return {code: tuple(results) for code, results in found.items()}


def _of_form(form: Json, signs: ToldSigns, as_of: date) -> Iterator[tuple[str, Result]]:
    url, told_at = text_of(form.get("questionnaire")).split("|")[0], text_of(form.get("authored"))
    day = day_of(told_at)
    for item in _items(form, 0):
        link_id, question = text_of(item.get("linkId")), text_of(item.get("text"))
        for answer in objects(item.get("answer")):
            said = words_answered(answer)
            if not said and answer.get("valueBoolean") is not True:
                continue
            words = f"{question}: {said}" if said else question
            for sign in signs.get((url, link_id, said), ()):
                if not day or not too_old(day, sign.days, as_of):
                    result = Result(name_of(form), True, words, told_at, "", LABEL, SET_ASIDE, "told")
                    yield sign.finding, result


def _items(node: Json, depth: int) -> Iterator[Json]:
    for item in objects(node.get("item")) if depth < DEEPEST else ():
        yield item
        yield from _items(item, depth + 1)
        for answer in objects(item.get("answer")):
            yield from _items(answer, depth + 1)
