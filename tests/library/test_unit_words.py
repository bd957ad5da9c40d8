"""Units on the page: powers of ten as people write them, everything else as it came."""

import orjson
import pytest

from plugin.drafting.outline import in_words
from plugin.findings.bundle import resources_of
from plugin.findings.reader import read_findings
from plugin.library.content import PACKAGE
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


def test_a_number_of_the_chart_is_said_once_whichever_way_its_unit_is_written(template, as_of):
    resources = resources_of(orjson.loads((PACKAGE / "sandbox/patients/her2-conflict.json").read_bytes()))
    findings = read_findings(resources, template.vocabulary, as_of)
    assert in_words(template.vocabulary["neutrophils"], findings["neutrophils"]) == "3.9 × 10⁹/L"
