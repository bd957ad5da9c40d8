"""What every check of a template looks at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from plugin.library.rules import Template
from plugin.library.template import Source
from plugin.library.yaml_file import Document
from plugin.quality.cases import Case
from plugin.quality.charts.files import NO_CHARTS, ChartCases
from plugin.quality.charts.running import ChartOutcome
from plugin.quality.lints.conformance import Conformance, conformance
from plugin.quality.places import Places, places
from plugin.quality.running import Outcome
from plugin.quality.worlds.observed import Observed
from plugin.quality.worlds.policy import Policy


@dataclass(frozen=True)
class Material:
    """A template, where it lies, the outcome of every case, and the day for which it is checked.

    documents: every resource of the template as written, the vocabulary last. case_files: its files of cases.
    conformance: the resources of the profiles. charts, chart_outcomes: its chart cases, and what came of each.
    """

    template: Template
    folder: Path
    outcomes: tuple[Outcome, ...]
    documents: tuple[Document, ...]
    case_files: tuple[Document, ...]
    conformance: Conformance
    as_of: date
    charts: ChartCases = NO_CHARTS
    chart_outcomes: tuple[ChartOutcome, ...] = ()

    @cached_property
    def policy(self) -> Policy[int]:
        """The policy of drafting over the patients of all cases; the first case has bit 0."""
        return Policy(self.template, Observed(outcome.seen for outcome in self.outcomes))

    @property
    def cases(self) -> tuple[Case, ...]:
        """The cases that were run."""
        return tuple(outcome.case for outcome in self.outcomes)

    @property
    def places(self) -> Places:
        """Where people can meet a fact of the template."""
        return places(self.template)

    @property
    def vocabulary(self) -> Document:
        """The file of the vocabulary."""
        return self.documents[-1]

    def cases_where(self, truth: bool | None) -> frozenset[str]:
        """The rules that have a case of their own in which their condition has this truth."""
        return frozenset(each.case.rule for each in self.outcomes if each.case.rule and each.truth is truth)


def gathered(
    template: Template, source: Source, case_files: tuple[Document, ...], outcomes: tuple[Outcome, ...], as_of: date
) -> Material:
    """The material of a template that was compiled from `source`, with its files as they are written."""
    return Material(
        template=template,
        folder=source.folder,
        outcomes=outcomes,
        documents=(*source.documents, source.vocabulary),
        case_files=case_files,
        conformance=conformance(template.terminology),
        as_of=as_of,
    )
