"""Whether long answers can be read to their end: small pages asked for on purpose, and the links between them."""

from __future__ import annotations

from collections.abc import Iterator

from plugin.doctor.probe import Probe
from plugin.doctor.report import ADMINISTRATOR, Check
from plugin.doctor.walk import Walk, walk

SMALL = 2
MOST_PAGES = 4


def paging_checks(probe: Probe, patient: str, walks: dict[str, Walk]) -> list[Check]:
    """The checks of the links between pages, for the search that brought most."""
    checks = [check for found in walks.values() for check in _stopped(found)]
    checks += _without_self(walks)
    longest = max(walks.values(), key=lambda found: len(found.matches), default=None)
    if longest is None or len(longest.matches) <= SMALL:
        checks.append(
            Check("paging", "open", "no search brought more than two results, so no page could follow another")
        )
        return checks
    small = walk(probe, longest.resource_type, [("patient", patient), ("_count", str(SMALL))], MOST_PAGES)
    already = {check.id for check in checks}
    checks += [check for check in _stopped(small) if check.id not in already]
    if lost := _lost(longest, small):
        checks.append(lost)
    if not checks:
        whole = "ignores _count" if small.pages == 1 else f"{small.pages} pages of {SMALL} were read"
        checks.append(Check("paging", "good", f"next pages can be followed ({whole})"))
    return checks


def _stopped(found: Walk) -> Iterator[Check]:
    kind = found.resource_type
    if found.kind == "elsewhere":
        why = "our token would go to a server that it is not for, so the link is not followed and the rest is missing"
        remedy = "let links in Bundles begin with the address at which the server was asked (proxies often change it)"
        yield Check(f"next-elsewhere-{kind}", "fault", f"{kind}: {found.stopped}", why, remedy, ADMINISTRATOR)
    elif found.kind == "circle":
        why = "the rest of the results is never reached"
        yield Check(
            f"next-circle-{kind}", "fault", f"{kind}: {found.stopped}", why, "mend the next links", ADMINISTRATOR
        )


def _without_self(walks: dict[str, Walk]) -> Iterator[Check]:
    lacking = [kind for kind, found in walks.items() if found.no_self]
    if lacking:
        seen = f"search Bundles come without a self link ({', '.join(lacking)})"
        why = "FHIR asks for it: it says which search the server really made, ignored parameters left out"
        yield Check("self-link", "limit", seen, why, "add the self link to search Bundles", ADMINISTRATOR)


def _lost(longest: Walk, small: Walk) -> Check | None:
    """A page that ends though there is more: what was left is lost without a word."""
    expected = min(len(longest.matches), SMALL * MOST_PAGES)
    if small.stopped or len(small.matches) >= expected:
        return None
    kind = longest.resource_type
    came = f"{kind} in pages of {SMALL}: {len(small.matches)} came, then no next link"
    seen = f"{came}, though there are {len(longest.matches)}"
    why = "an answer that is longer than a page ends in its middle, and nobody can tell"
    return Check(f"next-missing-{kind}", "fault", seen, why, "add the next link while there is more", ADMINISTRATOR)
