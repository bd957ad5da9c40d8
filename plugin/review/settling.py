"""What would settle a line that is not decided: for each fact it waits for, where each answer would put it."""

from __future__ import annotations

from dataclasses import dataclass

from plugin.drafting.model import CategoryLine, Disposition, Draft
from plugin.library.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Settling:
    """One fact that a line waits for.

    code: of the finding. tests: codes of the due tests that would settle it.
    answers: the answers that move the line, each in words with the list it would then stand in.
    staying: the other answers, in words; with them the line stays where it is.
    """

    code: str
    label: str
    tests: tuple[str, ...]
    answers: tuple[tuple[str, Disposition], ...]
    staying: tuple[str, ...]


def settling(line: CategoryLine, draft: Draft, vocabulary: Vocabulary) -> tuple[Settling, ...]:
    """The facts that `line` waits for: those first whose answers move it by themselves, then as the draft ranks them.

    A fact none of whose answers moves the line by itself has no `answers`: others have to be known with it.
    """
    due = {item.code for item in draft.assessments}
    rank = {code: place for place, code in enumerate(draft.to_confirm)}
    found = [_settling(code, line, draft, vocabulary, due) for code in line.missing]
    return tuple(sorted(found, key=lambda each: (not each.answers, rank.get(each.code, len(rank)))))


def _settling(code: str, line: CategoryLine, draft: Draft, vocabulary: Vocabulary, due: set[str]) -> Settling:
    answers: list[tuple[str, Disposition]] = []
    staying: list[str] = []
    for consequence in draft.consequences.get(code, ()):
        towards = next((standing for standing, codes in consequence.by_disposition if line.code in codes), None)
        if towards is None:
            staying.append(consequence.value)
        else:
            answers.append((consequence.value, towards))
    definition = vocabulary[code]
    tests = tuple(test for test in definition.settled_by if test in due)
    return Settling(code, definition.label, tests, tuple(answers), tuple(staying))
