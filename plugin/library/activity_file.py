"""What an ActivityDefinition of a template says: its words, and the sentences on it with the sources behind them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from plugin.errors import Fault
from plugin.library.elements import coding, extensions, parts
from plugin.library.near import did_you_mean
from plugin.library.rules import Activity, Effect, Monitoring, Remark
from plugin.library.sources import Citation
from plugin.library.vocabulary import Vocabulary
from plugin.library.yaml_file import Document, ElementPath

ROUTINE = "routine"


class ActivityReader:
    """Reads ActivityDefinitions; every fault on the way goes to `faults`.

    citations: the sources of evidence.yaml by id. areas: code of CodeSystem monitored-area -> its display.
    """

    def __init__(
        self, citations: Mapping[str, Citation], areas: Mapping[str, str], vocabulary: Vocabulary, faults: list[Fault]
    ) -> None:
        self.citations = citations
        self.areas = areas
        self.vocabulary = vocabulary
        self.faults = faults

    def read(self, document: Document) -> Activity:
        """The activity that a document describes."""
        data = document.data
        system, code = coding(data)
        return Activity(
            code=code,
            system=system,
            label=data["title"],
            description=data.get("description", ""),
            topic=next((topic["text"] for topic in data.get("topic", [])), ""),
            kind=data.get("kind", ""),
            url=f"{data['url']}|{data['version']}",
            agents=tuple(extensions(data, "activity-agents")),
            monitors=tuple(self._monitors(document)),
            effects=tuple(self._effects(document)),
            not_with=tuple(Remark(*said) for said, _ in self._sentences(document, "activity-not-with")),
            notes=tuple(Remark(*said) for said, _ in self._sentences(document, "activity-note")),
            who=tuple(each["role"]["text"] for each in data.get("participant", [])),
            asks=tuple(extensions(data, "activity-ask")),
            comes_first=data.get("priority", ROUTINE) != ROUTINE,
            results=tuple(self._results(document)),
        )

    def _results(self, document: Document) -> Iterator[tuple[str, str]]:
        for place, values in parts(document.data, "activity-result"):
            finding = values["finding"][0]
            if finding not in self.vocabulary:
                remedy = f"{did_you_mean(finding, self.vocabulary)}name a finding of findings.yaml"
                self.faults.append(document.fault(("extension", place), f"'{finding}' is no finding", remedy))
                continue
            yield values["name"][0], finding

    def _monitors(self, document: Document) -> Iterator[Monitoring]:
        for said, values in self._sentences(document, "activity-monitor"):
            area = values["area"][0]
            yield Monitoring(*said, area, self.areas[area], values.get("measured-by", [""])[0])

    def _effects(self, document: Document) -> Iterator[Effect]:
        for said, values in self._sentences(document, "activity-effect"):
            yield Effect(*said, bool(values.get("serious", [False])[0]), tuple(values.get("care", ())))

    def _sentences(
        self, document: Document, name: str
    ) -> Iterator[tuple[tuple[str, tuple[Citation, ...], bool], dict[str, list[Any]]]]:
        """Text, sources that were read, and whether it stands without; with all parts of the extension."""
        for place, values in parts(document.data, name):
            cited = values.get("citation", [])
            marked = bool(values.get("unsourced"))
            self._check_sources(document, ("extension", place), cited, marked)
            found = [self.citations[each] for each in cited if each in self.citations]
            checked = tuple(citation for citation in found if citation.checked)
            yield (values["text"][0], checked, marked or not checked), values

    def _check_sources(self, document: Document, path: ElementPath, cited: list[str], marked: bool) -> None:
        for unknown in [each for each in cited if each not in self.citations]:
            remedy = f"{did_you_mean(unknown, self.citations)}add the source there or correct its id"
            self.faults.append(document.fault(path, f"'{unknown}' is not in evidence.yaml", remedy))
        if marked == bool(cited):
            message = "it cites sources and is marked unsourced" if marked else "it cites nothing"
            remedy = "give citations with ids of evidence.yaml, or the part unsourced: true, not both"
            self.faults.append(document.fault(path, message, remedy))
