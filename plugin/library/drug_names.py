"""By which other names drugs go: brands and synonyms, as the code sets hold them, so that a search hears them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from plugin.library.content import system_url
from plugin.library.terminology import Terminology

WORDS = system_url("words")
OF_DRUGS = "drug-"  # how the names of the ValueSets of drugs begin


def other_names(drugs: Iterable[str], agents: str, terminology: Terminology) -> dict[str, tuple[str, ...]]:
    """Drug -> what else it is called, in lower case; drugs without another name are left out.

    agents: name of the ConceptMap from names to single drugs; empty where there is none. A drug that the map does not
    tell from others goes by the names of the smallest set of drugs that it is in: a search may find too much there.
    """
    by_map = _mapped(agents, terminology)
    sets = [_words_of(name, terminology) for name in terminology.names("ValueSet") if name.startswith(OF_DRUGS)]
    sets.sort(key=len)
    found = {}
    for drug in drugs:
        known = by_map.get(drug.replace(" ", "-")) or next((words for words in sets if drug in words), frozenset())
        if others := tuple(sorted(known - {drug})):
            found[drug] = others
    return found


def _mapped(agents: str, terminology: Terminology) -> Mapping[str, frozenset[str]]:
    if not agents:
        return {}
    found: dict[str, frozenset[str]] = {}
    for group in terminology.resource("ConceptMap", agents).get("group", ()):
        if group["source"] != WORDS:
            continue
        for element in group["element"]:
            for target in element["target"]:
                found[target["code"]] = found.get(target["code"], frozenset()) | {element["code"]}
    return found


def _words_of(name: str, terminology: Terminology) -> frozenset[str]:
    return frozenset(_each_word(terminology.resource("ValueSet", name)))


def _each_word(value_set: Mapping[str, Any]) -> Iterator[str]:
    for part in value_set.get("compose", {}).get("include", ()):
        if part.get("system") == WORDS:
            yield from (concept["code"] for concept in part.get("concept", ()))
