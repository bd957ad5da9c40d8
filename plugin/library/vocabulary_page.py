"""The vocabulary as a page that people can read: `python -m plugin.library.vocabulary_page > docs/vocabulary.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from plugin.library.content import content_folder, default_template_folder
from plugin.library.expressions import names_in
from plugin.library.reading_words import current_words, panel_readings
from plugin.library.template import VOCABULARY_FILE
from plugin.library.vocabulary import FindingDefinition, Vocabulary, in_a_word
from plugin.library.vocabulary_file import load_vocabulary

COLUMNS = ("code", "what it says", "values", "unit", "fed by", "current for", "presumed", "asked of")
INTRODUCTION = """# Vocabulary

Every fact that a draft may rest on. Written from `templates/{template}/{file}`
by `python -m plugin.library.vocabulary_page`; change that file, not this page.

- **fed by**: the ValueSets of `profiles/` whose codes feed it; *statement* is an Observation with the finding's own
  code and a clinician as performer, which every finding takes and which counts before the chart; *concluded* follows
  from other findings.
- **current for**: how long a result counts; older ones are set aside and shown. *statement* is the limit for those.
- **presumed**: what is taken as so while nothing is recorded, why, and which findings and ValueSets cancel it.
- **asked of**: who can settle it, and by which assessment. What is asked of a *clinician* asks to be confirmed even
  where the chart shows it.
"""


def vocabulary_page(vocabulary: Vocabulary, template: str) -> str:
    """The page in Markdown: one table a group, one row a finding, in the order of the vocabulary.

    template: the name of the template's folder.
    """
    groups: dict[str, list[FindingDefinition]] = {}
    for definition in vocabulary.values():
        groups.setdefault(definition.group, []).append(definition)
    head = f"{_row(COLUMNS)}\n{_row(['---'] * len(COLUMNS))}\n"
    tables = [
        f"\n## {group}\n\n{head}" + "".join(f"{_row(_cells(definition, vocabulary))}\n" for definition in definitions)
        for group, definitions in groups.items()
    ]
    return INTRODUCTION.format(template=template, file=VOCABULARY_FILE) + "".join(tables)


def _row(cells: tuple[str, ...] | list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _cells(definition: FindingDefinition, vocabulary: Vocabulary) -> list[str]:
    return [
        f"`{definition.code}`",
        definition.label,
        _values(definition),
        definition.unit,
        ", ".join(_sources(definition, vocabulary)) or "statement",
        current_words(definition, vocabulary),
        _presumed(definition, vocabulary),
        "; ".join([definition.asked_of, *definition.settled_by]),
    ]


def _values(definition: FindingDefinition) -> str:
    if definition.type == "boolean":
        return "yes, no"
    if definition.type != "code":
        return {"integer": "whole number", "decimal": "number"}[definition.type]
    return ", ".join(f"{value} (undecided)" if value in definition.undecided else value for value in definition.values)


def _presumed(definition: FindingDefinition, vocabulary: Vocabulary) -> str:
    presumption = definition.presumption
    if presumption is None:
        return "never"
    names = dict.fromkeys(name for condition in presumption.unless for name in sorted(names_in(condition)))
    found = [other.code for name in names if (other := vocabulary.by_variable(name)) is not None]
    cancelled = ", ".join(f"`{code}`" for code in (*found, *presumption.signs))
    return f"{in_a_word(presumption.value)}: {presumption.reason}" + (
        f"; cancelled by {cancelled}" if cancelled else ""
    )


def _sources(definition: FindingDefinition, vocabulary: Vocabulary) -> Iterator[str]:
    reading = definition.reading
    if reading is not None and reading.kind == "person":
        yield "the Patient resource"
    elif reading is not None and reading.kind == "ever":
        yield f"every result of `{reading.of}`"
    elif reading is not None and reading.kind == "treatment":
        yield f"history of treatment ({reading.measure})"
        yield from (f"`{name}`" for name in reading.classes)
    elif reading is not None:
        own = [url.rsplit("/", 1)[-1] for url in definition.value_sets]
        others = [name for read in panel_readings(definition, vocabulary) for part in read.parts for name in part.tests]
        yield from (f"`{name}`" for name in dict.fromkeys(own or others))
    if definition.derivations:
        yield "concluded"


if __name__ == "__main__":
    folder = default_template_folder()
    sys.stdout.write(
        vocabulary_page(load_vocabulary(folder / VOCABULARY_FILE, content_folder("profiles")), folder.name)
    )
