"""What a template holds once it is loaded: rules, gates, items, sources. Immutable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from plugin.library.expressions import (
    Comparison,
    Environment,
    Expression,
    Membership,
    Truth,
    compiled,
    names_in,
    numbers_in,
)
from plugin.library.vocabulary import Vocabulary

ItemKind = Literal["assessment", "supportive-care"]
GateDisposition = Literal["not-offered", "judgement", "conditional", "no-plan"]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition as its author wrote it, and the same with every named condition replaced by findings.

    names: the findings it asks about, by variable. numbers: its comparisons with numbers.
    decide: its answer. foresee: its answer whatever is still unknown.
    """

    text: str
    expression: Expression
    names: frozenset[str] = field(init=False, repr=False, compare=False)
    numbers: tuple[Comparison | Membership, ...] = field(init=False, repr=False, compare=False)
    decide: Callable[[Environment], Truth] = field(init=False, repr=False, compare=False)
    foresee: Callable[[Environment], Truth] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", names_in(self.expression))
        object.__setattr__(self, "numbers", tuple(numbers_in(self.expression)))
        object.__setattr__(self, "decide", compiled(self.expression))
        object.__setattr__(self, "foresee", compiled(self.expression, foresee=True))


@dataclass(frozen=True, slots=True)
class Citation:
    """One source of evidence.yaml. verification: `primary` text read, `secondary` report read, `knowledge` neither."""

    id: str
    citation: str
    url: str
    year: int | None
    kind: str
    verification: str

    @property
    def checked(self) -> bool:
        """Whether somebody read it; only then it may be printed as a citation."""
        return self.verification != "knowledge"


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a rule stands on. `documented` are knowledge-base ids it encodes; `unsourced` says no source was read."""

    citations: tuple[Citation, ...]
    kind: str
    confidence: str
    documented: tuple[str, ...]
    unsourced: bool


@dataclass(frozen=True, slots=True)
class CategoryRule:
    """Opens a treatment category, as offered or for the clinician's judgement, when its condition is true."""

    id: str
    code: str
    title: str
    reason: str
    condition: Condition
    disposition: Literal["offered", "judgement"]
    grounds: Grounds
    flags: tuple[str, ...]
    regulatory_status: str


@dataclass(frozen=True, slots=True)
class Gate:
    """Closes or moves categories that rules have opened; gates speak last and always win.

    companions: when not empty, the gate moves its targets only if none of these categories stands as offered.
    presumption_stands: a not-offered that rests on a presumption stays so, instead of becoming judgement.
    """

    id: str
    title: str
    reason: str
    condition: Condition
    disposition: GateDisposition
    targets: frozenset[str]
    companions: tuple[str, ...]
    presumption_stands: bool
    grounds: Grounds


@dataclass(frozen=True, slots=True)
class ItemRule:
    """Makes a test due or lists a supportive-care item.

    accompanies: when not empty, only beside one of these categories.
    """

    id: str
    kind: ItemKind
    code: str
    title: str
    reason: str
    condition: Condition
    accompanies: frozenset[str]
    grounds: Grounds


@dataclass(frozen=True, slots=True)
class GoalRule:
    """Proposes a goal when its condition is true; several rules may propose one.

    code: of CodeSystem goal; label: the goal in words; category: of CodeSystem goal-category.
    """

    id: str
    code: str
    label: str
    category: str
    reason: str
    condition: Condition
    grounds: Grounds


@dataclass(frozen=True, slots=True)
class AlertRule:
    """Shows an alert when its condition is true."""

    id: str
    code: str
    text: str
    level: Literal["info", "warning", "critical"]
    condition: Condition


@dataclass(frozen=True, slots=True)
class Mark:
    """What must hold for an item of a form, or for one of its answers: its condition, and one of these categories open.

    Where neither is given it always belongs there.
    """

    condition: Condition | None
    beside: frozenset[str]


@dataclass(frozen=True, slots=True)
class Activity:
    """What an item is: its name, its words, where the page groups it."""

    code: str
    system: str
    label: str
    description: str
    topic: str
    kind: str
    url: str
    agents: tuple[str, ...]
    watch: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """One care-plan template, checked and compiled. Rules stand in the order of their files.

    part_urls: canonical URLs with version of every PlanDefinition it is made of, and of the site's maps of its codes.
    resources: every FHIR resource of the template as loaded, for packaging and for `$apply`.
    marks: per Questionnaire, when its items and answers belong there, by `plugin.library.forms.mark_key`.
    """

    id: str
    url: str
    version: str
    title: str
    vocabulary: Vocabulary
    category_rules: tuple[CategoryRule, ...]
    gates: tuple[Gate, ...]
    item_rules: tuple[ItemRule, ...]
    alert_rules: tuple[AlertRule, ...]
    activities: Mapping[str, Activity]
    citations: Mapping[str, Citation]
    questionnaires: Mapping[str, dict[str, Any]]
    part_urls: tuple[str, ...]
    resources: tuple[dict[str, Any], ...]
    goal_rules: tuple[GoalRule, ...] = ()
    marks: Mapping[str, Mapping[str, Mark]] = field(default_factory=dict)

    def conditioned_on(self) -> frozenset[str]:
        """The findings that any of its conditions asks about, by code."""
        rules: tuple[CategoryRule | Gate | ItemRule | AlertRule | GoalRule, ...]
        rules = (*self.category_rules, *self.gates, *self.item_rules, *self.alert_rules, *self.goal_rules)
        names = frozenset[str]().union(*(rule.condition.names for rule in rules))
        return frozenset(code for code, definition in self.vocabulary.items() if definition.variable in names)

    def label(self, code: str) -> str:
        """What people read for an item's code; the code itself where the template describes no such item."""
        activity = self.activities.get(code)
        return activity.label if activity else code
