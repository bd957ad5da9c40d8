"""What a chart says by itself, weighed: whatever a clinician states beside it, this part of the reading is the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from plugin.findings.doubts import Doubts, recorded_doubts, signs_of
from plugin.findings.elements import Json, name_of
from plugin.findings.evidence import Evidence
from plugin.findings.gathered import Gathered, by_panel
from plugin.findings.index import Index
from plugin.findings.model import Finding, FormAnswer, GoalOnRecord, Result
from plugin.findings.resolve import Resolved, resolve_panel, unread
from plugin.findings.subject import subject_id
from plugin.findings.told import signs_told
from plugin.findings.wishes import form_answers, goals_on_record
from plugin.library.vocabulary import Value

REACHING = frozenset({"contained", "hasMember"})  # elements by which a resource changes what others are


@dataclass(frozen=True)
class Weighed:
    """A chart whose results are weighed. Read only: many readings may be concluded from it, one after the other.

    panels: the evidence of each panel. resolved: what it comes to. doubts, signs: what speaks against presuming.
    goals, answers: what the patient wants. told: signs that the patient reports, by finding.
    """

    gathered: Gathered
    panels: dict[str, list[Evidence]]
    resolved: Mapping[str, Resolved]
    doubts: Doubts
    signs: dict[str, str]
    goals: tuple[GoalOnRecord, ...]
    answers: tuple[FormAnswer, ...]
    told: Mapping[str, tuple[Result, ...]]

    def finding_of(self, resource: Json) -> str:
        """The finding that a resource states something about; empty where it states nothing."""
        return self.gathered.index.questions.of(resource.get("code")).finding

    def takes(self, resource: Json) -> bool:
        """Whether a resource can stand beside this chart without changing what was weighed: a plain statement of ours.

        Everything else has to be read with the chart.
        """
        chart, name = self.gathered.chart, name_of(resource)
        if resource.get("resourceType") != "Observation" or not REACHING.isdisjoint(resource):
            return False
        if not chart.person or subject_id(resource) != chart.patient.id:
            return False
        return bool(self.finding_of(resource) and "/" in name) and chart.resolve(name, "Observation") is None

    def doubts_with(self, stated: Mapping[str, tuple[Value | None, ...]]) -> Doubts:
        """What the chart and clinicians say that does not count."""
        doubts = {code: set(values) for code, values in self.doubts.items()}
        for code, values in stated.items():
            doubts.setdefault(code, set()).update(values)
        return doubts


def weigh(gathered: Gathered) -> Weighed:
    """Weigh what a chart holds, statements of clinicians aside."""
    chart, index, drugs = gathered.chart, gathered.index, gathered.drugs
    evidence = gathered.weighed()
    panels = by_panel([found for found in evidence if found.origin.reference not in chart.strays])
    resolved = _resolve(index, panels)
    if chart.strays:
        _doubt_strays(resolved, _resolve(index, by_panel(evidence)))
    doubts = recorded_doubts(chart, index, panels, {})
    signs = signs_of(chart, drugs)
    told = signs_told(chart, index.vocabulary.told)
    for code in told:
        doubts.setdefault(code, set()).add(True)
    return Weighed(gathered, panels, resolved, doubts, signs, goals_on_record(chart), form_answers(chart), told)


def _resolve(index: Index, panels: dict[str, list[Evidence]]) -> dict[str, Resolved]:
    resolved = dict(unread(index))
    for name, evidence in panels.items():
        resolved.update(resolve_panel(index.panels[name], evidence))
    return resolved


def _doubt_strays(resolved: dict[str, Resolved], with_strays: dict[str, Resolved]) -> None:
    """A fact that a resource of a doubtful patient would change is a conflict: it may be this patient's after all."""
    for code, found in resolved.items():
        other = with_strays[code].finding
        if other.value != found.finding.value:
            note = "a resource that names another patient would change this"
            finding = Finding(code, "conflicting", None, "", other.evidence, note, other.results)
            resolved[code] = replace(found, finding=finding, leading=())
