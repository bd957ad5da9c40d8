"""The coverage of the sources as a page: `python -m plugin.quality.coverage_page > docs/coverage.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from plugin.library.content import default_template_folder
from plugin.library.template import load_template
from plugin.quality.coverage import COVERAGE_FILE, Coverage, Fact, Place, load_coverage
from plugin.quality.open_questions import OPEN_QUESTIONS_FILE, OpenQuestion, open_questions

KINDS = {
    "rule": "a rule, gate, item or alert",
    "category": "a treatment category",
    "assessment": "a test",
    "support": "supportive care",
    "alert": "a kind of alert",
    "finding": "a fact of the vocabulary",
    "marker": "a marker that is followed as a trend",
    "question": "a question of a form",
    "goal": "a goal",
    "agent": "a drug that lines name",
    "superseded": "what older texts say, and what holds now",
    "open-question": "a question left open",
    "source": "a source that rules cite",
}
INTRODUCTION = """# Coverage of the sources

Every fact of the documents that the template was compiled from: where a clinician or a patient meets it, or why nobody
does. Written from `templates/{template}/{coverage}` and `{questions}` by
`python -m plugin.quality.coverage_page`; change those files, not this page. How contradictions between the sources were
settled stands in [decisions.md](decisions.md#contradictions-between-the-sources).

"""


def coverage_page(coverage: Coverage, questions: Iterable[OpenQuestion], template: str) -> str:
    """The page in Markdown: the tally, the questions left open, one table a section of the sources.

    template: the name of the template's folder.
    """
    sections: dict[str, list[Fact]] = {}
    for fact in coverage.facts:
        sections.setdefault(fact.section, []).append(fact)
    tables = (
        line
        for section, facts in sections.items()
        for line in (
            f"\n## {section.replace('-', ' ').capitalize()}\n",
            *_table(("fact", "what it is about", "where it lives, or why it does not"), map(_cells, facts)),
        )
    )
    head = INTRODUCTION.format(template=template, coverage=COVERAGE_FILE, questions=OPEN_QUESTIONS_FILE)
    return head + "\n".join((*_tally(coverage), *_open(questions), *tables)) + "\n"


def _tally(coverage: Coverage) -> Iterator[str]:
    total, placed = len(coverage.facts), len(coverage.placed)
    yield f"**{total} facts: {placed} placed, {total - placed} set aside.**\n"
    kinds = coverage.by_kind()
    rows = ((kind, words, str(kinds[kind])) for kind, words in KINDS.items() if kind in kinds)
    yield from _table(("placed at", "which is", "facts"), rows)
    yield "\nA fact can live at several kinds of place.\n"
    yield from _table(("set aside as", "facts"), ((name, str(count)) for name, count in coverage.by_reason().items()))


def _open(questions: Iterable[OpenQuestion]) -> Iterator[str]:
    yield "\n## Open for a clinical lead\n"
    yield "Until somebody answers, the template takes the cautious side.\n"
    rows = (
        (each.key, each.question, each.default, ", ".join(f"`{code}`" for code in each.encoded), each.decides)
        for each in questions
    )
    yield from _table(("id", "question", "until it is answered", "where", "who decides"), rows)


def _cells(fact: Fact) -> tuple[str, ...]:
    where = "; ".join(map(_where, fact.places))
    if not fact.reason:
        return fact.id, fact.gist, where
    instead = f" See {where}." if where else ""
    return fact.id, fact.gist, f"*{fact.reason}*: {fact.why}.{instead}"


def _where(place: Place) -> str:
    words = f"{place.kind} `{place.code}`"
    return f"{words} ({place.comment})" if place.comment else words


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield _row(head)
    yield _row(["---"] * len(head))
    yield from map(_row, rows)


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    folder = default_template_folder()
    template = load_template(folder)
    sys.stdout.write(coverage_page(load_coverage(folder, template), open_questions(template), folder.name))
