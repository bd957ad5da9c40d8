"""What rules stand on: the sources of evidence.yaml, and how far each was read. Immutable."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Citation:
    """One source of evidence.yaml. verification: `primary` text read, `secondary` report read, `knowledge` neither.

    read: day on which it was last read, as YYYY-MM-DD; empty where nobody did.
    """

    id: str
    citation: str
    url: str
    year: int | None
    kind: str
    verification: str
    read: str = ""
    organisation: str = ""
    title: str = ""

    @property
    def checked(self) -> bool:
        """Whether somebody read it; only then it may be printed as a citation."""
        return self.verification != "knowledge"

    @property
    def short(self) -> str:
        """Who said it and when, with which a citation begins: `ASCO 2021`; what follows where it begins with a year."""
        first, _, rest = self.citation.partition(". ")
        return rest.partition(". ")[0].removesuffix(".") if first.isdigit() and rest else first


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a rule stands on. `documented` are knowledge-base ids it encodes; `unsourced` says no source was read."""

    citations: tuple[Citation, ...]
    kind: str
    confidence: str
    documented: tuple[str, ...]
    unsourced: bool
