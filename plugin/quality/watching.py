"""`careplan check --watch`: templates are checked again at every save, and only what changed is told.

The checks run in a process of their own: the cases fork, and the process that watches has a thread.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from datetime import date
from pathlib import Path

from plugin.errors import UsageError
from plugin.library.content import content_folder
from plugin.quality.as_text import verdict
from plugin.quality.check import check_template, template_folders
from plugin.quality.report import TemplateReport
from plugin.quality.what_changed import Standing

WATCHED = frozenset({".yaml", ".json"})
LISTEN_MILLISECONDS = 200

Told = Callable[[str], None]


def watch_checks(names: tuple[str, ...], as_of: date, told: Told) -> int:
    """Check the templates that are named, all when none is, now and at every save, until Ctrl-C.

    as_of: the day of the checks. told: gets each line. Gives the exit code of the last check: 1 where something is to
    be mended. Raises UsageError for a name that is no template, and where the package that watches files is missing.
    """
    try:
        from watchfiles import watch
    except ImportError as error:
        raise UsageError(
            "check --watch needs the package watchfiles; install it with pip install 'careplan-plugin[qa]'"
        ) from error
    folders, profiles = template_folders(names), content_folder("profiles")
    checks = Checks(folders, as_of, told)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # else the process that checks would be left behind
    try:
        # The first round comes at once and empty: from then on no save is missed, not even one during the first check.
        rounds = watch(
            *folders,
            profiles,
            watch_filter=lambda _, path: _is_content(Path(path)),
            rust_timeout=LISTEN_MILLISECONDS,
            yield_on_timeout=True,
            raise_interrupt=True,
        )
        for changes in rounds:
            saved = {Path(path).resolve() for _, path in changes}
            if any(path.is_relative_to(profiles.resolve()) for path in saved):
                checks.forget()
                checks.run(folders)
            elif saved:
                checks.run(folder for folder in folders if any(path.is_relative_to(folder.resolve()) for path in saved))
            elif not checks.begun:
                checks.run(folders)
                told("watching; save a file to check again, Ctrl-C to end")
    except KeyboardInterrupt:
        told("ended")
    finally:
        checks.forget()
    return checks.exit_code


class Checks:
    """The checks so far, and the process that runs them."""

    def __init__(self, folders: Iterable[Path], as_of: date, told: Told) -> None:
        self.begun = False
        self._told = told
        self._as_of = as_of
        self._standing = {folder: Standing() for folder in folders}
        self._worker: ProcessPoolExecutor | None = None
        self._process = 0

    def run(self, folders: Iterable[Path]) -> None:
        """Check these templates, and tell what changed and how each stands."""
        self.begun = True
        for folder in folders:
            try:
                report = self._report(folder)
            except Exception as error:  # the next save may be sound again, so the watching goes on
                self._told(f"the check of {folder.name} broke off: {type(error).__name__}: {error}")
                self._standing[folder].last = None
                self.forget()
                continue
            for line in self._standing[folder].take(report):
                self._told(line)
            self._told(verdict(report))

    def forget(self) -> None:
        """End the process that checks, with everything it remembers; the next check begins a new one."""
        if self._worker is not None:
            with suppress(ProcessLookupError):
                os.kill(self._process, signal.SIGTERM)
            self._worker.shutdown(wait=True, cancel_futures=True)
            self._worker = None

    @property
    def exit_code(self) -> int:
        """1 where a template has something to be mended, or was never checked to the end."""
        reports = [standing.last for standing in self._standing.values()]
        return int(any(report is None or report.faults for report in reports))

    def _report(self, folder: Path) -> TemplateReport:
        if self._worker is None:
            spawning = multiprocessing.get_context("spawn")
            self._worker = ProcessPoolExecutor(1, spawning, initializer=_end_when_told)
            self._process = self._worker.submit(os.getpid).result()
        return self._worker.submit(check_template, folder, self._as_of).result()


def _end_when_told() -> None:
    """Ctrl-C reaches every process of the terminal; the one that watches ends this one, which then ends its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())


def _is_content(path: Path) -> bool:
    return path.suffix in WATCHED and not path.name.startswith(".")
