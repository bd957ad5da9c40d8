"""A site's own codes: ConceptMaps from local test and answer codes to the standard codes that findings are read from.

Only what stands for exactly the same counts; whatever else a map says is named when it is loaded, never used. A map
cannot change what a standard code means, and never speaks for a code that the site does not own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from plugin.errors import Fault, LocalCodesError, TemplateError
from plugin.library.code_sets import SYSTEMS, CodeSets, canonical_coding, read_json
from plugin.library.content import CANONICAL
from plugin.library.validation import check_structure, element_path
from plugin.library.yaml_file import ElementPath, read_yaml

SUFFIXES = (".json", ".yaml", ".yml")
TRUSTED = frozenset({"equivalent", "equal"})
MOST_UNKNOWN = 20
MOST_TOLD = 3
FORM = "write a ConceptMap as FHIR R4 has it; codes are texts, in YAML in quotes"
SOURCE = "give the system under which the chart sends the local codes; codes of a standard need no map"
UNTRUSTED = "nothing, if that is so; give equivalent or equal only where both mean exactly the same"
UNDECIDED = "unmatched"  # what `careplan codes map` begins with, for a person to decide
DECIDE = "give equivalent where both mean exactly the same, and delete the others; nothing, where there is no match"
GIVE_CODE = "give the target its code in the target system, or delete the element where nothing means the same"
GIVE_SYSTEM = "move the element into a group whose target is the system of that code"
UNCONDITIONAL = "nothing, if that is so; map it without a condition only where it always means the same"
GIVE_TARGET = "nothing, if that is so; else give it a target with the code that means exactly the same"
NOTHING = "map local codes to codes that findings are read from, with the equivalence equivalent or equal"
KEEP_ONE = "keep the one target that means exactly the same"

Code = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Map:
    """One ConceptMap: the file, its content, and the line of each element where the format tells."""

    file: str
    data: dict[str, Any]
    lines: dict[ElementPath, int]

    def fault(self, path: ElementPath, message: str, remedy: str) -> Fault:
        place = "ConceptMap" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
        line = next((self.lines[path[:end]] for end in range(len(path), -1, -1) if path[:end] in self.lines), None)
        return Fault(self.file, line, f"{place}: {message}", remedy)


@dataclass
class _Reading:
    """What the maps of a site come to: faults stop it, cautions are told.

    standards: systems that need no map. targets: those used, by local code and target system. seen: how many there are.
    """

    code_sets: CodeSets
    standards: frozenset[str]
    faults: list[Fault] = field(default_factory=list)
    cautions: list[Fault] = field(default_factory=list)
    targets: dict[Code, dict[str, str]] = field(default_factory=dict)
    seen: int = 0
    urls: list[str] = field(default_factory=list)


def load_local_codes(path: Path, code_sets: CodeSets) -> None:
    """Take the ConceptMaps in a file, or in the JSON and YAML files of a folder, into `code_sets`.

    What they map without its being used goes to `code_sets.cautions`. Raises LocalCodesError with every fault, each
    with file, element and remedy: no map, a source that is a standard, one code with two meanings, nothing to use.
    """
    reading = _Reading(code_sets, standards_of(code_sets))
    for file in _files(path):
        for found in _maps(file, reading.faults):
            _read(found, reading)
    if not reading.targets and not reading.faults:
        message = f"nothing in it can be used{_reasons(reading)}"
        reading.faults.append(Fault(path.name, None, message, NOTHING))
    if reading.faults:
        raise LocalCodesError(reading.faults)
    for code, by_system in reading.targets.items():
        code_sets.local[code] = sorted(by_system.items())
    code_sets.cautions.extend(reading.cautions)
    code_sets.local_urls.extend(reading.urls)


def _reasons(reading: _Reading) -> str:
    """Why nothing can be used: how many targets there are, the first reasons, and how many more."""
    count = f", of {reading.seen} targets none" if reading.seen > 1 else ""
    told = [caution.message for caution in reading.cautions[:MOST_TOLD]]
    if more := len(reading.cautions) - len(told):
        told.append(f"{more} more of the like")
    return f"{count}: {'; '.join(told)}" if told else count


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix.lower() in SUFFIXES)
        if files:
            return files
        message, remedy = "the folder holds no JSON or YAML file", "put the site's ConceptMaps into it"
    elif path.is_file():
        return [path]
    else:
        message, remedy = "there is no such file or folder", "give the path of a ConceptMap, or of a folder of them"
    raise LocalCodesError([Fault(str(path), None, message, remedy)])


def _maps(file: Path, faults: list[Fault]) -> list[_Map]:
    """The ConceptMaps of a file that are sound FHIR."""
    try:
        found = _parsed(file)
    except TemplateError as error:
        faults.extend(error.faults)
        return []
    sound = []
    for one in found:
        if not isinstance(one.data, dict) or one.data.get("resourceType") != "ConceptMap":
            kind = one.data.get("resourceType", "no FHIR") if isinstance(one.data, dict) else "no FHIR"
            message = f"the file holds {kind}, and local codes come in a ConceptMap"
            faults.append(Fault(file.name, None, message, "write one, or move the file elsewhere"))
            continue
        problems = check_structure(one.data)
        faults.extend(one.fault(element_path(text), text.partition(": ")[2], FORM) for text in problems)
        if not problems:
            sound.append(one)
    return sound


def _parsed(file: Path) -> list[_Map]:
    if file.suffix.lower() != ".json":
        return [_Map(file.name, document.data, document.lines) for document in read_yaml(file, file.name)]
    return [_Map(file.name, read_json(file), {})]


def _read(found: _Map, reading: _Reading) -> None:
    if found.data.get("status") == "retired":
        reading.cautions.append(found.fault(("status",), "the map is retired and not used", "remove it, or renew it"))
        return
    if url := found.data.get("url"):
        reading.urls.append("|".join(filter(None, (url, found.data.get("version")))))
    unknown: list[Fault] = []
    undecided: list[Code] = []
    for number, group in enumerate(found.data.get("group", [])):
        path: ElementPath = ("group", number)
        source = str(group.get("source", "")).strip()
        if (
            not source
            or plain_system(source) in reading.standards
            or plain_system(source).startswith(plain_system(CANONICAL))
        ):
            what = f"'{source}' is a standard, whose codes keep their meaning" if source else "no source system"
            reading.faults.append(found.fault((*path, "source"), what, SOURCE))
            continue
        if "unmapped" in group:
            message = "a rule for codes that the map does not list is not followed; they stay unread"
            reading.cautions.append(found.fault((*path, "unmapped"), message, "list every code that is to be read"))
        for at, element in enumerate(group["element"]):
            unknown += _element(found, (*path, "element", at), group, element, reading, undecided)
    if undecided:
        reading.cautions.append(Fault(found.file, None, _waiting(undecided, reading), DECIDE))
    reading.cautions.extend(unknown[:MOST_UNKNOWN])
    if len(unknown) > MOST_UNKNOWN:
        message = f"{len(unknown) - MOST_UNKNOWN} more codes are mapped to codes that no finding is read from"
        reading.cautions.append(Fault(found.file, None, message, "nothing, where they are none of these tests"))


def _waiting(undecided: list[Code], reading: _Reading) -> str:
    """The proposals that nobody has decided, in one line: a map just begun is full of them."""
    count = f"{len(undecided)} proposal{'s' if len(undecided) > 1 else ''} ({UNDECIDED}) not used"
    codes = [code for _, code in dict.fromkeys(local for local in undecided if local not in reading.targets)]
    if not codes:
        return f"{count}, beside decided targets of the same codes"
    more = f" and {len(codes) - MOST_TOLD} more" if len(codes) > MOST_TOLD else ""
    some = f"{len(codes)} local codes stay" if len(codes) > 1 else "1 local code stays"
    return f"{count}, {some} unread: {', '.join(codes[:MOST_TOLD])}{more}"


def _element(
    found: _Map,
    path: ElementPath,
    group: dict[str, Any],
    element: dict[str, Any],
    reading: _Reading,
    undecided: list[Code],
) -> Iterator[Fault]:
    """Take in the targets of one local code; yields those that no finding is read from.

    undecided: is given the local code once more for each target that nobody has decided.
    """
    local = canonical_coding(str(group["source"]).strip(), str(element.get("code", "")))
    if not local[1]:
        reading.faults.append(found.fault(path, "no local code", "give the code as the chart sends it"))
        return
    if not element.get("target"):
        reading.cautions.append(found.fault(path, f"{local[1]} stays unread: it is mapped to nothing", GIVE_TARGET))
    for at, target in enumerate(element.get("target", [])):
        here: ElementPath = (*path, "target", at)
        standard = canonical_coding(str(group.get("target", "")).partition("|")[0], str(target.get("code", "")))
        reading.seen += 1
        if target.get("equivalence") == UNDECIDED:
            undecided.append(local)
        elif reason := _why_not(target, standard):
            why, remedy = reason
            reading.cautions.append(found.fault(here, f"{local[1]} stays unread: {why}", remedy))
        elif not _is_read(standard, reading.code_sets):
            message = f"{local[1]} stays unread: no finding is read from {standard[1]} of {standard[0] or 'no system'}"
            yield found.fault(here, message, "check the code and its system; leave it where it is none of these tests")
        else:
            _take_in(found, here, local, standard, reading)


def _why_not(target: dict[str, Any], standard: Code) -> tuple[str, str] | None:
    """Why a target is not trusted, and what to do; None where it is."""
    equivalence = target.get("equivalence")
    if equivalence not in TRUSTED:
        shown = standard[1] or "nothing"
        return f"it is mapped to {shown} as '{equivalence}', which is not exactly the same", UNTRUSTED
    if not standard[1]:
        return "its target names no code", GIVE_CODE
    if not standard[0]:
        return f"its group names no target system, in which {standard[1]} would be a code", GIVE_SYSTEM
    if target.get("dependsOn") or target.get("product"):
        return f"it is mapped to {standard[1]} under a condition, and conditions are not followed", UNCONDITIONAL
    return None


def _take_in(found: _Map, path: ElementPath, local: Code, standard: Code, reading: _Reading) -> None:
    by_system = reading.targets.setdefault(local, {})
    other = by_system.setdefault(standard[0], standard[1])
    if other != standard[1]:
        message = f"{local[1]} is said to be the same as {other} and as {standard[1]} of {standard[0]}"
        reading.faults.append(found.fault(path, message, KEEP_ONE))


def _is_read(code: Code, code_sets: CodeSets) -> bool:
    return bool(code_sets.memberships(*code)) or any(code in one.codes for one in code_sets.maps.values())


def standards_of(code_sets: CodeSets) -> frozenset[str]:
    """Every system whose codes we know by themselves, under all its names, spelled alike."""
    named = {*SYSTEMS, *SYSTEMS.values()}
    for code_set in code_sets.sets.values():
        named.update(system for system, _ in (*code_set.displays, *code_set.branches))
    for code_map in code_sets.maps.values():
        named.update(system for system, _ in code_map.codes)
    return frozenset(map(plain_system, named))


def plain_system(system: str) -> str:
    """A system without what senders vary: case, scheme, `www`, version, edition and a slash at the end."""
    spelled = canonical_coding(system.partition("|")[0].strip(), "")[0].casefold()
    for prefix in ("https://", "http://", "www."):
        spelled = spelled.removeprefix(prefix)
    return spelled.rstrip("/")
