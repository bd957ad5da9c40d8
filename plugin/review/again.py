"""Decisions that no longer count, named, so that none is lost silently; and the same decision made once more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from plugin.delivery.again import why_again
from plugin.delivery.clashes import TAKEN
from plugin.delivery.lines import Line, decidable_lines, key_of, standing_of
from plugin.drafting.model import Draft, ItemLine
from plugin.errors import InputError
from plugin.review.moves import ABSENT, STANDING_WORDS
from plugin.storage.database import Database
from plugin.storage.reviews import Author, Decision, PatientKey, decide
from plugin.storage.reviews import Line as LineKey
from plugin.storage.terms import Named


@dataclass(frozen=True, slots=True)
class Again:
    """A decision that no longer counts.

    anchor: the id of the line on the page, empty where the page no longer has it. standing: where the line stands now,
    was, now: the same in words, and where it stood. asked: whether the line can be decided; the plan has dropped it
    otherwise. repeatable: whether the same decision can be made on it as it stands now.
    beside: lines that were accepted with it, in the same act, and still are, though what they came with is gone.
    """

    key: LineKey
    label: str
    decision: Decision
    standing: str
    was: str
    now: str
    anchor: str
    asked: bool
    repeatable: bool
    beside: tuple[Named, ...] = ()


def again_of(draft: Draft, decisions: Mapping[LineKey, Decision], labels: Mapping[str, str]) -> tuple[Again, ...]:
    """The decisions that no longer count, those that can be made again first.

    decisions: those in force. What was accepted and is dropped from the plan is among them; what was declined or put
    off and is dropped is not: the plan says the same.
    """
    lines = {key_of(line): line for line in decidable_lines(draft)}
    counting = {key: line for key, line in lines.items() if _counts(decisions.get(key), line, draft)}
    shown = {line.code for line in draft.categories}
    found = []
    for key, decision in decisions.items():
        line = lines.get(key)
        if line is None and (decision.choice not in TAKEN or key.kind not in ABSENT):
            continue
        if key in counting:
            continue
        standing = standing_of(line) if line else ABSENT[key.kind]
        on_page = line is not None or (key.kind == "treatment-category" and key.code in shown)
        moved = line is not None and decision.standing not in ("", standing)
        found.append(
            Again(
                key,
                line.label if line else labels.get(key.code, key.code),
                decision,
                standing,
                STANDING_WORDS.get(decision.standing, decision.standing),
                STANDING_WORDS[standing],
                f"line-{key.kind}-{key.code}" if on_page else "",
                asked=line is not None,
                repeatable=moved,
                beside=tuple(
                    Named(named.label, each.kind, each.code)
                    for each, named in counting.items()
                    if isinstance(named, ItemLine) and _came_with(key, decision, decisions[each])
                ),
            )
        )
    return tuple(sorted(found, key=lambda each: not each.asked))


def _counts(decision: Decision | None, line: Line, draft: Draft) -> bool:
    return decision is not None and not why_again(decision, line, draft)


def _came_with(key: LineKey, decision: Decision, other: Decision) -> bool:
    """Whether a test or care was accepted with a treatment, with one press."""
    acts = [(each.choice, each.at, each.author.reference) for each in (decision, other)]
    return key.kind == "treatment-category" and decision.choice == "accept" and acts[0] == acts[1]


def repeat(
    database: Database,
    patient: PatientKey,
    draft: Draft,
    key: LineKey,
    standing: str,
    seen: int,
    author: Author,
    at: datetime,
    again: tuple[Again, ...],
) -> None:
    """Make the decision on a moved line once more, in the same words, for where the line stands now.

    standing, seen: where the line stood on the page that the person saw, and the last decision on it there.
    Raises InputError where there is no such decision any more or the line moved again, ChangedMeanwhile where somebody
    decided since.
    """
    earlier = next((each for each in again if each.key == key and each.repeatable), None)
    if earlier is None:
        raise InputError("There is no decision on this line to make again; look at the line as it stands now.")
    if standing != earlier.standing:
        raise InputError(f"This line is “{earlier.now}” now, which the page did not show yet; decide again.")
    said = earlier.decision
    with database.session() as session:
        decide(
            session,
            patient,
            line=key,
            template_version=draft.template_version,
            standing=standing,
            choice=said.choice,
            text=said.text,
            reason=said.reason,
            author=author,
            at=at,
            terms=said.terms,
            seen=seen,
        )
