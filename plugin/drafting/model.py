"""What drafting yields: lines in lists, each with its reason, its results and its sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from plugin.findings.model import Findings, SaidBy
from plugin.library.drugs import DrugUse
from plugin.library.rules import Effect, ItemKind, Monitoring, Remark, Superseded
from plugin.library.sources import Citation

Disposition = Literal["offered", "conditional", "judgement", "not-offered"]
GoalStanding = Literal["proposed", "to-ask"]


@dataclass(frozen=True, slots=True)
class Fact:
    """One finding as a line uses it: `blood-group = AB`, in words for the page and with the results behind it.

    evident: it was concluded to be absent, and could be nothing else for this patient; it counts, and need not be said.
    """

    code: str
    label: str
    value: str
    state: str
    evidence: tuple[str, ...]
    evident: bool = False

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
    unsourced: bool = False


@dataclass(frozen=True, slots=True)
class Brought:
    """A line of tests or supportive care that belongs with a treatment category."""

    kind: ItemKind
    code: str
    label: str


# Of CodeSystem alert: what carries it as a flag leads its list.
URGENT = "urgent"


@dataclass(frozen=True, slots=True)
class AgentLine:
    """A drug of a category, and whether the line may name it for this patient.

    group: its class in words; listed: whether the category names it at all, held back or not.
    disposition: `offered` it is named, `judgement` for judgement only, `conditional` it waits, `not-offered` not named.
    gate: what holds it back; None where nothing does. presumes: presumed facts on which its name rests.
    missing: findings it waits for; waits_for: assessments that would settle them.
    uses: what it is used for in this category, each with its regulatory status.
    """

    name: str
    group: str
    listed: bool
    disposition: Disposition
    gate: GateOutcome | None
    presumes: tuple[Fact, ...]
    missing: tuple[str, ...]
    waits_for: tuple[str, ...]
    uses: tuple[DrugUse, ...]


@dataclass(frozen=True, slots=True)
class NotBeside:
    """Another open line that must not be given at the same time; of the line itself, two of its own drugs.

    agents: the drugs for which it holds; empty where it holds for the whole lines.
    disposition: `judgement` where a clinician may decide otherwise.
    """

    code: str
    rule: str
    title: str
    reason: str
    disposition: Literal["not-offered", "judgement"]
    agents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CategoryLine:
    """A treatment category and where it stands for this patient.

    code: of CodeSystem treatment-category; rule: id of the rule that leads; rules: all rules that speak.
    condition: the leading rule's FHIRPath, for those who want to see it.
    facts: the findings that decided the disposition; because: references of the results behind them.
    derives, presumes: the facts among them that were worked out or presumed.
    missing: findings the line waits for; waits_for: assessments that would settle them.
    closed_by: the facts that closed it; not_on_record: findings whose absence from the chart keeps it closed as well.
    unsourced: no checked source stands behind the rule; shown as such.
    flags: alert codes shown on the line.
    monitors, effects, not_with, notes: what is known of the category whoever the patient is.
    brings: the due tests and supportive care of this draft that belong with it, once it may start at all.
    agents: its drugs, those that it names and those that are held back.
    not_beside: what must not be given at the same time; superseded: what older texts say of it.
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
    agents: tuple[AgentLine, ...]
    monitors: tuple[Monitoring, ...]
    effects: tuple[Effect, ...]
    not_with: tuple[Remark, ...]
    notes: tuple[Remark, ...]
    not_on_record: tuple[Fact, ...] = ()
    brings: tuple[Brought, ...] = ()
    not_beside: tuple[NotBeside, ...] = ()
    superseded: tuple[Superseded, ...] = ()

    @property
    def leads(self) -> bool:
        """Whether it cannot wait, and so stands before the other lines of its list."""
        return self.disposition != "not-offered" and URGENT in self.flags

    @property
    def gates_beside(self) -> tuple[GateOutcome, ...]:
        """The safety gates that hold beside the rule that leads, which alone would hide them."""
        return tuple(
            gate for gate in self.gates if gate.truth and gate.id != self.rule and gate.disposition != "offered"
        )

    @property
    def closing(self) -> GateOutcome | None:
        """The gate that closed the line; None where it is open, or where its own rule does not hold."""
        if self.disposition != "not-offered":
            return None
        return next((gate for gate in self.gates if gate.id == self.rule), None)

    @property
    def named(self) -> tuple[AgentLine, ...]:
        """The drugs that the line names; none where the line is closed."""
        if self.disposition == "not-offered":
            return ()
        return tuple(agent for agent in self.agents if agent.disposition == "offered")

    @property
    def held_back(self) -> tuple[AgentLine, ...]:
        """The drugs that a gate of their own holds back."""
        return tuple(agent for agent in self.agents if agent.gate is not None)


@dataclass(frozen=True, slots=True)
class TestResult:
    """One of the results that a test of several brings, and whether the chart has it.

    name: short, as people say it; code: of the finding that holds it.
    words, date: what the result says, in the chart's words, and when; empty where it says nothing.
    """

    __test__ = False

    name: str
    code: str
    standing: Literal["on-record", "conflicting", "too-old", "missing"]
    words: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class ItemLine:
    """A due test or a supportive-care item.

    kind: the CodeSystem (`assessment` or `supportive-care`); why: the reason in words.
    opens: categories that wait for this test, maybe beside other facts; decides: those of them that a result of it
        alone would move (assessments only). settles: findings that these categories wait for, and that it would settle.
    comes_first: of several tests it is listed before the others.
    accompanies: categories on whose account it is due.
    who, asks: who does it, what to ask or check.
    leads: it leads the plan: it stands first, and its list before the treatment.
    for_everybody: no fact about this patient and no treatment calls for it in particular.
    notes: what is known of the item whoever the patient is.
    results: of a test that brings several, each with what the chart has of it.
    """

    kind: ItemKind
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
    who: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    leads: bool = False
    for_everybody: bool = False
    notes: tuple[Remark, ...] = ()
    superseded: tuple[Superseded, ...] = ()
    evidence_kind: str = ""
    confidence: str = ""
    decides: tuple[str, ...] = ()
    settles: tuple[str, ...] = ()
    comes_first: bool = False
    results: tuple[TestResult, ...] = ()

    @property
    def opens_with_others(self) -> tuple[str, ...]:
        """The categories that wait for this test and for other facts as well: no result of it alone moves them."""
        return tuple(code for code in self.opens if code not in self.decides)


@dataclass(frozen=True, slots=True)
class GoalLine:
    """A goal that fits the findings, or one to ask about because a fact is missing.

    code: of CodeSystem goal; category: of CodeSystem goal-category; missing: the findings that it waits for.
    """

    code: str
    label: str
    category: str
    standing: GoalStanding
    rule: str
    rules: tuple[str, ...]
    why: str
    facts: tuple[Fact, ...]
    because: tuple[str, ...]
    missing: tuple[str, ...]
    sources: tuple[Citation, ...]
    unsourced: bool


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What the chart says that the patient wants, word for word, with the resources that say it.

    question: what the form asked, where it is an answer.
    """

    text: str
    said_by: SaidBy
    date: str
    references: tuple[str, ...]
    question: str = ""


@dataclass(frozen=True, slots=True)
class Consequence:
    """What would become of the plan if one fact were this: the categories that would change their list, by code.

    value: as the form and the page write it. by_disposition: where those that would move would then stand.
    """

    value: str
    by_disposition: tuple[tuple[Disposition, tuple[str, ...]], ...]

    @property
    def moved(self) -> frozenset[str]:
        """Every category that would change its list."""
        return frozenset(code for _, codes in self.by_disposition for code in codes)


def moved_by(consequences: Iterable[Consequence]) -> frozenset[str]:
    """Every category that one of several consequences would move."""
    return frozenset(code for consequence in consequences for code in consequence.moved)


AlertLevel = Literal["info", "warning", "critical"]


@dataclass(frozen=True, slots=True)
class Alert:
    """Something the reader must see before the lists. level: info, warning or critical.

    rule: id of the rule that says so, with its sources; empty where the chart itself does, by a conflict or a gap.
    open_facts: the findings that it is about and that somebody should settle: without a value, in dispute or too old.
    facts: codes of the findings that the rule asks about.
    """

    code: str
    text: str
    level: AlertLevel
    because: tuple[str, ...] = ()
    rule: str = ""
    sources: tuple[Citation, ...] = ()
    unsourced: bool = False
    open_facts: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """The whole draft for one patient. `no_plan` says why nothing at all is drafted; empty otherwise.

    to_confirm: presumed, derived, missing and conflicting findings, those that would change most first.
    consequences: for each of them, what its possible values would change; empty for one that changes things only
        together with others.
    goals, own_words: what the plan is for, as the findings suggest it and as the chart quotes the patient.
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
    consequences: Mapping[str, tuple[Consequence, ...]] = field(default_factory=dict)
    goals: tuple[GoalLine, ...] = ()
    own_words: tuple[OwnWords, ...] = ()

    def proposed_goals(self) -> tuple[GoalLine, ...]:
        """The goals that fit the findings, in template order."""
        return tuple(line for line in self.goals if line.standing == "proposed")

    def goals_to_ask(self) -> tuple[GoalLine, ...]:
        """The goals that may fit; whether they do, nobody has said yet."""
        return tuple(line for line in self.goals if line.standing == "to-ask")

    @property
    def care_leads(self) -> bool:
        """Whether an item of supportive care leads the plan, so that care is shown before treatment."""
        return any(line.leads for line in self.supportive_care)

    def standing(self, disposition: Disposition) -> tuple[CategoryLine, ...]:
        """The categories with this disposition: what cannot wait first, then in template order."""
        return tuple(line for line in self.categories if line.disposition == disposition)
