"""A number as reports give it: exact, bounded (`< 1 %`) or a range (`1-10 %`). Comparisons may have no answer."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interval:
    """All numbers from `low` to `high`; an open end does not belong to it. Compared with a number, None is unknown."""

    low: float
    high: float
    low_open: bool = False
    high_open: bool = False

    @classmethod
    def exactly(cls, number: float) -> Interval:
        """The interval of one number."""
        return cls(number, number)

    @classmethod
    def compared(cls, comparator: str, number: float) -> Interval | None:
        """What a FHIR comparator says about a number; None where the comparator is none of FHIR's."""
        return {
            "": cls.exactly(number),
            "<": cls(-math.inf, number, True, True),
            "<=": cls(-math.inf, number, True),
            ">": cls(number, math.inf, True, True),
            ">=": cls(number, math.inf, False, True),
        }.get(comparator)

    @property
    def exact(self) -> float | None:
        """The number itself, where there is just one."""
        return self.low if self.low == self.high else None

    def within(self, minimum: float | None, maximum: float | None) -> Interval | None:
        """The part of the interval that is possible at all; None where no part is."""
        low, low_open, high, high_open = self.low, self.low_open, self.high, self.high_open
        if minimum is not None and low < minimum:
            low, low_open = minimum, False
        if maximum is not None and high > maximum:
            high, high_open = maximum, False
        if low > high or (low == high and (low_open or high_open)):
            return None
        return Interval(low, high, low_open, high_open)

    def __lt__(self, number: float) -> bool | None:
        if self.high < number or (self.high == number and self.high_open):
            return True
        return False if self.low >= number else None

    def __ge__(self, number: float) -> bool | None:
        return None if (below := self < number) is None else not below

    def __gt__(self, number: float) -> bool | None:
        if self.low > number or (self.low == number and self.low_open):
            return True
        return False if self.high <= number else None

    def __le__(self, number: float) -> bool | None:
        return None if (above := self > number) is None else not above
