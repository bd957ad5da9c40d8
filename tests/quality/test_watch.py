"""`careplan check --watch`: a real process, real files, and only what changed is told."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from plugin.cli import main
from plugin.quality.check import check_template
from plugin.quality.what_changed import Standing

ROOT = Path(__file__).parents[2]
# A shell that starts jobs in the background has them ignore Ctrl-C; the program is told to hear it.
PROGRAM = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from plugin.cli import main; main()"
PATIENCE = 60


class Watched:
    def __init__(self, process):
        self.process = process
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))

    def until(self, text):
        """The lines up to the one that holds this text."""
        seen = []
        while not seen or text not in seen[-1]:
            seen.append(self.lines.get(timeout=PATIENCE))
        return seen


@contextmanager
def watching(folder, program=PROGRAM):
    process = subprocess.Popen(
        [sys.executable, "-c", program, "check", "--watch", str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    try:
        yield Watched(process)
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


@pytest.fixture
def folder(tmp_path):
    made = CliRunner().invoke(main, ["new", "template", str(tmp_path / "small"), "--title", "Small"])
    assert made.exit_code == 0
    small = str(tmp_path / "small")
    for pieces in (
        ("category", small, "agent", "--title", "Agent", "--description", "A drug."),
        ("rule", small, "opens", "--for", "agent", "--part", "first", "--title", "In scope", "--unsourced", "--when",
         "%patientInScope"),
    ):  # fmt: skip
        assert CliRunner().invoke(main, ["new", *pieces]).exit_code == 0
    return tmp_path / "small"


def save(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_only_what_changed_is_told_and_a_broken_save_is_survived(folder):
    rule, cases = folder / "pathways/first.yaml", folder / "cases/first.yaml"
    with watching(folder) as watched:
        first = watched.until("watching")
        assert any(line.startswith("small: green. 6 cases") for line in first)
        save(cases, "{offered: [agent]}", "{judgement: [agent]}")
        told = watched.until("small: 1 fault")
        assert told[0].startswith("✗ cases/first.yaml:5: opens.1")
        assert told[1:3] == [
            "    judgement",
            "      - expected, missing: agent — is offered by rule opens, since small-in-scope = true "
            "(pathways/first.yaml:30)",
        ]
        save(rule, "%patientInScope", "%patientInScop")
        told = watched.until("small: 1 fault")
        assert "%patientInScop is neither" in told[0]
        save(rule, '"%patientInScop"', '"%patientInScop')
        assert "not YAML" in " ".join(watched.until("small: 1 fault"))
        save(rule, '"%patientInScop', '"%patientInScope"')
        told = watched.until("small: 1 fault")
        assert [line[:8] for line in told[:-1]] == ["✓ mended"]  # the case still fails as before: nothing new
        watched.process.send_signal(signal.SIGINT)
        assert watched.process.wait(PATIENCE) == 1
        watched.until("ended")


def test_mended_before_the_end_is_exit_code_0(folder):
    cases = folder / "cases/first.yaml"
    save(cases, "{offered: [agent]}", "{judgement: [agent]}")
    with watching(folder) as watched:
        watched.until("watching")
        save(cases, "{judgement: [agent]}", "{offered: [agent]}")
        told = watched.until("green")
        assert told[0] == "✓ cases/first.yaml:5: opens.1 “In scope: it holds” gets what it expects"
        watched.process.send_signal(signal.SIGINT)
        assert watched.process.wait(PATIENCE) == 0


def test_without_its_package_it_says_what_to_install(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    result = CliRunner().invoke(main, ["check", "--watch", str(folder)])
    assert result.exit_code == 2
    assert "careplan-plugin[qa]" in result.stderr


def test_lines_that_move_are_no_news(folder):
    standing = Standing()
    standing.take(check_template(folder, date(2026, 11, 29)))
    about = folder / "about.yaml"
    about.write_text("# one line more\n" + about.read_text())
    assert standing.take(check_template(folder, date(2026, 11, 29))) == ()
    save(about, "To be written before release: Developer.", "Somebody.")
    told = standing.take(check_template(folder, date(2026, 11, 29)))
    assert any("20 texts are still to be written" in line for line in told)
