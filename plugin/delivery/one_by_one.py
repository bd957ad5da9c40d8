"""The way of single requests, for EHRs without transactions: in an order in which each finds what it refers to.

Every step can be done twice: what is created is looked for first, what is replaced is replaced in the version that was
seen. It stops at the first part that is not stored, and says which are and which are not; a repeat goes on there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from plugin.chart.client import FhirClient
from plugin.delivery.attachments import filled
from plugin.delivery.compare import differences, same_document
from plugin.delivery.failures import is_change, is_refusal, is_unsupported, why_again, without_answer, words_of
from plugin.delivery.in_log import cause_of
from plugin.delivery.look import version_of
from plugin.delivery.parts import Outcome, Part, any_stored, not_certain
from plugin.errors import Refused, RemoteError
from plugin.storage.outbox import Later
from plugin.storage.reviews import DeliveryStatus

Resource = dict[str, Any]
# The plan refers to goals and statements, the Provenance to all.
ORDER = ("Goal", "Observation", "CarePlan", "QuestionnaireResponse", "Provenance", "DocumentReference")
LEADING = ("CarePlan", "DocumentReference")
CHANGED = "It was changed in the EHR in the meantime, and is left as it is."


@dataclass(slots=True)
class _Run:
    client: FhirClient
    base: str
    conditional: frozenset[str]
    on_step: Callable[[], None]
    links: dict[str, str] = field(default_factory=dict)
    version: str = ""
    again: Later | None = None
    lacks: tuple[tuple[str, str], ...] = ()
    cause: str = ""


def send_one_by_one(
    bundle: Resource,
    client: FhirClient,
    base: str,
    on_step: Callable[[], None],
    conditional: frozenset[str] = frozenset(),
    before: Iterable[Part] = (),
    version: str = "",
    on_part: Callable[[Outcome], None] = lambda _: None,
) -> Outcome:
    """Send the entries of a bundle one after the other, each read back before the next.

    conditional: types whose creation the EHR itself makes conditional; the others are searched for first. before: what
    came of the parts at an earlier attempt with the same bundle, in the order of its entries; what is stored is left.
    version: of the leading resource as that attempt left it. on_part: called before each part is sent, with how things
    stand then, that part being uncertain; whoever keeps it can go on should this process not survive.
    A failure of the EHR is an outcome, not an exception.
    """
    run = _Run(client, base, conditional, on_step, version=version)
    entries = bundle["entry"]
    earlier = list(before) or [_untouched(entry) for entry in entries]
    parts = list(earlier)
    for place in sorted(range(len(entries)), key=lambda at: _turn(entries[at]["resource"])):
        if earlier[place].state != "stored":
            parts[place] = replace(earlier[place], state="uncertain", words=())
            on_part(Outcome("pending", _leading(parts), version=run.version, parts=tuple(parts)))
            parts[place] = _send(run, entries[place], earlier[place])
        if parts[place].state != "stored":
            break
        run.links[entries[place]["fullUrl"]] = parts[place].where
    return _outcome(run, parts)


def _turn(resource: Resource) -> int:
    """When a resource is sent: what a patient has answered comes first, since goals quote it."""
    return -1 if "source" in resource else ORDER.index(resource["resourceType"])


def _untouched(entry: Resource) -> Part:
    return Part(entry["resource"]["resourceType"], "not-sent")


def _send(run: _Run, entry: Resource, before: Part) -> Part:
    resource = _pointing_at(entry["resource"], run.links)
    kind = str(resource["resourceType"])
    where = ""
    try:
        where = _stored_at(run, entry, resource, before)
        run.on_step()
        held = run.client.read(*where.split("/"))
        found = _compared(run, resource, held)
    except RemoteError as failure:
        doing = "update" if entry["request"]["method"] == "PUT" else "create"
        return _not_stored(run, kind, doing, where, failure)
    if kind in LEADING and not run.version:
        run.version = version_of(held)
    return Part(kind, "differs" if found else "stored", where, tuple(found))


def _stored_at(run: _Run, entry: Resource, resource: Resource, before: Part) -> str:
    if entry["request"]["method"] == "PUT":
        return _replace(run, entry, resource)
    return _create(run, entry, resource, before)


def _create(run: _Run, entry: Resource, resource: Resource, before: Part) -> str:
    kind = str(resource["resourceType"])
    condition = entry["request"].get("ifNoneExist") or _condition_of_provenance(resource)
    if kind not in run.conditional or before.state == "uncertain":
        found = _found(run, kind, condition, must_know=before.state == "uncertain")
        if found:
            return found
    run.on_step()
    return f"{kind}/{run.client.create(resource, condition)['id']}"


def _found(run: _Run, kind: str, condition: str, must_know: bool) -> str:
    """Where the EHR holds it already; a search that is refused counts as nothing found where nothing was sent yet."""
    run.on_step()
    try:
        page = next(run.client.search(kind, parse_qsl(condition)))
    except Refused:
        if must_know:
            raise
        return ""
    found = [each for each in page.resources if each.get("resourceType") == kind]
    return f"{kind}/{found[0]['id']}" if found else ""


def _condition_of_provenance(resource: Resource) -> str:
    """A Provenance has no identifier; the plan that it is about and the moment of recording tell it from others."""
    return urlencode({"target": resource["target"][0]["reference"], "recorded": resource["recorded"]})


def _replace(run: _Run, entry: Resource, resource: Resource) -> str:
    where = str(entry["request"]["url"])
    run.on_step()
    held = run.client.read(*where.split("/"))
    if not _compared(run, resource, held):
        return where
    seen = str(entry["request"].get("ifMatch", "")).removeprefix("W/").strip('"')
    if seen and version_of(held) != seen:
        raise Refused("the resource changed in the meantime", 412)
    run.on_step()
    run.client.update(resource, seen)
    return where


def _compared(run: _Run, sent: Resource, held: Resource) -> list[str]:
    if sent["resourceType"] != "DocumentReference":
        return differences(sent, held, run.links, run.base)
    return same_document(sent, filled(held, run.client), run.base)


def _not_stored(run: _Run, kind: str, doing: str, where: str, failure: RemoteError) -> Part:
    run.cause = cause_of(failure)
    if is_change(failure):
        return Part(kind, "refused", where, (CHANGED, *words_of(failure)))
    if is_refusal(failure):
        run.lacks = ((kind, doing),) if is_unsupported(failure) and not where else ()
        return Part(kind, "refused", where, words_of(failure))
    run.again = why_again(failure)
    return Part(kind, "uncertain", where, (without_answer(failure),))


def _leading(parts: list[Part]) -> str:
    return next((part.where for part in parts if part.resource_type in LEADING), "")


def _outcome(run: _Run, parts: list[Part]) -> Outcome:
    leading = _leading(parts)
    if all(part.state == "stored" for part in parts):
        return Outcome("saved", leading, version=run.version, parts=tuple(parts))
    stopped = next(part for part in parts if part.state not in ("stored", "not-sent"))
    words = "; ".join(stopped.words)
    uncertain = stopped.state == "uncertain"
    message = not_certain(stopped.resource_type, words) if uncertain else f"{stopped.resource_type}: {words}"
    if any_stored(parts):
        return Outcome("partial", leading, message, run.version, tuple(parts), run.again, run.lacks, cause=run.cause)
    status: DeliveryStatus = "refused" if stopped.state == "refused" else "failed"
    return Outcome(status, leading, message, run.version, tuple(parts), run.again, run.lacks, cause=run.cause)


def _pointing_at(node: Any, links: Mapping[str, str]) -> Any:
    """A resource whose references to others of the bundle name where the EHR holds them."""
    if isinstance(node, list):
        return [_pointing_at(each, links) for each in node]
    if not isinstance(node, dict):
        return node
    pointing = {key: _pointing_at(value, links) for key, value in node.items()}
    reference = pointing.get("reference")
    return pointing | {"reference": links[reference]} if isinstance(reference, str) and reference in links else pointing
