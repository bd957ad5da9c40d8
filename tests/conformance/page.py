"""docs/conformance.md: each requirement of the standards, and the test that proves it or the reason why none can.

`python -m tests.conformance.page > docs/conformance.md`
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping

from tests.conformance.requirements import SPECIFICATIONS, Requirement, Specification, proofs

HEAD = """# Conformance

Written by `python -m tests.conformance.page` from the marks on the tests and from `tests/conformance/*.yaml`; a test
holds it up to date. The numbers are those of the requirement lists that the Inferno test kits publish; the words are
ours, those of the specification count. Every test named here runs in `.ci/run`.
"""


def page(tests: Mapping[str, list[str]]) -> str:
    """The page. tests: requirement -> names of the tests that carry it."""
    lines = [HEAD]
    for specification in SPECIFICATIONS:
        lines += _section(specification, tests)
    return "\n".join(lines) + "\n"


def _section(specification: Specification, tests: Mapping[str, list[str]]) -> Iterator[str]:
    requirements = specification.requirements
    proven = [each for each in requirements if specification.name_of(each) in tests]
    binding = [each for each in requirements if each.binds]
    aside = [each for each in binding if each not in proven]
    yield f"## {specification.title}"
    yield ""
    yield f"<{specification.url}>"
    yield ""
    yield (
        f"{len(binding)} requirements bind (SHALL, SHALL NOT): {len(binding) - len(aside)} are proven by a test, "
        f"{len(aside)} cannot apply. Of {len(requirements) - len(binding)} others "
        f"{len(proven) - len(binding) + len(aside)} are proven."
    )
    yield ""
    yield "| id | level | requirement | proven by, or why not |"
    yield "|---|---|---|---|"
    for each in requirements:
        shown = _shown(each, tests.get(specification.name_of(each), []))
        yield f"| {each.id} | {each.level} | {_cell(each.says)} | {shown} |"
    yield ""


def _shown(requirement: Requirement, names: list[str]) -> str:
    if not names:
        return f"*not applicable:* {_cell(requirement.excluded)}"
    return "<br>".join(f"`{name.removeprefix('tests/')}`" for name in names)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    sys.stdout.write(page(proofs()))
