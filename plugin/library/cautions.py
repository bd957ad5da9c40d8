"""What is said beside markers, with its sources; the vocabulary, where it is written, knows none."""

from __future__ import annotations

from collections.abc import Mapping

from plugin.errors import Fault
from plugin.library.disease_course import DiseaseCourse
from plugin.library.near import did_you_mean
from plugin.library.rules import Remark
from plugin.library.sources import Citation


def cautions_of(course: DiseaseCourse, citations: Mapping[str, Citation], faults: list[Fault]) -> tuple[Remark, ...]:
    """The cautions, each with the sources that were read; citations: by id. A source that is not there is a fault."""
    for name in (name for caution in course.cautions for name in caution.sources if name not in citations):
        remedy = f"{did_you_mean(name, citations)}add the source there or correct its id"
        faults.append(Fault("findings.yaml", None, f"'{name}' is not in evidence.yaml", remedy))
    cited = [
        (caution.text, tuple(citations[name] for name in caution.sources if name in citations))
        for caution in course.cautions
    ]
    checked = [(text, tuple(citation for citation in found if citation.checked)) for text, found in cited]
    return tuple(Remark(text, found, not found) for text, found in checked)
