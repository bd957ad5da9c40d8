"""A small FHIR R4 client: read, search with paging, create, update, transaction; every failure named."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import orjson
import requests

from plugin.chart.bounded import MEGABYTE, TooLarge, TooSlow
from plugin.chart.http import Limits, wanted_pause
from plugin.errors import Issue, Refused, RemoteError, Unreachable
from plugin.setting_kinds import origin_of

MEDIA_TYPE = "application/fhir+json"
# Else a server may repeat what it found a minute ago (RFC 9111, 5.2.1.4), and what was saved since is saved once more.
FRESH = {"Accept": MEDIA_TYPE, "Cache-Control": "no-cache"}
Resource = dict[str, Any]
Parameters = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a search: the resources, what the server said about them, where the next page is, its bytes."""

    resources: list[Resource]
    warnings: list[str]
    next_url: str | None
    size: int = 0


class PagingStopped(RemoteError):
    """A search that could not be read to its end; what came before is still good."""


class FhirClient:
    """Talks to one FHIR server. The session carries the authorization; the client never sends it anywhere else."""

    def __init__(self, session: requests.Session, base_url: str, limits: Limits | None = None) -> None:
        self._session = session
        self._base = base_url.rstrip("/")
        self._limits = limits or Limits()

    def read(self, resource_type: str, resource_id: str) -> Resource:
        """One resource by id. Raises Refused (404, 410 and another type than asked for included) or Unreachable."""
        return self._resource(self._send("GET", f"{self._base}/{resource_type}/{resource_id}"), resource_type)

    def read_reference(self, reference: str) -> Resource:
        """One resource by relative or absolute reference on this server; Refused where it lies on another server."""
        url = urljoin(f"{self._base}/", reference)
        if not url.startswith(f"{self._base}/"):
            raise Refused("the reference points at another server and is not followed", 0, origin_of(url))
        return self._resource(self._send("GET", url), url.removeprefix(f"{self._base}/").split("/")[0])

    def capabilities(self) -> Resource:
        """The server's CapabilityStatement, unchecked. Raises Refused or Unreachable."""
        return self._resource(self._send("GET", f"{self._base}/metadata"))

    def content(self, reference: str) -> bytes:
        """What an attachment on this server holds, out of a Binary or as it is; Refused where it lies elsewhere."""
        url = urljoin(f"{self._base}/", reference)
        if not url.startswith(f"{self._base}/"):
            raise Refused("the attachment lies on another server and is not followed", 0, origin_of(url))
        response = self._send("GET", url)
        if "json" not in response.headers.get("Content-Type", ""):
            return response.content
        return b64decode(str(self._resource(response).get("data", "")))

    def search(self, resource_type: str, parameters: Parameters) -> Iterator[Page]:
        """The pages of a search, in order.

        Raises Refused or Unreachable when a page cannot be had, PagingStopped when the links cannot be followed:
        to another origin, in a circle, or further than the limits of pages and of size.
        """
        counted = [*parameters, ("_count", str(self._limits.count))]
        page = self._page(self._send("GET", f"{self._base}/{resource_type}", parameters=counted))
        yield page
        seen: set[str] = set()
        read = page.size
        while page.next_url is not None:
            self._check_next(page.next_url, seen)
            seen.add(page.next_url)
            page = self._page(self._send("GET", page.next_url))
            read += page.size
            if read > self._limits.largest:
                raise PagingStopped(f"its pages are larger than {self._largest} together and the rest was not read")
            yield page

    def create(self, resource: Resource, if_none_exist: str = "") -> Resource:
        """Create a resource, return it as stored (with id). `if_none_exist` is a search that prevents a second one."""
        headers = {"If-None-Exist": if_none_exist} if if_none_exist else {}
        url = f"{self._base}/{resource['resourceType']}"
        return self._stored(self._send("POST", url, body=resource, headers=headers), resource)

    def update(self, resource: Resource, version: str = "") -> Resource:
        """Replace a resource; with `version` only if the server still holds that version (else Refused, status 412)."""
        headers = {"If-Match": f'W/"{version}"'} if version else {}
        url = f"{self._base}/{resource['resourceType']}/{resource['id']}"
        return self._stored(self._send("PUT", url, body=resource, headers=headers), resource)

    def transaction(self, bundle: Resource) -> Resource:
        """Send a transaction Bundle, return the response Bundle. All or nothing, so never repeated by us."""
        return self._resource(self._send("POST", self._base, body=bundle))

    def _send(
        self,
        method: str,
        url: str,
        parameters: Parameters = (),
        body: Resource | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> requests.Response:
        sent = {**FRESH, **(headers or {})}
        if body is not None:
            sent |= {"Content-Type": MEDIA_TYPE, "Prefer": "return=representation"}
        try:
            response = self._session.request(
                method,
                url,
                params=list(parameters),
                data=None if body is None else orjson.dumps(body),
                headers=sent,
                timeout=(self._limits.connect, self._limits.read),
                allow_redirects=False,
            )
        except TooLarge as fault:
            words = f"the server's answer is larger than {self._largest} and was not read"
            raise Unreachable(words, "it was too large to be read") from fault
        except TooSlow as fault:
            words = f"the server gave no complete answer within {self._limits.answer:g} s"
            raise Unreachable(words, "time-out") from fault
        except requests.Timeout as fault:
            raise Unreachable(f"the server gave no answer within {self._limits.read:g} s", "time-out") from fault
        except requests.RequestException as fault:
            raise Unreachable(f"the server could not be reached ({type(fault).__name__})") from fault
        if response.status_code >= 300:
            raise _refusal(response)
        return response

    @property
    def _largest(self) -> str:
        return f"{self._limits.largest / MEGABYTE:g} MB"

    def _stored(self, response: requests.Response, sent: Resource) -> Resource:
        """The stored resource; where the server keeps to itself what it stored, what we sent with the id it names."""
        if response.content:
            answer = self._resource(response)
            if answer["resourceType"] == sent["resourceType"]:
                return answer
        location = response.headers.get("Location", "") or response.headers.get("Content-Location", "")
        parts = urlsplit(location).path.split("/")
        kind = str(sent["resourceType"])
        if kind not in parts[:-1]:
            raise Refused(
                "the server did not say where it stored the resource", response.status_code, f"no Location for {kind}"
            )
        return {**sent, "id": parts[parts.index(kind) + 1]}

    def _resource(self, response: requests.Response, wanted: str = "") -> Resource:
        """The resource in an answer; with `wanted` of that type only: an error may come with status 200."""
        try:
            body = orjson.loads(response.content)
        except orjson.JSONDecodeError:
            body = None
        if not isinstance(body, dict) or not isinstance(body.get("resourceType"), str):
            kind = response.headers.get("Content-Type", "no content type")
            raise Refused("the server answered with something that is not FHIR JSON", response.status_code, kind)
        if wanted and body["resourceType"] != wanted:
            meaning = f"the server answered with {body['resourceType']} in place of {wanted}"
            raise _refusal(response, meaning)
        return body

    def _page(self, response: requests.Response) -> Page:
        bundle = self._resource(response)
        if bundle["resourceType"] != "Bundle":
            raise Refused(
                "the server answered a search without a Bundle", response.status_code, str(bundle["resourceType"])
            )
        resources: list[Resource] = []
        warnings: list[str] = []
        for resource in _entries(bundle):
            if resource.get("resourceType") == "OperationOutcome":
                warnings += _severe_issues(resource)
            else:
                resources.append(resource)
        return Page(resources, warnings, _next_link(bundle, response.url), len(response.content))

    def _check_next(self, url: str, seen: set[str]) -> None:
        try:
            origin = origin_of(url)
        except ValueError as fault:
            raise PagingStopped("the link to the next page is no address and was not followed") from fault
        if origin != origin_of(self._base):
            raise PagingStopped(f"the next page is on another server ({origin}) and was not followed")
        if url in seen:
            raise PagingStopped("the server's pages lead in a circle")
        if len(seen) + 1 >= self._limits.pages:
            raise PagingStopped(f"there are more than {self._limits.pages} pages and the rest was not read")


def _entries(bundle: Resource) -> Iterator[Resource]:
    entries = bundle.get("entry")
    for entry in entries if isinstance(entries, list) else []:
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict) and isinstance(resource.get("resourceType"), str):
            yield resource


def _next_link(bundle: Resource, page_url: str) -> str | None:
    links = bundle.get("link")
    for link in links if isinstance(links, list) else []:
        url = link.get("url") if isinstance(link, dict) and link.get("relation") == "next" else None
        if isinstance(url, str):
            try:
                return str(urljoin(page_url, url))
            except ValueError:  # no address; whoever follows it says so
                return url
    return None


def _severe_issues(outcome: Resource) -> list[str]:
    return [issue.text for issue in _issues(outcome) if issue.severity in ("error", "fatal")]


def _issues(outcome: Resource) -> Iterator[Issue]:
    issues = outcome.get("issue")
    for issue in issues if isinstance(issues, list) else []:
        if not isinstance(issue, dict):
            continue
        details = issue.get("details")
        text = details.get("text") if isinstance(details, dict) else None
        code = str(issue.get("code") or "")
        where = issue.get("expression") or issue.get("location")
        expressions = tuple(str(each) for each in where) if isinstance(where, list) else ()
        words = str(issue.get("diagnostics") or text or code)
        yield Issue(str(issue.get("severity", "error")), code, words, expressions)


def _refusal(response: requests.Response, meaning: str = "") -> Refused:
    """The refusal in an answer, with the words of its OperationOutcome; `meaning` where the status does not say it."""
    status = response.status_code
    meaning = meaning or {
        401: "the server does not accept our authorization (401)",
        403: "the server does not allow this (403)",
        404: "the server does not have it (404)",
        409: "the server reports a conflict (409)",
        410: "the resource was deleted (410)",
        412: "the resource changed in the meantime (412)",
        429: "the server asks us to slow down (429)",
    }.get(status, f"the server answered with status {status}")
    issues = _issues_told(response)
    words = "; ".join(issue.text for issue in issues if issue.text)[:500]
    return Refused(meaning, status, words, issues, wanted_pause(response.headers.get("Retry-After", "")))


def _issues_told(response: requests.Response) -> tuple[Issue, ...]:
    """What an OperationOutcome says; other bodies are pages for browsers and say nothing to us."""
    try:
        body = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return ()
    if not isinstance(body, dict) or body.get("resourceType") != "OperationOutcome":
        return ()
    return tuple(_issues(body))
