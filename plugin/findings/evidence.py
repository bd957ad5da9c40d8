"""The intermediate currency of reading: what one result says about one part of a finding, and why it may not count."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from plugin.findings.dates import day_of
from plugin.findings.interval import Interval
from plugin.findings.model import AsideKind
from plugin.library.vocabulary import Value

Standing: TypeAlias = Literal["final", "preliminary"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a result comes from: which resource, when, from which specimen and lesion, how final.

    site: one of the vocabulary's sites of samples; empty where it is none of them, or nobody says.
    began: whether the day is that of the beginning (empty), that of a record of it (`recorded`), or that of something
        earlier (`earlier`), such as the onset of the disease whose stage this is.
    by: who found or stated it, by name; empty where the result itself names nobody.
    void, void_kind: why it says nothing about this patient at all (taken back, about a relative).
    """

    reference: str
    label: str
    day: str = ""
    specimen: str = ""
    site: str = ""
    standing: Standing = "final"
    corrected: bool = False
    issued: str = ""
    report: str = ""
    void: str = ""
    void_kind: AsideKind = ""
    began: Literal["", "recorded", "earlier"] = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One result read for one part of a panel.

    value: what it says in the terms of the part; None where it decides nothing.
    text: the chart's own words.
    set_aside, aside_kind: why it does not count, in a sentence and for programs.
    silent: it says nothing at all (taken back, not done, not known), so it does not even raise a doubt.
    """

    panel: str
    part: str
    origin: Origin
    value: Value | Interval | None
    text: str
    set_aside: str = ""
    aside_kind: AsideKind = ""
    silent: bool = False

    @property
    def counts(self) -> bool:
        """Whether it can give a value."""
        return self.value is not None and not self.set_aside

    @property
    def inadequate(self) -> bool:
        """Whether the sample was not fit for the test; where it contradicts a fit one, somebody has to decide."""
        return self.aside_kind == "unfit"

    @property
    def told(self) -> str:
        """When the chart came to know it, as written: when it was issued, else the day it is about."""
        return self.origin.issued if day_of(self.origin.issued) else self.origin.day

    def aside(self, why: str, kind: AsideKind) -> Evidence:
        """The same result, set aside."""
        return Evidence(self.panel, self.part, self.origin, self.value, self.text, why, kind, self.silent)

    def hushed(self) -> Evidence:
        """The same result, raising no doubt."""
        return replace(self, silent=True)
