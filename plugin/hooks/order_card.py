"""`order-select` and `order-sign`: a warning where the plan has something to say against an order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from plugin.chart.reading import Gap
from plugin.drafting.model import GateOutcome
from plugin.drafting.outline import fact_in_words
from plugin.hooks.card import Message, bullets, enough, escaped
from plugin.hooks.unread import Unread
from plugin.hooks.verdict import Verdict
from plugin.library.rules import Template

MOST_GATES = 3
MOST_FACTS = 6
MOST_ORDERS = 20
FOOTER = "Decision support: nothing was changed. Correct a fact or decide otherwise in the review."


def order_message(verdict: Verdict, gaps: Sequence[Gap], template: Template) -> Message:
    """What a warning says: what stands against the order, on which facts and authority, and what would settle it."""
    facts = [template.vocabulary[code].label for code in verdict.missing]
    tests = [template.label(code) for code in verdict.tests]
    lines = [escaped(line.label) for line in verdict.lines]
    detail = [
        bullets("Check the order itself", [escaped(each) for each in verdict.ordered.cautions]),
        bullets("Safety rules", [_rule(gate) for gate in verdict.gates[:MOST_GATES]]),
        bullets("Facts that are not known", enough([escaped(each) for each in facts], MOST_FACTS)),
        bullets("Tests that come first", enough([escaped(each) for each in tests], MOST_FACTS)),
        bullets("Lines of the plan that it belongs to", enough(lines, MOST_GATES)),
        bullets("Not read, so this may rest on half a chart", [escaped(gap.text) for gap in gaps]),
        FOOTER,
    ]
    return Message(
        topic=verdict.topic,
        indicator="warning",
        summary=f"{verdict.ordered.words[:60]}: {_against(verdict, facts, tests)}",
        detail=tuple(filter(None, detail)),
        overridable=True,
    )


def unread_message(unread: Sequence[Unread]) -> Message:
    """What is said of orders whose drug cannot be told: that they were not looked at, which they are and why."""
    several = len(unread) > 1
    summary = (
        f"{len(unread)} orders could not be looked at: their drugs could not be read"
        if several
        else f"An order could not be looked at: its drug could not be read ({unread[0].place})"
    )
    return Message(
        topic="order-unread",
        indicator="warning",
        summary=summary,
        detail=(
            bullets("Not looked at", enough([_not_looked_at(each) for each in unread], MOST_ORDERS)),
            f"No rule of the plan was checked for {'them' if several else 'it'}: check the drug yourself.",
            "Decision support: nothing was changed.",
        ),
    )


def _not_looked_at(unread: Unread) -> str:
    named = f" (MedicationRequest/{unread.identity})" if unread.identity else ""
    dose = f", “{unread.dose}”" if unread.dose else ""
    place = f"{unread.place[0].upper()}{unread.place[1:]}{named}{dose}"
    return f"{escaped(place)}: {escaped(unread.why)}."


def _against(verdict: Verdict, facts: list[str], tests: list[str]) -> str:
    match verdict.topic:
        case "order-closed":
            return f"not offered for this patient: {verdict.gates[0].title}"
        case "order-judgement":
            return f"for judgement: {verdict.gates[0].title}"
        case "order-waits":
            return f"waits for {', '.join(facts)}"
        case _:
            return f"missing before a start: {', '.join(tests)}"


def _rule(gate: GateOutcome) -> str:
    return " ".join([f"**{escaped(gate.title)}.** {escaped(gate.reason)}", *_grounds(gate)])


def _grounds(gate: GateOutcome) -> Iterator[str]:
    if gate.facts:
        yield f"Rests on: {escaped('; '.join(map(fact_in_words, gate.facts)))}."
    sources = "; ".join(dict.fromkeys(source.short for source in gate.sources))
    yield (
        f"Source: {escaped(sources)}."
        if sources
        else "No source was read for this rule: it needs clinical confirmation."
    )
