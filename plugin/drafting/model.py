"""What drafting yields: lines in lists, each with its reason, its results and its sources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from plugin.findings.model import Findings
from plugin.library.rules import Citation

Disposition = Literal["offered", "conditional", "judgement", "not-offered"]


@dataclass(frozen=True, slots=True)
class Fact:
    """One finding as a line uses it: `er = positive`, in words for the page and with the results behind it."""

    code: str
    label: str
    value: str
    state: str
    evidence: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.code} = {self.value}"


@dataclass(frozen=True, slots=True)
class GateOutcome:
    """A safety gate that was checked for a line: what it asks, and what came of it.

    truth: True it spoke, False it did not, None the facts do not decide it.
    facts: the findings that decided it; missing: the findings it waits for.
    """

    id: str
    title: str
    reason: str
    truth: bool | None
    disposition: Disposition
    facts: tuple[Fact, ...]
    missing: tuple[str, ...]
    sources: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class CategoryLine:
    """A treatment category and where it stands for this patient.

    code: of CodeSystem treatment-category; rule: id of the rule that leads; rules: all rules that speak.
    condition: the leading rule's FHIRPath, for those who want to see it.
    facts: the findings that decided the disposition; because: references of the results behind them.
    derives, presumes: the facts among them that were worked out or presumed.
    missing: findings the line waits for; waits_for: assessments that would settle them.
    closed_by: the facts that closed it.
    unsourced: no checked source stands behind the rule; shown as such.
    flags: alert codes shown on the line.
    """

    code: str
    label: str
    description: str
    topic: str
    disposition: Disposition
    rule: str
    rules: tuple[str, ...]
    title: str
    why: str
    condition: str
    facts: tuple[Fact, ...]
    because: tuple[str, ...]
    derives: tuple[Fact, ...]
    presumes: tuple[Fact, ...]
    missing: tuple[str, ...]
    waits_for: tuple[str, ...]
    closed_by: tuple[Fact, ...]
    gates: tuple[GateOutcome, ...]
    sources: tuple[Citation, ...]
    evidence_kind: str
    confidence: str
    regulatory_status: str
    unsourced: bool
    flags: tuple[str, ...]
    agents: tuple[str, ...]
    watch: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ItemLine:
    """A due test or a supportive-care item.

    kind: the CodeSystem (`assessment` or `supportive-care`); why: the reason in words.
    opens: categories that wait for this test (assessments only).
    accompanies: categories on whose account it is due.
    """

    kind: Literal["assessment", "supportive-care"]
    code: str
    label: str
    description: str
    topic: str
    rule: str
    rules: tuple[str, ...]
    why: str
    facts: tuple[Fact, ...]
    because: tuple[str, ...]
    opens: tuple[str, ...]
    accompanies: tuple[str, ...]
    sources: tuple[Citation, ...]
    unsourced: bool
    evidence_kind: str = ""
    confidence: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """Something the reader must see before the lists. level: info, warning or critical."""

    code: str
    text: str
    level: Literal["info", "warning", "critical"]
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """The whole draft for one patient. `no_plan` says why nothing at all is drafted; empty otherwise.

    to_confirm: presumed, derived and missing findings, those that would change most first.
    """

    findings: Findings
    as_of: str
    template_id: str
    template_version: str
    template_title: str
    categories: tuple[CategoryLine, ...]
    assessments: tuple[ItemLine, ...]
    supportive_care: tuple[ItemLine, ...]
    alerts: tuple[Alert, ...]
    to_confirm: tuple[str, ...]
    no_plan: str = ""

    def standing(self, disposition: Disposition) -> tuple[CategoryLine, ...]:
        """The categories with this disposition, in template order."""
        return tuple(line for line in self.categories if line.disposition == disposition)
