"""The same work on many things, one process for each core, where there is enough of it to be worth the processes."""

from __future__ import annotations

import gc
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

CHUNK = 16

# What the forked processes work with. They inherit it, since templates and documents are costly to send.
_inherited: tuple[Callable[[Any], Any], Sequence[Any]] | None = None


def side_by_side(
    work: Callable[[Item], Result], items: Sequence[Item], *, worth_it: int, together: int = CHUNK
) -> Iterator[Result]:
    """What `work` makes of each item, in their order, as it comes.

    work: changes nothing that others see; what it gives can be pickled. It may be a closure: it is inherited, not sent.
    worth_it: fewer items than these are done before the processes stand, and are done here.
    together: how many items a process takes at a time.
    """
    cores = os.cpu_count() or 1
    if cores == 1 or len(items) < worth_it or not _can_fork():
        yield from map(work, items)
        return
    gc.freeze()  # what is inherited is neither walked through nor copied when the processes clear up after themselves
    try:
        with multiprocessing.get_context("fork").Pool(cores, _inherit, (work, items)) as pool:
            yield from pool.imap(_do, range(len(items)), together)
    finally:
        gc.unfreeze()


def _can_fork() -> bool:
    """A process with threads must not fork: a lock that one of them holds would stay locked for ever."""
    return "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1


def _inherit(work: Callable[[Any], Any], items: Sequence[Any]) -> None:
    global _inherited
    _inherited = work, items


def _do(place: int) -> Any:
    assert _inherited is not None  # noqa: S101
    work, items = _inherited
    return work(items[place])
