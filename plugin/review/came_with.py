"""What was accepted together with a line in one act, and taking all of it back at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from plugin.delivery.lines import Line, brought_along, decidable_lines, key_of, standing_of
from plugin.drafting.model import Brought, Draft
from plugin.errors import InputError
from plugin.storage.database import Database
from plugin.storage.meanwhile import hold_review
from plugin.storage.reviews import Author, Decision, PatientKey, decide, decisions_of
from plugin.storage.reviews import Line as LineKey


def came_with(line: Line, decisions: Mapping[LineKey, Decision]) -> tuple[Brought, ...]:
    """The lines beside this one that the same person accepted in the same act, and that nobody touched since.

    decisions: those in force.
    """
    own = decisions.get(key_of(line))
    if own is None or own.choice != "accept":
        return ()
    act = (own.choice, own.at, own.author.reference)
    beside = ((each, decisions.get(LineKey(each.kind, each.code))) for each in brought_along(line))
    return tuple(each for each, said in beside if said and (said.choice, said.at, said.author.reference) == act)


def take_back(
    database: Database,
    patient: PatientKey,
    draft: Draft,
    key: LineKey,
    seen: int,
    named: frozenset[str],
    author: Author,
    at: datetime,
) -> None:
    """Take back the acceptance of a line and of those accepted with it; rows are added, none is changed.

    seen: the last decision on the line that the person saw. named: codes of the lines that the page named.
    Raises InputError, and keeps nothing, where one of these was decided on since or never came with it;
    ChangedMeanwhile where somebody decided on the line itself.
    """
    line = next((each for each in decidable_lines(draft) if key_of(each) == key), None)
    if line is None:
        raise InputError("This line is no longer part of the draft; look at the plan as it stands now.")
    with database.session() as session:
        hold_review(session, patient)
        beside = came_with(line, decisions_of(session, patient))
        by_key = {key_of(each): each for each in decidable_lines(draft)}
        keys = [LineKey(each.kind, each.code) for each in beside]
        if not keys or frozenset(each.code for each in beside) != named:
            raise InputError("Some of what was accepted with this line was decided on since; look at each of them.")
        for each in (key, *keys):
            decide(
                session,
                patient,
                line=each,
                template_version=draft.template_version,
                standing=standing_of(by_key[each]) if each in by_key else "",
                choice="reopen",
                author=author,
                at=at,
                seen=seen if each == key else None,
            )
