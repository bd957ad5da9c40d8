"""One call of a CDS client as it came: checked for what every service needs, nothing interpreted yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import orjson

from plugin.errors import HookError
from plugin.findings.bundle import resources_of
from plugin.findings.elements import name_of
from plugin.findings.subject import other_subject, subject_id

Json = dict[str, Any]
LAYPEOPLE = ("Patient", "RelatedPerson")
ORDER_HOOKS = ("order-select", "order-sign")
DRUG_ORDER = "MedicationRequest"


@dataclass(frozen=True, slots=True)
class Access:
    """Leave to read from the client's FHIR server. token: empty for a server that asks for none."""

    fhir_server: str
    token: str


@dataclass(frozen=True, slots=True)
class HookCall:
    """What a service works with.

    user: reference such as `Practitioner/7`. orders: the draft orders that the call is about, of any resource type.
    drafted: everything that came beside them, such as the Medication that one refers to. prefetch: as it came.
    access: where the call names a FHIR server; whether we may use it is for others to say.
    """

    hook: str
    instance: str
    patient_id: str
    user: str
    prefetch: Json
    access: Access | None = None
    orders: tuple[Json, ...] = ()
    drafted: tuple[Json, ...] = ()

    @property
    def by_layperson(self) -> bool:
        """Whether the patient or somebody close sits at the screen; cards are written for clinicians."""
        return self.user.split("/")[0] in LAYPEOPLE


def read_call(body: bytes, hook_names: frozenset[str]) -> HookCall:
    """The call in the body of a request (CDS Hooks 2.0, HTTP Request). hook_names: those that the service answers.

    Raises HookError 400 that names the field, what is wrong with it and what is expected.
    """
    document = _json(body)
    hook = _text(document, "hook", "the call")
    if hook not in hook_names:
        raise HookError(f"hook: this service is called at {' and '.join(sorted(hook_names))}, not at '{hook[:40]}'")
    context = _object(document, "context", "the call")
    patient_id = _text(context, "patientId", "context")
    if "/" in patient_id:
        raise HookError("context.patientId is a reference; give the bare id of the patient, without Patient/ before it")
    access = _access(document, patient_id)
    drafted, orders = _orders(context, hook, patient_id) if hook in ORDER_HOOKS else ([], [])
    return HookCall(
        hook=hook,
        instance=_uuid(_text(document, "hookInstance", "the call")),
        patient_id=patient_id,
        user=_text(context, "userId", "context"),
        prefetch=_object(document, "prefetch", "the call") if "prefetch" in document else {},
        access=access,
        orders=tuple(orders),
        drafted=tuple(drafted),
    )


def _json(body: bytes) -> Json:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as fault:
        message = f"the body is not JSON (line {fault.lineno}, column {fault.colno}); send the call as application/json"
        raise HookError(message) from fault
    if not isinstance(document, dict):
        raise HookError("the body is JSON, but no object; send hook, hookInstance, context and prefetch")
    return document


def _access(document: Json, patient_id: str) -> Access | None:
    """The FHIR server of the call with its access token (CDS Hooks 2.0, FHIR Resource Access)."""
    if "fhirServer" not in document:
        if "fhirAuthorization" in document:
            raise HookError("fhirAuthorization came without fhirServer; name the server that the token is for")
        return None
    server = _text(document, "fhirServer", "the call").rstrip("/")
    if "fhirAuthorization" not in document:
        return Access(server, "")
    given = _object(document, "fhirAuthorization", "the call")
    if _text(given, "token_type", "fhirAuthorization") != "Bearer":
        raise HookError("fhirAuthorization.token_type must be Bearer")
    if given.get("patient", patient_id) != patient_id:
        raise HookError("fhirAuthorization.patient is another patient than context.patientId; send its token")
    return Access(server, _text(given, "access_token", "fhirAuthorization"))


def _orders(context: Json, hook: str, patient_id: str) -> tuple[list[Json], list[Json]]:
    """All draft orders, and those that the call is about: the selected ones, or all of them when they are signed.

    What cannot be looked at is refused and never passed over: an answer without a card says that it was looked at.
    """
    bundle = _object(context, "draftOrders", "context")
    entries = bundle.get("entry", [])
    if bundle.get("resourceType") != "Bundle" or not isinstance(entries, list):
        raise HookError("context.draftOrders must be a FHIR Bundle with the orders that are not signed yet")
    for number, entry in enumerate(entries):
        if not _is_resource(entry.get("resource") if isinstance(entry, dict) else None):
            raise HookError(f"context.draftOrders.entry[{number}] holds no FHIR resource; send each order as one")
    drafted = resources_of(bundle) if entries else []
    for one in drafted:
        _check_subject(one, patient_id)
    if hook == "order-sign":
        return drafted, drafted
    selections = context.get("selections")
    if not isinstance(selections, list) or not all(isinstance(one, str) for one in selections):
        raise HookError("context.selections must be a list of references to draftOrders, such as MedicationRequest/1")
    if absent := sorted(set(selections) - {name_of(one) for one in drafted}):
        raise HookError(
            f"context.selections names {absent[0][:80]}, which is not in context.draftOrders; send it there"
        )
    return drafted, [one for one in drafted if name_of(one) in selections]


def _is_resource(value: object) -> bool:
    return (
        isinstance(value, dict) and isinstance(value.get("resourceType"), str) and bool(value["resourceType"].strip())
    )


def _check_subject(order: Json, patient_id: str) -> None:
    """An order for somebody else cannot be judged by this patient's chart."""
    where = f"context.draftOrders: {name_of(order)[:80]}"
    if subject_id(order) not in ("", patient_id):
        message = "is for another patient than context.patientId names; send the orders of that one"
        raise HookError(f"{where} {message}")
    if order["resourceType"] == DRUG_ORDER and (kind := other_subject(order)):
        raise HookError(f"{where} is for a {kind[:40]}, not for the patient whom context.patientId names")


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise HookError("hookInstance must be a UUID, a new one for each time that the hook is triggered") from None


def _text(holder: Json, name: str, where: str) -> str:
    value = holder.get(name)
    if not isinstance(value, str) or not value.strip():
        raise HookError(f"{name} of {where} is missing or no text; CDS Hooks 2.0 requires it")
    return value.strip()


def _object(holder: Json, name: str, where: str) -> Json:
    value = holder.get(name)
    if not isinstance(value, dict):
        raise HookError(f"{name} of {where} is missing or no JSON object; CDS Hooks 2.0 requires an object")
    return cast(Json, value)
