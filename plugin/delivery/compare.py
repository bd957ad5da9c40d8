"""Did the EHR store what was sent? Everything sent has to be there; what the server adds is its own affair."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from html import unescape
from typing import Any
from xml.etree import ElementTree

# Servers own these: ids and versions are theirs to give, and a profile is a claim, not content.
SERVER_OWNED = frozenset({"id", "meta"})
SHOWN = 60
NAMED_ENTITY = re.compile(r"&(?!amp;|lt;|gt;|quot;|apos;)[A-Za-z][A-Za-z0-9]*;")


def differences(sent: Mapping[str, Any], stored: Mapping[str, Any], links: Mapping[str, str], base: str) -> list[str]:
    """Where `stored` lacks or changes what was sent, as `CarePlan.status: sent draft, stored active`.

    links: fullUrl in the transaction -> reference that the server gave it. base: of the server, so that an absolute
    reference equals a relative one.
    """
    return list(_compare(str(sent["resourceType"]), sent, stored, links, base, top=True))


def same_narrative(sent: str, stored: str) -> bool:
    """Whether two XHTML narratives say the same: servers write entities, empty elements and space their own way."""
    return sent == stored or _canonical(sent) == _canonical(stored) != ""


def _canonical(narrative: str) -> str:
    """A narrative in Canonical XML without white space; empty where it is no XML."""
    # Names such as &nbsp; are HTML's, which XML knows only by a DTD that nobody sends along.
    plain = NAMED_ENTITY.sub(lambda found: unescape(found[0]), narrative)
    try:
        return "".join(ElementTree.canonicalize(plain).split())
    except ElementTree.ParseError:
        return ""


def same_document(sent: Mapping[str, Any], stored: Mapping[str, Any], base: str) -> list[str]:
    """Where a stored DocumentReference is not the document that was sent: another patient, other bytes, taken back.

    EHRs file documents under codes and names of their own; that leaves the document what it is.
    """
    found = list(_compare("DocumentReference.subject", sent["subject"], stored.get("subject"), {}, base))
    for number, (one, other) in enumerate(zip(sent["content"], stored["content"], strict=False)):
        if "data" in one["attachment"] and _bytes(one) != _bytes(other):
            found.append(f"DocumentReference.content[{number}].attachment.data: the EHR holds another file")
    if len(stored["content"]) < len(sent["content"]):
        found.append(f"DocumentReference.content: {len(sent['content'])} sent, {len(stored['content'])} stored")
    status = stored.get("status")
    if status == "entered-in-error" or (sent["status"] == "superseded") != (status == "superseded"):
        found.append(f"DocumentReference.status: sent {sent['status']}, stored {status}")
    return found


def _bytes(content: Mapping[str, Any]) -> str:
    return "".join(str(content["attachment"].get("data", "")).split())


def _compare(
    path: str, sent: Any, stored: Any, links: Mapping[str, str], base: str, top: bool = False
) -> Iterator[str]:
    if isinstance(sent, dict) and isinstance(stored, dict):
        for key, value in sent.items():
            if top and key in SERVER_OWNED:
                continue
            if key not in stored:
                yield f"{path}.{key}: sent, not stored"
            else:
                yield from _compare(f"{path}.{key}", value, stored[key], links, base)
    elif isinstance(sent, list) and isinstance(stored, list):
        if len(sent) != len(stored):
            yield f"{path}: {len(sent)} sent, {len(stored)} stored"
            return
        for number, (one, other) in enumerate(zip(sent, stored, strict=True)):
            yield from _compare(f"{path}[{number}]", one, other, links, base)
    elif not _same(sent, stored, path, links, base):
        yield f"{path}: sent {_short(sent)}, stored {_short(stored)}"


def _same(sent: Any, stored: Any, path: str, links: Mapping[str, str], base: str) -> bool:
    if sent == stored and type(sent) is type(stored):
        return True
    if not isinstance(sent, str) or not isinstance(stored, str):
        numbers = (int, float)
        return isinstance(sent, numbers) and isinstance(stored, numbers) and sent == stored and not _mixed(sent, stored)
    if path.endswith(".reference"):
        return links.get(sent, sent) == stored.removeprefix(f"{base}/").split("/_history/")[0]
    if path.endswith(".div"):
        return same_narrative(sent, stored)
    return _same_moment(sent, stored)


def _mixed(sent: Any, stored: Any) -> bool:
    return isinstance(sent, bool) != isinstance(stored, bool)


def _same_moment(sent: str, stored: str) -> bool:
    """`2026-11-22T15:00:00+01:00` and `2026-11-22T14:00:00Z` are one point in time."""
    if "T" not in sent or "T" not in stored:
        return False
    try:
        return datetime.fromisoformat(sent) == datetime.fromisoformat(stored)
    except (ValueError, TypeError):
        return False


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
