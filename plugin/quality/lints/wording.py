"""Wording: no text that people read sounds like a dose, a schedule, a start or an order. The profiles say what does.

The CodeSystem `wording` holds the kinds of such wording as concepts with patterns, and the elements that are left out
because they quote somebody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from plugin.errors import Fault, TemplateError
from plugin.library.content import CANONICAL, system_url
from plugin.quality.lints.conformance import Conformance
from plugin.quality.lints.walking import as_document, at, texts_of
from plugin.quality.material import Material
from plugin.quality.report import Remark, Section

POLICY = system_url("wording")
REMEDY = "say what is considered, and leave amounts, rhythms, days and orders to whoever prescribes"


@dataclass(frozen=True, slots=True)
class Policy:
    """Kind of wording -> its patterns; and the elements that quote, such as `superseded-statement.says`."""

    patterns: Mapping[str, tuple[re.Pattern[str], ...]]
    quoting: frozenset[str]

    def found(self, text: str) -> tuple[str, str] | None:
        """The first kind of wording in the text with the words in question; None where there is none."""
        for kind, patterns in self.patterns.items():
            for pattern in patterns:
                if match := pattern.search(text):
                    return kind, match[0].strip()
        return None


def wording_orders_nothing(material: Material) -> Section:
    """No text of the template, of its cases or of the codes that people read doses, starts or orders anything."""
    policy = wording_policy(material.conformance)
    texts = [
        *(
            (document, path, text)
            for document in material.documents
            for path, name, text in texts_of(document.data)
            if name not in policy.quoting
        ),
        *(
            (document, ("cases", index, "title"), case["title"])
            for document in material.case_files
            for index, case in enumerate(document.data["cases"])
        ),
    ]
    found = {text: said for text in {text for _, _, text in texts} if (said := policy.found(text))}
    remarks = [at(document, path, _message(*found[text]), REMEDY) for document, path, text in texts if text in found]
    return Section("Texts without a dose, a start or an order", len(texts), (*remarks, *_of_codes(material, policy)))


def wording_policy(profiles: Conformance) -> Policy:
    """The policy in the CodeSystem `wording`; raises TemplateError where it is missing or a pattern is none."""
    for file, resource in profiles.of("CodeSystem"):
        if resource["url"] == POLICY:
            try:
                return _policy(resource)
            except re.error as error:
                message = f"'{error.pattern!s}' is no regular expression: {error}"
                raise TemplateError([Fault(file.name, None, message, "mend the pattern")]) from error
    message = f"the profiles have no {POLICY}, which says what no text may sound like"
    raise TemplateError([Fault("CodeSystem-wording.json", None, message, "restore the file")])


def _policy(resource: dict[str, Any]) -> Policy:
    said = {
        concept["display"]: {
            kind: [each["valueString"] for each in concept.get("property", []) if each["code"] == kind]
            for kind in ("pattern", "element")
        }
        for concept in resource["concept"]
    }
    patterns = {display: tuple(map(re.compile, parts["pattern"])) for display, parts in said.items()}
    return Policy(patterns, frozenset(name for parts in said.values() for name in parts["element"]))


def _message(kind: str, words: str) -> str:
    return f"the text says “{words}”: {kind[:1].lower()}{kind[1:]}"


def _of_codes(material: Material, policy: Policy) -> Iterator[Remark]:
    for file, resource in material.conformance.of("CodeSystem"):
        if not resource["url"].startswith(CANONICAL) or resource["url"] == POLICY:
            continue
        wrong = [
            ((*("concept", index), field), found)
            for index, concept in enumerate(resource.get("concept", []))
            for field in ("display", "definition")
            if (found := policy.found(concept.get(field, "")))
        ]
        document = as_document(file) if wrong else None
        if document is not None:
            yield from (at(document, path, _message(*found), REMEDY) for path, found in wrong)
