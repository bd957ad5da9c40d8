"""The tree of our errors. Every message says what came, why it fails and what to do.

CareplanError                 exit code
├── UsageError                2   the command or setting was written wrongly
├── InputError                1   a file or resource we were given cannot be used
│   └── NoResources           1   it is JSON, and holds no FHIR resource
├── TemplateError             1   a template or profile on disk is broken; carries file, line and remedy
│   └── LocalCodesError       1   a site's map of its own codes is broken
├── LaunchError               1   a SMART launch was refused; carries the HTTP status to answer with
├── HookError                 1   a CDS Hooks call was refused; carries the HTTP status to answer with
└── RemoteError               3   the other side failed
    ├── Unreachable           3   no answer within the time limits
    └── Refused               3   an answer that says no, in the server's own words
"""

from __future__ import annotations

from dataclasses import dataclass


class CareplanError(Exception):
    """Base of everything we raise on purpose; `str()` is fit to show to the person who can act on it."""

    exit_code = 1


class UsageError(CareplanError):
    """The command, option or setting was written wrongly."""

    exit_code = 2


class InputError(CareplanError):
    """A file or resource that we were handed cannot be used; names the source and the remedy."""


class NoResources(InputError):
    """What we were handed is sound JSON, and holds no FHIR resource."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong in a template file: where, what, and how to mend it.

    line, column: from 1; None where they are not known. text: what stands there and is wrong, on one line.
    """

    file: str
    line: int | None
    message: str
    remedy: str
    column: int | None = None
    text: str = ""

    @property
    def where(self) -> str:
        """`file:line:column`, as far as they are known."""
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)

    def __str__(self) -> str:
        shown = f"\n    | {self.text}" if self.text else ""
        return f"{self.where}: {self.message}{shown}\n    {self.remedy}"


class TemplateError(CareplanError):
    """Templates or profiles that must not be used; carries every fault found, not only the first."""

    what = "the templates"

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(faults)
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__(f"{self.what} cannot be used, {count}:\n" + "\n".join(map(str, faults)))


class LocalCodesError(TemplateError):
    """A site's map of its own codes that must not be used."""

    what = "the local codes"


class LaunchError(CareplanError):
    """A SMART launch that we refuse to complete; `status` is the HTTP status of the page that says so."""

    def __init__(self, message: str, status: int = 400) -> None:
        self.status = status
        super().__init__(message)


class HookError(CareplanError):
    """A CDS Hooks call that gets no cards; `status` is the HTTP status of the answer that says why."""

    def __init__(self, message: str, status: int = 400) -> None:
        self.status = status
        super().__init__(message)


class RemoteError(CareplanError):
    """The EHR or another server on the network failed."""

    exit_code = 3


class Unreachable(RemoteError):
    """No answer within the time limits; `why` in a word or two."""

    def __init__(self, message: str, why: str = "connection lost") -> None:
        self.why = why
        super().__init__(message)


@dataclass(frozen=True)
class Issue:
    """One issue of an OperationOutcome: severity and code as FHIR has them, the words, the elements it names."""

    severity: str
    code: str
    text: str
    expressions: tuple[str, ...] = ()


class Refused(RemoteError):
    """An answer that says no; `status` is the HTTP status, `detail` the server's own words, `issues` one by one.

    retry_after: seconds after which the server wants to be asked again; 0 where it does not say.
    """

    def __init__(
        self, message: str, status: int, detail: str = "", issues: tuple[Issue, ...] = (), retry_after: float = 0
    ) -> None:
        self.status = status
        self.detail = detail
        self.issues = issues
        self.retry_after = retry_after
        super().__init__(f"{message}: {detail}" if detail else message)
