"""The reviewed plan in words: the narrative of the CarePlan, which many EHRs show and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from plugin.delivery.decision_words import terms_in_words
from plugin.delivery.goals import KEPT_INSIDE, goal_names
from plugin.delivery.lines import Line, decidable_lines, standing_of
from plugin.delivery.on_condition import IF_THEY_HOLD, is_on_condition
from plugin.delivery.own_lines import HEADING as OWN_HEADING
from plugin.delivery.own_lines import own_entry
from plugin.delivery.plan import ReviewedPlan
from plugin.drafting.common_ground import CommonGround, common_ground
from plugin.drafting.drug_words import drug_sentences
from plugin.drafting.model import CategoryLine
from plugin.drafting.outline import (
    Entry,
    Section,
    alert_entries,
    also_weighed,
    facts_in_words,
    goal_sections,
    ground_section,
    in_words,
    rests_on,
)
from plugin.storage.reviews import Choice

NOTICE = "Proposal from decision support, reviewed by a clinician. Nothing here is ordered, dosed or started."
GROUPS: tuple[tuple[Choice | None, str], ...] = (
    ("accept", "Accepted"),
    ("change", "Kept with a change"),
    ("decline", "Declined"),
    ("defer", "Deferred"),
    (None, "Not decided yet"),
)


def narrative(plan: ReviewedPlan) -> str:
    """The XHTML `div` of the reviewed plan, without scripts, styles or links."""
    draft = plan.draft
    parts = [
        '<div xmlns="http://www.w3.org/1999/xhtml">',
        f"<p><b>{escape(draft.template_title)}</b>, drafted as of {draft.as_of}, reviewed by "
        f"{escape(plan.reviewer.name)}. {escape(NOTICE)}{_kept_inside(plan)}</p>",
        *(_as_xhtml(section) for section in _sections(plan) if section.entries),
        "</div>",
    ]
    return "".join(parts)


def _kept_inside(plan: ReviewedPlan) -> str:
    return "" if plan.writes_goals or not goal_names(plan) else f" {escape(KEPT_INSIDE)}"


def _sections(plan: ReviewedPlan) -> Iterator[Section]:
    yield from lines_told(plan)
    yield Section("What is known", tuple(_known(plan)))
    yield closed_told(plan)


def lines_told(plan: ReviewedPlan) -> Iterator[Section]:
    """What the plan is for, what to mind, and every line with its decision, why it stands there and its sources."""
    if not plan.draft.no_plan:
        wants, goals = goal_sections(plan.draft, plan.template)
        yield from (wants,) if plan.goals_left_out else (wants, goals)
    warnings = (*(clash.sentence for clash in plan.clashes()), *on_condition_told(plan))
    yield Section("Attention", (*map(Entry, warnings), *alert_entries(plan.draft.alerts)))
    ground = common_ground(plan.draft)
    yield ground_section(ground)
    for choice, heading in GROUPS:
        lines = [line for line in decidable_lines(plan.draft) if plan.choice(line) == choice]
        yield Section(heading, tuple(_line(plan, line, ground) for line in lines))
        if choice == "change":
            yield Section(OWN_HEADING, tuple(map(own_entry, plan.own_lines)))


def on_condition_told(plan: ReviewedPlan) -> Iterator[str]:
    """One warning for all lines that were taken into the plan while facts are not known; none where there is none."""
    waiting = [f"{line.label} {plan.waits_in_words(line)}" for line in plan.on_condition()]
    if waiting:
        yield f"Accepted, while facts are not known: {'; '.join(waiting)}."


def closed_told(plan: ReviewedPlan) -> Section:
    """The lines that are not offered, each with what closed it."""
    return Section("Not offered", tuple(_closed(line) for line in plan.draft.standing("not-offered")))


def _line(plan: ReviewedPlan, line: Line, ground: CommonGround) -> Entry:
    decision = plan.decision(line)
    details = []
    if decision is not None:
        details += [f"In the reviewer's words: {decision.text}"] if decision.text else []
        details += [f"{said}." for said in terms_in_words(decision.terms)]
        details += [f"Reason: {decision.reason}"] if decision.reason else []
        details.append(f"Decided by {decision.author.name}, {decision.at:%Y-%m-%d}.")
    details += [again] if (again := plan.asked_again(line)) else []
    drugs = drug_sentences(line, plan.draft, plan.template) if isinstance(line, CategoryLine) else ()
    why = f"{IF_THEY_HOLD}: {line.why}" if standing_of(line) == "conditional" else line.why
    return Entry(line.label, (*details, why, *_standing(plan, line, ground), *drugs, *_authority(line)))


def _standing(plan: ReviewedPlan, line: Line, ground: CommonGround) -> Iterator[str]:
    if not isinstance(line, CategoryLine):
        return
    if standing_of(line) == "conditional":
        missing = ", ".join(plan.template.vocabulary[code].label for code in line.missing)
        said = "Accepted, waits" if is_on_condition(line, plan.choice(line)) else "Conditional: waits"
        yield f"{said} for {missing}."
    if standing_of(line) == "judgement":
        yield "Left to the clinician's judgement."
    yield from also_weighed(line)
    yield from rests_on(line, ground)


def _authority(line: Line) -> Iterator[str]:
    if line.sources:
        yield f"Sources: {' · '.join(source.citation for source in line.sources)}"
    if line.unsourced:
        yield "No source found, needs clinical confirmation."


def _known(plan: ReviewedPlan) -> Iterator[Entry]:
    for code, finding in plan.draft.findings.items():
        if finding.state not in ("known", "derived", "conflicting"):
            continue
        definition = plan.template.vocabulary[code]
        stated = plan.statements.get(code)
        by = f" — stated by {stated.author.name}, {stated.at:%Y-%m-%d}" if stated else ""
        reason = (f"Reason: {stated.reason}",) if stated and stated.reason else ()
        yield Entry(f"{definition.label}: {in_words(definition, finding)}{by}", reason)


def _closed(line: CategoryLine) -> Entry:
    return Entry(line.label, (f"Closed by {facts_in_words(line.closed_by)}." if line.closed_by else line.why,))


def _as_xhtml(section: Section) -> str:
    entries = "".join(
        f"<li><b>{escape(entry.title)}</b>{''.join(f'<br/>{escape(detail)}' for detail in entry.details)}</li>"
        for entry in section.entries
    )
    return f"<h3>{escape(section.heading)}</h3><ul>{entries}</ul>"
