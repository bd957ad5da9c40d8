"""The guide for authors, followed to the letter: every command is typed as it stands there, and prints what it says."""

from __future__ import annotations

import re
import shlex
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from plugin.cli import main
from plugin.quality.authoring import wording
from tests.quality.test_watch import watching

GUIDE = Path(__file__).parents[2] / "docs/authoring.md"
DAY = date(2026, 11, 29)
FENCE = re.compile(r"^```(?P<kind>\w+)?(?: (?P<about>[^\n]*))?\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
SECONDS = re.compile(r"\b\d+\.\d s\b")
LEFT_OUT = "…"
ON_THE_DAY = f"""
import signal, plugin.cli
from datetime import date
signal.signal(signal.SIGINT, signal.default_int_handler)
plugin.cli._day_of_today = lambda: date.fromisoformat("{DAY}")
plugin.cli.main()
"""


def blocks():
    """Kind, what stands behind it, and text of every fenced block that is to be followed."""
    found = [(match["kind"], match["about"] or "", match["text"]) for match in FENCE.finditer(GUIDE.read_text())]
    return [each for each in found if each[0] == "console" or each[1]]


def steps(text):
    """The commands of a console, each with the lines that it prints; None for lines that come without a command."""
    found = []
    for line in filter(None, text.replace("\\\n", "").splitlines()):
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found = found or [(None, [])]
            found[-1][1].append(SECONDS.sub("0.0 s", line))
    return found


def is_as_told(expected, printed):
    """Whether lines were printed as expected, `…` standing for any number of lines."""
    if not expected:
        return not printed
    if expected[0] == LEFT_OUT:
        return any(is_as_told(expected[1:], printed[place:]) for place in range(len(printed) + 1))
    return bool(printed) and printed[0] == expected[0] and is_as_told(expected[1:], printed[1:])


def lines(text):
    return [SECONDS.sub("0.0 s", line) for line in text.splitlines() if line]


def save(about, text):
    """What the guide says to write: a whole file, a case in place of another, or lines at the end."""
    file, _, where = about.partition(" ")
    path = Path(file)
    old = path.read_text() if where else ""
    if where.startswith("in place of "):
        case = re.search(rf"^  - id: {re.escape(where.removeprefix('in place of '))}\n(?:    .*\n)*", old, re.MULTILINE)
        text = old[: case.start()] + text + old[case.end() :]
    elif where == "at the end":
        text = old + text
    path.write_text(text)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("plugin.cli._day_of_today", lambda: DAY)
    monkeypatch.setattr(wording, "today", DAY.isoformat)
    return tmp_path


def typed(command, expected):
    program, *arguments = shlex.split(command)
    assert program == "careplan"
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, f"{command}\n{result.output}"
    if expected:
        assert is_as_told(expected, lines(result.output)), f"{command}\n{result.output}"


def watched(steady, expected):
    """The lines up to the last that is expected."""
    printed = lines("\n".join(steady.until(expected[-1].partition("0.0 s")[0])))
    assert is_as_told(expected, printed), "\n".join(printed)


def test_the_guide_can_be_followed_to_the_letter(folder):
    with ExitStack() as stack:
        steady = None
        for kind, about, text in blocks():
            if kind != "console":
                save(about, text)
                continue
            for command, expected in steps(text):
                if command is not None:
                    stack.close()
                if command is not None and "--watch" not in command:
                    typed(command, expected)
                    continue
                if command is not None:
                    steady = stack.enter_context(watching(shlex.split(command)[-1], ON_THE_DAY))
                watched(steady, expected)


def test_what_the_guide_leaves_out_is_all_that_may_differ():
    assert is_as_told(["a", "…", "c"], ["a", "b", "b", "c"])
    assert is_as_told(["…", "c", "…"], ["c"])
    assert not is_as_told(["a", "c"], ["a", "b", "c"])
    assert not is_as_told(["a", "…"], ["b", "a"])
