"""Small charts and the damage that is done to them: what `fuzz_reader.py` throws at the reader.

A chart speaks with one voice: all of its answers are positive, or all are negative, so that no part of it left alone,
moved or doubled supports the opposite. Charts with traps hold newer results of the opposite that do not count.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
POSITIVE, NEGATIVE = "positive", "negative"
OPPOSITE = {POSITIVE: NEGATIVE, NEGATIVE: POSITIVE}
WRAPS = ("array", "collection", "searchset", "transaction", "history", "nested")


def concept(system: str, code: str, **more: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}], **more}


def observation(identity: str, code: str, answer: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": identity,
        "status": "final",
        "code": concept(LOINC, code),
        "subject": {"reference": "Patient/p"},
        "effectiveDateTime": "2024-03-01",
        **answer,
        **more,
    }


def around() -> list[dict[str, Any]]:
    patient = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1960-05-05"}
    breast = {"collection": {"bodySite": concept(SNOMED, "10200004")}, "subject": {"reference": "Patient/p"}}
    report = {"status": "final", "subject": {"reference": "Patient/p"}, "result": [{"reference": "Observation/er"}]}
    bone = {"code": concept("http://hl7.org/fhir/sid/icd-10-cm", "C79.51"), "onsetDateTime": "2024-02-01"}
    return [
        patient,
        {"resourceType": "Specimen", "id": "sample", **breast},
        {"resourceType": "DiagnosticReport", "id": "report", **report},
        {"resourceType": "Condition", "id": "bone", **bone},
        *treatments(),
    ]


def treatments() -> list[dict[str, Any]]:
    """A drug of every kind of record, a procedure, a plan around one of them, a reaction."""
    hers = {"subject": {"reference": "Patient/p"}}
    plan = {"status": "active", "intent": "plan", "title": "Palliative systemic therapy"}
    stopped = {"status": "stopped", "statusReason": concept(SNOMED, "266721009")}
    period = {"effectivePeriod": {"start": "2024-02-10", "end": "2025-01-10"}}
    taxane = {"status": "completed", "effectiveDateTime": "2021-05-01"}
    return [
        {"resourceType": "MedicationRequest", "id": "m1", "intent": "order", "authoredOn": "2024-02-10", **stopped}
        | {"medicationCodeableConcept": {"text": "letrozole"}, **hers},
        {"resourceType": "MedicationStatement", "id": "m2", "status": "completed", **period, **hers}
        | {"medicationCodeableConcept": {"text": "palbociclib"}, "basedOn": [{"reference": "CarePlan/plan"}]},
        {"resourceType": "MedicationAdministration", "id": "m3", **taxane, **hers}
        | {"medicationCodeableConcept": {"text": "paclitaxel"}},
        {"resourceType": "Procedure", "id": "m4", "status": "completed", "performedDateTime": "2021-06-01", **hers}
        | {"code": concept(SNOMED, "367336001")},
        {"resourceType": "CarePlan", "id": "plan", **plan, **hers}
        | {"activity": [{"detail": {"status": "in-progress", "productCodeableConcept": {"text": "fulvestrant"}}}]},
        {"resourceType": "AllergyIntolerance", "id": "a1", "criticality": "high", "code": {"text": "docetaxel"}}
        | {"patient": {"reference": "Patient/p"}},
    ]


def one_voice(said: str) -> list[dict[str, Any]]:
    """A chart whose every answer is positive, or whose every answer is negative."""
    yes = said == POSITIVE
    coded = {"valueCodeableConcept": concept(SNOMED, "10828004" if yes else "260385009")}
    sample = {"specimen": {"reference": "Specimen/sample"}}
    percent = {"valueQuantity": {"value": 95 if yes else 0, "unit": "%", "code": "%"}}
    score = {"valueString": "3+" if yes else "0"}
    ish = {"valueCodeableConcept": {"text": "Amplified" if yes else "Not amplified"}}
    detected = {"valueString": "Detected" if yes else "Not detected"}
    parts = [{"code": {"text": "ER percentage"}, **percent}]
    return [
        *around(),
        observation("er", "85337-4", coded, component=parts, **sample),
        observation("pr", "85325-9", percent, **sample),
        observation("ihc", "85319-2", score, **sample),
        observation("ish", "85318-4", ish, **sample),
        observation("brca", "94191-4", coded),
        observation("gene", "60033-8", detected),
        observation("course", "97509-4", {"valueCodeableConcept": concept(SNOMED, "271299001")}),
    ]


def with_traps(said: str) -> list[dict[str, Any]]:
    """A chart of one voice, and newer results of the other that do not count."""
    chart = one_voice(said)
    for found in [one for one in one_voice(OPPOSITE[said]) if one["resourceType"] == "Observation"]:
        for status in ("entered-in-error", "cancelled", "preliminary"):
            trap = {**found, "id": f"{found['id']}-{status}", "status": status, "effectiveDateTime": "2025-05-01"}
            chart.append({key: value for key, value in trap.items() if key != "specimen"})
    return [chart[0], *random.Random(said).sample(chart[4:], 12)]


@dataclass(frozen=True)
class Seed:
    """A chart before it is damaged. said: its voice. traps: it may only be spoiled, nothing moved."""

    said: str
    resources: list[dict[str, Any]]
    traps: bool


SEEDS = [
    Seed(said, small, traps)
    for said in (POSITIVE, NEGATIVE)
    for small, traps in ((one_voice(said), False), (with_traps(said), True))
]
DEEP = 0.08
JUNK: list[Any] = [
    None, True, False, [], {}, [[]], [None], {"a": {}}, "", " ", "null", "NaN", "Infinity", "-", "?", "\u0000",
    "\ud7ff", "ＮＯ", "🧬", "é", "not", "unknown", "see comment", "negativ?", "x" * 3000, -1, 0, 1, 3, 1e308,
    -1e308, 1e-300, 2**53, 10**30, "1e999", "0x10", "2024-13-45", "0000", "9999-99-99T99:99:99Z", "Patient/q", "#",
    "urn:uuid:", "http://x/y/", {"reference": "Observation/er"}, {"coding": None}, {"coding": [None]},
    {"coding": {"code": 7}}, {"value": "NaN"}, {"resourceType": 5}, {"resourceType": "Bundle"},
    {"resourceType": "Observation"}, [{"resourceType": "Patient"}],
]  # fmt: skip
KEYS = (
    "status", "code", "coding", "text", "value", "valueString", "valueInteger", "valueBoolean", "valueRange",
    "valueRatio", "component", "contained", "hasMember", "derivedFrom", "specimen", "subject", "focus", "extension",
    "modifierExtension", "meta", "interpretation", "dataAbsentReason", "method", "bodySite", "performer", "issued",
    "deceasedDateTime", "note",
)  # fmt: skip


def places(node: Any) -> list[tuple[Any, Any]]:
    """Every place in a document as the container and the key or index in it."""
    found: list[tuple[Any, Any]] = []
    waiting = [node]
    while waiting:
        current = waiting.pop()
        steps = current.items() if isinstance(current, dict) else enumerate(current)
        for step, value in list(steps):
            found.append((current, step))
            if isinstance(value, dict | list) and value:
                waiting.append(value)
    return found


def leaves(node: Any) -> Iterator[Any]:
    """Every text, number and flag of a document."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if isinstance(current, dict | list):
            waiting.extend(current.values() if isinstance(current, dict) else current)
        elif current is not None:
            yield current


class Mutator:
    """Damages one document; the same random source gives the same damage."""

    def __init__(self, chance: random.Random, seed: Seed) -> None:
        self.chance = chance
        moves = () if seed.traps else (self._swap, self._copy, self._number)
        self._ways = (
            self._delete, self._delete, self._junk, self._junk, self._wrap, self._key, self._rename, self._cycle,
            self._text, *moves,
        )  # fmt: skip

    def damage(self, document: Any) -> Any:
        """The document after one to four mutations, and now and then a very deep nest."""
        for _ in range(self.chance.randint(1, 4)):
            if found := places(document):
                self.chance.choice(self._ways)(document, found)
        if self.chance.random() < DEEP and (found := places(document)):
            self._nest(found)
        return document

    def _delete(self, _document: Any, found: list[tuple[Any, Any]]) -> None:
        container, step = self.chance.choice(found)
        del container[step]

    def _junk(self, _document: Any, found: list[tuple[Any, Any]]) -> None:
        container, step = self.chance.choice(found)
        container[step] = copy.deepcopy(self.chance.choice(JUNK))

    def _wrap(self, _document: Any, found: list[tuple[Any, Any]]) -> None:
        """An array for an object, an object for an array, or a text for a number."""
        container, step = self.chance.choice(found)
        value = container[step]
        if isinstance(value, list) and value and self.chance.random() < 0.7:
            container[step] = value[0]
        elif isinstance(value, dict) and self.chance.random() < 0.2:
            container[step] = list(value.values())
        else:
            container[step] = [value] if self.chance.random() < 0.7 else {"value": value}

    def _key(self, _document: Any, found: list[tuple[Any, Any]]) -> None:
        container, _ = self.chance.choice(found)
        if isinstance(container, dict):
            container[self.chance.choice(KEYS)] = copy.deepcopy(self.chance.choice(JUNK))
        else:
            container.insert(self.chance.randint(0, len(container)), copy.deepcopy(self.chance.choice(JUNK)))

    def _rename(self, _document: Any, found: list[tuple[Any, Any]]) -> None:
        container, step = self.chance.choice(found)
        if isinstance(container, dict):
            container[self.chance.choice(KEYS)] = container.pop(step)

    def _nest(self, found: list[tuple[Any, Any]]) -> None:
        container, step = self.chance.choice(found)
        value, key = container[step], self.chance.choice(KEYS)
        for _ in range(self.chance.choice((2, 20, 900))):
            value = [value] if self.chance.random() < 0.5 else {key: value}
        container[step] = value

    def _cycle(self, document: Any, found: list[tuple[Any, Any]]) -> None:
        """References that lead back to where they stand."""
        container, _ = self.chance.choice(found)
        if isinstance(container, dict):
            names = [f"{one.get('resourceType')}/{one.get('id')}" for one in document if isinstance(one, dict)]
            reference = {"reference": self.chance.choice(names or ["#"])}
            container[self.chance.choice(("hasMember", "derivedFrom", "result", "specimen", "focus"))] = [reference]

    def _text(self, _document: Any, found: list[tuple[Any, Any]]) -> None:
        """A letter more, less or different; rarely a text that is no letter at all."""
        texts = [(container, step) for container, step in found if isinstance(container[step], str) and container[step]]
        if not texts:
            return
        container, step = self.chance.choice(texts)
        value, at = container[step], self.chance.randrange(len(container[step]))
        letter = self.chance.choice("aeinor +-.,%?<>0123456789\u00a0\u200bß\u0301")
        container[step] = value[:at] + letter + value[at + self.chance.randint(0, 1) :]

    def _swap(self, _document: Any, found: list[tuple[Any, Any]]) -> None:
        (one, here), (other, there) = self.chance.choice(found), self.chance.choice(found)
        one[here], other[there] = copy.deepcopy(other[there]), copy.deepcopy(one[here])

    def _copy(self, document: Any, found: list[tuple[Any, Any]]) -> None:
        container, step = self.chance.choice(found)
        if isinstance(container, list):
            container.append(copy.deepcopy(container[step]))

    def _number(self, _document: Any, found: list[tuple[Any, Any]]) -> None:
        numbers = [(container, step) for container, step in found if isinstance(container[step], int | float)]
        if numbers:
            container, step = self.chance.choice(numbers)
            container[step] = self.chance.choice((-1, 0, 0.5, 1, 101, 1e308, 10**30, "95", "NaN", "1,5"))


def flipped(content: bytes, chance: random.Random) -> bytes:
    """The bytes with a few bits turned."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 3)):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def wrapped(resources: list[Any], how: str) -> Any:
    """The resources as one document."""
    if how == "array":
        return resources
    if how == "nested":
        inner = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in resources[1:]]}
        return {
            "resourceType": "Bundle",
            "type": "batch-response",
            "entry": [{"resource": resources[0]}, {"resource": inner}],
        }
    entries = [{"fullUrl": f"urn:uuid:{number}", "resource": one} for number, one in enumerate(resources)]
    return {"resourceType": "Bundle", "type": how, "entry": entries}


def made(seed: int, index: int) -> tuple[Seed, Any] | None:
    """The damaged document of an index; None where turned bits left no JSON."""
    chance = random.Random(f"{seed}:{index}")
    chosen = SEEDS[index % len(SEEDS)]
    resources = copy.deepcopy(chosen.resources)
    if not chosen.traps and chance.random() < 0.2:
        for _ in range(8):
            try:
                return chosen, wrapped(orjson.loads(flipped(orjson.dumps(resources), chance)), chance.choice(WRAPS))
            except (orjson.JSONDecodeError, IndexError):
                continue
        return None
    damaged = Mutator(chance, chosen).damage(resources)
    return chosen, wrapped(damaged, chance.choice(WRAPS) if damaged else "array")
