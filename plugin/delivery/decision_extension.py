"""A decision as the extension `review-decision` on its line: what, who, when, why, and its parts as data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from plugin.delivery.decision_words import decision_in_words
from plugin.delivery.statements import reference_to
from plugin.library.content import extension_url, system_url
from plugin.storage.reviews import Decision
from plugin.storage.terms import Named, Terms

Resource = dict[str, Any]


def decision_extension(decision: Decision) -> Resource:
    """The decision; `reason` holds all of it in words, for readers that know none of its parts."""
    words = decision_in_words(decision)
    parts: list[Resource] = [{"url": "decision", "valueCode": decision.choice}]
    parts += [{"url": "reason", "valueString": words}] if words else []
    parts += _terms(decision.terms)
    parts.append({"url": "author", "valueReference": reference_to(decision.author)})
    parts.append({"url": "time", "valueDateTime": decision.at.isoformat(timespec="seconds")})
    return {"url": extension_url("review-decision"), "extension": parts}


def _terms(terms: Terms) -> Iterator[Resource]:
    for url, named in (("instead", terms.instead), ("after", terms.after), ("until", terms.until)):
        if named is not None:
            yield {"url": url, "valueCodeableConcept": _concept(named)}
    for url, day in (("not-before", terms.not_before), ("until-date", terms.until_date)):
        if day:
            yield {"url": url, "valueDate": day}
    if terms.setting:
        yield {"url": "setting", "valueString": terms.setting}


def _concept(named: Named) -> Resource:
    coding = {"coding": [{"system": system_url(named.kind), "code": named.code}]} if named.code else {}
    return {**coding, "text": named.label}
