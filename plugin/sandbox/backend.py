"""HTTP to the FHIR server behind the sandbox, with its addresses turned into ours and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
import requests
from requests.adapters import HTTPAdapter

from plugin.errors import Unreachable
from plugin.sandbox.compartment import Resource, local_reference

FHIR_JSON = "application/fhir+json"
TIMEOUT_SECONDS = (5, 60)


class Backend:
    """The FHIR server at `base`, seen from outside as `public`; safe to use from several threads."""

    def __init__(self, base: str, public: str) -> None:
        self.base = base
        self.public = public
        self._session = requests.Session()
        self._session.mount("http://", HTTPAdapter(pool_maxsize=32))
        self._session.mount("https://", HTTPAdapter(pool_maxsize=32))

    def inward(self, text: str) -> str:
        """Text from a client, our address replaced by that of the server behind us."""
        return text.replace(self.public, self.base)

    def outward(self, text: str) -> str:
        """Text from the server behind us, its address replaced by ours."""
        return text.replace(self.base, self.public)

    def send(
        self,
        method: str,
        path: str,
        parameters: Iterable[tuple[str, str]] = (),
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Forward one request; raises Unreachable where no answer comes."""
        address = f"{self.base}/{path}" if path else self.base
        try:
            return self._session.request(
                method,
                address,
                params=[(name, self.inward(value)) for name, value in parameters],
                data=body,
                headers={"Accept": FHIR_JSON} | dict(headers or {}),
                timeout=TIMEOUT_SECONDS,
            )
        except requests.RequestException as error:
            raise Unreachable(f"the FHIR server behind the sandbox gives no answer ({type(error).__name__})") from error

    def find(self, reference: str) -> Resource | None:
        """The resource that a reference points at; None where it is not here."""
        local = local_reference(reference.removeprefix(f"{self.base}/").removeprefix(f"{self.public}/"))
        if local is None:
            return None
        answer = self.send("GET", "/".join(local))
        return orjson.loads(answer.content) if answer.ok else None

    def search(self, resource_type: str, **parameters: str) -> list[Resource]:
        """All resources of a type that match, over all pages, newest first where the server can sort."""
        found: list[Resource] = []
        answer = self.send("GET", resource_type, (parameters | {"_count": "200"}).items())
        while answer.ok:
            bundle = orjson.loads(answer.content)
            entries = bundle.get("entry", [])
            found += [entry["resource"] for entry in entries if _matches(entry, resource_type)]
            following = next((link["url"] for link in bundle.get("link", []) if link.get("relation") == "next"), None)
            if not following or not entries:
                break
            answer = self.send("GET", following.removeprefix(self.base).lstrip("/"))
        return found


def _matches(entry: dict[str, Any], resource_type: str) -> bool:
    return bool(entry.get("resource", {}).get("resourceType") == resource_type)
