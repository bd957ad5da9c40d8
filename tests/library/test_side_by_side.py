"""Work side by side gives what the same work gives one by one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from plugin.library.side_by_side import side_by_side

# In a process of its own: other tests may have left threads in this one, and a process with threads does not fork.
FORKED = """
import os
from plugin.library.side_by_side import side_by_side

os.cpu_count = lambda: 2
done = list(side_by_side(lambda number: (number * number, os.getpid()), range(100), worth_it=100))
assert [square for square, _ in done] == [number * number for number in range(100)]
assert os.getpid() not in {process for _, process in done}
try:
    list(side_by_side(lambda number: 1 // (number - 50), range(100), worth_it=100))
except ZeroDivisionError:
    print("as told")
"""


def test_enough_work_is_done_by_other_processes_in_order_and_what_goes_wrong_there_is_raised_here():
    run = subprocess.run(
        [sys.executable, "-c", FORKED], capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2]
    )
    assert (run.stdout, run.stderr) == ("as told\n", "")


def test_little_work_is_done_here():
    assert list(side_by_side(lambda _: os.getpid(), range(99), worth_it=100)) == [os.getpid()] * 99


def test_what_goes_wrong_here_is_raised_here():
    with pytest.raises(ZeroDivisionError):
        list(side_by_side(lambda number: 1 // (number - 50), range(99), worth_it=100))
