"""What a template holds once it is loaded: rules, gates, items, sources. Immutable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from plugin.library.about import About
from plugin.library.expressions import Expression, names_in
from plugin.library.vocabulary import Vocabulary

ItemKind = Literal["assessment", "supportive-care"]
GateDisposition = Literal["not-offered", "judgement", "conditional", "no-plan"]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition as its author wrote it, and the same with every named condition replaced by findings."""

    text: str
    expression: Expression


@dataclass(frozen=True, slots=True)
class Citation:
    """One source of evidence.yaml. verification: `primary` text read, `secondary` report read, `knowledge` neither.

    read: day on which it was last read, as YYYY-MM-DD; empty where nobody did.
    """

    id: str
    citation: str
    url: str
    year: int | None
    kind: str
    verification: str
    read: str = ""
    organisation: str = ""
    title: str = ""

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
class AlertRule:
    """Shows an alert when its condition is true."""

    id: str
    code: str
    text: str
    level: Literal["info", "warning", "critical"]
    condition: Condition


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


Rule: TypeAlias = CategoryRule | Gate | ItemRule | AlertRule


@dataclass(frozen=True, slots=True)
class NamedCondition:
    """A condition that many rules use by its name: what it means in words, as written, and over findings alone."""

    name: str
    description: str
    condition: Condition


@dataclass(frozen=True, slots=True)
class Template:
    """One care-plan template, checked and compiled. Rules stand in the order of their files.

    part_urls: canonical URLs with version of every PlanDefinition it is made of, and of the site's maps of its codes.
    resources: every FHIR resource of the template as loaded, for packaging and for `$apply`.
    named: the named conditions, by name.
    places: rule id -> file and line where the rule is written.
    about: its source attributes, basis for review and open questions; None where it says nothing of itself.
    date: of this version, as written; empty where the strategy gives none.
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
    named: Mapping[str, NamedCondition] = field(default_factory=dict)
    places: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    about: About | None = None
    date: str = ""

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Everything that has an id and a condition: category rules, gates, items, alerts."""
        return (*self.category_rules, *self.gates, *self.item_rules, *self.alert_rules)

    @property
    def grounded_rules(self) -> tuple[CategoryRule | Gate | ItemRule, ...]:
        """The rules that stand on sources: all but alerts."""
        return (*self.category_rules, *self.gates, *self.item_rules)

    def conditioned_on(self) -> frozenset[str]:
        """The findings that any of its conditions asks about, by code."""
        names = frozenset[str]().union(*(names_in(rule.condition.expression) for rule in self.rules))
        return frozenset(code for code, definition in self.vocabulary.items() if definition.variable in names)

    def label(self, code: str) -> str:
        """What people read for an item's code; the code itself where the template describes no such item."""
        activity = self.activities.get(code)
        return activity.label if activity else code
