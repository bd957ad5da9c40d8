"""The answers to the form of facts: which of them are statements. What was shown and left alone is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from plugin.drafting.facts_form import reason_link
from plugin.drafting.model import Draft
from plugin.errors import InputError
from plugin.library.forms import every_item
from plugin.library.vocabulary import Value, Vocabulary
from plugin.review.statements import form_value, read_value

Response = Mapping[str, Any]
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Statement:
    """One fact that is to be stated; `value` None withdraws what was stated before."""

    code: str
    value: Value | None
    reason: str


def facts_shown(form: Mapping[str, Any], draft: Draft) -> dict[str, str]:
    """Finding code -> the value with which the form asks for it, as forms carry it; empty where it has none."""
    return {code: form_value(draft.findings[code].value) for code in _asked(form, draft)}


def read_facts(
    response: Response,
    untouched: Response,
    shown: Mapping[str, str],
    confirmed: frozenset[str],
    draft: Draft,
    vocabulary: Vocabulary,
) -> tuple[Statement, ...]:
    """What the answers state.

    untouched: the answers that the renderer held before anybody touched the form; what it failed to show was not
    changed by anybody. shown: what each fact was when the form was opened. confirmed: codes of facts that are to stand
    as they were. An answer that was changed is a statement, a cleared one takes back what was stated earlier. Raises
    InputError where a fact has become another one since, so that nobody overrules what nobody has seen.
    """
    answers, first, reasons = _answers(response, shown), _answers(untouched, shown), _reasons(response, shown)
    found = []
    for code, before in shown.items():
        now = answers.get(code, "")
        changed = now != first.get(code, "") and now != before and (now or draft.findings[code].stated)
        if not changed and code not in confirmed:
            continue
        definition = vocabulary[code]
        if form_value(draft.findings[code].value) != before:
            raise InputError(f"{definition.label} has changed since this form was opened; look at it again.")
        value = read_value(now if changed else before, definition) if now or not changed else None
        found.append(Statement(code, value, reasons.get(code, "")))
    return tuple(found)


def _asked(form: Mapping[str, Any], draft: Draft) -> Iterator[str]:
    """The facts that a form asks for, in its order; its other items are groups, help and reasons."""
    for item in every_item(dict(form)):
        if item["linkId"] in draft.findings:
            yield item["linkId"]


def _answers(response: Response, shown: Mapping[str, str]) -> dict[str, str]:
    given = ((link, answer_in_words(answer)) for link, answer in answers_given(response))
    return {code: text for code, text in given if code in shown and text}


def _reasons(response: Response, shown: Mapping[str, str]) -> dict[str, str]:
    links = {reason_link(code): code for code in shown}
    given = ((links[link], answer_in_words(answer)) for link, answer in answers_given(response) if link in links)
    return {code: " ".join(text.split())[:LONGEST_REASON] for code, text in given}


def answers_given(node: Response) -> Iterator[tuple[str, Response]]:
    """LinkId and first answer of every item of a response, at any depth."""
    for item in node.get("item", ()):
        answers = item.get("answer", ())
        if answers:
            yield str(item.get("linkId", "")), answers[0]
        for part in (item, *answers):
            yield from answers_given(part)


def answer_in_words(answer: Response) -> str:
    """An answer as forms carry it; renderers give back a choice among plain words as a coding of them."""
    coding = answer.get("valueCoding")
    if isinstance(coding, dict):
        return str(coding.get("code") or coding.get("display") or "")
    values = [value for name, value in answer.items() if name.startswith("value")]
    return form_value(values[0]) if values else ""
