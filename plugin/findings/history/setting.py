"""From what was read of a chart to its history of treatment: when the disease began, what clinicians state of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from plugin.findings.dates import later
from plugin.findings.entries import earliest
from plugin.findings.evidence import Evidence
from plugin.findings.history.courses import Beginning
from plugin.findings.history.drugs import Drugs
from plugin.findings.history.history import History, events_of, read_history
from plugin.findings.history.lines import Line
from plugin.findings.history.measures import measured
from plugin.findings.index import Index, reading_of
from plugin.findings.resolve import Resolved
from plugin.findings.statements import STATED_UNKNOWN, Statements
from plugin.library.vocabulary import in_a_word

COUNTING = ("lines", "current", "failed", "lost")  # what is stated about these and not on record makes it incomplete


def history_of(
    index: Index,
    resolved: dict[str, Resolved],
    by_panel: dict[str, list[Evidence]],
    drugs: Drugs,
    statements: Statements,
) -> History:
    """What was given, told apart by the day on which the disease that the policy counts from is first on record."""
    vocabulary, policy = index.vocabulary, index.vocabulary.treatment
    since = resolved.get(policy.since)
    label = vocabulary[policy.since].label if policy.since else ""
    led = statements.lead(policy.since, since.finding, since.behind) if since is not None else None
    denied = led is not None and led.value is not True
    began = Beginning("", label) if since is None or denied else _began(since, label)
    events = events_of(by_panel.get(index.panel_of(policy.course), ()), index)
    stated = {
        code: led.value for code in (policy.given, policy.line_to_choose) if (led := statements.alone(code)) is not None
    }
    history = read_history(drugs, index, began, since.finding.evidence if since else (), events, stated)
    history = replace(history, lines=_as_stated(history.lines, index, statements))
    doubt = history.doubt or next(_contradicted(history, index, statements, drugs.chart.as_of.isoformat()), "")
    return replace(history, doubt=doubt)


def beginning_of(found: Resolved) -> str:
    """The (partial) date of the first record of what is present; empty where it is not, or nobody dates it."""
    return earliest([sample.day for sample in found.leading]) if found.finding.value is True else ""


def _began(found: Resolved, label: str) -> Beginning:
    """When it began: an onset or a result; a record may have come later, and a stage is told of the whole disease."""
    behind = list(found.behind) if found.finding.value is True else []
    origins = [one.origin for one in behind if one.counts]
    days = [origin.day for origin in origins if origin.began != "earlier"]
    day = earliest(days)
    if not day:
        return Beginning("", label)
    sure = [origin.day for origin in origins if origin.began == "" and origin.day]
    if "" in days:
        return Beginning(day, label, f"not every record of this has a date: {label}")
    if not any(not later(one, day) for one in sure):
        return Beginning(day, label, f"only the day on which it was recorded is known of this: {label}")
    return Beginning(day, label)


def _as_stated(lines: tuple[Line, ...], index: Index, statements: Statements) -> tuple[Line, ...]:
    """The lines, with the newest as clinicians state how the disease went on it."""
    for definition in index.vocabulary.read_as("treatment") if lines else ():
        reading = reading_of(definition)
        if reading.measure != "progressed" or reading.classes:
            continue
        led = statements.alone(definition.code)
        if led is None or (led.state == "unknown" and led.note != STATED_UNKNOWN):
            continue
        said = led.value if isinstance(led.value, bool) else None
        lines = (*lines[:-1], replace(lines[-1], progressed=said, progressed_on="", told_by=led.evidence))
    return lines


def _contradicted(history: History, index: Index, statements: Statements, as_of: str) -> Iterator[str]:
    """What clinicians state of treatment that the drugs on record do not show."""
    vocabulary = index.vocabulary
    heard = statements.heard
    for definition in vocabulary.read_as("treatment") if heard else ():
        reading = reading_of(definition)
        since = reading.measure in COUNTING or (reading.measure == "given" and reading.period == "after")
        if definition.code not in heard or not since:
            continue
        led = statements.alone(definition.code)
        if led is None or led.value is None:
            continue
        told = measured(history, definition, vocabulary.treatment, as_of).value
        more = reading.measure == "lines" or led.value is True
        if more and told is not None and told != led.value:
            stated, shown = in_a_word(led.value), in_a_word(told)
            yield f"a clinician states {stated} for this, the drugs on record say {shown}: {definition.label}"
