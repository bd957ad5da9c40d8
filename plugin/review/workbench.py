"""Everything a review works with: template, stored statements and decisions, and the draft they lead to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from plugin.delivery.filled_forms import not_in_chart
from plugin.delivery.held import Copies, as_fact, is_in_force
from plugin.delivery.lines import Line, brought_along, decidable_lines, key_of, standing_of
from plugin.delivery.statement_entries import own_reference
from plugin.drafting.facts_form import SETTLED_BY_CHART
from plugin.drafting.model import Draft
from plugin.errors import InputError
from plugin.library.drug_names import other_names
from plugin.library.forms import settings_offered
from plugin.library.rules import Template
from plugin.library.vocabulary import Value
from plugin.review.charts import Clock
from plugin.review.decisions import Wish
from plugin.review.memory import ChartMemory, Ground
from plugin.review.said import WhatWasSaid, what_was_said
from plugin.review.stated import draft_of, stated_of
from plugin.review.terms import read_terms
from plugin.review.undoing import to_undo
from plugin.review.view import PageView, Words, build_page
from plugin.storage.database import Database
from plugin.storage.forms import FilledForm, forms_of, standing_forms
from plugin.storage.meanwhile import hold_review, version_of
from plugin.storage.own_lines import OwnHistory, own_lines_of
from plugin.storage.reviews import (
    Author,
    Decision,
    Delivery,
    Fact,
    PatientKey,
    add_fact,
    decide,
    decision_histories,
    decisions_of,
    deliveries_of,
    facts_of,
    in_force,
    words_in_force,
)
from plugin.storage.reviews import Line as LineKey


@dataclass(frozen=True, slots=True)
class Review:
    """One patient's review as it stands: the draft, and what people added to it.

    statements: those entered here that lead. withdrawn: those taken back here.
    saved: our statements that lead as the chart holds them. to_withdraw: findings whose statement was taken back here
    while the chart still holds it. chart_size: how many resources of the chart were read, what we wrote left out.
    sampled: references of the results that are dated by their specimen. entries: everything stated here, oldest first.
    histories: everything decided on each line, the oldest first. own_lines: what clinicians added, with its history.
    version: how often the review was changed. forms: filled in here, one that is not sent among them. said: the newest
    answers of the patient, wherever they are kept. ground, memory: what the draft was made from, for drafts beside it.
    """

    draft: Draft
    decisions: Mapping[LineKey, Decision]
    statements: Mapping[str, Fact]
    deliveries: list[Delivery]
    withdrawn: Mapping[str, Fact]
    saved: Mapping[str, Fact]
    to_withdraw: tuple[str, ...]
    chart_size: int
    sampled: frozenset[str]
    entries: tuple[Fact, ...]
    histories: Mapping[LineKey, tuple[Decision, ...]]
    own_lines: tuple[OwnHistory, ...]
    version: int
    forms: tuple[FilledForm, ...]
    said: WhatWasSaid | None
    ground: Ground
    memory: ChartMemory


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
            other_names(template.drugs, template.vocabulary.treatment.agents, template.terminology),
            template.asked_by_all(),
        )
        self.template = template
        self._settings = settings_offered(template.questionnaires["plan-review"])
        self.database = database
        self.zone = zone
        self._clock = clock

    def now(self) -> datetime:
        """The time, aware."""
        return self._clock()

    def today(self) -> date:
        """The day at the site, for which drafts are made."""
        return self._clock().astimezone(self.zone).date()

    def open(self, patient: PatientKey, resources: list[dict[str, Any]], memory: ChartMemory | None = None) -> Review:
        """The review of a patient whose chart holds `resources`, drafted anew with all statements in force.

        memory: of the reading that gave these resources, so that what depends on them alone is worked out once.
        """
        memory = memory or ChartMemory()
        with self.database.session() as session:
            entries = facts_of(session, patient)
            histories = decision_histories(session, patient)
            own_lines = own_lines_of(session, patient)
            version = version_of(session, patient)
            deliveries = deliveries_of(session, patient)
            forms = standing_forms(forms_of(session, patient))
        filled = not_in_chart(forms, resources, patient)
        ground = memory.ground(resources, filled, self.template.vocabulary, patient, self.today())
        copies = ground.copies
        stated = stated_of(words_in_force(entries), copies)
        draft = draft_of(ground, stated, self.template, memory, patient.patient_id)
        beside = {own_reference(fact) for fact in stated.statements.values()}
        return Review(
            draft=draft,
            decisions=in_force(histories),
            statements=stated.statements,
            deliveries=deliveries,
            withdrawn=stated.withdrawn,
            saved=_saved(copies, stated.leading),
            to_withdraw=tuple(code for code in stated.withdrawn if any(map(is_in_force, copies.get(code, [])))),
            chart_size=len(set(draft.findings.inputs) - ground.ours - beside),
            sampled=ground.sampled,
            entries=entries,
            histories=histories,
            own_lines=own_lines,
            version=version,
            forms=forms,
            said=what_was_said(ground.resources, self.template),
            ground=ground,
            memory=memory,
        )

    def page(self, review: Review) -> PageView:
        """The review as the page shows it."""
        shown = {**review.saved, **review.statements}
        return build_page(review.draft, self.template.vocabulary, self._words, review.histories, shown, review.sampled)

    def decide(self, patient: PatientKey, review: Review, key: LineKey, wish: Wish, author: Author) -> None:
        """Keep a decision, and one more for each line that it brings along and that nobody has decided yet.

        Raises InputError for a line that this draft does not ask about, or that stands elsewhere than on the page on
        which the decision was made: nobody accepts as offered what has become conditional meanwhile. The same holds
        for what it brings along; then nothing at all is kept. Raises ChangedMeanwhile where somebody decided on this
        line after that page was made: nobody overwrites what they have not seen.
        """
        line = line_of(review.draft, key)
        if wish.standing != standing_of(line):
            message = f"This line is {standing_of(line)} now, which the page did not show yet; decide again."
            raise InputError(message)
        beside = [line_of(review.draft, brought) for brought in _brought(line, wish)]
        vocabulary = self.template.vocabulary
        terms = read_terms(wish.parts, line, review.draft, vocabulary, self._settings, self.today())
        at = self._clock()
        with self.database.session() as session:
            hold_review(session, patient)
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
                    terms=terms,
                    seen=wish.seen if each is line else None,
                )

    def state(
        self,
        patient: PatientKey,
        review: Review,
        code: str,
        value: Value | None,
        reason: str,
        author: Author,
        seen: int | None = None,
    ) -> None:
        """Keep a statement of fact, `value` None to withdraw it.

        seen: id of the last entry on this fact on the page that it was made on, 0 for none; None where that does not
        matter. Raises InputError when it overrules what the chart or an earlier statement says and gives no reason,
        ChangedMeanwhile where somebody spoke on the fact after `seen`.
        """
        at = self._clock()
        with self.database.session() as session:  # what others said comes first: it may be why a reason is missing
            add_fact(session, patient, finding=code, value=value, reason=reason, author=author, at=at, seen=seen)
            self.check_statement(review, code, value, reason)

    def check_statement(self, review: Review, code: str, value: Value | None, reason: str) -> None:
        """Raise InputError for a statement that `state` would not keep."""
        finding = review.draft.findings[code]
        overrules = value is not None and finding.state in SETTLED_BY_CHART and value != finding.value
        if overrules and not reason:
            label = self.template.vocabulary[code].label
            raise InputError(f"{label}: correcting what the chart says needs a reason; it is kept with your name.")

    def undo(self, patient: PatientKey, number: int, author: Author) -> None:
        """Take back an entry of this author, so that what stood before it stands again.

        Raises InputError where it is somebody else's, was taken back already, or was overtaken by a newer statement.
        """
        with self.database.session() as session:
            entry = to_undo(facts_of(session, patient), number, author)
            add_fact(
                session,
                patient,
                finding=entry.finding,
                value=None,
                reason="",
                author=author,
                at=self._clock(),
                undoes=entry.id,
            )


def _saved(copies: Copies, leading: frozenset[str]) -> dict[str, Fact]:
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
