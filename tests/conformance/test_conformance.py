"""Every binding requirement is proven by a test or excluded with a reason, and the page says what is so."""

from __future__ import annotations

import pytest

from tests.conformance.page import page
from tests.conformance.requirements import ROOT, SPECIFICATIONS, proofs

# One process asks once.
pytestmark = pytest.mark.xdist_group("conformance")


@pytest.fixture(scope="module")
def tests():
    return proofs()


@pytest.mark.parametrize("specification", SPECIFICATIONS, ids=lambda each: each.marker)
def test_every_binding_requirement_is_proven_or_excluded_with_a_reason(specification, tests):
    requirements = specification.requirements
    assert len({each.id for each in requirements}) == len(requirements)
    missing = [each.id for each in requirements if specification.name_of(each) not in tests and not each.excluded]
    assert missing == []


@pytest.mark.parametrize("specification", SPECIFICATIONS, ids=lambda each: each.marker)
def test_what_is_proven_is_not_excluded_too(specification, tests):
    both = [each.id for each in specification.requirements if each.excluded and specification.name_of(each) in tests]
    assert both == []


def test_every_mark_names_a_requirement(tests):
    known = {each.name_of(requirement) for each in SPECIFICATIONS for requirement in each.requirements}
    assert set(tests) - known == set()


def test_the_page_is_up_to_date(tests):
    written = (ROOT / "docs" / "conformance.md").read_text(encoding="utf-8")
    assert written == page(tests), "run: python -m tests.conformance.page > docs/conformance.md"
