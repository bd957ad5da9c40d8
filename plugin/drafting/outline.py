"""A draft as an outline of headings and entries: what narrative, text output and printed page are all made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from plugin.drafting.common_ground import NOTHING_COMMON, CommonGround, common_ground
from plugin.drafting.drug_words import drug_sentences, older_sentences
from plugin.drafting.goals import source_of_words
from plugin.drafting.model import Alert, CategoryLine, Disposition, Draft, Fact, ItemLine, OwnWords
from plugin.drafting.results_of_tests import results_in_words
from plugin.findings.model import Finding
from plugin.findings.words import value_in_words
from plugin.library.rules import Remark, Template
from plugin.library.unit_words import unit_in_words
from plugin.library.vocabulary import FindingDefinition

GROUND = "Behind most lines"
PRESUMED = "Presumed, to be confirmed"
UNSOURCED = "No source found, needs clinical confirmation."
WORKED_OUT = "Concluded from the chart, to be confirmed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: its title, and sentences below it."""

    title: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its entries; `empty` is said where there are none."""

    heading: str
    entries: tuple[Entry, ...]
    empty: str = ""


def outline(draft: Draft, template: Template) -> tuple[Section, ...]:
    """The whole draft in the order in which a clinician thinks: warnings, facts, plan, care, tests, what is closed.

    Care stands before the plan where it leads.
    """
    headings = {item["linkId"]: item for item in template.questionnaires["plan-review"]["item"]}

    def heading(link_id: str) -> str:
        return str(headings[link_id]["text"])

    def lines(disposition: Disposition) -> tuple[Entry, ...]:
        entry = offered_entry if disposition == "offered" else waiting_entry
        return tuple(entry(line, draft, template, ground) for line in draft.standing(disposition))

    ground = common_ground(draft)

    sections = [
        *(() if draft.no_plan else goal_sections(draft, template)),
        Section("Attention", alert_entries(draft.alerts)),
        Section("What is known", tuple(_known(draft, template))),
    ]
    if draft.no_plan:
        return (*sections, Section("No plan is drafted", (Entry(draft.no_plan),)))
    treatment = Section(heading("offered"), lines("offered"), "None.")
    care = Section(heading("support"), tuple(item_entry(line, template) for line in draft.supportive_care), "None.")
    return (
        *sections,
        ground_section(ground),
        *((care, treatment) if draft.care_leads else (treatment, care)),
        Section(heading("conditional"), lines("conditional")),
        Section(heading("judgement"), lines("judgement")),
        Section(heading("assessments"), tuple(item_entry(line, template) for line in draft.assessments)),
        Section(heading("not-offered"), tuple(closed_entry(line) for line in draft.standing("not-offered"))),
    )


def alert_entries(alerts: Iterable[Alert]) -> tuple[Entry, ...]:
    """What must be seen first, each with the sources of its rule."""
    return tuple(Entry(alert.text, tuple(_authority(alert))) for alert in alerts)


def goal_sections(draft: Draft, template: Template) -> tuple[Section, Section]:
    """What the plan is for: what the patient said, quoted, before what the findings suggest."""
    quoted = [Entry(f"“{words.text}”", tuple(_told_by(words))) for words in draft.own_words]
    proposed = [Entry(line.label) for line in draft.proposed_goals()]
    ask = [Entry(f"To ask: {line.label}", (_waits_for(line.missing, template),)) for line in draft.goals_to_ask()]
    return (
        Section("What the patient wants", tuple(quoted)),
        Section("Goals to talk about", (*proposed, *ask)),
    )


def in_words(definition: FindingDefinition, finding: Finding) -> str:
    """A finding's value as people read it: `positive (95 %)`, `yes`, `62 %`, `not known`."""
    if finding.state == "unknown":
        return "not known"
    if finding.state == "conflicting":
        return "results disagree"
    words = value_in_words(finding.value, definition.unit)
    detail = unit_in_words(finding.detail)
    told = not detail or detail.casefold() in (words.casefold(), str(finding.value).casefold())
    return words if told else f"{words} ({detail})"


def fact_in_words(fact: Fact) -> str:
    """A fact as a sentence part: `Blood group: AB`."""
    return f"{fact.label}: {({'true': 'yes', 'false': 'no'}).get(fact.value, fact.value)}"


def _known(draft: Draft, template: Template) -> Iterator[Entry]:
    """What the chart says; what was only worked out stands on the lines that rest on it."""
    for code, finding in draft.findings.items():
        if finding.state in ("known", "conflicting"):
            definition = template.vocabulary[code]
            yield Entry(f"{definition.label}: {in_words(definition, finding)}", _sentence(finding.note))


def ground_section(ground: CommonGround) -> Section:
    """What most open lines rest on alike, once for all of them."""
    entries = [
        Entry(title, (f"{facts_in_words(facts)}.",))
        for title, facts in ((PRESUMED, ground.presumes), (WORKED_OUT, ground.derives))
        if facts
    ]
    return Section(GROUND, tuple(entries))


def offered_entry(line: CategoryLine, draft: Draft, template: Template, ground: CommonGround = NOTHING_COMMON) -> Entry:
    """An offered line: why, on which facts it rests, its drugs, what goes with it, its sources.

    ground: what is said above the line for most lines together.
    """
    drugs = drug_sentences(line, draft, template)
    details = (
        line.why,
        *also_weighed(line),
        *rests_on(line, ground),
        *drugs,
        *_in_use(line),
        *older_sentences(line),
        *_authority(line),
    )
    return Entry(line.label, details)


def waiting_entry(line: CategoryLine, draft: Draft, template: Template, ground: CommonGround = NOTHING_COMMON) -> Entry:
    """A line that waits or is left to judgement: why, what it waits for, on which facts it rests, its sources."""
    tests = [template.label(code) for code in line.waits_for]
    return Entry(
        line.label,
        (
            line.why,
            *also_weighed(line),
            *((_waits_for(line.missing, template),) if line.missing else ()),
            *((f"Would be decided by: {', '.join(tests)}.",) if tests else ()),
            *rests_on(line, ground),
            *drug_sentences(line, draft, template),
            *_in_use(line),
            *older_sentences(line),
            *_authority(line),
        ),
    )


def also_weighed(line: CategoryLine) -> Iterator[str]:
    """What the safety gates beside the leading rule say, a sentence each."""
    for gate in line.gates_beside:
        yield f"Also: {gate.title}. {gate.reason}"


def closed_entry(line: CategoryLine) -> Entry:
    """A line that is not offered: the facts that closed it, by which gate or rule and why, and its sources in short."""
    gate, because = line.closing, facts_in_words(line.closed_by)
    absent = ", ".join(fact.label for fact in line.not_on_record)
    nowhere = f"; not on record: {absent}" if absent else ""
    said = (f"Gate: {gate.title}.", line.why) if gate else (f"Rule: {line.title}.",)
    grounds = gate or line
    sources = " · ".join(dict.fromkeys(source.short for source in grounds.sources))
    return Entry(
        line.label,
        (
            *((f"Closed by {because}{nowhere}.", *said) if because else (line.why,)),
            *((f"Sources: {sources}",) if sources else ()),
            *((UNSOURCED,) if grounds.unsourced else ()),
            *older_sentences(line),
        ),
    )


def item_entry(line: ItemLine, template: Template) -> Entry:
    """A test or an item of supportive care: why, what it would settle, its sources."""
    return Entry(
        line.label,
        (
            line.why,
            *results_in_words(line.results),
            *_what_waits(line, template),
            *_in_practice(line),
            *older_sentences(line),
            *_authority(line),
        ),
    )


def _what_waits(line: ItemLine, template: Template) -> Iterator[str]:
    """The lines that a test alone would decide, and how many wait for it and for other facts."""
    if line.decides:
        yield f"Would decide: {', '.join(template.label(code) for code in line.decides)}."
    if others := len(line.opens_with_others):
        more = "more " if line.decides else ""
        yield f"{others} {more}{'line waits' if others == 1 else 'lines wait'} for it and for other facts as well."


def _in_practice(line: ItemLine) -> Iterator[str]:
    """What to ask, to keep in mind and who does it; what everybody is asked is left to the page, to keep this short."""
    if line.asks and not line.for_everybody:
        yield f"Ask or check: {'; '.join(line.asks)}."
    if line.notes:
        yield f"Keep in mind: {' '.join(note.text for note in line.notes)}"
    if line.who:
        yield f"By: {', '.join(line.who)}."


def rests_on(line: CategoryLine, ground: CommonGround = NOTHING_COMMON) -> Iterator[str]:
    """The facts on which a line rests, by how they are known; those of the common ground are pointed at."""
    beneath = {fact.code for fact in (*line.derives, *line.presumes)}
    if charted := [fact for fact in line.facts if fact.code not in beneath]:
        yield f"Because {facts_in_words(charted)}."
    for title, (shared, own) in (
        (WORKED_OUT, ground.derived_by(line)),
        (PRESUMED, ground.presumed_by(line)),
    ):
        said = [*([f"what “{GROUND}” lists"] if shared else []), *([facts_in_words(own)] if own else [])]
        if said:
            yield f"{title}: {'; and '.join(said)}."


def facts_in_words(facts: Iterable[Fact]) -> str:
    """Several facts, one after the other."""
    return "; ".join(map(fact_in_words, facts))


def _in_use(line: CategoryLine) -> Iterator[str]:
    """What goes with the category, in short; the page and the JSON say more."""
    if line.brings:
        yield f"Comes with: {', '.join(each.label for each in line.brings)}."
    if line.not_with:
        yield f"Not combined with: {_remarks(line.not_with)}"
    if serious := [effect for effect in line.effects if effect.serious]:
        yield f"Serious: {_remarks(serious)}"
    if line.monitors:
        yield f"Watched: {', '.join(dict.fromkeys(each.area_label.lower() for each in line.monitors))}."


def _remarks(said: Iterable[Remark]) -> str:
    return " ".join(f"{each.text}{' (no source found)' if each.unsourced else ''}" for each in said)


def _waits_for(missing: tuple[str, ...], template: Template) -> str:
    return f"Waits for: {', '.join(template.vocabulary[code].label for code in missing)}."


def _told_by(words: OwnWords) -> Iterator[str]:
    source = source_of_words(words)
    yield f"{source[:1].upper()}{source[1:]}."
    if words.question:
        yield f"Asked: {words.question}"


def _authority(line: CategoryLine | ItemLine | Alert) -> Iterator[str]:
    if line.sources:
        yield f"Sources: {' · '.join(source.citation for source in line.sources)}"
    if isinstance(line, CategoryLine) and line.regulatory_status:
        yield f"Regulatory status: {line.regulatory_status}"
    if line.unsourced:
        yield UNSOURCED


def _sentence(text: str) -> tuple[str, ...]:
    return (text,) if text else ()
