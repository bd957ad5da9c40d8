"""Everything a review works with: template, stored statements and decisions, and the draft they lead to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any

from plugin.delivery.filled_forms import not_in_chart
from plugin.delivery.goals import is_of_a_plan
from plugin.delivery.held import Copies, as_fact, copies_among, is_in_force, leads
from plugin.delivery.lines import Line, brought_along, decidable_lines, key_of, standing_of
from plugin.delivery.statements import observations
from plugin.drafting.facts_form import SETTLED_BY_CHART
from plugin.drafting.model import Draft
from plugin.drafting.plan import draft_plan
from plugin.errors import InputError
from plugin.findings.elements import name_of
from plugin.findings.reader import read_findings
from plugin.library.rules import Template
from plugin.library.vocabulary import Value
from plugin.review.charts import Clock
from plugin.review.decisions import Wish
from plugin.review.said import WhatWasSaid, what_was_said
from plugin.review.samples import sampled
from plugin.review.view import PageView, Words, build_page
from plugin.storage.database import Database
from plugin.storage.forms import FilledForm, forms_of
from plugin.storage.reviews import (
    Author,
    Decision,
    Delivery,
    Fact,
    PatientKey,
    add_fact,
    decide,
    decisions_of,
    deliveries_of,
    last_words,
)
from plugin.storage.reviews import Line as LineKey


@dataclass(frozen=True, slots=True)
class Review:
    """One patient's review as it stands: the draft, and what people added to it.

    statements: those entered here that lead. withdrawn: those taken back here.
    saved: our statements that lead as the chart holds them. to_withdraw: findings whose statement was taken back here
    while the chart still holds it. chart_size: how many resources of the chart were read, what we wrote left out.
    sampled: references of the results that are dated by their specimen. forms: filled in here. said: the newest answers
    of the patient, wherever they are kept.
    """

    draft: Draft
    decisions: Mapping[LineKey, Decision]
    statements: Mapping[str, Fact]
    deliveries: list[Delivery]
    withdrawn: Mapping[str, Fact] = field(default_factory=dict)
    saved: Mapping[str, Fact] = field(default_factory=dict)
    to_withdraw: tuple[str, ...] = ()
    chart_size: int = 0
    sampled: frozenset[str] = frozenset()
    forms: tuple[FilledForm, ...] = ()
    said: WhatWasSaid | None = None


class Workbench:
    """Opens reviews and keeps what people decide. One for the whole application; holds no patient's data."""

    def __init__(
        self, template: Template, code_names: Mapping[str, str], database: Database, clock: Clock, zone: tzinfo
    ) -> None:
        activities = template.activities.values()
        self._words = Words(
            {**code_names, **{activity.code: activity.label for activity in activities}},
            tuple(dict.fromkeys(activity.topic for activity in activities)),
            template.conditioned_on(),
        )
        self.template = template
        self.database = database
        self._clock = clock
        self._zone = zone

    def now(self) -> datetime:
        """The time, aware."""
        return self._clock()

    def today(self) -> date:
        """The day at the site, for which drafts are made."""
        return self._clock().astimezone(self._zone).date()

    def open(self, patient: PatientKey, resources: list[dict[str, Any]]) -> Review:
        """The review of a patient whose chart holds `resources`, drafted anew with all statements in force.

        What was stated here replaces what the chart holds of the same statement, so that nobody contradicts herself.
        """
        with self.database.session() as session:
            entered = last_words(session, patient)
            decisions = decisions_of(session, patient)
            deliveries = deliveries_of(session, patient)
            forms = forms_of(session, patient)
        copies = copies_among(resources, patient, self.template.vocabulary)
        leading = {code: fact for code, fact in entered.items() if leads(fact, copies.get(code, []))}
        statements = {code: fact for code, fact in leading.items() if fact.value is not None}
        withdrawn = {code: fact for code, fact in leading.items() if fact.value is None}
        chart = _without(resources, [copy for code in leading for copy in copies.get(code, []) if is_in_force(copy)])
        stated = observations(statements.values(), self.template.vocabulary, patient.patient_id)
        ours = {name_of(one) for one in (*stated, *(copy for held in copies.values() for copy in held))}
        ours |= {name_of(resource) for resource in resources if is_of_a_plan(resource)}
        filled = not_in_chart(forms, resources, patient)
        ours |= {name_of(resource) for resource in filled}
        as_of = self.today()
        findings = read_findings([*chart, *filled, *stated], self.template.vocabulary, as_of)
        return Review(
            draft=draft_plan(findings, self.template, as_of),
            decisions=decisions,
            statements=statements,
            deliveries=deliveries,
            withdrawn=withdrawn,
            saved=_saved(copies, leading),
            to_withdraw=tuple(code for code in withdrawn if any(map(is_in_force, copies.get(code, [])))),
            chart_size=len(set(findings.inputs) - ours),
            sampled=sampled(resources),
            forms=forms,
            said=what_was_said([*resources, *filled], self.template),
        )

    def page(self, review: Review) -> PageView:
        """The review as the page shows it."""
        shown = {**review.saved, **review.statements}
        return build_page(review.draft, self.template.vocabulary, self._words, review.decisions, shown, review.sampled)

    def decide(self, patient: PatientKey, review: Review, key: LineKey, wish: Wish, author: Author) -> None:
        """Keep a decision, and one more for each line that it brings along and that nobody has decided yet.

        Raises InputError for a line that this draft does not ask about, or that stands elsewhere than on the page on
        which the decision was made: nobody accepts as offered what has become conditional meanwhile. The same holds
        for what it brings along; then nothing at all is kept.
        """
        line = line_of(review.draft, key)
        if wish.standing != standing_of(line):
            message = f"This line stands as {standing_of(line)} now, which the page did not show yet; decide again."
            raise InputError(message)
        beside = [line_of(review.draft, brought) for brought in _brought(line, wish)]
        at = self._clock()
        with self.database.session() as session:
            decided = decisions_of(session, patient)
            for each in (line, *(one for one in beside if key_of(one) not in decided)):
                decide(
                    session,
                    patient,
                    line=key_of(each),
                    template_version=review.draft.template_version,
                    standing=standing_of(each),
                    choice=wish.choice,
                    text=wish.text,
                    reason=wish.reason,
                    author=author,
                    at=at,
                )

    def state(
        self, patient: PatientKey, review: Review, code: str, value: Value | None, reason: str, author: Author
    ) -> None:
        """Keep a statement of fact, `value` None to withdraw it.

        Raises InputError when it overrules what the chart or an earlier statement says and gives no reason.
        """
        self.check_statement(review, code, value, reason)
        with self.database.session() as session:
            add_fact(session, patient, finding=code, value=value, reason=reason, author=author, at=self._clock())

    def check_statement(self, review: Review, code: str, value: Value | None, reason: str) -> None:
        """Raise InputError for a statement that `state` would not keep."""
        finding = review.draft.findings[code]
        overrules = value is not None and finding.state in SETTLED_BY_CHART and value != finding.value
        if overrules and not reason:
            label = self.template.vocabulary[code].label
            raise InputError(f"{label}: correcting what the chart says needs a reason; it is kept with your name.")


def _without(resources: list[dict[str, Any]], left_out: list[dict[str, Any]]) -> list[dict[str, Any]]:
    gone = set(map(id, left_out))
    return [resource for resource in resources if id(resource) not in gone]


def _saved(copies: Copies, leading: Mapping[str, Fact]) -> dict[str, Fact]:
    return {
        code: as_fact(held[0], code) for code, held in copies.items() if code not in leading and is_in_force(held[0])
    }


def _brought(line: Line, wish: Wish) -> list[LineKey]:
    """The lines that are wished for beside a category; raises InputError for one that does not belong with it."""
    belonging = {each.code: LineKey(each.kind, each.code) for each in brought_along(line)}
    strays = [code for code in wish.brings if code not in belonging]
    if strays:
        message = f"{', '.join(strays)} does not belong with this line any more; look at the plan as it stands now."
        raise InputError(message)
    return [belonging[code] for code in wish.brings]


def line_of(draft: Draft, key: LineKey) -> Line:
    """The line of a draft that `key` names, among those that are decided on; raises InputError where there is none."""
    for line in decidable_lines(draft):
        if key_of(line) == key:
            return line
    raise InputError("This line is no longer part of the draft, or is not offered; look at the plan as it stands now.")
