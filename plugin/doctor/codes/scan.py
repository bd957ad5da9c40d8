"""The scan: unmapped codes in the order in which they are likely to matter, as JSON and as text."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from plugin.doctor.codes.kinds import KINDS
from plugin.doctor.codes.nearest import LEAST, Nearest, Proposal
from plugin.doctor.codes.tally import Key, Tally, Unmapped
from plugin.errors import InputError
from plugin.findings.index import Index

FORMAT = 1
MOST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Found:
    """An unmapped code with what it may stand for, and how likely it matters (0 to 1)."""

    code: Unmapped
    proposals: tuple[Proposal, ...]
    likelihood: float


@dataclass(frozen=True, slots=True)
class Missed:
    """A search of a server that could not be read, or not to its end. why: without anything that names a patient."""

    source: str
    resource_type: str
    why: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Scan:
    """What was found in a source. Names and counts only; nothing of any patient.

    missed: what could not be read; while there is any, no code that is absent here is known to be absent there.
    """

    sources: tuple[str, ...]
    resources: int
    known: int
    found: tuple[Found, ...]
    standard: tuple[Unmapped, ...]
    without_system: dict[str, int]
    overflow: int = 0
    missed: tuple[Missed, ...] = ()

    @property
    def likely(self) -> tuple[Found, ...]:
        """The codes that are near to something that is read."""
        return tuple(each for each in self.found if each.likelihood >= LEAST)


def scan_of(tally: Tally, index: Index, sources: tuple[str, ...], missed: tuple[Missed, ...] = ()) -> Scan:
    """Put what was counted in order: likelihood first, then count, then code. missed: what could not be read."""
    nearest = Nearest(index)
    proposed = _proposed(tally, nearest)
    near = {(code.system, code.code) for key, code in tally.found.items() if code.kind == "test" and proposed[key]}
    read = frozenset(near | {test for code in tally.found.values() for test in code.asked if tally.is_read(test)})
    found = [
        Found(code, proposed[key], nearest.likelihood(code, proposed[key], read)) for key, code in tally.found.items()
    ]
    found.sort(key=lambda each: (-each.likelihood, -each.code.count, each.code.system, each.code.code))
    standard = sorted(tally.standard.values(), key=lambda code: (-code.count, code.system, code.code))
    without: dict[str, int] = {kind: tally.without_system[kind] for kind in KINDS if tally.without_system[kind]}
    return Scan(sources, tally.resources, tally.known, tuple(found), tuple(standard), without, tally.overflow, missed)


def _proposed(tally: Tally, nearest: Nearest) -> dict[Key, tuple[Proposal, ...]]:
    """What each code may stand for: tests by the answers they get too, answers then by the tests they answer."""
    given: dict[tuple[str, str], list[Unmapped]] = {}
    answers = {key: code for key, code in tally.found.items() if code.kind == "answer"}
    for code in answers.values():
        for test in code.asked:
            given.setdefault(test, []).append(code)
    proposed = {
        key: nearest.proposals(code, given.get((code.system, code.code), ()) if code.kind == "test" else ())
        for key, code in tally.found.items()
        if key not in answers
    }
    tests = {(system, code): found for (kind, system, code), found in proposed.items() if kind == "test"}
    return proposed | {key: nearest.answers(code, tests) for key, code in answers.items()}


def scan_json(scan: Scan) -> dict[str, Any]:
    """The scan as one object, which `careplan codes map` takes."""
    return {
        "format": FORMAT,
        "kind": "careplan-codes-scan",
        "sources": list(scan.sources),
        "complete": not scan.missed,
        "missed": [
            {"source": each.source, "type": each.resource_type, "why": each.why, "remedy": each.remedy}
            for each in scan.missed
        ],
        "resources": scan.resources,
        "read": scan.known,
        "unmapped": [
            {
                **_code(each.code),
                "likelihood": each.likelihood,
                "proposals": [
                    {"system": one.system, "code": one.code, "display": one.display, "near": one.near}
                    for one in each.proposals
                ],
            }
            for each in scan.found
        ],
        "standard": [_code(code) for code in scan.standard],
        "without_system": scan.without_system,
        "left_out": scan.overflow,
    }


def _code(code: Unmapped) -> dict[str, Any]:
    return {
        "kind": code.kind,
        "system": code.system,
        "code": code.code,
        "count": code.count,
        "names": [name for name, _ in code.names.most_common()],
        "values": dict(code.values.most_common()),
        "answers_to": [{"system": system, "code": test} for (system, test), _ in code.asked.most_common(5)],
    }


def scan_from(document: Any, source: str) -> tuple[Found, ...]:
    """The codes of a scan that was written before. Raises InputError where it is none."""
    if not isinstance(document, dict) or document.get("kind") != "careplan-codes-scan":
        raise InputError(f"{source} is no scan: give what `careplan codes scan --format json` wrote")
    if document.get("format") != FORMAT:
        raise InputError(f"{source} was written by another version of careplan: scan again")
    try:
        return tuple(map(_found, document["unmapped"]))
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{source} is a scan that was changed and cannot be read ({error}): scan again") from error


def _found(each: dict[str, Any]) -> Found:
    code = Unmapped(each["kind"], each["system"], each["code"], each["count"], Counter(dict.fromkeys(each["names"], 1)))
    code.values.update(each["values"])
    code.asked.update((one["system"], one["code"]) for one in each["answers_to"])
    proposals = (Proposal(one["system"], one["code"], one["display"], one["near"]) for one in each["proposals"])
    return Found(code, tuple(proposals), each["likelihood"])


def scan_text(scan: Scan, everything: bool = False) -> str:
    """The scan for people: what is likely to matter, then how much else there is."""
    lines = [*_incomplete(scan), f"{scan.resources} resources, {scan.known} coded concepts are read as they are.", ""]
    shown = scan.found if everything else scan.likely[:MOST_SHOWN]
    lines += [line for each in shown for line in _shown(each)]
    if not scan.found and scan.missed:
        lines.append("What was read holds no unmapped code; of the rest nothing is known.")
    elif not scan.found:
        lines.append("No code of the site's own is left without a meaning.")
    if hidden := len(scan.found) - len(shown):
        lines.append(f"{hidden} more unmapped codes are not near to anything that is read; --all and JSON list them.")
    for code in scan.standard:
        name = next(iter(code.names), code.code)
        lines.append(
            f"{code.count:>6}  {code.code} of {code.system} ({name}) is a standard's code that is not read yet"
        )
    for kind, count in scan.without_system.items():
        lines.append(
            f"{count:>6}  {kind} codes come without a system; ask the sender to name it, or nobody can map them"
        )
    if scan.overflow:
        lines.append(f"{scan.overflow} uses of further codes were left out: the source holds too many different codes.")
    return "\n".join(lines) + "\n"


def _incomplete(scan: Scan) -> list[str]:
    """What could not be read and why, what is to be done about it once for all that asks for it."""
    if not scan.missed:
        return []
    lines = ["INCOMPLETE: not everything could be read, so codes may be missing here.", ""]
    for remedy in dict.fromkeys(each.remedy for each in scan.missed):
        lines += [f"  ! {each.resource_type}: {each.why}" for each in scan.missed if each.remedy == remedy]
        lines.append(f"    → {remedy}")
    return [*lines, ""]


def _shown(each: Found) -> list[str]:
    code = each.code
    name = " / ".join(code.names) or "no name"
    values = ", ".join(f"{kind} {count}" for kind, count in code.values.most_common(3))
    lines = [f"{code.count:>6}  {code.kind:<9} {code.code}  {name}", f"        {code.system}"]
    if values:
        lines.append(f"        values: {values}")
    lines += [f"        near {one.near:.2f}: {one.code} {one.display} ({one.system})" for one in each.proposals]
    return lines
