"""What came of a delivery, part by part: what is stored, what is not, and in whose words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from plugin.storage.outbox import Later
from plugin.storage.reviews import DeliveryStatus

Resource = dict[str, Any]
PartState = Literal["stored", "refused", "not-sent", "uncertain", "differs"]


@dataclass(frozen=True, slots=True)
class Part:
    """One resource of a delivery. where: `CarePlan/7` as the EHR has it. words: the EHR's own, or what differs."""

    resource_type: str
    state: PartState
    where: str = ""
    words: tuple[str, ...] = ()


# How a reader knows the resources of a delivery.
NAMES = {
    "CarePlan": "the plan",
    "Goal": "a goal",
    "Observation": "a statement",
    "QuestionnaireResponse": "the review form",
    "Provenance": "the record of who reviewed it",
    "DocumentReference": "the printed plan",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a delivery went. `reference` is the leading resource's, `message` what the reader should know.

    version: of the leading resource as the EHR holds it. again: why sending the same once more may succeed without
    anybody doing anything; None where it would not. lacks: what the EHR has shown that it cannot do. changed: it says
    that it holds something else by now than what we have seen. cause: for the log, without the EHR's own words.
    """

    status: DeliveryStatus
    reference: str = ""
    message: str = ""
    version: str = ""
    parts: tuple[Part, ...] = ()
    again: Later | None = None
    lacks: tuple[tuple[str, str], ...] = ()
    changed: bool = False
    cause: str = ""

    def as_response(self, strategy: str) -> Resource:
        """What is kept of the outcome beside status, reference and message."""
        parts = [asdict(part) | {"words": list(part.words)} for part in self.parts]
        kept: Resource = {"strategy": strategy, "parts": parts}
        kept |= {"lacks": [list(each) for each in self.lacks]} if self.lacks else {}
        return kept | ({"version": self.version} if self.version else {})


def parts_of(response: Mapping[str, Any] | None) -> tuple[Part, ...]:
    """The parts that a kept delivery tells of; none for one that was kept before parts were."""
    told = (response or {}).get("parts", ())
    return tuple(Part(each["resource_type"], each["state"], each["where"], tuple(each["words"])) for each in told)


def not_sent(bundle: Resource) -> tuple[Part, ...]:
    """Every resource of a bundle, none of them stored."""
    return tuple(Part(entry["resource"]["resourceType"], "not-sent") for entry in bundle["entry"])


def not_certain(resource_type: str, why: str) -> str:
    """The sentence for what was sent and had no answer, whichever way it took."""
    return f"It is not certain that {NAMES[resource_type]} arrived: {why.rstrip('.')}."


def any_stored(parts: Iterable[Part]) -> bool:
    """Whether the EHR holds some of it, as far as we know."""
    return any(part.state in ("stored", "differs") for part in parts)
