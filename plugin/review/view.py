"""The review page as data: what stands where, in which order, with which decision. No HTML, no request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import zip_longest

from plugin.delivery.again import stood_elsewhere
from plugin.delivery.clashes import Clash, clashes
from plugin.delivery.deferrals import asked_again
from plugin.delivery.lines import Line, brought_along, decidable_lines, key_of, kind_of
from plugin.delivery.on_condition import taken_on_condition
from plugin.drafting.common_ground import CommonGround, common_ground
from plugin.drafting.goals import SPOKEN_OF
from plugin.drafting.model import CategoryLine, Disposition, Draft, ItemLine, OwnWords
from plugin.findings.model import Problem
from plugin.library.vocabulary import Vocabulary
from plugin.review.again import Again, again_of
from plugin.review.attention import KINDS, Notice, Source, Waiting, notices, unused, waiting
from plugin.review.came_with import came_with
from plugin.review.course.treatments import Told, in_no_line
from plugin.review.fact_view import FactGroup, FactView, columns_of, facts_of, profile_of
from plugin.review.in_plan import in_plan
from plugin.review.line_view import LineView, Progress, Topic, progress_of, topics_of
from plugin.review.rests_on import RestsOn, rests_on
from plugin.review.settling import Settling, settling
from plugin.review.terms import results_to_wait_for
from plugin.review.words import date_in_words
from plugin.storage.reviews import Choice, Decision, Fact, in_force
from plugin.storage.reviews import Line as LineKey
from plugin.storage.terms import Named


@dataclass(frozen=True, slots=True)
class Quote:
    """What the patient wants in the chart's words, with who said it, and where it stands there."""

    text: str
    source: str
    question: str


@dataclass(frozen=True, slots=True)
class Words:
    """What the template calls things, and what it looks at.

    labels: code of any category, test, care item or alert -> its name.
    topics: headings of treatment in the order of the page.
    weighed: the findings that its conditions ask about; None where all may be shown at a glance.
    drug_names: drug -> its other names, brands among them.
    asked_by_all: the findings that every rule of treatment asks about.
    """

    labels: Mapping[str, str]
    topics: tuple[str, ...] = ()
    weighed: frozenset[str] | None = None
    drug_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    asked_by_all: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PageView:
    """Everything the review page shows of one draft.

    chosen: what was decided on each line, by the id of the line on the page; None where nothing counts.
    again: decisions that no longer count, or whose line the plan no longer asks about.
    on_condition: lines that were accepted or changed while facts that they depend on are not known.
    rests_on: what each open line of treatment rests on, by its code.
    """

    draft: Draft
    vocabulary: Vocabulary
    notices: tuple[Notice, ...]
    waiting: Waiting | None
    unused: tuple[tuple[Problem, tuple[Source, ...]], ...]
    profile: tuple[FactGroup, ...]
    questions: tuple[FactView, ...]
    answered: tuple[FactView, ...]
    awaited: tuple[FactView, ...]
    fact_columns: tuple[tuple[FactGroup, ...], ...]
    offered: tuple[Topic, ...]
    conditional: tuple[Topic, ...]
    judgement: tuple[Topic, ...]
    not_offered: tuple[Topic, ...]
    tests: tuple[Topic, ...]
    support: tuple[Topic, ...]
    progress: Progress
    labels: Mapping[str, str]
    ground: CommonGround
    sampled: frozenset[str] = frozenset()
    quotes: tuple[Quote, ...] = ()
    clashes: tuple[Clash, ...] = ()
    on_condition: tuple[CategoryLine, ...] = ()
    chosen: Mapping[str, Choice | None] = field(default_factory=dict)
    in_no_line: tuple[Told, ...] = ()
    again: tuple[Again, ...] = ()
    drug_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rests_on: Mapping[str, RestsOn] = field(default_factory=dict)

    def drugs_by_any_name(self, line: CategoryLine) -> str:
        """The drugs of a line with their other names, brands among them, each once, for a search."""
        names = (name for agent in line.agents for name in (agent.name, *self.drug_names.get(agent.name, ())))
        return " ".join(dict.fromkeys(names))

    def clashing(self, code: str) -> tuple[Clash, ...]:
        """The pairs of accepted lines, one of them this one, that must not be given at the same time."""
        return tuple(clash for clash in self.clashes if code in (clash.first.code, clash.second.code))

    def tests_for(self, code: str) -> tuple[ItemLine, ...]:
        """The due tests that would settle a finding."""
        return tuple(item for item in self.draft.assessments if item.code in self.vocabulary[code].settled_by)

    @property
    def in_plan_now(self) -> tuple[Named, ...]:
        """What the plan leads with for the findings that the patient reports a sign of."""
        return in_plan(self.draft, {fact.definition.code for fact in self.questions if fact.finding.told})

    def fact(self, code: str) -> FactView | None:
        """The finding of this code; None where the vocabulary has none."""
        groups = (group for column in self.fact_columns for group in column)
        return next((fact for group in groups for fact in group.members if fact.definition.code == code), None)

    def line(self, anchor: str) -> LineView | None:
        """The line with this id on the page; None where the plan has none."""
        lists = (self.offered, self.conditional, self.judgement, self.not_offered, self.tests, self.support)
        lines = (line for topics in lists for topic in topics for line in topic.lines)
        return next((line for line in lines if line.anchor == anchor), None)

    @property
    def next_to_decide(self) -> str:
        """The id of the first line, in the order of the page, that waits for a decision; empty where none does."""
        lists = (self.offered, self.conditional, self.judgement, self.support, self.tests)
        anchors = (line.anchor for topics in lists for topic in topics for line in topic.lines)
        return next((anchor for anchor in anchors if self.chosen.get(anchor, "none") is None), "")

    def settling(self, line: CategoryLine) -> tuple[Settling, ...]:
        """What would settle a line that waits, most decisive first."""
        return settling(line, self.draft, self.vocabulary)

    def label(self, code: str) -> str:
        """The name of a category, test or finding; the code itself where the template has none."""
        return self.labels.get(code, code)


def build_page(
    draft: Draft,
    vocabulary: Vocabulary,
    words: Words,
    histories: Mapping[LineKey, tuple[Decision, ...]],
    statements: Mapping[str, Fact],
    sampled: frozenset[str] = frozenset(),
) -> PageView:
    """The page for a draft.

    histories: everything decided on each line, the oldest first. statements: the one in force for each fact, as stored.
    sampled: references of the results that are dated by their specimen.
    """
    decisions = in_force(histories)

    def view(line: Line) -> LineView:
        decision = decisions.get(key_of(line))
        outdated = decision is not None and stood_elsewhere(decision, line)
        beside = tuple(each for each in brought_along(line) if LineKey(each.kind, each.code) not in decisions)
        return LineView(
            line,
            kind_of(line),
            decision,
            outdated,
            beside,
            lapsed=asked_again(decision, draft) if decision else "",
            history=histories.get(key_of(line), ()),
            results=results_to_wait_for(line, draft, vocabulary),
            came_with=came_with(line, decisions),
        )

    def standing(disposition: Disposition) -> tuple[Topic, ...]:
        return topics_of(draft.standing(disposition), view, words.topics)

    labels = {**words.labels, **{code: definition.label for code, definition in vocabulary.items()}}
    facts = facts_of(draft, vocabulary, statements, labels)
    lines = [view(line) for line in decidable_lines(draft)]
    ground = common_ground(draft)
    questions = _in_turn(sorted((fact for fact in facts if fact.rank), key=lambda fact: fact.rank), draft)
    return PageView(
        draft=draft,
        vocabulary=vocabulary,
        notices=notices(draft, vocabulary),
        waiting=waiting(draft, vocabulary),
        unused=unused(draft, vocabulary),
        profile=profile_of(facts, words.weighed, _earlier_treatment(vocabulary)),
        in_no_line=in_no_line(draft, vocabulary),
        questions=questions,
        answered=tuple(fact for fact in facts if fact.settled),
        awaited=tuple(fact for fact in questions if fact.finding.state == "unknown"),
        fact_columns=columns_of(facts),
        offered=standing("offered"),
        conditional=standing("conditional"),
        judgement=standing("judgement"),
        not_offered=standing("not-offered"),
        tests=topics_of(draft.assessments, view),
        support=topics_of(draft.supportive_care, view),
        progress=progress_of(lines),
        chosen={line.anchor: line.choice for line in lines},
        again=again_of(draft, decisions, labels),
        labels=labels,
        ground=ground,
        rests_on=rests_on(draft.categories, ground, {fact.definition.code: fact for fact in facts}, words.asked_by_all),
        sampled=sampled,
        drug_names=words.drug_names,
        clashes=clashes(draft, lambda line: view(line).choice),
        on_condition=taken_on_condition(draft, lambda line: view(line).choice),
        quotes=tuple(_quote(said) for said in draft.own_words),
    )


def _earlier_treatment(vocabulary: Vocabulary) -> str:
    """The group of the facts on earlier treatment; empty where the template tells of none."""
    given = vocabulary.treatment.given
    return vocabulary[given].group if given else ""


def _quote(said: OwnWords) -> Quote:
    kinds = dict.fromkeys(KINDS.get(reference.split("/")[0], "entry") for reference in said.references)
    source = filter(None, (SPOKEN_OF[said.said_by], date_in_words(said.date), *kinds))
    return Quote(said.text, ", ".join(source), said.question)


def _in_turn(asked: list[FactView], draft: Draft) -> tuple[FactView, ...]:
    """What to confirm, in the order in which it is asked.

    What the patient reports a sign of comes first, then results that disagree: only a person can settle them, and until
    then every line on them waits. Then what holds lines up now takes turns with the rest, each by what it would
    change: the rest is what is presumed or concluded, seldom wrong but much rests on it, and what nobody knows.
    What holds lines up has the first turn: a chart without any result is not asked to confirm what is only presumed.
    """
    told = [fact for fact in asked if fact.finding.told is not None]
    disagreeing = [fact for fact in asked if fact.state == "conflicting" and fact not in told]
    rest = [fact for fact in asked if fact not in told and fact not in disagreeing]
    awaited = {code for line in draft.standing("conditional") for code in line.missing}
    holding = [fact for fact in rest if fact.definition.code in awaited]
    others = [fact for fact in rest if fact.definition.code not in awaited]
    turns = (fact for pair in zip_longest(holding, others) for fact in pair if fact is not None)
    return (*told, *disagreeing, *turns)
