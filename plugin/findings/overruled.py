"""What a clinician states where the chart holds other results, told so that a statement is never taken for a result."""

from __future__ import annotations

from plugin.findings.dates import spoken
from plugin.findings.model import Finding, Result
from plugin.library.vocabulary import FindingDefinition, in_a_word

MOST_TOLD = 4  # results in one sentence; the page lists every one of them
SOMEBODY = "a clinician"


def rests_on_statement(finding: Finding) -> bool:
    """Whether its value is a clinician's word, which no result that counts gives by itself."""
    if finding.stated != "agrees":
        return finding.stated == "overrules"
    return all(result.value != finding.value for result in chart_results(finding))


def chart_results(finding: Finding) -> tuple[Result, ...]:
    """The results of the chart that count, those that say otherwise first, else newest first."""
    counting = [result for result in finding.results if not (result.set_aside or result.stated)]
    return tuple(sorted(counting, key=lambda result: result.value == finding.value))


def statements_that_lead(finding: Finding) -> tuple[Result, ...]:
    """The statements that give the value."""
    return tuple(result for result in finding.results if result.stated and result.reference in finding.evidence)


def stated_against(finding: Finding, definition: FindingDefinition) -> str:
    """The statement and what the chart holds, with names and days: `Fever: stated yes by Dr X (3 May 2026); …`."""
    names = [result.by or SOMEBODY for result in statements_that_lead(finding)] or [SOMEBODY]
    days = [spoken(result.date) for result in statements_that_lead(finding) if result.date]
    when = f" ({days[0]})" if days else ""
    by = " and ".join(dict.fromkeys(names))
    return f"{definition.label}: stated {in_a_word(finding.value)} by {by}{when}; {chart_says(finding)}"


def chart_says(finding: Finding) -> str:
    """What the chart holds about a fact that was stated, with days and laboratories; never the statement itself."""
    told = [_told(result) for result in chart_results(finding)]
    if not told:
        return "the chart says otherwise" if finding.stated == "overrules" else "the chart holds no result that counts"
    apart = list(dict.fromkeys(told))
    shown, more = apart[:MOST_TOLD], len(apart) - MOST_TOLD
    *others, last = [*shown, f"{more} more"] if more > 0 else shown
    return f"the chart has {', '.join(others)}{' and ' if others else ''}{last}"


def _told(result: Result) -> str:
    value = in_a_word(result.value) if result.value is not None else ""
    words = "" if value.casefold() in result.text.casefold().split() else result.text
    beside = ", ".join(filter(None, (spoken(result.date) if result.date else "no date", result.site, result.by)))
    return f"{': '.join(filter(None, (value, words))) or 'a result'} ({beside})"
