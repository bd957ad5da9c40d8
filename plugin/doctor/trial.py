"""Writing tried on a test patient: created, read back, sent a second time, and removed again."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from plugin.doctor.access import TOKEN_VARIABLE, Access
from plugin.doctor.needs import WRITES, Write
from plugin.doctor.probe import Answer, Probe
from plugin.doctor.report import ADMINISTRATOR, EXAMINER, OPERATOR, Check, Table
from plugin.doctor.writing import allowed_by

Json = dict[str, Any]
SYSTEM = "urn:careplan-plugin:doctor"
TITLE = "careplan doctor: a trial of writing, to be ignored"


def try_writing(
    probe: Probe, patient: str, now: datetime, access: Access, tell: Callable[[str], None]
) -> tuple[list[Check], list[Table]]:
    """Write one resource of each type for this patient and take it away again; whatever stays is named.

    What the scopes of the token are known not to allow is not tried: a refusal would say nothing about the server.
    """
    checks: list[Check] = []
    rows: list[tuple[str, ...]] = []
    made: list[tuple[Write, Json]] = []
    about = f"Patient/{patient}"
    barred = [write for write in WRITES if allowed_by(access.granted.split(), write) is False]
    for write in WRITES:
        if write in barred:
            rows.append((write.resource_type, "not tried", "", "", ""))
            continue
        tell(f"writing {write.resource_type}")
        mark = secrets.token_hex(12)
        sent = resource(write.resource_type, about, mark, now)
        answer = probe.send("POST", write.resource_type, body=sent, headers=_once(write, mark))
        stored = _stored(probe, answer, write.resource_type)
        if stored is None:
            seen = f"{write.resource_type} was not taken: {answer.in_words}"
            remedy = f"allow create and read of {write.resource_type}, and grant the scope to the app"
            who = ADMINISTRATOR
            if answer.status == 401:
                (_, remedy), who = access.refused, access.mended_by
            checks.append(Check(f"tried-{write.resource_type}", "limit", seen, write.loss, remedy, who))
            rows.append((write.resource_type, answer.in_words, "", "", ""))
            continue
        made.insert(0, (write, stored))
        second = _second(probe, write, sent, mark)
        checks += _doubled(write, second, stored)
        if second.ok and second.body and second.body.get("id") not in (None, stored["id"]):
            made.insert(0, (write, second.body))
        rows.append((write.resource_type, "yes", "yes", _word(write, second, stored), ""))
    gone: dict[str, list[str]] = {}
    for write, stored in made:
        tell(f"removing {write.resource_type}")
        how = _remove(probe, stored)
        gone.setdefault(write.resource_type, []).append(how)
        if not how.startswith(("deleted", "marked")):
            stays = f"{write.resource_type}/{stored['id']} stays"
            seen = f"a trial {write.resource_type} could not be removed: {stays} ({how})"
            why = "a resource of a trial does not belong in a chart"
            checks.append(Check(f"left-{write.resource_type}", "fault", seen, why, "delete it by hand", ADMINISTRATOR))
    told = tuple((*row[:4], ", ".join(gone.get(row[0], ()))) for row in rows)
    if barred:
        checks.append(_barred(barred, access))
    if not checks:
        checks.append(Check("tried", "good", f"all {len(WRITES)} types were written, read back and removed again"))
    return checks, [Table("Writing, tried", ("type", "created", "read back", "sent twice", "removed"), told)]


def resource(kind: str, about: str, mark: str, now: datetime) -> Json:
    """The trial resource of a type: a draft that says what it is, harmless wherever it may be seen."""
    at = now.isoformat(timespec="seconds")
    subject = {"reference": about}
    named = {"resourceType": kind, "identifier": [{"system": SYSTEM, "value": mark}]}
    match kind:
        case "CarePlan":
            return {**named, "status": "draft", "intent": "proposal", "title": TITLE, "subject": subject}
        case "Goal":
            return {**named, "lifecycleStatus": "proposed", "description": {"text": TITLE}, "subject": subject}
        case "QuestionnaireResponse":
            return {**named, "identifier": named["identifier"][0], "status": "in-progress", "subject": subject}
        case "Observation":
            return {**named, "status": "registered", "code": {"text": TITLE}, "subject": subject}
        case "DocumentReference":
            data = base64.b64encode(TITLE.encode()).decode()
            content = [{"attachment": {"contentType": "text/plain", "data": data, "title": TITLE}}]
            status = {"status": "current", "docStatus": "preliminary"}
            return {**named, **status, "type": {"text": TITLE}, "subject": subject, "content": content}
        case "Provenance":
            agent = [{"who": {"display": "careplan doctor"}}]
            return {"resourceType": kind, "target": [subject], "recorded": at, "agent": agent}
    raise ValueError(kind)


def _barred(barred: list[Write], access: Access) -> Check:
    kinds = ", ".join(write.resource_type for write in barred)
    seen = f"this token may not write: {kinds} {'was' if len(barred) == 1 else 'were'} not tried"
    why = "whether the server takes them is not known"
    if not access.as_backend:
        remedy = "give the token of a launch that was granted these scopes, and to --granted its scopes"
        return Check("tried-scopes", "open", seen, why, remedy, EXAMINER)
    remedy = f"set backend_scopes that may write, or give the token of a launch in {TOKEN_VARIABLE}"
    return Check("tried-scopes", "open", seen, why, remedy, OPERATOR)


def _once(write: Write, mark: str) -> dict[str, str]:
    return {"If-None-Exist": f"identifier={SYSTEM}|{mark}"} if write.once else {}


def _stored(probe: Probe, answer: Answer, kind: str) -> Json | None:
    """The resource as it reads back; None where it was not created, or cannot be read."""
    if not 200 <= answer.status < 300:
        return None
    identity = (answer.body or {}).get("id") if (answer.body or {}).get("resourceType") == kind else None
    if identity is None:
        parts = answer.headers.get("Location", "").partition("/_history/")[0].split("/")
        identity = parts[-1] if kind in parts[-2:-1] else None
    if not isinstance(identity, str):
        return None
    again = probe.get(f"{kind}/{identity}")
    return again.body if again.ok and again.body and again.body.get("id") == identity else None


def _second(probe: Probe, write: Write, sent: Json, mark: str) -> Answer:
    """The same create once more, as after a lost answer; nothing where it is not meant to be prevented."""
    if not write.once:
        return Answer(0, None)
    return probe.send("POST", write.resource_type, body=sent, headers=_once(write, mark))


def _doubled(write: Write, second: Answer, stored: Json) -> Iterator[Check]:
    if write.once and second.status == 201 and (second.body or {}).get("id") != stored["id"]:
        why = "when an answer gets lost and we send again, the EHR ends up with two"
        seen = f"conditional create of {write.resource_type} made a second one"
        remedy = "honour If-None-Exist; until then we search before we send"
        yield Check(f"doubled-{write.resource_type}", "limit", seen, why, remedy, ADMINISTRATOR)


def _word(write: Write, second: Answer, stored: Json) -> str:
    if not write.once:
        return "not tried"
    if second.status == 201 and (second.body or {}).get("id") != stored["id"]:
        return "a second one"
    return "no second one" if 200 <= second.status < 300 else second.in_words


def _remove(probe: Probe, stored: Json) -> str:
    """Delete a resource; where that is refused, mark it as entered in error."""
    kind, where = stored["resourceType"], f"{stored['resourceType']}/{stored['id']}"
    answer = probe.send("DELETE", where)
    if 200 <= answer.status < 300 or answer.status in (404, 410):
        return "deleted"
    element = {"Goal": "lifecycleStatus"}.get(kind, "status")
    if kind == "Provenance":
        return answer.in_words
    marked = probe.send("PUT", where, body={**stored, element: "entered-in-error"})
    return "marked entered-in-error" if 200 <= marked.status < 300 else marked.in_words
