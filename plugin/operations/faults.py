"""Every error as an OperationOutcome: what came, why it fails, what to do; nothing about a patient."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

Resource = dict[str, Any]
_FIT_TO_REPEAT = re.compile(r"[A-Za-z0-9$._:/|-]{1,64}")


class OperationFault(Exception):
    """A request that is refused.

    status: of HTTP. code: of FHIR's IssueType. expression: the element or parameter that it is about.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        expression: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.expression = expression
        self.headers = dict(headers or {})

    @property
    def outcome(self) -> Resource:
        """The OperationOutcome that says so."""
        return outcome([issue("error", self.code, str(self), self.expression)])


def issue(severity: str, code: str, text: str, expression: str = "") -> Resource:
    """One issue of an OperationOutcome; severity and code of FHIR's IssueSeverity and IssueType."""
    found: Resource = {"severity": severity, "code": code, "diagnostics": text}
    return found | ({"expression": [expression]} if expression else {})


def outcome(issues: Iterable[Resource]) -> Resource:
    """The issues as one OperationOutcome."""
    return {"resourceType": "OperationOutcome", "issue": list(issues)}


def shown(word: str) -> str:
    """A word of the request as an error may repeat it: names and types only, never what could be about a person."""
    return f"'{word}'" if _FIT_TO_REPEAT.fullmatch(word) else "something that is no name"
