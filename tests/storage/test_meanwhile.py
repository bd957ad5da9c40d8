"""Several people who write to one review at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest

from plugin.errors import InputError
from plugin.storage.database import Database
from plugin.storage.meanwhile import ChangedMeanwhile, version_of
from plugin.storage.own_lines import own_lines_of, write_own_line
from plugin.storage.reviews import Author, Line, PatientKey, decide, decision_histories, history
from plugin.storage.terms import Named, Terms

HERE = PatientKey("https://ehr.example.org/fhir", "p1")
ELSEWHERE = PatientKey("https://other.example.org/fhir", "p1")
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LINE = Line("treatment-category", "cdk46-et")
PEOPLE = [Author(f"Practitioner/{number}", f"Dr {number}") for number in range(6)]


def test_of_many_who_saw_the_same_one_is_kept_and_the_others_are_told(database: Database) -> None:
    together = Barrier(len(PEOPLE))

    def settle(author: Author) -> str:
        together.wait()
        try:
            with database.session() as session:
                decide(session, HERE, line=LINE, template_version="1", choice="accept", author=author, at=NOON, seen=0)
        except ChangedMeanwhile as refused:
            return refused.by.name
        return "kept"

    with ThreadPoolExecutor(len(PEOPLE)) as pool:
        answers = list(pool.map(settle, PEOPLE))
    assert answers.count("kept") == 1
    winner = PEOPLE[answers.index("kept")].name
    assert set(answers) == {"kept", winner}
    with database.session() as session:
        assert len(decision_histories(session, HERE)[LINE]) == 1
        assert version_of(session, HERE) == 1
        assert version_of(session, ELSEWHERE) == 0


def test_the_parts_of_a_decision_are_kept_as_they_were(database: Database) -> None:
    terms = Terms(until_date="2026-12-12", until=Named("PIK3CA", "finding", "pik3ca"))
    with database.session() as session:
        kept = decide(
            session, HERE, line=LINE, template_version="1", choice="defer", author=PEOPLE[0], at=NOON, terms=terms
        )
    with database.session() as session:
        assert decision_histories(session, HERE)[LINE] == (kept,)
        assert [entry.terms for entry in history(session, HERE)] == [terms]  # type: ignore[union-attr]


def test_lines_of_ones_own_are_only_ever_added_to(database: Database) -> None:
    def write(seen: int, action: str, text: str, author: Author = PEOPLE[0]) -> int:
        with database.session() as session:
            return write_own_line(
                session, HERE, key="a" * 32, action=action, kind="care", text=text, reason="",  # type: ignore[arg-type]
                author=author, at=NOON, seen=seen,
            ).id  # fmt: skip

    first = write(0, "add", "Music")
    assert write(0, "add", "Music") == first
    with pytest.raises(ChangedMeanwhile):
        write(0, "add", "Music", PEOPLE[1])
    second = write(first, "take-away", "Music", PEOPLE[1])
    with pytest.raises(ChangedMeanwhile, match="Dr 1"):
        write(first, "change", "Dance")
    with database.session() as session:
        [line] = own_lines_of(session, HERE)
        assert [entry.id for entry in line.entries] == [first, second]
        assert (line.first.text, line.stands) == ("Music", False)
        assert own_lines_of(session, ELSEWHERE) == ()


def test_what_cannot_be_kept_is_refused(database: Database) -> None:
    with database.session() as session:
        for kind, text, action in (("meal", "x", "add"), ("care", " ", "add"), ("care", "x", "change")):
            with pytest.raises(InputError):
                write_own_line(
                    session, HERE, key="b" * 32, action=action, kind=kind, text=text, reason="",  # type: ignore[arg-type]
                    author=PEOPLE[0], at=NOON,
                )  # fmt: skip
