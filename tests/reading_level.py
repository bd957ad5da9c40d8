"""How easy a text is to read, by published formulas: for tests, and to state it in the form that patients get.

    python -m tests.reading_level        the levels of the patient's form as it stands in the template

English: Flesch-Kincaid grade, 0.39 words/sentence + 11.8 syllables/word - 15.59 (Kincaid 1975). Spanish: INFLESZ, the
perspicuity of Szigriszt-Pazos, 206.835 - 62.3 syllables/word - words/sentence, of which 65 and more is easy
(Barrio-Cantalejo 2008). Syllables of English are counted by the usual rules of thumb, those of Spanish exactly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from plugin.library.content import default_template_folder
from plugin.library.yaml_file import read_yaml

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
SENTENCE = re.compile(r"[.?!:;]+(?:\s|$)")
TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
VOWELS_EN = re.compile(r"[aeiouy]+")
SILENT_EN = re.compile(r"(?:[^aeiouylr]|[^aeiouy][lr])e$|[^aeiouytd]ed$|[^aeiouysxzcg]es$")
HIATUS_EN = re.compile(r"[iy][ao](?!u)|eo|oea|ii|uo|[iy]ing|eing|eated?$")
GLIDE_EN = re.compile(r"[tscg]io|[tsc]ia")
STRONG, WEAK, STRESSED = "aeoáéó", "iuü", "íú"


def grade(texts: list[str]) -> float:
    """Flesch-Kincaid grade of English texts, each at least one sentence."""
    words, sentences = _words(texts), _sentences(texts)
    syllables = sum(map(syllables_en, words))
    return round(0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59, 1)


def inflesz(texts: list[str]) -> float:
    """INFLESZ of Spanish texts, each at least one sentence."""
    words, sentences = _words(texts), _sentences(texts)
    syllables = sum(map(syllables_es, words))
    return round(206.835 - 62.3 * syllables / len(words) - len(words) / sentences, 1)


def longest(texts: list[str]) -> int:
    """Words of the longest sentence."""
    return max(len(WORD.findall(sentence)) for text in texts for sentence in SENTENCE.split(text))


def syllables_en(word: str) -> int:
    """Syllables of an English word, by rules of thumb."""
    plain = word.lower().replace("’", "'").split("'")[0].replace("-", "")
    count = len(VOWELS_EN.findall(plain)) - len(SILENT_EN.findall(plain))
    return max(1, count + len(HIATUS_EN.findall(plain)) - len(GLIDE_EN.findall(plain)))


def syllables_es(word: str) -> int:
    """Syllables of a Spanish word: its nuclei, where two strong vowels, or a stressed weak one, make two."""
    plain = re.sub(r"(?<=q)u|(?<=g)u(?=[eiéí])|(?<!c)h", "", word.lower())
    plain = re.sub(r"y(?![aeiouáéíóú])", "i", plain)
    nuclei = 0
    for group in re.findall(f"[{STRONG}{WEAK}{STRESSED}]+", plain):
        apart = sum(_apart(one, other) for one, other in pairwise(group))
        nuclei += 1 + apart
    return max(1, nuclei)


def _apart(one: str, other: str) -> bool:
    both_strong = one in STRONG and other in STRONG
    return both_strong or (one in STRESSED and other in STRONG) or (one in STRONG and other in STRESSED)


def form_texts(form: dict[str, Any]) -> list[tuple[str, str]]:
    """Every text that a patient reads in a form, in English and in Spanish."""
    return list(_texts(form))


def _texts(element: Any) -> Iterator[tuple[str, str]]:
    if isinstance(element, list):
        for inner in element:
            yield from _texts(inner)
    if not isinstance(element, dict):
        return
    for name in ("title", "description", "text", "valueString"):
        if name in element and "url" not in element:
            yield element[name], _spanish(element.get(f"_{name}", {}))
    for name in ("item", "answerOption"):
        yield from _texts(element.get(name, []))


def _spanish(element: dict[str, Any]) -> str:
    for extension in element.get("extension", []):
        if extension["url"] == TRANSLATION:
            parts = {part["url"]: part for part in extension["extension"]}
            if parts["lang"]["valueCode"] == "es":
                return str(parts["content"]["valueString"])
    return ""


def _words(texts: list[str]) -> list[str]:
    return [word for text in texts for word in WORD.findall(text)]


def _sentences(texts: list[str]) -> int:
    return sum(max(1, sum(bool(WORD.search(part)) for part in SENTENCE.split(text))) for text in texts)


def main() -> None:
    """Print the levels of the patient's form."""
    [document] = read_yaml(default_template_folder() / "questionnaires" / "for-the-patient.yaml")
    english, spanish = zip(*form_texts(document.data), strict=True)
    print(f"Flesch-Kincaid {grade(list(english))}, INFLESZ {inflesz(list(spanish))}")  # noqa: T201


if __name__ == "__main__":
    main()
