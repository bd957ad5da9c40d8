"""Everything in which two versions of a template differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from plugin.library.rules import Condition, Template
from plugin.library.vocabulary import FindingDefinition
from plugin.quality.diff.codes import ChangedCodes, changed_systems
from plugin.quality.diff.cohort import Cohort, Patient, compared
from plugin.quality.diff.files import ChangedFile, changed_files
from plugin.quality.diff.items import Items, Listing
from plugin.quality.diff.lines import Lines, Move
from plugin.quality.diff.readings import Readings, changed_readings
from plugin.quality.diff.regions import Regions
from plugin.quality.diff.rules import Changed, changed_others, changed_rules
from plugin.quality.diff.stated import Stated, changed_cases, changed_statements
from plugin.quality.diff.versions import Version
from plugin.quality.worlds.charts import Charts
from plugin.quality.worlds.domains import Domain, domains, expressions_of, own_expressions
from plugin.quality.worlds.outcomes import differ
from plugin.quality.worlds.policy import Policy
from plugin.quality.worlds.solving import OutOfPatience, Solving

Told = Callable[[str], None]
MOVING_NOTHING = frozenset({"wording", "questions", "notices"})


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs.

    readings: what is read differently from a chart; moves and listings then speak of charts with the same facts only.
    systems: our own codes. stated: statements and cases. gone, added: categories that only one version opens.
    odd: codes that stand elsewhere also for charts with facts that disagree or are in doubt, in other ways than told.
    undecided: codes of which the solver could not tell in its time. cohort: how many patients were drafted for by both;
    patients: those who get another plan; skipped: files without patients, and why. domains: the values of facts that
    the versions tell apart. labels: what people read for the codes of items.
    """

    old: Version
    new: Version
    readings: Readings
    changed: tuple[Changed, ...]
    systems: tuple[ChangedCodes, ...]
    stated: tuple[Stated, ...]
    files: tuple[ChangedFile, ...]
    gone: tuple[str, ...]
    added: tuple[str, ...]
    moves: tuple[Move, ...]
    listings: tuple[Listing, ...]
    odd: tuple[str, ...]
    undecided: tuple[str, ...]
    cohort: int
    patients: tuple[Patient, ...]
    skipped: tuple[tuple[str, str], ...]
    domains: Mapping[str, Domain]
    labels: Mapping[str, str]

    @property
    def definitions(self) -> dict[str, FindingDefinition]:
        """The findings of both versions by variable, the new one first."""
        found = {each.variable: each for each in self.old.template.vocabulary.values()}
        return found | {each.variable: each for each in self.new.template.vocabulary.values()}

    def label(self, code: str) -> str:
        """What people read for the code of an item; the code where nobody says."""
        return self.labels.get(code, code)


def compare(old: Version, new: Version, cohort: Cohort, as_of: date, told: Told) -> Difference:
    """Compare two loaded versions. cohort: patients to draft for by both; as_of: the day for which they are drafted.

    told: called with what is being looked at, for people who wait. Raises InputError for a cohort that cannot be read.
    """
    one, two = old.template, new.template
    told("rules")
    worlds = _Worlds(one, two)
    alike = frozenset(worlds.same(_suspicions))
    rules = tuple(changed_rules(one, two, frozenset(worlds.same(_conditions)), alike))
    others = tuple(changed_others(one, two, frozenset(worlds.same(_names))))
    moving = [each.id for each in rules if each.change not in MOVING_NOTHING]
    lines = Lines(worlds.old, worlds.new, worlds.regions, moving)
    moves = tuple(lines.moves(lambda code: told(f"line {code}")))
    told("tests, care, goals and alerts")
    items = Items(worlds.old, worlds.new, worlds.regions, moving)
    listings = tuple(items.listings())
    seen, affected = 0, []
    for name, resources in cohort.patients():
        seen += 1
        told(f"patient {seen}: {name}")
        if (patient := compared(name, resources, one, two, as_of)) is not None:
            affected.append(patient)
    was, is_ = worlds.old.categories, worlds.new.categories
    return Difference(
        old=old,
        new=new,
        readings=changed_readings(one, two),
        changed=(*rules, *others),
        systems=tuple(changed_systems(one.terminology, two.terminology)),
        stated=(*changed_statements(old.statements, new.statements), *changed_cases(old.cases, new.cases)),
        files=(*changed_files("", old.files, new.files), *changed_files("profiles/", old.profiles, new.profiles)),
        gone=tuple(code for code in was if code not in is_),
        added=tuple(code for code in is_ if code not in was),
        moves=moves,
        listings=listings,
        odd=tuple(dict.fromkeys((*lines.odd, *items.odd))),
        undecided=tuple(dict.fromkeys((*lines.undecided, *items.undecided))),
        cohort=seen,
        patients=tuple(affected),
        skipped=cohort.skipped,
        domains=worlds.regions.charts.domains,
        labels=_labels(one) | _labels(two),
    )


def _labels(template: Template) -> dict[str, str]:
    goals = {rule.code: rule.label for rule in template.goal_rules}
    items = {code: each.label for code, each in template.activities.items()}
    return {**template.terminology.displays("alert"), **goals, **items}


class _Worlds:
    """Both versions over the same charts: each reads them by its own vocabulary."""

    def __init__(self, old: Template, new: Template) -> None:
        asked = [*expressions_of(old), *expressions_of(new)]
        asked += [*own_expressions(old.vocabulary), *own_expressions(new.vocabulary)]
        charts = Charts(new.vocabulary, domains(new.vocabulary, asked))
        before = charts
        if dict(old.vocabulary.items()) != dict(new.vocabulary.items()):
            before = Charts(old.vocabulary, domains(old.vocabulary, asked), charts.algebra)
        laws = [*charts.laws(), *(before.laws() if before is not charts else ())]
        self.solving = Solving(charts.algebra, laws)
        self.regions = Regions(charts, self.solving)
        self.old, self.new = Policy(old, before), Policy(new, charts)

    def same(self, conditions: Callable[[Template], dict[str, Condition]]) -> Iterator[str]:
        """The ids of conditions that are true, and false, of the same charts in both versions."""
        algebra = self.new.algebra
        before, after = conditions(self.old.template), conditions(self.new.template)
        for name in before.keys() & after.keys():
            one, two = self.old.truth(before[name]), self.new.truth(after[name])
            if one.yes is two.yes and one.no is two.no:
                yield name
                continue
            differs = differ((one.yes, one.no), (two.yes, two.no), algebra)
            try:
                if self.solving.somebody(differs) is None:
                    yield name
            except OutOfPatience:
                continue


def _conditions(template: Template) -> dict[str, Condition]:
    return {rule.id: rule.condition for rule in template.rules}


def _suspicions(template: Template) -> dict[str, Condition]:
    return {rule.id: rule.suspected for rule in template.category_rules if rule.suspected}


def _names(template: Template) -> dict[str, Condition]:
    return {name: each.condition for name, each in template.named.items()}
