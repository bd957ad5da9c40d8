"""The Medication that a draft order refers to, read from the client's FHIR server where it did not come along."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from typing import Any

from plugin.cds_clients import CdsClient
from plugin.chart.client import FhirClient
from plugin.chart.http import Limits, http_session
from plugin.errors import RemoteError
from plugin.findings.elements import id_in, kind_in, name_of, reference_of
from plugin.findings.history.uses import named_in_reference
from plugin.hooks.call import DRUG_ORDER, Access, HookCall
from plugin.hooks.ordered import orders_nothing
from plugin.hooks.prefetch import CallChart, chart_of, usable

Json = dict[str, Any]
MEDICATION = "Medication"
AT_ONCE = 8
TOO_SOON = 0.05  # seconds; with less than this left, nothing is asked any more


def chart_with_drugs(call: HookCall, client: CdsClient, limits: Limits) -> CallChart:
    """The chart of a call, and what its orders refer to; both within `limits.whole` seconds together.

    Never raises for a Medication that cannot be had: the chart says why. Raises HookError as `chart_of` does.
    """
    deadline = time.monotonic() + limits.whole
    chart = chart_of(call, client, limits)
    wanted = sorted(set(_wanted(call, chart)))
    if not wanted:
        return chart
    access, refusal = usable(call.access, client)
    if access is None:
        chart.unread = dict.fromkeys(wanted, refusal)
    else:
        _read(chart, wanted, access, replace(limits, whole=deadline - time.monotonic()))
    return chart


def _wanted(call: HookCall, chart: CallChart) -> Iterator[str]:
    """References to drugs that did not come along, of orders that name theirs in no other way."""
    have = {name_of(one) for one in (*call.drafted, *chart.resources)}
    for order in call.orders:
        if order["resourceType"] != DRUG_ORDER or orders_nothing(order) or call.by_layperson:
            continue
        given = order.get("medicationReference")
        reference = reference_of(given)
        if not reference or reference.startswith("#"):
            continue
        if not named_in_reference(given) and f"{MEDICATION}/{id_in(reference)}" not in have:
            yield reference


def _read(chart: CallChart, wanted: list[str], access: Access, limits: Limits) -> None:
    late = "and there was no time left to read it from fhirServer (cds_timeout)"
    chart.unread = dict.fromkeys(wanted, late)
    if limits.whole < TOO_SOON:
        return
    limits = replace(limits, connect=min(limits.connect, limits.whole), read=min(limits.read, limits.whole))
    pool = ThreadPoolExecutor(max_workers=min(AT_ONCE, len(wanted)), thread_name_prefix="drugs")
    with http_session(limits) as session:
        if access.token:
            session.headers["Authorization"] = f"Bearer {access.token}"
        client = FhirClient(session, access.fhir_server, limits)
        try:
            futures = {pool.submit(_one, client, reference): reference for reference in wanted}
            done, _ = wait(futures, timeout=limits.whole)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    for future in done:
        found = future.result()
        if isinstance(found, str):
            chart.unread[futures[future]] = found
        else:
            chart.drugs.append(found)
            del chart.unread[futures[future]]


def _one(client: FhirClient, reference: str) -> Json | str:
    """The Medication, or why there is none, as the end of a sentence."""
    if kind_in(reference) != MEDICATION:
        return "and that is no reference to a Medication on fhirServer"
    try:
        found = client.read_reference(reference)
    except RemoteError as failure:
        return f"and it could not be read from fhirServer: {failure}"
    if name_of(found) != f"{MEDICATION}/{id_in(reference)}":
        return "and fhirServer answered with another resource"
    return found
