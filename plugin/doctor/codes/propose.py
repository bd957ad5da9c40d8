"""A ConceptMap begun from a scan: proposals only, each `unmatched` until a person decides."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from plugin.doctor.codes.nearest import LEAST, Proposal
from plugin.doctor.codes.scan import Found

DECIDE = (
    "Begun by careplan codes map. Each target is a proposal by wording alone and is not used: where the local code and "
    "the target mean exactly the same, change its equivalence from unmatched to equivalent, and delete its comment and "
    "the other targets; where nothing fits, delete the element. Where nothing was proposed, move the element into a "
    "group with the target system, and give its target the code (docs/local-codes.md). A person who knows the site's "
    "codes has to decide."
)


def concept_map(found: Iterable[Found], day: date, everything: bool = False) -> dict[str, Any]:
    """The map of the codes that are likely to matter, or of all. R4; groups by source and target system."""
    groups: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
    for each in found:
        if not everything and each.likelihood < LEAST:
            continue
        by_system: dict[str, list[Proposal]] = {}
        for proposal in each.proposals:
            by_system.setdefault(proposal.system, []).append(proposal)
        for system, proposals in (by_system or {"": []}).items():
            group = groups.setdefault((each.code.system, system), {})
            group.setdefault(each.code.code, _element(each, proposals))
    return {
        "resourceType": "ConceptMap",
        "status": "draft",
        "date": day.isoformat(),
        "description": DECIDE,
        "group": [
            {"source": source, **({"target": target} if target else {}), "element": list(elements.values())}
            for (source, target), elements in sorted(groups.items())
        ],
    }


def _element(each: Found, proposals: list[Proposal]) -> dict[str, Any]:
    name = next(iter(each.code.names), "")
    targets: list[dict[str, Any]] = [
        {
            "code": one.code,
            "display": one.display,
            "equivalence": "unmatched",
            "comment": f"proposed, near {one.near:.2f}; {_used(each)}",
        }
        for one in proposals
    ]
    nothing = {"equivalence": "unmatched", "comment": f"nothing near was found; {_used(each)}"}
    return {"code": each.code.code, **({"display": name} if name else {}), "target": targets or [nothing]}


def _used(each: Found) -> str:
    values = ", ".join(kind for kind, _ in each.code.values.most_common(3))
    return f"{each.code.kind}, used {each.code.count} times" + (f", with values: {values}" if values else "")
