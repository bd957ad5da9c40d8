"""Units as people write them."""

from __future__ import annotations

import re

_POWER = re.compile(r"10[*^](-?\d+)")
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def unit_in_words(unit: str) -> str:
    """A unit, or a text that ends with one: `10*9/L` -> `× 10⁹/L`, so that `3.9 × 10⁹/L` is read; others as they stand.

    UCUM writes powers of ten as `10*` or `10^` (The Unified Code for Units of Measure, 4.1, *The number ten for
    arbitrary powers*); the code itself stays in the data.
    """
    return _POWER.sub(lambda found: f"× 10{found[1].translate(_RAISED)}", unit)
