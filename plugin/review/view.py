"""The review page as data: what stands where, in which order, with which decision. No HTML, no request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from plugin.delivery.clashes import Clash, clashes
from plugin.delivery.lines import Line, LineKind, brought_along, decidable_lines, key_of, kind_of, standing_of
from plugin.drafting.common_ground import CommonGround, common_ground
from plugin.drafting.consequence_words import consequences_in_words
from plugin.drafting.goals import SPOKEN_OF
from plugin.drafting.model import Brought, Disposition, Draft, OwnWords, moved_by
from plugin.findings.model import Finding, Problem, Result
from plugin.findings.sources import sources_elsewhere
from plugin.library.vocabulary import FindingDefinition, Vocabulary
from plugin.review.attention import KINDS, Notice, Source, Waiting, notices, unused, waiting
from plugin.review.words import date_in_words, value_in_words
from plugin.storage.reviews import Choice, Decision, Fact
from plugin.storage.reviews import Line as LineKey

MOST_NAMES = 8  # of folded facts; more are a wall of words
GLANCE = 24  # characters
DECIDING: tuple[Choice, ...] = ("accept", "change", "decline", "defer")
SETTLED_BY_CHART = frozenset({"known", "derived", "conflicting"})


@dataclass(frozen=True, slots=True)
class LineView:
    """One line of the plan with the decision that leads on it.

    outdated: the line stood elsewhere when it was decided, so the decision no longer counts and is asked again.
    undecided_beside: lines that belong with it and wait for a decision.
    """

    line: Line
    kind: LineKind
    decision: Decision | None
    outdated: bool
    undecided_beside: tuple[Brought, ...] = ()

    @property
    def anchor(self) -> str:
        """The id of the line on the page."""
        return f"line-{self.kind}-{self.line.code}"

    @property
    def standing(self) -> str:
        """Where the line stands now."""
        return standing_of(self.line)

    @property
    def beside_in_words(self) -> str:
        """How many lines of which kind would be accepted with it: `the 4 tests and 1 line of care`."""
        tests = sum(each.kind == "assessment" for each in self.undecided_beside)
        care = len(self.undecided_beside) - tests
        counted = [(tests, "test", "tests"), (care, "line of care", "lines of care")]
        return "the " + " and ".join(f"{n} {one if n == 1 else many}" for n, one, many in counted if n)

    @property
    def choice(self) -> Choice | None:
        """The decision that counts, or None while the line is undecided."""
        return None if self.decision is None or self.outdated else self.decision.choice


@dataclass(frozen=True, slots=True)
class Topic:
    """Lines under one heading."""

    title: str
    lines: tuple[LineView, ...]

    @property
    def size(self) -> int:
        """How many lines stand under it."""
        return len(self.lines)


@dataclass(frozen=True, slots=True)
class FactView:
    """One finding as the page shows it, with what a person stated of it.

    rank: place among the questions that would change most, from 1; 0 where it is not asked.
    behind: what the fact rests on that is no result of its own: results of other facts, or the patient's record.
    consequences: what its possible values would move, in the words of the page; moves: how many lines that are.
    """

    definition: FindingDefinition
    finding: Finding
    statement: Fact | None
    rank: int
    behind: tuple[Result, ...] = ()
    consequences: tuple[str, ...] = ()
    moves: int = 0

    @property
    def anchor(self) -> str:
        """The id of the fact on the page."""
        return f"fact-{self.definition.code}"

    @property
    def words(self) -> str:
        """The value in words, empty where there is none."""
        return value_in_words(self.finding.value, self.definition)

    @property
    def date(self) -> str:
        """The date of the leading result, empty where the chart has none."""
        return next((result.date for result in self._leading()), "")

    @property
    def leading(self) -> str:
        """The reference of the leading result, empty where there is none."""
        return next((result.reference for result in self._leading()), "")

    def _leading(self) -> Iterator[Result]:
        return (result for result in self.finding.results if result.reference in self.finding.evidence)

    @property
    def short_detail(self) -> str:
        """What was measured, where the value is a word for it: the figures of the detail, where they are few."""
        parts = [part for part in self.detail.split(", ") if any(map(str.isdigit, part)) and part != self.words]
        measured = ", ".join(parts) if self.definition.type == "code" else ""
        return measured if len(measured) <= GLANCE else ""

    @property
    def detail(self) -> str:
        """The leading result in the chart's words, where they say more than the value."""
        detail = self.finding.detail
        return "" if detail.casefold() in (self.words.casefold(), str(self.finding.value).casefold()) else detail

    @property
    def state(self) -> str:
        """The finding's state, or `stated` where a person's own entry leads."""
        return "stated" if self.statement and self.finding.state == "known" else self.finding.state

    @property
    def correction_needs_reason(self) -> bool:
        """True where another value would overrule what the chart or an earlier entry says."""
        return self.finding.state in SETTLED_BY_CHART

    @property
    def is_key(self) -> bool:
        """Whether the fact belongs into the profile of the patient: what is there, was measured, or is in conflict.

        What is absent or presumed, what merely follows from other facts, and what the banner says is not.
        """
        if self.finding.state not in SETTLED_BY_CHART or self.finding.value is False:
            return False
        if self.finding.state == "derived":
            return self.definition.type != "boolean" and self.finding.value != 0
        return self.finding.state == "conflicting" or not all(map(_is_banner, self.finding.evidence or ("Patient/",)))

    @property
    def fold(self) -> str:
        """The heading under which the fact is folded away; empty where it is shown.

        What is presumed, or worked out to be absent, is named on every line that rests on it and asked among the
        questions; what nobody asks and nobody recorded need not be read at all.
        """
        if self.finding.state == "presumed":
            return f"Presumed {self.words.lower()}"
        if self.finding.state == "derived" and self.finding.value is False:
            return "Worked out no"
        silent = self.finding.state == "unknown" and not self.rank and not self.finding.results
        return "not recorded, not needed now" if silent else ""


@dataclass(frozen=True, slots=True)
class Fold:
    """Facts that are folded away under a title."""

    title: str
    facts: tuple[FactView, ...]

    @property
    def names(self) -> str:
        """The labels of the facts inside that say something, the first few of many; silence needs no names."""
        labels = [fact.definition.label for fact in self.facts if fact.finding.value is not None]
        rest = len(labels) - MOST_NAMES
        return " · ".join([*labels[:MOST_NAMES], *([f"and {rest} more"] if rest > 0 else ())])


@dataclass(frozen=True, slots=True)
class FactGroup:
    """Facts under one heading, some of them folded."""

    title: str
    shown: tuple[FactView, ...]
    folds: tuple[Fold, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """What the patient wants in the chart's words, with who said it, and where it stands there."""

    text: str
    source: str
    question: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the review has come, in lines."""

    total: int
    accepted: int
    changed: int
    declined: int
    deferred: int = 0

    @property
    def decided(self) -> int:
        """Lines with a decision that counts; one that was put off is settled for this review."""
        return self.accepted + self.changed + self.declined + self.deferred

    @property
    def undecided(self) -> int:
        """Lines still open."""
        return self.total - self.decided


@dataclass(frozen=True, slots=True)
class Words:
    """What the template calls things, and what it looks at.

    labels: code of any category, test, care item or alert -> its name.
    topics: headings of treatment in the order of the page.
    weighed: the findings that its conditions ask about; None where all may be shown at a glance.
    """

    labels: Mapping[str, str]
    topics: tuple[str, ...] = ()
    weighed: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class PageView:
    """Everything the review page shows of one draft."""

    draft: Draft
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

    def clashing(self, code: str) -> tuple[Clash, ...]:
        """The pairs of accepted lines, one of them this one, that must not be given at the same time."""
        return tuple(clash for clash in self.clashes if code in (clash.first.code, clash.second.code))

    def label(self, code: str) -> str:
        """The name of a category, test or finding; the code itself where the template has none."""
        return self.labels.get(code, code)


def build_page(
    draft: Draft,
    vocabulary: Vocabulary,
    words: Words,
    decisions: Mapping[LineKey, Decision],
    statements: Mapping[str, Fact],
    sampled: frozenset[str] = frozenset(),
) -> PageView:
    """The page for a draft.

    decisions, statements: the one in force for each line and for each fact, as stored.
    sampled: references of the results that are dated by their specimen.
    """

    def view(line: Line) -> LineView:
        decision = decisions.get(key_of(line))
        outdated = decision is not None and decision.standing not in ("", standing_of(line))
        beside = tuple(each for each in brought_along(line) if LineKey(each.kind, each.code) not in decisions)
        return LineView(line, kind_of(line), decision, outdated, beside)

    def standing(disposition: Disposition) -> tuple[Topic, ...]:
        return _topics(draft.standing(disposition), view, words.topics)

    labels = {**words.labels, **{code: definition.label for code, definition in vocabulary.items()}}
    facts = _facts(draft, vocabulary, statements, labels)
    questions = tuple(sorted((fact for fact in facts if fact.rank), key=lambda fact: fact.rank))
    return PageView(
        draft=draft,
        notices=notices(draft, vocabulary),
        waiting=waiting(draft, vocabulary),
        unused=unused(draft, vocabulary),
        profile=_profile(facts, words.weighed),
        questions=questions,
        answered=tuple(fact for fact in facts if fact.state == "stated"),
        awaited=tuple(fact for fact in questions if fact.finding.state == "unknown"),
        fact_columns=_columns(_groups(facts)),
        offered=standing("offered"),
        conditional=standing("conditional"),
        judgement=standing("judgement"),
        not_offered=standing("not-offered"),
        tests=_topics(draft.assessments, view),
        support=_topics(draft.supportive_care, view),
        progress=_progress([view(line) for line in decidable_lines(draft)]),
        labels=labels,
        ground=common_ground(draft),
        sampled=sampled,
        clashes=clashes(draft, lambda line: view(line).choice),
        quotes=tuple(_quote(said) for said in draft.own_words),
    )


def _quote(said: OwnWords) -> Quote:
    kinds = dict.fromkeys(KINDS.get(reference.split("/")[0], "entry") for reference in said.references)
    source = filter(None, (SPOKEN_OF[said.said_by], date_in_words(said.date), *kinds))
    return Quote(said.text, ", ".join(source), said.question)


def _topics(lines: Iterable[Line], view: Callable[[Line], LineView], order: tuple[str, ...] = ()) -> tuple[Topic, ...]:
    by_topic: dict[str, list[LineView]] = {title: [] for title in order}
    for line in lines:
        by_topic.setdefault(line.topic, []).append(view(line))
    return tuple(Topic(title, tuple(views)) for title, views in by_topic.items() if views)


def _facts(
    draft: Draft, vocabulary: Vocabulary, stated: Mapping[str, Fact], labels: Mapping[str, str]
) -> list[FactView]:
    ranks = {code: rank for rank, code in enumerate(draft.to_confirm, start=1)}

    def view(code: str, definition: FindingDefinition) -> FactView:
        finding, consequences = draft.findings[code], draft.consequences.get(code, ())
        return FactView(
            definition=definition,
            finding=finding,
            statement=stated.get(code),
            rank=ranks.get(code, 0),
            behind=sources_elsewhere(finding, draft.findings),
            consequences=consequences_in_words(consequences, lambda name: labels.get(name, name))
            if code in ranks
            else (),
            moves=len(moved_by(consequences)),
        )

    return [view(code, definition) for code, definition in vocabulary.items()]


def _profile(facts: list[FactView], weighed: frozenset[str] | None) -> tuple[FactGroup, ...]:
    """What decides most, at a glance: of each group, the key facts that the plan looks at, and every conflict."""
    keys: dict[str, list[FactView]] = {}
    for fact in facts:
        looked_at = weighed is None or fact.definition.code in weighed or fact.finding.state == "conflicting"
        if fact.is_key and looked_at:
            keys.setdefault(fact.definition.group, []).append(fact)
    return tuple(FactGroup(title, tuple(members), ()) for title, members in keys.items())


def _is_banner(reference: str) -> bool:
    return reference.startswith("Patient/")


def _groups(facts: list[FactView]) -> tuple[FactGroup, ...]:
    by_group: dict[str, list[FactView]] = {}
    for fact in facts:
        by_group.setdefault(fact.definition.group, []).append(fact)
    return tuple(
        FactGroup(title, tuple(fact for fact in members if not fact.fold), _folds(members))
        for title, members in by_group.items()
    )


def _folds(facts: list[FactView]) -> tuple[Fold, ...]:
    titles = dict.fromkeys(fact.fold for fact in facts if fact.fold)
    return tuple(Fold(title, tuple(fact for fact in facts if fact.fold == title)) for title in titles)


def _columns(groups: tuple[FactGroup, ...]) -> tuple[tuple[FactGroup, ...], ...]:
    """Two columns of about the same height, read down and then across, each group whole."""
    heights = [len(group.shown) + 2 * len(group.folds) + 2 for group in groups]
    cut = min(range(len(groups) + 1), key=lambda at: abs(sum(heights[:at]) - sum(heights[at:])))
    return groups[:cut], groups[cut:]


def _progress(views: list[LineView]) -> Progress:
    choices = [view.choice for view in views]
    counted = {choice: choices.count(choice) for choice in choices}
    return Progress(len(views), *(counted.get(choice, 0) for choice in DECIDING))
