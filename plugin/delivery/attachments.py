"""Attachments as the EHR gives them back: many keep the bytes elsewhere and name an address instead."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from plugin.chart.client import FhirClient

Resource = dict[str, Any]


def filled(document: Resource, client: FhirClient) -> Resource:
    """A DocumentReference with the bytes of its attachments in it, fetched where the EHR keeps them elsewhere.

    Raises RemoteError where they cannot be had.
    """
    contents = [each | {"attachment": _filled(each.get("attachment", {}), client)} for each in document["content"]]
    return document | {"content": contents}


def _filled(attachment: Resource, client: FhirClient) -> Resource:
    if "data" in attachment or "url" not in attachment:
        return attachment
    return attachment | {"data": b64encode(client.content(str(attachment["url"]))).decode()}
