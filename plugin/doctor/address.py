"""Whether the address is that of a FHIR server at all: a web page, or nothing, is a wrong address, not a bad server."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from plugin.doctor.capabilities import statement_of
from plugin.doctor.discovery import WELL_KNOWN
from plugin.doctor.probe import Answer, Probe
from plugin.doctor.report import EXAMINER, Check

MOST_GUESSES = 4
_UNTOLD = frozenset({401, 403, 407, 429})  # who is not let in does not see what is there


def address_check(probe: Probe, metadata: Answer, configuration: Answer) -> Check | None:
    """The fault of a wrong address; None where the answers at metadata and discovery are those of a FHIR server."""
    too_long = probe.base.endswith(("/metadata", f"/{WELL_KNOWN}"))
    if _is_fhir(metadata) or configuration.ok:
        return None
    if not (too_long or (_is_nothing(metadata) and _is_nothing(configuration))):
        return None
    page = ", which looks like a web page" if _is_page(metadata) or _is_page(configuration) else ""
    seen = f"there is no FHIR server at this address{page} (metadata: {metadata.in_words})"
    why = "is the address right? It has to be the FHIR base, below which metadata and Patient lie"
    found = next((base for base in _guesses(probe.base) if statement_of(probe.get(f"{base}/metadata"))), "")
    where = f"one answers at {found}" if found else "the EHR's documents for apps name it"
    remedy = f"give the address of the FHIR base, such as https://ehr.example.org/fhir; {where}"
    return Check("address", "fault", seen, why, remedy, EXAMINER)


def _is_fhir(answer: Answer) -> bool:
    kind = answer.headers.get("Content-Type", "")
    named = answer.body is not None and "resourceType" in answer.body
    return 200 <= answer.status < 300 and (named or "fhir" in kind)


def _is_nothing(answer: Answer) -> bool:
    """An answer that shows that what was asked for is not there."""
    return 0 < answer.status < 500 and answer.status not in _UNTOLD


def _is_page(answer: Answer) -> bool:
    return "html" in answer.headers.get("Content-Type", "")


def _guesses(base: str) -> Iterator[str]:
    """Addresses of the same host where the FHIR base may lie: the folders above, and `fhir` in each of them."""
    parts = urlsplit(base)
    names = parts.path.strip("/").split("/") if parts.path.strip("/") else []
    folders = ["/".join(["", *names[:depth]]) for depth in range(len(names), -1, -1)]
    paths = [path for folder in folders for path in (folder, f"{folder}/fhir") if path != parts.path]
    yield from (f"{parts.scheme}://{parts.netloc}{path}" for path in paths[:MOST_GUESSES])
