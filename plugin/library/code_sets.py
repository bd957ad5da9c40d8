"""ValueSets and ConceptMaps from disk, indexed once, so that a code of the chart is looked up and never searched for.

A ValueSet may enumerate codes, take whole branches (`filter` with `is-a`, for classifications whose codes carry their
parents as a prefix), and list words: phrases of our own system `words` that count where a resource has text only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from plugin.errors import Fault, TemplateError
from plugin.library.content import system_url

WORDS = system_url("words")

# The same terminology under the names that senders give it.
SYSTEMS = {
    "urn:oid:2.16.840.1.113883.6.1": "http://loinc.org",
    "https://loinc.org": "http://loinc.org",
    "http://loinc.org/": "http://loinc.org",
    "urn:oid:2.16.840.1.113883.6.96": "http://snomed.info/sct",
    "http://www.snomed.org": "http://snomed.info/sct",
    "https://snomed.info/sct": "http://snomed.info/sct",
    "urn:oid:2.16.840.1.113883.6.90": "http://hl7.org/fhir/sid/icd-10-cm",
    "http://hl7.org/fhir/sid/icd-10": "http://hl7.org/fhir/sid/icd-10-cm",
    "http://fhir.de/CodeSystem/bfarm/icd-10-gm": "http://hl7.org/fhir/sid/icd-10-cm",
    "urn:oid:2.16.840.1.113883.6.88": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "http://terminology.hl7.org/CodeSystem/v2-0078": (
        "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
    ),
    "http://hl7.org/fhir/v2/0078": "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation",
    "http://hl7.org/fhir/ValueSet/observation-interpretation": (
        "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
    ),
    "http://www.genenames.org": "http://www.genenames.org/geneId",
    "urn:oid:2.16.840.1.113883.6.281": "http://www.genenames.org/geneId",
}
CLASSIFICATION = "http://hl7.org/fhir/sid/icd-10-cm"


def canonical_coding(system: str, code: str) -> tuple[str, str]:
    """One spelling for one code: known aliases of the system, national editions, and ICD codes without their dot."""
    system = SYSTEMS.get(system, system)
    if system.startswith("http://snomed.info/sct/"):
        system = "http://snomed.info/sct"
    code = code.strip()
    if system == CLASSIFICATION:
        code = code.upper()
        if len(code) > 3 and "." not in code:
            code = f"{code[:3]}.{code[3:]}"
    return system, code


@dataclass(frozen=True, slots=True)
class CodeSet:
    """A ValueSet: single codes with their displays, branches of a classification with exceptions, and words."""

    url: str
    title: str
    displays: Mapping[tuple[str, str], str]
    branches: frozenset[tuple[str, str]] = frozenset()
    exceptions: frozenset[tuple[str, str]] = frozenset()
    words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CodeMap:
    """A ConceptMap: what a code, or a phrase in the chart's own words, means in ours."""

    url: str
    codes: Mapping[tuple[str, str], str]
    words: Mapping[str, str]


@dataclass
class CodeSets:
    """The code sets of a vocabulary by the last segment of their URL, and a site's own codes.

    local: from a local code to the codes that it stands for. cautions: what a site's maps say that is not used.
    local_urls: canonical URLs of the site's maps, where they have one.
    """

    sets: dict[str, CodeSet] = field(default_factory=dict)
    maps: dict[str, CodeMap] = field(default_factory=dict)
    local: dict[tuple[str, str], list[tuple[str, str]]] = field(default_factory=dict)
    cautions: list[Fault] = field(default_factory=list)
    local_urls: list[str] = field(default_factory=list)
    _members: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    _branches: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def add_set(self, name: str, code_set: CodeSet) -> None:
        """Take in a ValueSet and index its codes."""
        self.sets[name] = code_set
        for member in code_set.displays:
            self._members.setdefault(member, set()).add(name)
        for branch in code_set.branches:
            self._branches.setdefault(branch, set()).add(name)

    def memberships(self, system: str, code: str) -> frozenset[str]:
        """Names of the ValueSets that hold this code; the coding is canonical."""
        found = set(self._members.get((system, code), ()))
        if system == CLASSIFICATION:
            for length in range(3, len(code) + 1):
                for name in self._branches.get((system, code[:length].rstrip(".")), ()):
                    if not any(code.startswith(prefix) for _, prefix in self.sets[name].exceptions):
                        found.add(name)
        return frozenset(found)

    def translations(self, system: str, code: str) -> Iterable[tuple[str, str]]:
        """What a site's own map says a local code stands for."""
        return self.local.get((system, code), ())


def code_set(resource: dict[str, Any]) -> CodeSet:
    """A ValueSet indexed; raises TemplateError where it enumerates nothing."""
    compose = resource.get("compose") or {}
    displays: dict[tuple[str, str], str] = {}
    branches: set[tuple[str, str]] = set()
    words: set[str] = set()
    for include in compose.get("include", []):
        system = include.get("system", "")
        for concept in include.get("concept", []):
            if system == WORDS:
                words.add(concept["code"])
            else:
                displays[(system, concept["code"])] = concept.get("display", "")
        branches.update(_branches(system, include))
    exceptions = {branch for exclude in compose.get("exclude", []) for branch in _excluded(exclude)}
    if not (displays or branches or words):
        raise TemplateError(
            [Fault(_file(resource), None, "the ValueSet names no codes", "list them under compose.include.concept")]
        )
    title = str(resource.get("title", resource["url"]))
    return CodeSet(resource["url"], title, displays, frozenset(branches), frozenset(exceptions), frozenset(words))


def _branches(system: str, include: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for rule in include.get("filter", []):
        if rule.get("property") == "concept" and rule.get("op") == "is-a":
            yield system, rule["value"]


def _excluded(exclude: dict[str, Any]) -> Iterator[tuple[str, str]]:
    system = exclude.get("system", "")
    yield from _branches(system, exclude)
    for concept in exclude.get("concept", []):
        yield system, concept["code"]


def code_map(resource: dict[str, Any]) -> CodeMap:
    """A ConceptMap indexed; raises TemplateError where it maps nothing."""
    codes: dict[tuple[str, str], str] = {}
    words: dict[str, str] = {}
    for system, code, target in _elements(resource):
        if system == WORDS:
            words[code] = target
        else:
            codes[(system, code)] = target
    if not (codes or words):
        message = "the ConceptMap maps nothing"
        raise TemplateError([Fault(_file(resource), None, message, "list its codes under group.element")])
    return CodeMap(resource["url"], codes, words)


def _elements(resource: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for group in resource.get("group", []):
        for element in group.get("element", []):
            for target in element.get("target", []):
                if target.get("code") and target.get("equivalence") not in ("unmatched", "disjoint"):
                    yield group.get("source", ""), element["code"], target["code"]


def read_json(path: Path) -> Any:
    """The JSON in a file; raises TemplateError where it cannot be read."""
    try:
        return orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise TemplateError([Fault(path.name, None, f"cannot be read: {error}", "restore or mend the file")]) from error


def _file(resource: dict[str, Any]) -> str:
    return f"{resource['resourceType']}-{resource['url'].rpartition('/')[2]}.json"
