"""Codes from a server: the charts of named patients, or, with a token for many patients, type by type."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import requests

from plugin.chart.client import FhirClient
from plugin.chart.http import Limits
from plugin.chart.searches import CHART_SEARCHES
from plugin.doctor.codes.tally import Tally
from plugin.errors import RemoteError

CODED = ("Observation", "Condition", "Procedure", "MedicationRequest", "MedicationStatement", "Specimen")


def count_server(
    tally: Tally,
    session: requests.Session,
    base: str,
    patients: Sequence[str],
    limits: Limits,
    tell: Callable[[str], None],
) -> None:
    """Count the codes of a server, page by page; at most `limits.pages` pages of a search.

    A search that fails is told and passed over; raises RemoteError where none succeeded.
    """
    client = FhirClient(session, base, limits)
    searches = [search for search in CHART_SEARCHES if search.resource_type in CODED or search.refers]
    asked = [(search, [("patient", patient)]) for patient in patients for search in searches] or [
        (search, []) for search in searches
    ]
    failures: list[RemoteError] = []
    for number, (search, parameters) in enumerate(asked, start=1):
        tell(f"search {number} of {len(asked)}: {search.resource_type}")
        include = search.parameters("")[1:]
        try:
            for page in client.search(search.resource_type, [*parameters, *include]):
                tally.add(page.resources)
        except RemoteError as failure:
            failures.append(failure)
            tell(f"{search.resource_type} could not be read to its end")
    if len(failures) == len(asked):
        raise failures[0]
