"""Hypothetical values: the plan as it would be, beside the plan as it is. Nothing of it is kept anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from plugin.delivery.lines import Line, kind_of
from plugin.drafting.facts_form import SETTLED_BY_CHART
from plugin.drafting.model import Disposition, Draft
from plugin.errors import InputError
from plugin.library.rules import Template
from plugin.library.vocabulary import FindingDefinition, Value
from plugin.review.line_view import LineView, Topic, topics_of
from plugin.review.moves import Moves, moves
from plugin.review.stated import draft_of, stated_of, supposing
from plugin.review.statements import form_value, read_value
from plugin.review.words import value_in_words
from plugin.review.workbench import Review
from plugin.storage.reviews import Author, Fact, PatientKey, words_in_force

PREFIX = "if-"


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A value that one fact is supposed to have.

    words: the value in words. contradicted: why the plan does not take it, where the chart says what it cannot agree
    with; empty where it does. needs_reason: recording it would overrule what the chart or a statement says.
    """

    definition: FindingDefinition
    value: Value
    words: str
    contradicted: str = ""
    needs_reason: bool = False

    @property
    def field(self) -> str:
        """The name of its field in forms."""
        return f"{PREFIX}{self.definition.code}"

    @property
    def form_value(self) -> str:
        """The value as forms carry it."""
        return form_value(self.value)


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The plan under some hypotheses, and what would move against the real one."""

    hypotheses: tuple[Hypothesis, ...]
    draft: Draft
    moves: Moves
    treatment: Mapping[str, tuple[Topic, ...]]
    tests: tuple[Topic, ...]
    support: tuple[Topic, ...]


def read_hypotheses(form: Mapping[str, str], template: Template) -> dict[str, Value]:
    """The hypotheses in a form, by finding; raises InputError for a fact or value that the template does not know."""
    found: dict[str, Value] = {}
    for name, text in form.items():
        if name.startswith(PREFIX):
            definition = template.vocabulary.get(name.removeprefix(PREFIX))
            if definition is None:
                raise InputError("The template in use has no such fact; choose one of the list.")
            found[definition.code] = read_value(text, definition)
    return found


def what_if(
    values: Mapping[str, Value], review: Review, template: Template, patient: PatientKey, author: Author, at: datetime
) -> WhatIf:
    """The plan as if these values were stated at this moment; the review itself stays as it is."""
    copies = review.ground.copies
    supposed = {
        code: Fact(-number, code, value, "", author, at) for number, (code, value) in enumerate(values.items(), 1)
    }
    stated = supposing(stated_of(words_in_force(review.entries), copies), supposed, copies)
    draft = draft_of(review.ground, stated, template, None, patient.patient_id) if values else review.draft
    hypotheses = tuple(_hypothesis(code, value, review, draft, template) for code, value in values.items())
    topics = tuple(dict.fromkeys(activity.topic for activity in template.activities.values()))
    return WhatIf(
        hypotheses,
        draft,
        moves(review.draft, draft, template.vocabulary, frozenset(values)),
        {name: topics_of(draft.standing(name), _view, topics) for name in get_args(Disposition)},
        topics_of(draft.assessments, _view),
        topics_of(draft.supportive_care, _view),
    )


def without(values: Mapping[str, Value], code: str) -> dict[str, Value]:
    """The hypotheses but one."""
    return {each: value for each, value in values.items() if each != code}


def _hypothesis(code: str, value: Value, review: Review, draft: Draft, template: Template) -> Hypothesis:
    definition, now, then = template.vocabulary[code], review.draft.findings[code], draft.findings[code]
    settled = now.state in SETTLED_BY_CHART and now.value != value
    against = then.note if then.value != value else ""
    return Hypothesis(definition, value, value_in_words(value, definition), against, settled)


def _view(line: Line) -> LineView:
    return LineView(line, kind_of(line), None, False)
