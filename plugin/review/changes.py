"""What the last statement of a reviewer changed, worked out from the entries, so that any reload shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from plugin.library.rules import Template
from plugin.library.vocabulary import FindingDefinition
from plugin.review.moves import Moves, moves
from plugin.review.stated import draft_of, stated_without
from plugin.review.undoing import LastAct, last_act
from plugin.review.words import value_in_words
from plugin.review.workbench import Review
from plugin.storage.reviews import Author, PatientKey, words_in_force


@dataclass(frozen=True, slots=True)
class Changes:
    """The last act of a reviewer and what it moved.

    earlier: the fact and value of the statement before it, which may be taken back too; empty where there is none.
    """

    last: LastAct
    definition: FindingDefinition
    moves: Moves
    earlier: str = ""

    @property
    def sentence(self) -> str:
        """What was done, in words: `Blood group: stated as AB`."""
        words = value_in_words(self.last.about.value, self.definition)
        what = f"stated as {words}" if words else "statement withdrawn"
        said = {
            "stated": what,
            "withdrawn": what,
            "undone": f"taken back ({what})",
            "redone": f"{what} again",
        }
        return f"{self.definition.label}: {said[self.last.act]}"


def changes_by(
    author: Author, since: datetime, seen: int, review: Review, template: Template, patient: PatientKey
) -> Changes | None:
    """What the reviewer's last entry since a moment changed; None where there is none, or it was put away.

    seen: the id of the newest entry whose changes were put away.
    """
    last = last_act(review.entries, author, since)
    if last is None or last.entry.id <= seen or last.about.finding not in template.vocabulary:
        return None
    others = [entry for entry in review.entries if entry.id != last.entry.id]
    without = stated_without(last.about, words_in_force(others), review.ground.copies)
    before = draft_of(review.ground, without, template, review.memory, patient.patient_id)
    code = last.about.finding
    found = moves(before, review.draft, template.vocabulary, frozenset({code}))
    definition = template.vocabulary[code]
    return Changes(last, definition, found, _earlier(last, template))


def _earlier(last: LastAct, template: Template) -> str:
    if last.before is None or last.before.finding not in template.vocabulary:
        return ""
    definition = template.vocabulary[last.before.finding]
    return ": ".join(filter(None, (definition.label, value_in_words(last.before.value, definition) or "withdrawn")))
