"""What an EHR can be asked to store: as its CapabilityStatement says, and as its refusals have shown."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from plugin.chart.client import FhirClient
from plugin.errors import CareplanError

WHOLE_SYSTEM = "*"
KEPT = timedelta(hours=1)
KEPT_UNREAD = timedelta(minutes=5)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Ability:
    """What is known of one EHR. Whatever is not known is tried, and the answer shows.

    system: interactions of the whole server, such as `transaction`; None where it does not say.
    types: resource type -> interactions, None where it lists none for a type; None as a whole where nothing is known.
    conditional: types whose creation the server makes conditional on a search (`conditionalCreate`).
    lacks: (type, interaction) that the EHR has refused as not supported; `*` stands for the whole server.
    unread: why the statement could not be read; empty where it was.
    """

    system: frozenset[str] | None = None
    types: Mapping[str, frozenset[str] | None] | None = None
    conditional: frozenset[str] = frozenset()
    lacks: frozenset[tuple[str, str]] = frozenset()
    unread: str = ""

    def allows(self, resource_type: str, interaction: str) -> bool:
        """False only where the EHR has said or shown that it cannot do this."""
        if (resource_type, interaction) in self.lacks:
            return False
        if resource_type == WHOLE_SYSTEM:
            return self.system is None or interaction in self.system
        if self.types is None:
            return True
        listed = self.types.get(resource_type, frozenset())
        return listed is None or interaction in listed

    def says(self, resource_type: str, interaction: str) -> bool:
        """Whether the EHR has said that it can do this."""
        listed = (self.types or {}).get(resource_type)
        return self.allows(resource_type, interaction) and listed is not None and interaction in listed


def ability_of(statement: Mapping[str, Any]) -> Ability:
    """What a CapabilityStatement says; nothing where it is none, or describes no server."""
    rest = [each for each in _objects(statement.get("rest")) if each.get("mode", "server") == "server"]
    if statement.get("resourceType") != "CapabilityStatement" or not rest:
        return Ability(unread=f"it answered with {statement.get('resourceType')}, which describes no server")
    interactions = [each for server in rest for each in _objects(server.get("interaction"))]
    resources = [each for server in rest for each in _objects(server.get("resource"))]
    return Ability(
        system=frozenset(_codes(interactions)) or None,
        types={str(each.get("type")): _listed(each) for each in resources} or None,
        conditional=frozenset(str(each.get("type")) for each in resources if each.get("conditionalCreate") is True),
    )


def read_ability(client: FhirClient) -> Ability:
    """Ask the EHR; where it gives no answer that can be read, nothing is known and `unread` says why."""
    try:
        return ability_of(client.capabilities())
    except CareplanError as failure:
        return Ability(unread=str(failure))


@dataclass
class _Known:
    ability: Ability
    until: datetime


@dataclass
class Abilities:
    """What is known of each EHR, read at most once an hour. One for the application; safe to use from many threads."""

    clock: Callable[[], datetime]
    _known: dict[str, _Known] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, iss: str, client: FhirClient) -> Ability:
        """What the EHR at `iss` can do; asks it where that is not known or long ago."""
        known = self._at_hand(iss)
        if known is not None:
            return known
        read = read_ability(client)
        log.info("capabilities_read", ehr=iss, readable=not read.unread)
        return self._keep(iss, read)

    def at_hand(self, iss: str) -> Ability:
        """What is known without asking; where that is nothing, an Ability that says so."""
        return self._at_hand(iss) or Ability(unread="it has not been asked yet")

    def learn(self, iss: str, lacks: Iterable[tuple[str, str]]) -> None:
        """Remember what an EHR has refused as not supported, as long as what it says of itself."""
        found = frozenset(lacks)
        with self._lock:
            known = self._known.get(iss) or _Known(Ability(unread="it has not been asked yet"), self.clock() + KEPT)
            self._known[iss] = replace(known, ability=replace(known.ability, lacks=known.ability.lacks | found))

    def _at_hand(self, iss: str) -> Ability | None:
        with self._lock:
            known = self._known.get(iss)
        return known.ability if known is not None and known.until > self.clock() else None

    def _keep(self, iss: str, ability: Ability) -> Ability:
        kept = KEPT_UNREAD if ability.unread else KEPT
        with self._lock:
            self._known[iss] = _Known(ability, self.clock() + kept)
        return ability


def _listed(resource: Mapping[str, Any]) -> frozenset[str] | None:
    return frozenset(_codes(_objects(resource.get("interaction")))) or None


def _codes(interactions: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    return (str(each.get("code")) for each in interactions)


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
