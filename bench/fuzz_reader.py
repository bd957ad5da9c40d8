"""Throw damaged charts at the reader: it may refuse or answer less, never crash, hang, or say the opposite.

python bench/fuzz_reader.py [--inputs 200000] [--processes 2] [--seed 1] [--only INDEX]

Every input is made from a small chart by a few mutations that depend on seed and index alone; `--only` reads one of
them again and prints it. An input that takes longer than TIME_LIMIT seconds counts as hanging.

The oracle: a chart of one voice never yields the opposite, unless a mutation brought a new text or number that could
say it, which is a number, a text with a digit, or a text that is a word or code of an answer. What is deleted, moved,
doubled or spoiled never says the opposite, and never makes a result count that was taken back or is preliminary.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import signal
import sys
import time
import traceback
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.damage import NEGATIVE, OPPOSITE, POSITIVE, SEEDS, WRAPS, Seed, leaves, made
from plugin.errors import InputError
from plugin.findings.bundle import resources_of
from plugin.findings.model import Findings
from plugin.findings.reader import read_findings
from plugin.library.content import content_folder, default_template_folder
from plugin.library.template import VOCABULARY_FILE
from plugin.library.vocabulary import Vocabulary
from plugin.library.vocabulary_file import load_vocabulary

AS_OF = date(2026, 11, 22)
TIME_LIMIT = 2.0
PROGRESS_SECONDS = 15.0
MOST_SHOWN = 20
ASKED = ("er", "pr", "her2", "germline-brca", "pik3ca")
# What a Bundle around the resources brings, which says nothing.
WRAPPING = frozenset(repr(word) for word in ("Bundle", *WRAPS, "batch-response", *(f"urn:uuid:{n}" for n in range(99))))
FINALITY = frozenset({"final", "amended", "corrected", "appended"})


class Oracle:
    """Knows which texts of a vocabulary could say that something is positive or negative."""

    def __init__(self, words: Vocabulary) -> None:
        self._said: dict[str, set[str]] = {POSITIVE: set(), NEGATIVE: set()}
        for code_map in words.code_sets.maps.values():
            for (_, code), value in code_map.codes.items():
                self._said.setdefault(value, set()).add(code.lower())
            for phrase, value in code_map.words.items():
                self._said.setdefault(value, set()).add(phrase.lower())
        self._any = set().union(*self._said.values()) - {""}

    def wrong(self, seed: Seed, document: Any, findings: Findings) -> str:
        """What the reader may not say about this document; empty where all it says is supported."""
        opposite = OPPOSITE[seed.said]
        turned = [code for code in ASKED if findings[code].value == opposite]
        if not turned:
            return ""
        before = {*map(repr, leaves(seed.resources)), *WRAPPING}
        if any(self._could_say(leaf) for leaf in leaves(document) if repr(leaf) not in before):
            return ""
        return f"{', '.join(turned)} became {opposite}, and nothing new in the document says so"

    def _could_say(self, leaf: Any) -> bool:
        if isinstance(leaf, int | float) and not isinstance(leaf, bool):
            return True
        text = str(leaf).strip().lower()
        return text in self._any or any(letter.isdigit() for letter in text) or text in FINALITY


class TooSlow(BaseException):
    """An input took longer than the limit; no Exception, so that nothing on the way can catch it."""


def _alarm(_number: int, _frame: FrameType | None) -> None:
    raise TooSlow


def read_in_time(document: Any, words: Vocabulary) -> Findings:
    """Open and read a document; raises TooSlow after TIME_LIMIT seconds where the system has alarms."""
    if not hasattr(signal, "setitimer"):
        return read_findings(resources_of(document), words, AS_OF)
    before = signal.signal(signal.SIGALRM, _alarm)
    signal.setitimer(signal.ITIMER_REAL, TIME_LIMIT)
    try:
        return read_findings(resources_of(document), words, AS_OF)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@dataclass
class Tally:
    """What came of the inputs."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def add(self, index: int, seed: int, oracle: Oracle, words: Vocabulary) -> None:
        """Make one input, read it, and judge."""
        if (made_here := made(seed, index)) is None:
            self.counts["no JSON"] += 1
            return
        chosen, document = made_here
        try:
            findings = read_in_time(document, words)
        except InputError:
            self.counts["refused"] += 1
            return
        except TooSlow:
            self._fault("hang", index, f"longer than {TIME_LIMIT:g} s")
            return
        except Exception:
            self._fault("crash", index, traceback.format_exc(limit=-3))
            return
        self.counts["read"] += 1
        if wrong := oracle.wrong(chosen, document, findings):
            self._fault("wrong", index, wrong)

    def _fault(self, kind: str, index: int, text: str) -> None:
        self.counts[kind] += 1
        if self.counts[kind] <= MOST_SHOWN:
            self.faults.append(f"{kind} at --only {index}: {text}")


def work(seed: int, first: int, step: int, inputs: int, words: Vocabulary, shown: bool) -> Tally:
    """Every `step`-th input from `first` on."""
    tally, oracle = Tally(), Oracle(words)
    read_findings(SEEDS[0].resources, words, AS_OF)
    said = start = time.monotonic()
    for index in range(first, inputs, step):
        tally.add(index, seed, oracle, words)
        if shown and time.monotonic() - said > PROGRESS_SECONDS:
            said = time.monotonic()
            print(f"{index:>9} of {inputs}, {said - start:5.0f} s, {dict(tally.counts)}", file=sys.stderr, flush=True)
    return tally


def vocabulary() -> Vocabulary:
    return load_vocabulary(default_template_folder() / VOCABULARY_FILE, content_folder("profiles"))


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--inputs", type=int, default=200_000)
    arguments.add_argument("--processes", type=int, default=2)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--only", type=int)
    given = arguments.parse_args()
    words = vocabulary()
    if given.only is not None:
        found = made(given.seed, given.only)
        print(json.dumps(found[1], indent=2) if found else "no JSON")
        tally = work(given.seed, given.only, 1, given.only + 1, words, False)
        print(dict(tally.counts), *tally.faults, sep="\n")
        return 1 if tally.faults else 0
    start = time.monotonic()
    tasks = [(given.seed, n, given.processes, given.inputs, words, n == 0) for n in range(given.processes)]
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(given.processes, context, _keep, (tasks,)) as pool:
        tallies = list(pool.map(_task, range(given.processes)))
    counts = sum((tally.counts for tally in tallies), Counter())
    faults = [fault for tally in tallies for fault in tally.faults]
    took = time.monotonic() - start
    print(*faults, sep="\n")
    print(f"{given.inputs} inputs, seed {given.seed}, {took:.0f} s, {given.inputs / took:.0f} a second: {dict(counts)}")
    return 1 if faults else 0


_TASKS: list[tuple[int, int, int, int, Vocabulary, bool]] = []


def _keep(tasks: list[tuple[int, int, int, int, Vocabulary, bool]]) -> None:
    _TASKS[:] = tasks


def _task(number: int) -> Tally:
    return work(*_TASKS[number])


if __name__ == "__main__":
    raise SystemExit(main())
