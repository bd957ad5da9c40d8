"""The software knows no disease: what a clinician would call medicine lives in templates/ and profiles/ only."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from plugin.library.content import content_folder
from plugin.library.yaml_file import read_yaml

ROOT = Path(__file__).parent.parent.parent
WRITTEN = yaml.safe_load((Path(__file__).parent / "clinical_terms.yaml").read_text(encoding="utf-8"))
CODES = ("finding", "treatment-category", "assessment", "supportive-care", "goal", "drug-class", "monitored-area")
SAMPLES = ROOT / "plugin/sandbox/patients"
VENDORED = "vendor"
LEAST_TERMS = 800
INSIDE_A_NAME = re.compile(r"(?<=[a-z])(?=[A-Z])|_")  # isOpen and is_open are read as is-open


def concepts(name: str) -> list[dict[str, str]]:
    return json.loads((content_folder("profiles") / f"CodeSystem-{name}.json").read_text(encoding="utf-8"))["concept"]


def named_in_profiles() -> Iterator[str]:
    """Codes and labels that more than one word makes unmistakable."""
    for concept in (concept for name in CODES for concept in concepts(name)):
        yield from (text for text in (concept["code"], concept["display"]) if re.search(r"[\w)][ -]\w", text))


def named_in_templates() -> Iterator[str]:
    """The drugs of every template, and what its folder is called."""
    for folder in (path for path in content_folder("templates").iterdir() if path.is_dir()):
        yield folder.name
        for file in folder.glob("drugs.yaml"):
            for drug in read_yaml(file, file.name)[0].data["extension"]:
                yield from (part["valueString"] for part in drug["extension"] if part["url"] == "name")


@cache
def terms() -> dict[str, str]:
    """From each term, in lower case, to the pattern that finds it where it stands for itself."""
    named = {term for term in (*named_in_profiles(), *named_in_templates()) if term.lower() not in WRITTEN["plain"]}
    patterns = {stem: rf"(?<![a-z]){re.escape(stem)}" for stem in WRITTEN["stems"]}
    for word in (*WRITTEN["words"], *(term.lower() for term in named)):
        patterns[word] = rf"(?<![\w-]){re.escape(word)}(?![\w-])"
    assert len(patterns) > LEAST_TERMS
    return patterns


def found_in(text: str) -> list[str]:
    """The terms in a text, however names join their words; a plain search first, since few patterns need a look."""
    exact = [word for word in WRITTEN["exact"] if word in text and re.search(rf"\b{word}\b", text)]
    spelled = f"{text}\n{INSIDE_A_NAME.sub('-', text)}".lower()
    return exact + [term for term, pattern in terms().items() if term in spelled and re.search(pattern, spelled)]


def files(*endings: str) -> list[Path]:
    every = (path for ending in endings for path in sorted((ROOT / "plugin").rglob(f"*{ending}")))
    return [path for path in every if SAMPLES not in path.parents and VENDORED not in path.parts]


@pytest.mark.parametrize(
    "endings", [(".py",), (".html", ".js", ".css", ".svg"), (".schema.json",)], ids=["python", "pages", "schemas"]
)
def test_no_file_of_the_software_knows_a_clinical_term(endings: tuple[str, ...]) -> None:
    searched = files(*endings)
    assert searched
    texts = {path: path.read_text(encoding="utf-8") for path in searched}
    hits = [
        f"{path.relative_to(ROOT)}:{number}: '{term}' in: {line.strip()}"
        for path, text in texts.items()
        if found_in(text)
        for number, line in enumerate(text.splitlines(), 1)
        for term in found_in(line)
    ]
    assert not hits, f"{len(hits)} clinical terms; move them into templates/ or profiles/:\n" + "\n".join(hits)


@pytest.mark.parametrize(
    "line",
    [
        '"To be discussed in the tumour board"',
        "# an ER status",
        "SITES = ('primary', 'metastasis')",
        "if code == 'visceral-crisis':",
        "give letrozole",
        "isMetastatic = True",
        "her2_positive = 1",
    ],
)
def test_the_search_finds_what_it_should(line: str) -> None:
    assert found_in(line)


@pytest.mark.parametrize("line", ["server error", "err = 1", "where others gather", "the platform", "PRESENT = 1"])
def test_the_search_leaves_other_words_alone(line: str) -> None:
    assert not found_in(line)
