"""The words around a patient's form: buttons, headings, thanks. They are data, in every language of the form."""

from __future__ import annotations

from collections.abc import Mapping

from plugin.library.terminology import Terminology

SYSTEM = "patient-page"


def page_words(terminology: Terminology, language: str) -> Mapping[str, str]:
    """Code -> words in this language; in the CodeSystem's own where one is not translated."""
    words = {}
    for concept in terminology.concepts(SYSTEM):
        told = {each["language"]: each["value"] for each in concept.get("designation", ())}
        words[concept["code"]] = told.get(language, concept["display"])
    return words
