"""What a request comes to and how it is answered, for the table of interactions and all that serve them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any

from plugin.library.rules import Template
from plugin.operations.definitions import Definitions

Resource = dict[str, Any]
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Service:
    """What all requests share. base: the address of our FHIR base, without a slash at its end; version: of us."""

    template: Template
    definitions: Definitions
    clock: Clock
    zone: tzinfo
    base: str
    version: str
    public_definitions: bool

    def today(self) -> date:
        """The day at the site."""
        return self.clock().astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class Call:
    """One request. names: from the path. query: of the address, or the fields of a form for a search by POST.

    document: the JSON of the body, None where there is none. strict: `Prefer: handling=strict`.
    """

    names: Mapping[str, str]
    query: tuple[tuple[str, str], ...] = ()
    document: Any = None
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent. etag: names the content where it can be asked for again; content_type: FHIR JSON when empty."""

    resource: Resource
    etag: str = ""
    content_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
