"""What the server's CapabilityStatement promises, against what we need of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from plugin.doctor.needs import WRITES, Need, Write, reading_needs
from plugin.doctor.probe import Answer
from plugin.doctor.report import ADMINISTRATOR, Check, Level, Table

Json = dict[str, Any]
JSON_FORMATS = frozenset({"json", "application/fhir+json", "application/json"})


def offer(what: str) -> str:
    """The remedy where something is not promised."""
    return f"offer {what}; where it works already, declare it in the CapabilityStatement"


class Statement:
    """A CapabilityStatement, asked carefully: whatever is missing or of the wrong type is not promised."""

    def __init__(self, document: Json) -> None:
        self.document = document
        rests = _objects(document.get("rest"))
        self.rest = next((rest for rest in rests if rest.get("mode") == "server"), rests[0] if rests else {})
        self._types = {str(each.get("type")): each for each in _objects(self.rest.get("resource"))}

    def has(self, resource_type: str) -> bool:
        """Whether the type is served."""
        return resource_type in self._types

    def interactions(self, resource_type: str) -> frozenset[str]:
        """Codes of what can be done with a type."""
        return _codes(self._types.get(resource_type, {}).get("interaction"))

    def parameters(self, resource_type: str) -> frozenset[str]:
        """Names of search parameters, those for every type included."""
        own = _names(self._types.get(resource_type, {}).get("searchParam"))
        return own | _names(self.rest.get("searchParam"))

    def includes(self, resource_type: str) -> frozenset[str]:
        """Values of `_include`."""
        found = self._types.get(resource_type, {}).get("searchInclude")
        return frozenset(text for text in found if isinstance(text, str)) if isinstance(found, list) else frozenset()

    def promises(self, resource_type: str, element: str) -> bool:
        """Whether a yes-or-no element of the type is true."""
        return self._types.get(resource_type, {}).get(element) is True

    @property
    def system(self) -> frozenset[str]:
        """Codes of what can be done with the whole server."""
        return _codes(self.rest.get("interaction"))


def statement_of(answer: Answer) -> Statement | None:
    """The CapabilityStatement that was read; None where it was none."""
    if not answer.ok or answer.body is None or answer.body.get("resourceType") != "CapabilityStatement":
        return None
    return Statement(answer.body)


def capability_checks(answer: Answer, statement: Statement | None) -> tuple[list[Check], list[Table]]:
    """The checks of the metadata, and a table of the resource types that we need."""
    if statement is None:
        why = "it says what the server can do; the plug-in chooses by it how to save a plan"
        seen = f"the CapabilityStatement at metadata: {answer.in_words}"
        remedy = "serve it as application/fhir+json at metadata, readable without a token"
        return [Check("metadata", "fault", seen, why, remedy, ADMINISTRATOR)], []
    checks = [*_version(statement), *_formats(statement)]
    rows = []
    for need in reading_needs():
        found = list(_reading(statement, need))
        checks += found
        promised = need.interactions if not found else sorted(statement.interactions(need.resource_type))
        rows.append((need.resource_type, need.label, ", ".join(promised), _lacking(found)))
    checks += _saving(statement)
    if not any(check.level in ("fault", "limit") for check in checks):
        checks.append(Check("resources", "good", f"all {len(rows)} resource types that we read are promised"))
    return checks, [Table("Resource types that we read", ("type", "for", "promised", "missing"), tuple(rows))]


def _version(statement: Statement) -> Iterator[Check]:
    version = str(statement.document.get("fhirVersion", "none"))
    if version.startswith("4.0"):
        yield Check("fhir-version", "good", f"FHIR {version}")
        return
    why = "we read and write R4 (4.0.1); in other versions the same elements have other names and meanings"
    remedy = "give the address of the R4 endpoint of this EHR"
    yield Check("fhir-version", "fault", f"FHIR version {version}", why, remedy, ADMINISTRATOR)


def _formats(statement: Statement) -> Iterator[Check]:
    given = statement.document.get("format")
    named = (
        {text.partition(";")[0].strip() for text in given if isinstance(text, str)}
        if isinstance(given, list)
        else set()
    )
    if named & JSON_FORMATS:
        return
    seen = f"JSON is not among the formats ({', '.join(sorted(named)) or 'none named'})"
    yield Check("formats", "fault", seen, "we speak FHIR JSON only", "switch on application/fhir+json", ADMINISTRATOR)


def _reading(statement: Statement, need: Need) -> Iterator[Check]:
    kind = need.resource_type
    level: Level = "fault" if need.essential else "limit"
    lost = "no plan can be drafted without it" if need.essential else "what depends on it stays open"
    why = f"{need.label}: {lost}"
    if not statement.has(kind):
        yield Check(
            f"type-{kind}",
            level,
            f"{kind} is not served",
            why,
            offer(f"{kind} with {', '.join(need.interactions)}"),
            ADMINISTRATOR,
        )
        return
    for interaction in need.interactions:
        if interaction not in statement.interactions(kind):
            seen = f"{kind} cannot be {'searched' if interaction == 'search-type' else interaction}"
            yield Check(f"{interaction}-{kind}", level, seen, why, offer(f"{interaction} of {kind}"), ADMINISTRATOR)
    for name in need.parameters:
        if name in statement.parameters(kind):
            continue
        if name == "patient":
            yield Check(
                f"parameter-{kind}-patient",
                level,
                f"{kind} has no search by patient",
                why,
                offer(f"search of {kind} by patient"),
                ADMINISTRATOR,
            )
        else:
            reason = "without it we cannot find what we saved before, and a repeated save would double it"
            seen = f"{kind} has no search by {name}"
            yield Check(
                f"parameter-{kind}-{name}", "limit", seen, reason, offer(f"search of {kind} by {name}"), ADMINISTRATOR
            )
    if need.include and not _includes(statement, need):
        reason = "what prescriptions refer to is then read one by one, which is slow"
        seen = f"_include={need.include} is not promised"
        yield Check(f"include-{kind}", "limit", seen, reason, offer(f"_include={need.include}"), ADMINISTRATOR)


def _includes(statement: Statement, need: Need) -> bool:
    given = statement.includes(need.resource_type)
    return bool({need.include, "*", need.include.partition(":")[2]} & given)


def _saving(statement: Statement) -> Iterator[Check]:
    if "transaction" not in statement.system:
        why = "the parts of a plan cannot be saved all together or not at all; they go one by one"
        yield Check("transaction", "limit", "transactions are not promised", why, offer("transactions"), ADMINISTRATOR)
    for write in WRITES:
        yield from _once(statement, write)


def _once(statement: Statement, write: Write) -> Iterator[Check]:
    kind = write.resource_type
    if "create" not in statement.interactions(kind):
        return  # said under what can be written
    if write.once and not statement.promises(kind, "conditionalCreate"):
        why = "when an answer gets lost and we send again, the EHR may end up with two; we search first instead"
        seen = f"conditional create of {kind} is not promised"
        yield Check(
            f"conditional-create-{kind}",
            "limit",
            seen,
            why,
            offer(f"conditional create of {kind} (If-None-Exist)"),
            ADMINISTRATOR,
        )
    if write.updates and not statement.promises(kind, "conditionalUpdate"):
        seen = f"conditional update of {kind} is not promised; we update by id and version instead"
        yield Check(f"conditional-update-{kind}", "note", seen)


def _lacking(found: list[Check]) -> str:
    return "; ".join(check.seen for check in found) or "nothing"


def _objects(value: Any) -> list[Json]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _codes(value: Any) -> frozenset[str]:
    return frozenset(str(each.get("code")) for each in _objects(value))


def _names(value: Any) -> frozenset[str]:
    return frozenset(str(each.get("name")) for each in _objects(value))
