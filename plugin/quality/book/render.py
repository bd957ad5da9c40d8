"""The book as HTML files: an index, a page for each part, and one file with everything to print."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment

from plugin.library.reading_words import reading_words
from plugin.library.source_attributes import cited_sources, declared_attributes, used_findings
from plugin.quality.book.figure import figure_of
from plugin.quality.book.model import Book
from plugin.quality.pages import page_environment, page_style

INDEX, WHOLE = "index.html", "whole.html"
ABOUT = (
    ("definitions", "Named conditions"),
    ("vocabulary", "Vocabulary: the facts"),
    ("sources", "Sources"),
    ("patients", "Whole patients"),
    ("statements", "What is proven for every patient"),
    ("questions", "Open questions"),
)
STYLES = ("plugin.quality.book:book.css",)


@dataclass(frozen=True, slots=True)
class Page:
    """One file of the book: its name, its title, and the section that it holds."""

    file: str
    title: str
    section: str
    part: int = -1


def render_book(book: Book) -> dict[str, str]:
    """File name -> HTML."""
    pages = _pages(book)
    places = _places(book, pages)
    files = {}
    for at, page in enumerate(pages):
        around = {"before": pages[at - 1] if at else None, "after": pages[at + 1] if at + 1 < len(pages) else None}
        files[page.file] = _html("page.html", book, pages, _linker(places, page.file), page=page, **around)
    files[WHOLE] = _html("whole.html", book, pages, lambda anchor: f"#{anchor}", page=None)
    return files


def _pages(book: Book) -> tuple[Page, ...]:
    prefix = f"{book.template.id}-"
    parts = [Page(f"{part.id.removeprefix(prefix)}.html", part.title, "part", at) for at, part in enumerate(book.parts)]
    optional = {"patients": book.patients, "statements": book.statements, "questions": book.questions}
    empty = {name for name, content in optional.items() if not content}
    rest = [Page(f"{name}.html", title, name) for name, title in ABOUT if name not in empty]
    return (Page(INDEX, book.template.title, "index"), *parts, *rest)


def _places(book: Book, pages: tuple[Page, ...]) -> dict[str, str]:
    """Anchor -> the file that holds it."""
    places = {f"section-{page.file.removesuffix('.html')}": page.file for page in pages}
    for page in pages:
        if page.section == "part":
            places |= {f"rule-{view.rule.id}": page.file for view in book.parts[page.part].rules}
    places |= {f"name-{view.named.name}": "definitions.html" for view in book.definitions}
    places |= {f"finding-{code}": "vocabulary.html" for code in book.template.vocabulary}
    places |= {f"source-{code}": "sources.html" for code in book.template.citations}
    places |= {f"statement-{view.verdict.invariant.id}": "statements.html" for view in book.statements}
    return places | {f"question-{each.key}": "questions.html" for each in book.questions}


def _linker(places: Mapping[str, str], here: str) -> Callable[[str], str]:
    def link(anchor: str) -> str:
        file = places[anchor]
        target = "" if anchor.startswith("section-") else f"#{anchor}"
        return f"#{anchor}" if file == here else f"{file}{target}"

    return link


def _html(name: str, book: Book, pages: tuple[Page, ...], link: Callable[[str], str], **more: object) -> str:
    template = book.template
    return (
        _environment()
        .get_template(name)
        .render(
            book=book,
            template=template,
            pages=pages,
            link=link,
            style=page_style(*STYLES),
            figures=[figure_of(part) for part in book.parts],
            attributes=declared_attributes(template),
            cited=cited_sources(template),
            used=used_findings(template),
            reading_of=lambda definition: reading_words(definition, template.vocabulary),
            **more,
        )
    )


@cache
def _environment() -> Environment:
    return page_environment("plugin.quality.book")
