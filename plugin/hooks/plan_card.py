"""`patient-view`: what was drafted for the patient whose chart is being opened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from plugin.chart.reading import Gap
from plugin.drafting.model import Alert, CategoryLine, Draft, moved_by
from plugin.hooks.card import Indicator, Message, bullets, enough, escaped
from plugin.library.rules import Template

MOST = 5
FOOTER = "A draft for review. Nothing was ordered, changed or saved."


def plan_message(draft: Draft, gaps: Sequence[Gap], template: Template) -> Message | None:
    """What to say when the chart is opened; None where nothing is drafted for this patient.

    What could not be read is said first: a plan from half a chart must not look like a whole one.
    """
    if draft.no_plan or not any(line.disposition != "not-offered" for line in draft.categories):
        return None
    tests = due_by_worth(draft, template)
    detail = [
        bullets("Not read, so the draft is incomplete", [escaped(gap.text) for gap in gaps]),
        bullets("Attention", enough([escaped(alert.text) for alert in _urgent(draft, gaps)], MOST)),
        bullets("Offered", enough([_offered(line) for line in draft.standing("offered")], MOST)),
        bullets(
            "Waiting for facts", enough([_waiting(line, template) for line in draft.standing("conditional")], MOST)
        ),
        bullets("For your judgement", enough([escaped(line.label) for line in draft.standing("judgement")], MOST)),
        bullets("Tests missing, what decides most first", enough([_test(*each) for each in tests], MOST)),
        _to_confirm(draft, template),
        FOOTER,
    ]
    return Message(
        topic="chart-incomplete" if gaps else "plan-drafted",
        indicator=_indicator(draft, gaps),
        summary=_summary(draft, len(tests), bool(gaps)),
        detail=tuple(filter(None, detail)),
    )


def due_by_worth(draft: Draft, template: Template) -> list[tuple[str, int]]:
    """The due tests with how many lines their results could move, by the facts that they settle; most first."""
    moves: dict[str, set[str]] = {item.code: set() for item in draft.assessments}
    for fact, told in draft.consequences.items():
        for test in template.vocabulary[fact].settled_by:
            if test in moves:
                moves[test] |= moved_by(told)
    labels = {item.code: item.label for item in draft.assessments}
    ordered = sorted(moves, key=lambda code: -len(moves[code]))
    return [(labels[code], len(moves[code])) for code in ordered]


def _summary(draft: Draft, tests: int, incomplete: bool) -> str:
    counts = {
        "offered": len(draft.standing("offered")),
        "waiting for facts": len(draft.standing("conditional")),
        "for your judgement": len(draft.standing("judgement")),
    }
    said = ", ".join(f"{count} {words}" for words, count in counts.items() if count)
    missing = f"; {tests} test{'s' if tests > 1 else ''} missing" if tests else ""
    return f"{'Chart incomplete, care' if incomplete else 'Care'} plan drafted: {said}{missing}"


def _indicator(draft: Draft, gaps: Sequence[Gap]) -> Indicator:
    levels = {alert.level for alert in _urgent(draft, gaps)}
    if "critical" in levels:
        return "critical"
    return "warning" if gaps or "warning" in levels else "info"


def _urgent(draft: Draft, gaps: Sequence[Gap]) -> list[Alert]:
    """The alerts of the plan, the gravest first; gaps have a place of their own, and stop nobody's work."""
    told = {gap.text for gap in gaps}
    return [alert for alert in draft.alerts if alert.level != "info" and alert.text not in told]


def _offered(line: CategoryLine) -> str:
    presumed = len(line.presumes)
    return escaped(line.label) + (
        f" (rests on {presumed} presumed fact{'s' if presumed > 1 else ''})" if presumed else ""
    )


def _waiting(line: CategoryLine, template: Template) -> str:
    missing = enough([template.vocabulary[code].label for code in line.missing], 3)
    return f"{escaped(line.label)}: waits for {escaped(', '.join(missing))}"


def _test(label: str, moves: int) -> str:
    return escaped(label) + (f" (could change {moves} line{'s' if moves > 1 else ''})" if moves else "")


def _to_confirm(draft: Draft, template: Template) -> str:
    labels = list(_labels(draft, template))
    return f"**Facts to confirm first:** {escaped(', '.join(labels))}" if labels else ""


def _labels(draft: Draft, template: Template) -> Iterator[str]:
    yield from (template.vocabulary[code].label for code in draft.to_confirm[:3])
