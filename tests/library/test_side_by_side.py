"""Work side by side gives what the same work gives one by one."""

import os

import pytest

from plugin.library.side_by_side import side_by_side


def test_enough_work_is_done_by_other_processes_and_comes_in_order(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    done = list(side_by_side(lambda number: (number * number, os.getpid()), range(100), worth_it=100))
    assert [square for square, _ in done] == [number * number for number in range(100)]
    assert os.getpid() not in {process for _, process in done}


def test_little_work_is_done_here():
    assert list(side_by_side(lambda _: os.getpid(), range(99), worth_it=100)) == [os.getpid()] * 99


def test_what_goes_wrong_in_another_process_is_raised_here(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    with pytest.raises(ZeroDivisionError):
        list(side_by_side(lambda number: 1 // (number - 50), range(100), worth_it=100))
