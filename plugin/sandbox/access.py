"""What one access token may do: scope by scope, and only in the chart of its patient.

A token without a patient belongs to a backend service, and only its scopes hold it.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from plugin.sandbox.backend import Backend
from plugin.sandbox.compartment import SHARED_TYPES, Resource, belongs
from plugin.sandbox.oauth_store import Token
from plugin.sandbox.scopes import permits

Parameters = list[tuple[str, str]]

_RIGHTS = {"GET": "r", "POST": "c", "PUT": "u", "DELETE": "d"}
_RIGHT_NAMES = {"c": "create", "r": "read", "u": "update", "d": "delete", "s": "search"}
_OWNER_PARAMETERS = ("patient", "subject")
_NARROW_PARAMETERS = frozenset({"_id", "identifier", "target"})  # name single resources; the answer is sifted anyway


class Denied(Exception):
    """A request that the sandbox does not forward; `code` is an issue type of FHIR."""

    def __init__(self, status: int, code: str, text: str, oauth_error: str = "") -> None:
        self.status = status
        self.code = code
        self.oauth_error = oauth_error
        super().__init__(text)


class Access:
    """The checks for one token. Addresses in what it is given are those of the server behind the sandbox."""

    def __init__(self, token: Token, backend: Backend) -> None:
        self._scopes = token.scope
        self._patient = token.grant.context.patient
        self._is_backend = token.grant.is_backend
        self._backend = backend
        self._bundle: dict[str, Resource] = {}

    def check(self, method: str, path: str, parameters: Parameters, body: Any = None) -> None:
        """Raise Denied unless the request may go through."""
        parts = [part for part in path.split("/") if part]
        if not parts:
            self._check_root(method, parameters, body)
        elif (method == "GET" and len(parts) == 1) or (method == "POST" and parts[1:] == ["_search"]):
            self._check_search(parts[0], parameters)
        elif method == "POST" and len(parts) == 1:
            self._check_scope(parts[0], "c")
            self._check_owned(body, parts[0])
        elif method in ("GET", "PUT", "DELETE") and len(parts) == 2 and not parts[1].startswith(("$", "_")):
            self._check_instance(method, parts[0], parts[1], body)
        elif method == "GET" and len(parts) == 4 and parts[2] == "_history":
            self._check_scope(parts[0], "r")
        elif method == "GET" and parts == ["Patient", self._patient, "$everything"]:
            self._check_scope("*", "r")
        else:
            raise Denied(403, "not-supported", f"the sandbox does not let apps call {method} on {path or 'the base'}")

    def withhold(self, resource: Resource) -> bool:
        """Take out of an answer what is not the patient's; true where something was taken out.

        Raises Denied where the whole answer is one resource of somebody else.
        """
        if resource.get("resourceType") != "Bundle":
            self._require_visible(resource)
            return False
        entries = resource.get("entry", [])
        kept = [entry for entry in entries if self._visible(entry.get("resource"))]
        if len(kept) == len(entries):
            return False
        resource["entry"] = kept
        resource.pop("total", None)
        return True

    def _check_root(self, method: str, parameters: Parameters, body: Any) -> None:
        if method == "GET" and parameters:  # paging links of some servers; what comes back is sifted
            return
        if method != "POST" or not isinstance(body, dict) or body.get("resourceType") != "Bundle":
            raise Denied(400, "invalid", "the base takes only a POST of a transaction or batch Bundle")
        entries = [entry for entry in body.get("entry", []) if isinstance(entry, dict)]
        self._bundle = {entry["fullUrl"]: entry.get("resource", {}) for entry in entries if "fullUrl" in entry}
        for entry in entries:
            wanted = entry.get("request", {})
            address = urlsplit(str(wanted.get("url", "")).removeprefix(f"{self._backend.base}/"))
            if not address.path:
                raise Denied(400, "required", "every entry of the Bundle needs request.method and request.url")
            self.check(str(wanted.get("method", "")), address.path, parse_qsl(address.query), entry.get("resource"))

    def _check_search(self, resource_type: str, parameters: Parameters) -> None:
        self._check_scope(resource_type, "s")
        if resource_type in SHARED_TYPES or self._is_backend:
            return
        owners = [value for name, value in parameters if name.split(":")[0] in _OWNER_PARAMETERS]
        asked = {reference.rpartition("/")[2] for value in owners for reference in value.split(",")}
        if asked - {self._patient}:
            raise Denied(403, "forbidden", "the token is for another patient than the search")
        narrow = any(name in _NARROW_PARAMETERS for name, _ in parameters)
        if not asked and not narrow and resource_type != "Patient":
            raise Denied(
                403, "forbidden", f"a search for {resource_type} has to name the patient of the token: patient="
            )

    def _check_instance(self, method: str, resource_type: str, logical_id: str, body: Any) -> None:
        self._check_scope(resource_type, _RIGHTS[method])
        if method == "GET":
            return  # the answer itself shows whose it is
        existing = self._backend.find(f"{resource_type}/{logical_id}")
        if existing is not None:
            self._require_visible(existing)
        if method == "PUT":
            self._check_owned(body, resource_type)

    def _check_scope(self, resource_type: str, right: str) -> None:
        shared = resource_type in SHARED_TYPES
        levels: tuple[str, ...] = ("user",) if shared and right in "cud" else ("patient", "user")
        if self._is_backend:
            levels = ("system",)
        if not permits(self._scopes, resource_type, right, levels):
            needed = f"{levels[0]}/{resource_type}.{right}"
            raise Denied(403, "forbidden", f"no scope to {_RIGHT_NAMES[right]} {resource_type}: it needs {needed}")

    def _check_owned(self, body: Any, resource_type: str) -> None:
        if not isinstance(body, dict) or body.get("resourceType") != resource_type:
            raise Denied(400, "invalid", f"the body has to be a {resource_type}, as the address says")
        if self._is_backend or resource_type in SHARED_TYPES:
            return
        if not belongs(body, self._patient, self._find):
            raise Denied(403, "forbidden", f"the {resource_type} does not name the patient of the token")

    def _require_visible(self, resource: Resource) -> None:
        if not self._visible(resource):
            raise Denied(403, "forbidden", f"this {resource.get('resourceType')} is not of the patient of the token")

    def _visible(self, resource: Resource | None) -> bool:
        kind = str(resource.get("resourceType")) if resource else "OperationOutcome"
        if resource is None or kind == "OperationOutcome":
            return True
        if kind == "Bundle":
            self.withhold(resource)
            return True
        if self._is_backend:
            return any(permits(self._scopes, kind, right, ("system",)) for right in "rs")
        return kind in SHARED_TYPES or belongs(resource, self._patient, self._find)

    def _find(self, reference: str) -> Resource | None:
        inside = self._bundle.get(reference)
        return inside if inside is not None else self._backend.find(reference)
