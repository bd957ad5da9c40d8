"""Charts in shorthand: a case says `code: loinc|85337-4`, this makes FHIR R4 of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Resource = dict[str, Any]
Entry = Mapping[str, Any]

STATUS = "http://terminology.hl7.org/CodeSystem"
INTENT = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-procedure-intent"
# When each kind of record says that it was made or done; everything else says it in effectiveDateTime.
WHEN = {"MedicationRequest": "authoredOn", "Procedure": "performedDateTime"}


@dataclass(frozen=True, slots=True)
class Shorthand:
    """What the charts of a template share.

    systems: short name -> URL of a code system. resources: stand beside every chart; its Patient is whom all are about.
    """

    systems: Mapping[str, str]
    resources: tuple[Resource, ...]

    @property
    def subject(self) -> str:
        """The reference to the patient of these charts."""
        return next((f"Patient/{each['id']}" for each in self.resources if each["resourceType"] == "Patient"), "")

    def chart(self, case: Entry) -> list[Resource]:
        """The resources of a case; its `patient` completes or overrides the shared one."""
        return [
            *(
                {**each, **case.get("patient", {})} if each["resourceType"] == "Patient" else each
                for each in self.resources
            ),
            *(self.observation(entry, f"o{number}") for number, entry in enumerate(case.get("obs", []), 1)),
            *(self.condition(entry, f"c{number}") for number, entry in enumerate(case.get("cond", []), 1)),
            *(self.medication(entry, f"m{number}") for number, entry in enumerate(case.get("med", []), 1)),
            *({"id": f"r{number}", **entry} for number, entry in enumerate(case.get("raw", []), 1)),
        ]

    def concept(self, written: str | list[str] | None, text: str | None = None) -> Resource:
        """`loinc|85337-4|Display`, or several, as a CodeableConcept; `text` is its text."""
        codings = [self._coding(entry) for entry in ([written] if isinstance(written, str) else written or [])]
        made: Resource = {"coding": codings} if codings else {}
        return {**made, "text": text} if text else made

    def observation(self, entry: Entry, identity: str) -> Resource:
        """An Observation: `code` or `text`, `date`, `specimen`, `status`, `by`, `component`, and what it answers."""
        made: Resource = {
            "resourceType": "Observation",
            "id": entry.get("id", identity),
            "status": entry.get("status", "final"),
            "code": self.concept(entry.get("code"), entry.get("text")),
            "subject": {"reference": self.subject},
            **dict(self._answer(entry)),
        }
        if "date" in entry:
            made["effectiveDateTime"] = str(entry["date"])
        if "specimen" in entry:
            made["specimen"] = {"reference": f"Specimen/{entry['specimen']}"}
        if "by" in entry:
            made["performer"] = [{"reference": entry["by"]}]
        if "component" in entry:
            made["component"] = [
                {"code": self.concept(part.get("code"), part.get("text")), **dict(self._answer(part))}
                for part in entry["component"]
            ]
        return {**made, **entry.get("extra", {})}

    def condition(self, entry: Entry, identity: str) -> Resource:
        """A Condition: `code` or `text`, `date` of its onset, `clinical` and `verified` status, `site`."""
        made: Resource = {
            "resourceType": "Condition",
            "id": entry.get("id", identity),
            "code": self.concept(entry.get("code"), entry.get("text")),
            "subject": {"reference": self.subject},
        }
        if "clinical" in entry:
            made["clinicalStatus"] = self.concept(f"{STATUS}/condition-clinical|{entry['clinical']}")
        if "verified" in entry:
            made["verificationStatus"] = self.concept(f"{STATUS}/condition-ver-status|{entry['verified']}")
        if "date" in entry:
            made["onsetDateTime"] = str(entry["date"])
        if "site" in entry:
            made["bodySite"] = [self.concept(entry["site"])]
        return {**made, **entry.get("extra", {})}

    def medication(self, entry: Entry, identity: str) -> Resource:
        """A MedicationRequest, a MedicationStatement where it has an end, or what `type` says.

        `code` or `text`, `date`, `until`, `status`; `stopped`: why; `setting`: with which intent it was given.
        """
        kind = entry.get("type", "MedicationStatement" if "until" in entry else "MedicationRequest")
        made: Resource = {
            "resourceType": kind,
            "id": identity,
            "status": entry.get("status", "completed"),
            "subject": {"reference": self.subject},
            "code" if kind == "Procedure" else "medicationCodeableConcept": self.concept(
                entry.get("code"), entry.get("text")
            ),
            **_taken(kind, entry),
        }
        if kind == "MedicationRequest":
            made["intent"] = entry.get("intent", "order")
        if "stopped" in entry:
            why = entry["stopped"]
            made["statusReason"] = [self.concept(why) if "|" in why else self.concept(None, why)]
        if "setting" in entry:
            made["extension"] = [{"url": INTENT, "valueCodeableConcept": self.concept(entry["setting"])}]
        return {**made, **entry.get("extra", {})}

    def _coding(self, written: str) -> Resource:
        system, code, *display = written.split("|")
        coding = {"system": self.systems.get(system, system), "code": code}
        return {**coding, "display": display[0]} if display else coding

    def _answer(self, entry: Entry) -> Iterator[tuple[str, Any]]:
        """`says` a string, `is` a code, `named` a text, `measured` a number with its unit and comparator, ..."""
        if "says" in entry:
            yield "valueString", entry["says"]
        if "is" in entry or "named" in entry:
            yield "valueCodeableConcept", self.concept(entry.get("is"), entry.get("named"))
        if "counts" in entry:
            yield "valueInteger", entry["counts"]
        if "flag" in entry:
            yield "valueBoolean", entry["flag"]
        if "measured" in entry:
            yield "valueQuantity", _quantity(*entry["measured"])
        if "range" in entry:
            low, high, unit = entry["range"]
            yield "valueRange", {"low": {"value": low, "unit": unit}, "high": {"value": high, "unit": unit}}
        if "ratio" in entry:
            above, below = entry["ratio"]
            yield "valueRatio", {"numerator": {"value": above}, "denominator": {"value": below}}
        if "interpreted" in entry:
            yield "interpretation", [self.concept(entry["interpreted"])]
        if "absent" in entry:
            yield "dataAbsentReason", self.concept(f"{STATUS}/data-absent-reason|{entry['absent']}")


def _quantity(value: float, unit: str = "", comparator: str = "") -> Resource:
    made: Resource = {"value": value, **({"unit": unit, "code": unit} if unit else {})}
    return {**made, "comparator": comparator} if comparator else made


def _taken(kind: str, entry: Entry) -> Resource:
    if "date" not in entry:
        return {}
    if "until" in entry:
        name = "performedPeriod" if kind == "Procedure" else "effectivePeriod"
        return {name: {"start": str(entry["date"]), "end": str(entry["until"])}}
    return {WHEN.get(kind, "effectiveDateTime"): str(entry["date"])}
