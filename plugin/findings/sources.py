"""What stands behind a finding that has no results of its own: what it follows from, or the patient's record."""

from __future__ import annotations

from plugin.findings.model import Finding, Findings, Result

PATIENT = "Patient"


def sources_elsewhere(finding: Finding, findings: Findings) -> tuple[Result, ...]:
    """The evidence of a finding that is not among its own results, as read for other findings, in its order.

    A reference that no finding read as a result keeps what the finding itself says of it. The value of such a result
    is that of another finding, so it is left out.
    """
    own = {result.reference for result in finding.results}
    return tuple(_elsewhere(reference, finding, findings) for reference in finding.evidence if reference not in own)


def _elsewhere(reference: str, finding: Finding, findings: Findings) -> Result:
    result = findings.counting.get(reference)
    if result is None:
        return Result(reference, None, finding.detail, label=_kind(reference))
    return Result(reference, None, result.text, result.date, result.site, result.label, by=result.by)


def _kind(reference: str) -> str:
    kind = reference.split("/", 1)[0]
    return "Patient record" if kind == PATIENT else kind
