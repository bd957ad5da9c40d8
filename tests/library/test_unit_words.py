"""Units on the page: powers of ten as people write them, everything else as it came."""

import pytest

from plugin.library.unit_words import unit_in_words


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("10*9/L", "× 10⁹/L"),
        ("10^3/uL", "× 10³/uL"),
        ("10*-6", "× 10⁻⁶"),
        ("mL/min", "mL/min"),
        ("g/10", "g/10"),
        ("", ""),
    ],
)
def test_a_power_of_ten_is_written_as_people_write_it(code, shown):
    assert unit_in_words(code) == shown
