"""Cases run side by side: a template of a thousand cases should not keep anybody waiting."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from plugin.library.rules import Template
from plugin.library.side_by_side import side_by_side
from plugin.quality.cases import Case
from plugin.quality.running import Outcome, run_case

WORTH_IT = 100  # cases


def run_cases(cases: tuple[Case, ...], template: Template) -> Iterator[Outcome]:
    """The outcome of each case, in their order, as they come."""
    return side_by_side(partial(run_case, template=template), cases, worth_it=WORTH_IT)
