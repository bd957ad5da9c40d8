"""Which way a plan takes into the EHR: the fullest one that the EHR and the launch allow, or the one the site wants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, cast

from plugin.delivery.ability import WHOLE_SYSTEM, Ability
from plugin.delivery.plan import PLAN_PARTS

# In the order in which they are preferred. The same words as the setting `delivery` of an EHR takes.
Strategy = Literal["transaction", "single", "plan", "document", "download"]
DOCUMENT = "DocumentReference"
PLAN = "CarePlan"
RIGHTS = {"create": "c", "read": "r"}

# These two write the same resources; an EHR may turn out to take them in the other one only.
OF_RESOURCES = frozenset({"transaction", "single"})

May = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Route:
    """How a plan is delivered.

    parts: types of resources that are written. reasons: why it is not more, in sentences, the most important first.
    conditional: types whose creation the EHR makes conditional itself. forced: the site has asked for this way.
    """

    strategy: Strategy
    parts: frozenset[str]
    reasons: tuple[str, ...] = ()
    conditional: frozenset[str] = frozenset()
    forced: bool = False
    supersedes: bool = False

    @property
    def writes(self) -> tuple[str, ...]:
        """What is written, the plan first, then in the order of names."""
        return tuple(sorted(self.parts, key=lambda kind: (kind not in (PLAN, DOCUMENT), kind)))


def same_way(one: str, other: str) -> bool:
    """Whether two strategies write the same things, so that one may go on where the other has stopped."""
    return one == other or {one, other} <= OF_RESOURCES


WHOLE = Route("transaction", PLAN_PARTS)


def choose(ability: Ability, may: May, forced: str = "", cannot_print: Callable[[], str] = lambda: "") -> Route:
    """The way for one EHR and one launch.

    may: whether the launch was granted a right (`c`, `r`, `u`) on a type of resource. forced: the strategy that the
    site has set for this EHR, empty where none; it overrules what the EHR says of itself, never what the launch was
    granted. cannot_print: why no PDF can be made here, empty where one can; asked only where it matters.
    """
    asked = Ability() if forced else ability
    missing = {kind: _obstacle(kind, asked, may) for kind in (*sorted(PLAN_PARTS), DOCUMENT)}
    if not missing[DOCUMENT] and (missing[PLAN] or forced == "document"):
        missing[DOCUMENT] = cannot_print()
    if missing["Observation"] and not missing["Goal"]:
        missing["Goal"] = "Goals stay inside the plan, together with the statements that they may name."
    possible = frozenset(kind for kind in PLAN_PARTS if not missing[kind])
    strategy = cast(Strategy, forced) or _fullest(asked, possible, not missing[DOCUMENT])
    reasons = _reasons(strategy, asked, missing)
    if strategy == "download":
        return Route("download", frozenset(), reasons, forced=bool(forced))
    if missing[DOCUMENT if strategy == "document" else PLAN]:
        return Route("download", frozenset(), reasons, forced=True)
    return Route(
        strategy,
        _written(strategy, possible),
        reasons,
        ability.conditional,
        bool(forced),
        supersedes=may(DOCUMENT, "u") and ability.says(DOCUMENT, "update"),
    )


def _fullest(ability: Ability, possible: frozenset[str], prints: bool) -> Strategy:
    if PLAN not in possible:
        return "document" if prints else "download"
    if possible == {PLAN}:
        return "plan"
    return "transaction" if ability.allows(WHOLE_SYSTEM, "transaction") else "single"


def _written(strategy: Strategy, possible: frozenset[str]) -> frozenset[str]:
    if strategy == "document":
        return frozenset({DOCUMENT})
    return frozenset({PLAN}) if strategy == "plan" else possible


def _obstacle(kind: str, ability: Ability, may: May) -> str:
    for interaction, right in RIGHTS.items():
        if not may(kind, right):
            return f"This launch was not granted the right to {interaction} {kind}."
        if not ability.allows(kind, interaction):
            return f"The EHR does not let apps {interaction} {kind}."
    return ""


def _reasons(strategy: Strategy, ability: Ability, missing: dict[str, str]) -> tuple[str, ...]:
    """Why the way is not a fuller one: what keeps out the parts that it would have."""
    if strategy in ("document", "download"):
        wanted = [PLAN] if strategy == "document" else [PLAN, DOCUMENT]
        return tuple(missing[kind] for kind in wanted if missing[kind])
    kept_out = [missing[kind] for kind in (PLAN, *sorted(PLAN_PARTS - {PLAN})) if missing[kind]]
    if strategy == "single" and not ability.allows(WHOLE_SYSTEM, "transaction"):
        kept_out.insert(0, "The EHR does not take several resources in one transaction.")
    return tuple(kept_out)
