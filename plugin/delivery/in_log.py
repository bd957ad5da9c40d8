"""What the log says of a save: which EHR, which way, what came of it and why; nothing about the patient or the plan."""

from __future__ import annotations

import re

import structlog

from plugin.delivery.parts import Outcome
from plugin.errors import Refused, RemoteError, Unreachable

_CODE = re.compile(r"[a-z]+(-[a-z]+)*")  # of an issue, as FHIR's value set issue-type has them
_ELEMENT = re.compile(r"[A-Za-z]+(\.[A-Za-z]+|\[\d+\])*")
_MOST = 5

log = structlog.get_logger()


def cause_of(failure: RemoteError) -> str:
    """Why a request failed, in words of HTTP and FHIR: `422 (business-rule)`, `time-out`. Never the EHR's own words."""
    if isinstance(failure, Unreachable):
        return failure.why
    if not isinstance(failure, Refused):
        return type(failure).__name__
    codes = dict.fromkeys(issue.code for issue in failure.issues if _CODE.fullmatch(issue.code))
    return f"{failure.status} ({', '.join(list(codes)[:_MOST])})" if codes else str(failure.status)


def log_outcome(ehr: str, way: str, number: int, outcome: Outcome, by_itself: bool) -> None:
    """One event for one attempt that has ended. number: of the delivery, as `careplan outbox` names it."""
    differing = [_element(words) for part in outcome.parts if part.state == "differs" for words in part.words]
    unstored = [f"{part.resource_type} {part.state}" for part in outcome.parts if part.state != "stored"]
    report = log.info if outcome.status == "saved" else log.warning
    report(
        "plan_save_ended",
        delivery=number,
        ehr=ehr,
        way=way,
        status=outcome.status,
        cause=outcome.cause or ("stored-otherwise" if differing else ""),
        stored=len(outcome.parts) - len(unstored),
        not_stored=unstored,
        differs=differing[:_MOST],
        by="outbox" if by_itself else "reviewer",
    )


def log_nothing_to_do(ehr: str, way: str, number: int) -> None:
    """The EHR holds this very plan already, so nothing was sent."""
    log.info("plan_save_repeated", delivery=number, ehr=ehr, way=way, status="saved", cause="held-already")


def log_not_begun(ehr: str) -> None:
    """Another window or process is writing the plan."""
    log.info("plan_save_not_begun", ehr=ehr, cause="being-saved")


def _element(difference: str) -> str:
    """`CarePlan.status` of `CarePlan.status: sent draft, stored active`: the values stay out of the log."""
    found = _ELEMENT.match(difference)
    return found[0] if found else ""
