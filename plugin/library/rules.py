"""What a template holds once it is loaded: rules, gates, items, sources. Immutable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from plugin.library.about import About
from plugin.library.drugs import Drug, Part, Term
from plugin.library.expressions import (
    Comparison,
    Decide,
    Expression,
    Membership,
    compiled,
    demands,
    names_in,
    numbers_in,
)
from plugin.library.sources import Citation, Grounds
from plugin.library.terminology import Terminology, shared_terminology
from plugin.library.vocabulary import Vocabulary

ItemKind = Literal["assessment", "supportive-care"]
GateDisposition = Literal["not-offered", "judgement", "conditional", "no-plan"]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition as its author wrote it, and the same with every named condition replaced by findings.

    names: the findings it asks about, by variable. numbers: its comparisons with numbers.
    demands: what must all be so for it to be true.
    decide: its answer. foresee: its answer whatever is still unknown. Both as `compiled` makes them.
    """

    text: str
    expression: Expression
    names: frozenset[str] = field(init=False, repr=False, compare=False)
    numbers: tuple[Comparison | Membership, ...] = field(init=False, repr=False, compare=False)
    demands: frozenset[Expression] = field(init=False, repr=False, compare=False)
    decide: Decide = field(init=False, repr=False, compare=False)
    foresee: Decide = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", names_in(self.expression))
        object.__setattr__(self, "numbers", tuple(numbers_in(self.expression)))
        object.__setattr__(self, "demands", demands(self.expression))
        object.__setattr__(self, "decide", compiled(self.expression))
        object.__setattr__(self, "foresee", compiled(self.expression, foresee=True))


@dataclass(frozen=True, slots=True)
class CategoryRule:
    """Opens a treatment category, as offered or for the clinician's judgement, when its condition is true.

    suspected: what raises the suspicion that it is true; its facts that are not settled are asked first then.
    """

    id: str
    code: str
    title: str
    reason: str
    condition: Condition
    disposition: Literal["offered", "judgement"]
    grounds: Grounds
    flags: tuple[str, ...]
    regulatory_status: str
    suspected: Condition | None = None


@dataclass(frozen=True, slots=True)
class Gate:
    """Closes or moves categories that rules have opened; gates speak last and always win.

    agents: when not empty, the gate holds back these drugs instead: on its targets, or on every line without targets.
    companions: when not empty, the gate moves its targets only if none of these categories stands as offered.
    presumption_stands: a not-offered that rests on a presumption stays so, instead of becoming judgement.
    presumption_waits: what is only presumed leaves the gate undecided.
    waits_alone: while the gate is undecided only its drugs wait, and no line on their account.
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
    agents: frozenset[str] = frozenset()
    presumption_waits: bool = False
    waits_alone: bool = False


@dataclass(frozen=True, slots=True)
class ItemRule:
    """Makes a test due or lists a supportive-care item.

    accompanies: when not empty, only beside one of these categories.
    leads: the item leads the plan when the rule holds.
    disputed: said instead of the reason where the facts that keep the rule open have results that disagree.
    general: it asks nothing but what every rule of its kind asks, so it says nothing about this patient in particular.
    """

    id: str
    kind: ItemKind
    code: str
    title: str
    reason: str
    condition: Condition
    accompanies: frozenset[str]
    grounds: Grounds
    leads: bool
    general: bool = False
    disputed: str = ""


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

    @property
    def title(self) -> str:
        """What the rule is called where rules of all kinds stand together: the goal itself."""
        return self.label


@dataclass(frozen=True, slots=True)
class AlertRule:
    """Shows an alert when its condition is true; `disputed` is said instead of `text` as for an `ItemRule`."""

    id: str
    code: str
    text: str
    level: Literal["info", "warning", "critical"]
    condition: Condition
    grounds: Grounds
    disputed: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence about an item. citations: sources that were read; unsourced: none was, and it is shown as such."""

    text: str
    citations: tuple[Citation, ...]
    unsourced: bool


@dataclass(frozen=True, slots=True)
class Monitoring(Remark):
    """What is watched while an item is given.

    area: code of CodeSystem monitored-area, area_label: its words. measured_by: the assessment that measures it, or "".
    """

    area: str
    area_label: str
    measured_by: str


@dataclass(frozen=True, slots=True)
class Effect(Remark):
    """A side effect; care: codes of the supportive care that answers it."""

    serious: bool
    care: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a combination: the drugs that belong to it, by name or by class, and whole categories."""

    agents: frozenset[str]
    categories: frozenset[str]

    def takes(self, category: str, parts: Iterable[Part]) -> bool:
        """Whether a category belongs to it as a whole: by its code, or with every drug of one of its parts."""
        return category in self.categories or any(self.agents.issuperset(part.agents) for part in parts)


@dataclass(frozen=True, slots=True)
class Combination:
    """What is not given together; `judgement` where a clinician may decide otherwise. Unless its condition is false."""

    id: str
    title: str
    reason: str
    condition: Condition
    disposition: Literal["not-offered", "judgement"]
    sides: tuple[Side, Side]
    grounds: Grounds


@dataclass(frozen=True, slots=True)
class Superseded:
    """What an older text says, what became of it, and what holds now.

    items: codes of the lines that show it; condition: shown only where it is true, everywhere when None.
    """

    id: str
    says: str
    status: Term
    now: str
    severity: Term
    items: frozenset[str]
    condition: Condition | None
    citations: tuple[Citation, ...]
    unsourced: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """What must hold for an item of a form, or for one of its answers: its condition, and one of these categories open.

    Where neither is given it always belongs there.
    """

    condition: Condition | None
    beside: frozenset[str]


@dataclass(frozen=True, slots=True)
class Activity:
    """What an item is: its name, its words, where the page groups it; and what is known of it whoever the patient is.

    agents: names of the drugs of a class. not_with: what it is not combined with.
    who: who does it; asks: what to ask or check.
    comes_first: its priority is above routine: of several that are due, it is listed before the others.
    results: what a test of several results brings, by short name, each with the finding that holds it.
    """

    code: str
    system: str
    label: str
    description: str
    topic: str
    kind: str
    url: str
    agents: tuple[str, ...]
    monitors: tuple[Monitoring, ...]
    effects: tuple[Effect, ...]
    not_with: tuple[Remark, ...]
    notes: tuple[Remark, ...]
    who: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    comes_first: bool = False
    results: tuple[tuple[str, str], ...] = ()


Rule: TypeAlias = CategoryRule | Gate | Combination | ItemRule | GoalRule | AlertRule


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
    questionnaires: by id, without the id of the template where that stands before it.
    resources: every FHIR resource of the template as loaded, for packaging and for `$apply`.
    drugs: by name; parts: of a category, by its code; agent_gates: those that hold back drugs.
    named: the named conditions, by name.
    places: rule id -> file and line where the rule is written; conditions_at: the same of the condition of each rule,
    and of each named condition by its name.
    about: its source attributes, basis for review and open questions; None where it says nothing of itself.
    date: of this version; reviewed: the last review; review_due: the day by which the next must be. As written; empty
        where the strategy gives none.
    occasions: the hooks at which it may speak by itself, each with what must be known of a patient for that.
    marks: per Questionnaire, when its items and answers belong there, by `plugin.library.forms.mark_key`.
    page_marks: the same for the page that the patient takes home, of the signs that do not stand on every page.
    terminology: the codes it works with, those of profiles/ and its own.
    cautions: what must be kept in mind when markers are read.
    plain_words: code of an item -> what a patient reads for it, by language.
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
    drugs: Mapping[str, Drug] = field(default_factory=dict)
    parts: Mapping[str, tuple[Part, ...]] = field(default_factory=dict)
    agent_gates: tuple[Gate, ...] = ()
    combinations: tuple[Combination, ...] = ()
    superseded: tuple[Superseded, ...] = ()
    named: Mapping[str, NamedCondition] = field(default_factory=dict)
    places: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    conditions_at: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    about: About | None = None
    date: str = ""
    reviewed: str = ""
    review_due: str = ""
    goal_rules: tuple[GoalRule, ...] = ()
    marks: Mapping[str, Mapping[str, Mark]] = field(default_factory=dict)
    page_marks: Mapping[str, Mapping[str, Mark]] = field(default_factory=dict)
    terminology: Terminology = field(default_factory=shared_terminology)
    occasions: Mapping[str, Condition] = field(default_factory=dict)
    cautions: tuple[Remark, ...] = ()
    plain_words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Everything that has an id and a condition: category rules, gates, combinations, items, alerts."""
        return (
            *self.category_rules,
            *self.gates,
            *self.agent_gates,
            *self.combinations,
            *self.item_rules,
            *self.goal_rules,
            *self.alert_rules,
        )

    def conditioned_on(self) -> frozenset[str]:
        """The findings that any of its conditions asks about, by code."""
        names = frozenset[str]().union(*(rule.condition.names for rule in self.rules))
        return frozenset(code for code, definition in self.vocabulary.items() if definition.variable in names)

    def asked_by_all(self) -> frozenset[str]:
        """The codes of the findings that every rule of treatment asks about."""
        asked = [rule.condition.names for rule in self.category_rules]
        names = asked[0].intersection(*asked) if asked else frozenset()
        return frozenset(code for code, definition in self.vocabulary.items() if definition.variable in names)

    def cited(self) -> Iterator[str]:
        """The ids of the sources that its actions cite, as often as they do."""
        for resource in self.resources:
            for action in resource.get("action", []):
                yield from (artifact["label"] for artifact in action.get("documentation", []) if "label" in artifact)

    def label(self, code: str) -> str:
        """What people read for an item's code; the code itself where the template describes no such item."""
        activity = self.activities.get(code)
        return activity.label if activity else code
