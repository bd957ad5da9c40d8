"""The languages of a form: its texts as they are, or as its translations have them (FHIR extension `translation`)."""

from __future__ import annotations

from typing import Any

Element = dict[str, Any]
TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"


def languages_of(form: Element) -> tuple[str, ...]:
    """The languages that a form can be read in, its own first; those of its title count."""
    return (str(form.get("language", "en")), *translations(form, "title"))


def translations(element: Element, name: str) -> dict[str, str]:
    """Language -> text of the translations of one element, such as `text` of an item."""
    found: dict[str, str] = {}
    for extension in element.get(f"_{name}", {}).get("extension", ()):
        if extension.get("url") == TRANSLATION:
            parts = {
                part["url"]: next(str(value) for key, value in part.items() if key != "url")
                for part in extension["extension"]
            }
            found[parts["lang"]] = parts["content"]
    return found


def text_in(element: Element, name: str, language: str) -> str:
    """The text of an element in a language; as it is written where there is no such translation."""
    return translations(element, name).get(language, str(element.get(name, "")))


def with_translation(element: Element, name: str, language: str) -> Element:
    """The element as a resource that answers it quotes it: in its own words, and in those that the reader saw."""
    told = translations(element, name)
    quoted = {name: element[name]}
    if language not in told:
        return quoted
    parts = [{"url": "lang", "valueCode": language}, {"url": "content", "valueString": told[language]}]
    return quoted | {f"_{name}": {"extension": [{"url": TRANSLATION, "extension": parts}]}}
