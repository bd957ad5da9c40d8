"""How earlier treatment is read, as data: which drugs make a line of therapy, and what ends or continues one.

`findings.yaml` writes it once, as an extension of its Library; `plugin.findings.history` carries it out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugin.library.fields import Fields


@dataclass(frozen=True, slots=True)
class TreatmentKind:
    """A kind of treatment that makes a line, and the ValueSets of its drugs.

    unnamed: ValueSets of procedures that name the kind and no drug. maintains: kinds of which it is the maintenance
    when it follows them without progression.
    """

    name: str
    classes: tuple[str, ...]
    unnamed: tuple[str, ...] = ()
    maintains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TreatmentPolicy:
    """What turns drugs and dates into courses and lines.

    treats: what the treatment is for, as a sentence goes on after 'treatment of': `the infection`.
    since: the finding whose first appearance begins the first line. course: the finding whose results say how the
        disease went, with the values that mean progression and control.
    given, line_to_choose: the findings by which clinicians state whether anything was given since, and the line; where
        they contradict the drugs, these do not tell the lines.
    join_days: what begins within so many days of a line's start belongs to it.
    pause_days: doses of one drug that lie no further apart are one course.
    stop_reasons, intents: ConceptMaps; a stop reason means progression, toxicity, completed or choice, an intent means
        before or after, from the view of `since`. agents: the ConceptMap that tells one drug of a class from another.
    settling_days: what is recorded of the disease within so many days of a start may be about what was given before;
        what was begun within so many days before `since` may belong to either side.
    mixed: ValueSets whose drugs are too different for one to replace another. advanced_only: those of drugs that are
        not given before `since`. other_uses: those of drugs that are often given for another disease.
    other_reasons, local_forms: ValueSets of reasons, and of routes and forms, that tell of another disease.
    stems, trial_drugs: how the names of drugs end that are such treatment, and a ValueSet of what trials call theirs.
    """

    kinds: tuple[TreatmentKind, ...] = ()
    treats: str = "the disease"
    since: str = ""
    course: str = ""
    progression: tuple[str, ...] = ()
    controlled: tuple[str, ...] = ()
    given: str = ""
    line_to_choose: str = ""
    join_days: int = 0
    pause_days: int = 0
    stop_reasons: str = ""
    intents: str = ""
    agents: str = ""
    settling_days: int = 0
    mixed: tuple[str, ...] = ()
    advanced_only: tuple[str, ...] = ()
    other_uses: tuple[str, ...] = ()
    other_reasons: str = ""
    local_forms: str = ""
    stems: tuple[str, ...] = ()
    trial_drugs: str = ""

    @property
    def drug_sets(self) -> frozenset[str]:
        """Every ValueSet of drugs that it names."""
        return self.classes.union(self.mixed, self.advanced_only, self.other_uses)

    @property
    def sets(self) -> frozenset[str]:
        """Every ValueSet that it names."""
        return self.drug_sets.union(filter(None, (self.other_reasons, self.local_forms, self.trial_drugs)))

    @property
    def classes(self) -> frozenset[str]:
        """Every ValueSet whose drugs or procedures make lines."""
        return self.unnamed.union(name for kind in self.kinds for name in kind.classes)

    @property
    def unnamed(self) -> frozenset[str]:
        """The ValueSets of procedures that name a kind of treatment and no drug."""
        return frozenset(name for kind in self.kinds for name in kind.unnamed)

    @property
    def maps(self) -> frozenset[str]:
        """The ConceptMaps that it names."""
        return frozenset(filter(None, (self.stop_reasons, self.intents, self.agents)))

    def kinds_of(self, sets: frozenset[str]) -> frozenset[str]:
        """Names of the kinds of treatment that something in these ValueSets is."""
        return frozenset(kind.name for kind in self.kinds if sets.intersection((*kind.classes, *kind.unnamed)))

    def maintains(self, kinds: frozenset[str], others: frozenset[str]) -> bool:
        """Whether all of these kinds are maintenance after one of the others."""
        rules = {kind.name: kind.maintains for kind in self.kinds}
        return bool(kinds) and all(others.intersection(rules[name]) for name in kinds)


NO_POLICY = TreatmentPolicy()


def treatment_policy(fields: Fields) -> TreatmentPolicy:
    """The policy that the extension `treatment-history` writes down; faults go to the list of its fields."""
    policy = TreatmentPolicy(
        kinds=tuple(_kind(nested) for nested in fields.nested("kind")),
        treats=fields.required("treats"),
        since=fields.required("since"),
        course=fields.required("course"),
        progression=fields.all("progression"),
        controlled=fields.all("controlled"),
        given=fields.required("given"),
        line_to_choose=fields.required("line-to-choose"),
        join_days=fields.one("join-days", 0),
        pause_days=fields.one("pause-days", 0),
        stop_reasons=fields.required("stop-reasons"),
        intents=fields.required("intents"),
        agents=fields.required("agents"),
        settling_days=fields.one("settling-days", 0),
        mixed=fields.names("mixed"),
        advanced_only=fields.names("advanced-only"),
        other_uses=fields.names("other-use"),
        other_reasons=fields.one("other-reasons", ""),
        local_forms=fields.one("local-forms", ""),
        stems=fields.all("stem"),
        trial_drugs=fields.one("trial-drugs", ""),
    )
    fields.finish("the history of treatment")
    known = {kind.name for kind in policy.kinds}
    for kind in policy.kinds:
        for other in kind.maintains:
            if other not in known:
                fields.fault(f"'{kind.name}' maintains '{other}', which is no kind", f"use one of {sorted(known)}")
    return policy


def _kind(fields: Fields) -> TreatmentKind:
    kind = TreatmentKind(
        name=fields.required("name"),
        classes=fields.names("class"),
        unnamed=fields.names("unnamed"),
        maintains=fields.all("maintains"),
    )
    fields.finish(f"the kind '{kind.name}'")
    return kind
