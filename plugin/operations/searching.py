"""Search of what we publish (FHIR R4, search.html): a few parameters on every type, pages, counts, chosen elements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from plugin.operations.definitions import Definition
from plugin.operations.faults import OperationFault, shown
from plugin.operations.offered import SEARCHES, SearchParameter

Resource = dict[str, Any]
Pair = tuple[str, str]
PAGE = 50
LARGEST_PAGE = 200
LONGEST_NUMBER = 7  # digits
CONTROLS = frozenset({"_count", "_offset", "_summary", "_elements"})
RENDERING = frozenset({"_format", "_pretty"})
SUBSETTED = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}
# Elements that R4 demands of our types, whatever a caller chose.
MANDATORY = ("resourceType", "id", "meta", "status", "url", "kind", "type", "abstract", "content", "code")
_KNOWN = {each.name: each for each in SEARCHES}
_STRINGS: dict[str, Callable[[str, str], bool]] = {
    "": lambda value, wanted: value.casefold().startswith(wanted.casefold()),
    "contains": lambda value, wanted: wanted.casefold() in value.casefold(),
    "exact": lambda value, wanted: value == wanted,
}


@dataclass(frozen=True, slots=True)
class Search:
    """What was asked: filters with the words that fit, and what of the result to give. used: as it is understood."""

    filters: tuple[tuple[SearchParameter, str, tuple[str, ...]], ...]
    count: int
    offset: int
    only_count: bool
    elements: tuple[str, ...]
    used: tuple[Pair, ...]

    def fits(self, resource: Resource) -> bool:
        """Whether a resource is among what was asked for."""
        return all(
            any(_fits(str(resource.get(parameter.element, "")), parameter, modifier, word) for word in words)
            for parameter, modifier, words in self.filters
        )


def read_search(query: Iterable[Pair], *, strict: bool) -> Search:
    """The search that a query asks for.

    strict: `Prefer: handling=strict`; what is not known is refused then, and passed over otherwise, as the self link
    of the answer tells (FHIR R4, search.html#errors). Raises OperationFault with 400 for a value or modifier that
    cannot be used.
    """
    filters: list[tuple[SearchParameter, str, tuple[str, ...]]] = []
    controls: dict[str, str] = {}
    used: list[Pair] = []
    for name, value in query:
        base, _, modifier = name.partition(":")
        if name in RENDERING:
            continue
        if name in CONTROLS:
            controls[name] = value
        elif base in _KNOWN and value:
            filters.append((_KNOWN[base], _modifier(_KNOWN[base], modifier), tuple(value.split(","))))
            used.append((name, value))
        elif strict:
            message = f"{shown(name)} cannot be searched by, or is empty; use {', '.join((*_KNOWN, *sorted(CONTROLS)))}"
            raise OperationFault(400, "not-supported", message)
    summary = controls.get("_summary", "false")
    if summary not in ("count", "false") and strict:
        raise OperationFault(400, "not-supported", "only _summary=count and _summary=false are given; use one of them")
    count = min(_number(controls, "_count", PAGE), LARGEST_PAGE)
    elements = tuple(filter(None, controls.get("_elements", "").split(",")))
    used += [(name, value) for name, value in controls.items() if name == "_elements" or (name, value) == COUNTED]
    only_count = summary == "count" or count == 0
    return Search(tuple(filters), count, _number(controls, "_offset", 0), only_count, elements, tuple(used))


COUNTED = ("_summary", "count")


def searchset(search: Search, found: Sequence[Definition], address: str, base: str) -> Resource:
    """A page of what was found as a Bundle.

    found: everything of the type, in order. address: of this search, without its query. base: of the FHIR server.
    """
    fitting = [each for each in found if search.fits(each.resource)]
    bundle: Resource = {"resourceType": "Bundle", "type": "searchset", "total": len(fitting)}
    if search.only_count:
        return bundle | {"link": [_link("self", address, search.used)]}
    page = fitting[search.offset : search.offset + search.count]
    entries = [
        {
            "fullUrl": f"{base}/{each.resource['resourceType']}/{each.resource['id']}",
            "resource": _chosen(each.resource, search.elements),
            "search": {"mode": "match"},
        }
        for each in page
    ]
    return bundle | {"link": _links(search, len(fitting), address)} | ({"entry": entries} if entries else {})


def _links(search: Search, total: int, address: str) -> list[Resource]:
    """Where this page, the first, the one before and the one after are."""
    places = {"self": search.offset, "first": 0}
    if search.offset:
        places["previous"] = max(search.offset - search.count, 0)
    if search.offset + search.count < total:
        places["next"] = search.offset + search.count
    return [
        _link(relation, address, (*search.used, ("_count", str(search.count)), *_offset(place)))
        for relation, place in places.items()
    ]


def _offset(place: int) -> tuple[Pair, ...]:
    return (("_offset", str(place)),) if place else ()


def _link(relation: str, address: str, query: Iterable[Pair]) -> Resource:
    asked = urlencode(list(query), safe=":/|,")
    return {"relation": relation, "url": f"{address}?{asked}" if asked else address}


def _chosen(resource: Resource, elements: tuple[str, ...]) -> Resource:
    if not elements:
        return resource
    kept = {key: value for key, value in resource.items() if key in (*MANDATORY, *elements)}
    meta = dict(kept.get("meta", {}))
    return kept | {"meta": meta | {"tag": [*meta.get("tag", ()), SUBSETTED]}}


def _modifier(parameter: SearchParameter, modifier: str) -> str:
    if not modifier or (parameter.kind == "string" and modifier in _STRINGS):
        return modifier
    message = f"the modifier {shown(modifier)} is not supported for {parameter.name}; leave it out"
    raise OperationFault(400, "not-supported", message)


def _number(controls: dict[str, str], name: str, otherwise: int) -> int:
    text = controls.get(name, "")
    if not text:
        return otherwise
    if not text.isascii() or not text.isdigit() or len(text) > LONGEST_NUMBER:
        raise OperationFault(400, "value", f"{name} is no whole number from 0; write it as {name}={otherwise}")
    return int(text)


def _fits(value: str, parameter: SearchParameter, modifier: str, wanted: str) -> bool:
    if parameter.kind == "string":
        return bool(wanted) and _STRINGS[modifier](value, wanted)
    if parameter.kind == "token":
        return value == wanted.rpartition("|")[2]
    return value == wanted
