"""The findings as the page shows them: what leads, what a person stated, what to ask first, what is folded away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from plugin.drafting.consequence_words import consequences_in_words
from plugin.drafting.facts_form import SETTLED_BY_CHART
from plugin.drafting.model import Draft, moved_by
from plugin.findings.model import Finding, Result
from plugin.findings.overruled import statements_that_lead
from plugin.findings.sources import sources_elsewhere
from plugin.library.unit_words import unit_in_words
from plugin.library.vocabulary import FindingDefinition, Value, Vocabulary
from plugin.review.words import value_in_words
from plugin.storage.reviews import Fact

MOST_NAMES = 8  # of folded facts; more are a wall of words
GLANCE = 24  # characters


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
        measured = ", ".join(parts) if self._is_word_for_figures else ""
        return measured if len(measured) <= GLANCE else ""

    @property
    def _is_word_for_figures(self) -> bool:
        """Whether its value is a word for something measured: a code, or the yes or no of a limit."""
        reading = self.definition.reading
        limit = reading is not None and any(part.kind == "number" for part in reading.parts)
        return self.definition.type == "code" or (self.definition.type == "boolean" and limit)

    @property
    def detail(self) -> str:
        """The leading result in the chart's words, where they say more than the value."""
        detail = unit_in_words(self.finding.detail)
        return "" if detail.casefold() in (self.words.casefold(), str(self.finding.value).casefold()) else detail

    @property
    def state(self) -> str:
        """The finding's state, or `stated` where a person's word leads, entered here or held by the chart."""
        said = self.statement is not None or self.finding.stated
        return "stated" if said and self.finding.state == "known" else self.finding.state

    @property
    def rivals(self) -> tuple[tuple[Value, str, tuple[Result, ...]], ...]:
        """Where results disagree, the values that they give: each in words, with the results that say it."""
        if self.finding.state != "conflicting":
            return ()
        results = [result for result in self._leading() if result.value is not None and not result.set_aside]
        values = list(dict.fromkeys(result.value for result in results if result.value is not None))
        return tuple(
            (value, value_in_words(value, self.definition), tuple(one for one in results if one.value == value))
            for value in values
        )

    @property
    def settled(self) -> bool:
        """Whether a person's own entry leads, so that nobody need confirm it."""
        return self.statement is not None and self.state == "stated"

    @property
    def said_by(self) -> str:
        """Who stated what leads, by name; empty where nobody did, or nobody is named."""
        if self.statement is not None:
            return self.statement.author.name
        return next((result.by for result in statements_that_lead(self.finding) if result.by), "")

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
            return f"{self.words}, presumed"
        if self.finding.state == "derived" and self.finding.value is False:
            return "No, concluded from the chart"
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

    @property
    def members(self) -> tuple[FactView, ...]:
        """Every fact of the group, the folded ones last."""
        return (*self.shown, *(fact for fold in self.folds for fact in fold.facts))


def facts_of(
    draft: Draft, vocabulary: Vocabulary, stated: Mapping[str, Fact], labels: Mapping[str, str]
) -> list[FactView]:
    """Every finding of the vocabulary, in its order; `stated` is what people entered, `labels` the name of any code."""
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


def profile_of(facts: list[FactView], weighed: frozenset[str] | None, with_denials: str = "") -> tuple[FactGroup, ...]:
    """What decides most, at a glance: of each group, the key facts that the plan looks at, and every conflict.

    with_denials: the group in which what is on record as not so is told as well.
    """
    keys: dict[str, list[FactView]] = {}
    for fact in facts:
        looked_at = weighed is None or fact.definition.code in weighed or fact.finding.state == "conflicting"
        denied = fact.definition.group == with_denials and fact.finding.state == "known" and not fact.finding.value
        if (fact.is_key or denied) and looked_at:
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


def columns_of(facts: list[FactView]) -> tuple[tuple[FactGroup, ...], ...]:
    """The facts in two columns of about the same height, read down and then across, each group whole."""
    groups = _groups(facts)
    heights = [len(group.shown) + 2 * len(group.folds) + 2 for group in groups]
    cut = min(range(len(groups) + 1), key=lambda at: abs(sum(heights[:at]) - sum(heights[at:])))
    return groups[:cut], groups[cut:]
