"""Checks that need no draft of their own: whether rules are shown by cases and sourced, and what is written is used.

Each takes the same Material and gives one Section; `SECTIONS` is their order in the report. A new check is a function
more in that list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from plugin.library.elements import coding
from plugin.library.rules import AlertRule, CategoryRule, Condition, Gate, Rule, Template
from plugin.library.source_attributes import used_findings
from plugin.quality.cases import SUSPECTED, UNSUSPECTED
from plugin.quality.charts.section import charts_read, readings_shown, readings_tried
from plugin.quality.coverage import COVERAGE_FILE, load_coverage
from plugin.quality.lints.codes import cases_name_what_is_there, codes_known, codes_used
from plugin.quality.lints.dates import review_not_overdue, sources_dated
from plugin.quality.lints.ids import ids_unique
from plugin.quality.lints.limits import numbers_possible
from plugin.quality.lints.placeholders import texts_written
from plugin.quality.lints.readings import readings_sound
from plugin.quality.lints.references import items_named, parts_named, references_resolve
from plugin.quality.lints.terminology import maps_sound, value_sets_sound
from plugin.quality.lints.vocabulary import units_read, value_lines, vocabulary_form
from plugin.quality.lints.wording import wording_orders_nothing
from plugin.quality.material import Material
from plugin.quality.open_questions import OPEN_QUESTIONS_FILE, open_question_faults, open_questions
from plugin.quality.polarity.section import polarity, shown
from plugin.quality.proof.decide import decided
from plugin.quality.proof.section import proven
from plugin.quality.proof.sense_section import sense as conditions_that_say_something
from plugin.quality.report import Level, Remark, Section, Table, remark_of
from plugin.quality.waiting import can_wait

# The day of counter-examples where a template has no case that gives one.
NO_CASE = date(2026, 1, 1)
CATEGORIES = "treatment-category"


def rules_that_hold(material: Material) -> Section:
    """Every rule, gate, item and alert has a case in which it holds; a gate that only makes wait may wait there."""
    holding, waiting = material.cases_where(True), material.cases_where(None)
    remarks = [
        _about(material, rule, "fault", "has no case in which it holds", "write a patient for whom it does")
        for rule in material.template.rules
        if rule.id not in holding and not (_only_makes_wait(rule) and rule.id in waiting)
    ]
    return Section("Rules with a case in which they hold", len(material.template.rules), tuple(remarks))


def rules_that_wait(material: Material) -> Section:
    """Every rule that can be undecided is so in some case; a rule that opens a category in a case of its own."""
    own = material.cases_where(None)
    anywhere = {rule.id for rule in material.template.rules if material.policy.is_open_somewhere(rule.condition)}
    rules = [rule for rule in material.template.rules if can_wait(rule.condition.expression)]
    remedy = "write a patient of whom that fact is unknown"
    opening = [rule for rule in rules if isinstance(rule, CategoryRule) and rule.id not in own]
    others = [rule for rule in rules if not isinstance(rule, CategoryRule) and rule.id not in anywhere]
    remarks = [
        *(_about(material, rule, "fault", "has no case with its deciding fact unknown", remedy) for rule in opening),
        *(_about(material, rule, "gap", "is decided in every case", remedy) for rule in others),
    ]
    return Section("Rules shown with the fact unknown that decides them", len(rules), tuple(remarks))


def suspicions_shown(material: Material) -> Section:
    """What raises a suspicion of a rule is shown from each side by cases that are about the rule and say so."""
    suspicions = [(rule, rule.suspected) for rule in material.template.category_rules if rule.suspected]
    remarks = [
        _about(material, rule, "fault", f"has no case that says {text}", remedy)
        for rule, suspected in suspicions
        for text, remedy, shown in _suspicion_sides(rule, suspected, material)
        if not shown
    ]
    return Section("Suspicions shown from each side", len(suspicions), tuple(remarks))


def _suspicion_sides(rule: Rule, suspected: Condition, material: Material) -> Iterator[tuple[str, str, bool]]:
    """Each side of a suspicion: what a case has to say, how to write one, and whether one says it."""
    policy, algebra = material.policy, material.policy.algebra
    truth = policy.truth(suspected)
    said = {
        name: algebra.some(
            1 << place
            for place, case in enumerate(material.cases)
            if case.rule == rule.id and rule.id in case.expect.get(name, ())
        )
        for name in (SUSPECTED, UNSUSPECTED)
    }
    write = f"write a patient of whom {{}}, with {{}}: [{rule.id}]"
    unknown = algebra.other(algebra.some((truth.yes, truth.no)))
    yield "that it is suspected", write.format("it is", SUSPECTED), bool(said[SUSPECTED])
    yield "that it is not suspected", write.format("it is not", UNSUSPECTED), bool(said[UNSUSPECTED] & truth.no)
    if can_wait(suspected.expression):
        remedy = write.format("that is not known", UNSUSPECTED)
        yield "what comes while the facts of its suspicion are not known", remedy, bool(said[UNSUSPECTED] & unknown)


def categories_reached(material: Material) -> Section:
    """Every treatment category of the template stands open in some case: offered, conditional or for judgement.

    Those of the template are the ones that it describes, and the codes that it brings along.

    One that a gate of its own closes is closed on purpose: that is said, and is no gap.
    """
    known = _categories(material.template)
    everybody = material.policy.algebra.everybody
    reached = {code for code in material.policy.categories if material.policy.line(code).closed != everybody}
    opened = {rule.code for rule in material.template.category_rules}
    closed = {
        code: gate
        for gate in material.template.gates
        if gate.disposition == "not-offered"
        for code in gate.targets
        if gate.targets == {code} and code in opened - reached
    }
    remarks = [
        Remark("note", f"{code} is closed on purpose by {gate.id}: {gate.title}. {gate.reason}")
        if (gate := closed.get(code))
        else Remark(
            "gap",
            f"{code}: no case reaches it as offered, conditional or for judgement",
            _described_at(material, code),
            remedy="write a case that does" if code in opened else "write a rule that opens it, with its cases",
        )
        for code in known
        if code not in reached
    ]
    return Section("Treatment categories that a case reaches", len(known), tuple(remarks))


def rules_sourced(material: Material) -> Section:
    """Rules without a source that somebody read. That a rule cites nothing and is not marked stops the loading."""
    rules = material.template.rules
    unsourced = [rule for rule in rules if rule.grounds.unsourced]
    if not unsourced:
        return Section("Rules with a source that was read", len(rules))
    note = Remark("note", f"{len(unsourced)} are marked unsourced and need clinical confirmation")
    table = Table(("unsourced", "rule"), tuple((rule.id, _called(rule)) for rule in unsourced))
    return Section("Rules with a source that was read", len(rules), (note,), table=table)


def sources_used(material: Material) -> Section:
    """Sources of evidence.yaml that no rule cites."""
    cited = {*material.template.cited(), *(one.id for each in material.template.cautions for one in each.citations)}
    unused = [code for code in material.template.citations if code not in cited]
    text = f"{len(unused)} are cited by no rule: {_listed(unused)}"
    return Section("Sources that a rule cites", len(material.template.citations), _note(text, unused))


def findings_used(material: Material) -> Section:
    """Findings of the vocabulary on which no rule rests, directly or by way of another finding."""
    used = used_findings(material.template)
    unused = [code for code in material.template.vocabulary if code not in used]
    text = f"{len(unused)} are used by no rule: {_listed(unused)}"
    return Section("Findings that a rule uses", len(material.template.vocabulary), _note(text, unused))


def items_listed(material: Material) -> Section:
    """Items that are described but that no rule lists."""
    template = material.template
    listed = {rule.code for rule in template.category_rules} | {rule.code for rule in template.item_rules}
    remarks = [
        Remark(
            "gap",
            f"{code}: described, and no rule lists it",
            _described_at(material, code),
            remedy="write the rule or remove it",
        )
        for code in template.activities
        if code not in listed
    ]
    return Section("Items that a rule lists", len(template.activities), tuple(remarks))


def questions_open(material: Material) -> Section:
    """What people have still to decide, with what the rules do until then."""
    file = material.folder / OPEN_QUESTIONS_FILE
    faults = open_question_faults(material.folder, material.places) if file.is_file() else ()
    asked = open_questions(material.template)
    notes = [
        Remark("note", f"{each.key}, for the {each.decides}: {each.question} Until then: {each.default}")
        for each in asked
    ]
    return Section("Open questions", len(asked), (*map(remark_of, faults), *notes))


def sources_covered(material: Material) -> Section:
    """What became of every fact of the documents that the template was made from."""
    if not (material.folder / COVERAGE_FILE).is_file():
        return Section("Facts of the source documents", 0, (Remark("note", f"the template has no {COVERAGE_FILE}"),))
    found = load_coverage(material.folder, material.template)
    placed = ", ".join(f"{count} at a {kind}" for kind, count in found.by_kind().items())
    aside = ", ".join(f"{count} {reason}" for reason, count in found.by_reason().items())
    tally = f"{len(found.placed)} are placed ({placed}); {len(found.facts) - len(found.placed)} are set aside ({aside})"
    return Section(
        "Facts of the source documents", len(found.facts), (*map(remark_of, found.faults), Remark("note", tally))
    )


def self_described(material: Material) -> Section:
    """The source attributes and the basis for independent review."""
    about = material.template.about
    text = "the template has no about.yaml: no source attributes, no basis for independent review"
    gap = Remark("gap", text, remedy="write it as a Library of type module-definition")
    return Section("Source attributes", len(about.attributes) if about else 0, () if about else (gap,))


def sense(material: Material) -> Section:
    """Conditions that are constant for every chart, and rules that change nothing."""
    return conditions_that_say_something(material.template, material.policy)


def proofs(material: Material) -> Section:
    """The invariants of the template, decided for every patient there could be."""
    as_of = max((case.as_of for case in material.cases), default=NO_CASE)
    return proven(*decided(material.template, material.folder, as_of))


def noticed(material: Material) -> Section:
    """Comparisons that some case would notice if they said the opposite."""
    return polarity(material.cases, material.policy)


def sides_shown(material: Material) -> Section:
    """Sides of conditions, and values of facts, that some case shows."""
    return shown(material.policy, value_lines(material.vocabulary))


SECTIONS: tuple[Callable[[Material], Section], ...] = (
    rules_that_hold,
    rules_that_wait,
    suspicions_shown,
    categories_reached,
    rules_sourced,
    sources_used,
    findings_used,
    items_listed,
    sources_covered,
    self_described,
    questions_open,
    references_resolve,
    parts_named,
    items_named,
    ids_unique,
    codes_known,
    cases_name_what_is_there,
    codes_used,
    value_sets_sound,
    maps_sound,
    vocabulary_form,
    units_read,
    numbers_possible,
    readings_sound,
    sources_dated,
    review_not_overdue,
    wording_orders_nothing,
    texts_written,
    charts_read,
    readings_shown,
    readings_tried,
    sense,
    proofs,
    noticed,
    sides_shown,
)
# Those that take their time, the longest first; they are begun before the others.
LONG = (noticed, sense, proofs)


def _about(material: Material, rule: Rule, level: Level, text: str, remedy: str) -> Remark:
    file, line = material.template.places[rule.id]
    return Remark(level, f"{rule.id} {text}", f"{file}:{line}", remedy)


def _called(rule: Rule) -> str:
    return rule.text if isinstance(rule, AlertRule) else rule.title


def _described_at(material: Material, code: str) -> str:
    """The file and line of an item's description; empty of one that is a code and no more."""
    for document in material.documents:
        if document.data.get("resourceType") == "ActivityDefinition" and coding(document.data)[1] == code:
            return f"{document.file}:{document.line()}"
    return ""


def _only_makes_wait(rule: Rule) -> bool:
    return isinstance(rule, Gate) and rule.disposition == "conditional"


def _note(text: str, what: list[str]) -> tuple[Remark, ...]:
    return (Remark("note", text),) if what else ()


def _listed(codes: Iterable[str]) -> str:
    return ", ".join(codes)


def _categories(template: Template) -> list[str]:
    own = template.terminology.own_codes(CATEGORIES)
    return [code for code in template.terminology.displays(CATEGORIES) if code in template.activities or code in own]
