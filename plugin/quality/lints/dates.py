"""Dates: sources are dated, the template was reviewed, and the day of its next review has not gone by.

The strategy states them as FHIR has them: `lastReviewDate`, and `effectivePeriod`, whose end is the day by which it
must be reviewed again. The length of that period is the template's own interval: nothing in it may go unread longer.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from plugin.library.elements import extension
from plugin.library.yaml_file import Document, ElementPath
from plugin.quality.lints.walking import at
from plugin.quality.material import Material
from plugin.quality.report import Remark, Section

KNOWLEDGE = "knowledge"
PERIOD = "effectivePeriod"
LAST = "lastReviewDate"
ORDERED = "write the day of the review as its start, and a later day as its end"
AGAIN = "review it, then write the new lastReviewDate and effectivePeriod"


def sources_dated(material: Material) -> Section:
    """Every source that was read says of what year it is and when it was read; neither lies ahead."""
    sources = [
        (document, ("relatedArtifact", index), artifact)
        for document in material.documents
        for index, artifact in enumerate(document.data.get("relatedArtifact", []))
        if artifact.get("id") in material.template.citations
    ]
    remarks = [
        remark for document, path, artifact in sources for remark in _undated(document, path, artifact, material)
    ]
    return Section("Sources that are dated", len(sources), tuple(remarks))


def review_not_overdue(material: Material) -> Section:
    """The template states when it was reviewed and until when that holds; nothing in it is due for review."""
    [strategy] = [document for document in material.documents if document.data.get("url") == material.template.url]
    period = strategy.data.get(PERIOD, {})
    if LAST not in strategy.data or not {"start", "end"} <= period.keys():
        message = "the template does not say when it was reviewed and by when it must be again"
        remedy = f"add {LAST}, and {PERIOD} with the day of the review as start and of the next as end"
        return Section("Reviews that are not overdue", 1, (at(strategy, (), message, remedy),))
    start, end = date.fromisoformat(period["start"]), date.fromisoformat(period["end"])
    if end <= start:
        message = f"the {PERIOD} ends on {end}, before it starts"
        return Section("Reviews that are not overdue", 1, (at(strategy, (PERIOD, "end"), message, ORDERED),))
    reviewed = [document for document in material.documents if LAST in document.data]
    remarks = [remark for document in reviewed for remark in _review(document, end - start, material.as_of)]
    if end < material.as_of:
        message = f"the template had to be reviewed by {end}; that day has gone by"
        remarks.append(at(strategy, (PERIOD, "end"), message, AGAIN))
    remarks += _unread(material, end - start)
    summary = f"Reviewed on {strategy.data[LAST]}, to be reviewed again by {end}."
    return Section("Reviews that are not overdue", len(reviewed), tuple(remarks), summary)


def _undated(document: Document, path: ElementPath, artifact: dict[str, Any], material: Material) -> Iterator[Remark]:
    name, as_of = artifact["id"], material.as_of
    year, read = extension(artifact, "evidence-year"), extension(artifact, "evidence-read")
    known_only = extension(artifact, "evidence-verification") == KNOWLEDGE
    if year is None and not known_only:
        yield at(document, path, f"the source '{name}' has no year", "add the extension evidence-year")
    elif year is not None and year > as_of.year:
        yield at(document, path, f"the source '{name}' is of {year}, which lies ahead", "correct evidence-year")
    if read is None and not known_only:
        remedy = "add the extension evidence-read, or mark it as knowledge"
        yield at(document, path, f"the source '{name}' was read, and nothing says when", remedy)
    elif read is not None and date.fromisoformat(read) > as_of:
        yield at(document, path, f"the source '{name}' was read on {read}, which lies ahead", "correct evidence-read")


def _review(document: Document, interval: timedelta, as_of: date) -> Iterator[Remark]:
    last = date.fromisoformat(document.data[LAST])
    name = document.data["id"]
    if last > as_of:
        yield at(document, (LAST,), f"'{name}' was reviewed on {last}, which lies ahead", f"correct {LAST}")
    elif last + interval < as_of:
        message = f"'{name}' was last reviewed on {last}; the template asks for a review every {interval.days} days"
        yield at(document, (LAST,), message, AGAIN)


def _unread(material: Material, interval: timedelta) -> Iterator[Remark]:
    """One remark on the sources that nobody has read since the interval began; a review reads them again."""
    old = [
        citation.id
        for citation in material.template.citations.values()
        if citation.read and date.fromisoformat(citation.read) + interval < material.as_of
    ]
    if old:
        text = f"{len(old)} sources were last read more than {interval.days} days ago: {', '.join(old)}"
        yield Remark("gap", text, remedy="read them again, or their newer version, and write the day")
