"""What can be written: by what the server promises and what the scopes allow, nothing being tried."""

from __future__ import annotations

from collections.abc import Sequence

from plugin.doctor.capabilities import Statement, offer
from plugin.doctor.needs import FORM, WRITES, Write
from plugin.doctor.report import ADMINISTRATOR, REGISTRATION, Check, Table
from plugin.doctor.scopes import is_backend, may, names_types

LETTERS = {"create": "c", "read": "r", "update": "u"}


def writing_checks(statement: Statement | None, granted: Sequence[str]) -> tuple[list[Check], list[Table]]:
    """The checks, and a table of what can be written. granted: scopes of a token; empty where none are known.

    That a backend service may not write is no limit of the server: plans are saved with the token of a launch.
    """
    checks, rows = [], []
    for write in WRITES:
        promised = _promised(statement, write)
        allowed = allowed_by(granted, write)
        rows.append((write.resource_type, _word(promised), _word(allowed), "yes" if write.updates else "not needed"))
        checks += _check(write, promised, None if is_backend(granted) else allowed, statement)
    form = FORM.resource_type
    told = _promised(statement, FORM), allowed_by(granted, FORM)
    rows.append((form, _word(told[0]), _word(told[1]), "we write none"))
    if statement is not None and not checks:
        checks.append(Check("writing", "good", f"all {len(WRITES)} resource types that we write are promised"))
    if is_backend(granted):
        seen = "what the scopes allow is that of a backend service, which reads; plans are saved with those of a launch"
        checks.append(Check("writing-scopes", "note", seen))
    if told[0] is not None:
        seen = f"{form} {'could' if told[0] else 'cannot'} be written; we write none, and lose nothing by it"
        checks.append(Check(f"write-{form}", "note", seen))
    return checks, [Table("What can be written", ("type", "server promises", "scopes allow", "update"), tuple(rows))]


def _promised(statement: Statement | None, write: Write) -> bool | None:
    if statement is None:
        return None
    return set(write.interactions) <= statement.interactions(write.resource_type)


def allowed_by(granted: Sequence[str], write: Write) -> bool | None:
    """Whether scopes allow to write and read back a type; None where none are known that speak of resources."""
    if not names_types(granted):
        return None
    return may(granted, write.resource_type, "".join(LETTERS[each] for each in write.interactions))


def _check(write: Write, promised: bool | None, allowed: bool | None, statement: Statement | None) -> list[Check]:
    kind = write.resource_type
    if promised is False and statement is not None:
        lacking = ", ".join(each for each in write.interactions if each not in statement.interactions(kind))
        seen = f"{kind} cannot be written ({lacking} not promised)"
        return [Check(f"write-{kind}", "limit", seen, write.loss, offer(f"{lacking} of {kind}"), ADMINISTRATOR)]
    if allowed is False:
        seen = f"{kind} could be written, but the token may not"
        return [Check(f"write-{kind}", "limit", seen, write.loss, "grant the scope to the app", REGISTRATION)]
    return []


def _word(answer: bool | None) -> str:
    return "not said" if answer is None else ("yes" if answer else "no")
