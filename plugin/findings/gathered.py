"""What a chart holds for the facts of a vocabulary, before anything is weighed: the first half of reading it."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from plugin.findings.chart import Chart, open_chart
from plugin.findings.conditions import ConditionReader
from plugin.findings.entries import Entries
from plugin.findings.evidence import Evidence
from plugin.findings.history.drugs import Drugs
from plugin.findings.history.history import last_progression
from plugin.findings.index import Index, Panel, index_of
from plugin.findings.observations import Notebook, ObservationReader
from plugin.findings.series import Followed, Series
from plugin.findings.statements import Statements, read_statements
from plugin.findings.validity import Validity
from plugin.findings.variants import VariantReader
from plugin.library.vocabulary import Vocabulary


@dataclass(frozen=True)
class Gathered:
    """One chart, opened: clinicians' statements, and the evidence for each panel as it was found.

    progressed: when the disease is last recorded to have progressed; empty where it is not.
    series: the markers that the template follows, each with its results.
    """

    chart: Chart
    index: Index
    entries: Entries
    statements: Statements
    notebook: Notebook
    drugs: Drugs
    progressed: str
    series: tuple[Series, ...] = ()

    def weighed(self) -> list[Evidence]:
        """All evidence, that set aside which may not count."""
        return Validity(self.chart, self.index, self.drugs, self.progressed).weighed(self.notebook.evidence)

    def weighed_for(self, panel: Panel) -> list[Evidence]:
        """The evidence of one panel, weighed by its readings, which may be others than those of the vocabulary.

        panel: has the name and the parts of one of the vocabulary; its limits of age may differ.
        """
        index = copy.copy(self.index)
        index.panels = {**self.index.panels, panel.name: panel}
        found = self.evidence_of(panel.name)
        weighed = Validity(self.chart, index, self.drugs, self.progressed).weighed(found)
        return [each for each in weighed if each.origin.reference not in self.chart.strays]

    def evidence_of(self, panel: str) -> list[Evidence]:
        """What was found for a panel, as it was found."""
        return self._by_panel.get(panel, [])

    @cached_property
    def _by_panel(self) -> dict[str, list[Evidence]]:
        return by_panel(self.notebook.evidence)


def gather(resources: list[dict[str, Any]], vocabulary: Vocabulary, as_of: date) -> Gathered:
    """Open a chart and find what it holds; what it may be given is said at `plugin.findings.reader`."""
    chart = open_chart(resources, as_of)
    index = index_of(vocabulary)
    entries = Entries(chart, index)
    statements = read_statements(chart, vocabulary, entries)
    followed = Followed(vocabulary.course.markers, chart.strays)
    notebook = _read_chart(chart, index, entries, followed)
    drugs = Drugs(chart, index)
    progressed = last_progression(notebook.evidence, drugs, index)
    return Gathered(chart, index, entries, statements, notebook, drugs, progressed, followed.series())


def by_panel(evidence: list[Evidence]) -> dict[str, list[Evidence]]:
    """Evidence by the name of its panel."""
    grouped: dict[str, list[Evidence]] = {}
    for found in evidence:
        grouped.setdefault(found.panel, []).append(found)
    return grouped


def _read_chart(chart: Chart, index: Index, entries: Entries, followed: Followed) -> Notebook:
    notebook = Notebook()
    observations = ObservationReader(index, notebook)
    variants = VariantReader(index, notebook)
    for observation, found in entries.all():
        if role := variants.role(found[0]):
            variants.collect(observation, found[0], role)
            continue
        for entry in found:
            followed.note(entry)
            if genes := observations.read(entry):
                variants.collect_test(entry, genes)
    variants.judge()
    ConditionReader(chart, index, notebook).read()
    return notebook
