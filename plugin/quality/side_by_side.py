"""Cases run side by side, one process for each core: a template of a thousand cases should not keep anybody waiting."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Iterator

from plugin.library.rules import Template
from plugin.quality.cases import Case
from plugin.quality.running import Outcome, run_case

WORTH_IT = 100  # cases; fewer are done before the processes stand
CHUNK = 16

# What the forked processes work with. They inherit it, since a template is costly to send.
_inherited: Template | None = None


def run_cases(cases: tuple[Case, ...], template: Template) -> Iterator[Outcome]:
    """The outcome of each case, in their order, as they come."""
    cores = os.cpu_count() or 1
    if cores == 1 or len(cases) < WORTH_IT or not _can_fork():
        yield from (run_case(case, template) for case in cases)
        return
    with multiprocessing.get_context("fork").Pool(cores, _inherit, (template,)) as pool:
        yield from pool.imap(_run, cases, CHUNK)


def _can_fork() -> bool:
    """A process with threads must not fork: a lock that one of them holds would stay locked for ever."""
    return "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1


def _inherit(template: Template) -> None:
    global _inherited
    _inherited = template


def _run(case: Case) -> Outcome:
    assert _inherited is not None  # noqa: S101
    return run_case(case, _inherited)
