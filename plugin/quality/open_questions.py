"""The questions that a template leaves to people: what is asked, what it does until then, where, and who decides."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plugin.errors import Fault
from plugin.library.content import extension_url
from plugin.library.rules import Template
from plugin.library.yaml_file import Document, read_yaml
from plugin.quality.places import Places

OPEN_QUESTIONS_FILE = "open-questions.yaml"
KIND = "open-questions"


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """One open question. default: what the template does; encoded: the places that do it, as `kind:code`."""

    key: str
    question: str
    default: str
    encoded: tuple[str, ...]
    decides: str


def open_questions(template: Template) -> tuple[OpenQuestion, ...]:
    """The open questions of a loaded template, in the order of its file; empty where it has no such file."""
    files = (resource for resource in template.resources if KIND in _kinds(resource))
    return tuple(question for resource in files for question in _questions(resource))


def open_question_faults(folder: Path, known: Places) -> tuple[Fault, ...]:
    """Questions of the file in `folder` that stand twice, or name places that the template does not have.

    Raises TemplateError where the file cannot be read.
    """
    [document] = read_yaml(folder / OPEN_QUESTIONS_FILE, OPEN_QUESTIONS_FILE)
    return tuple(_faults(document, known))


def _kinds(resource: dict[str, Any]) -> list[str]:
    """The codes of a Library's type, which tells what kind of file it is."""
    if resource["resourceType"] != "Library":
        return []
    return [coding["code"] for coding in resource["type"]["coding"]]


def _questions(resource: dict[str, Any]) -> list[OpenQuestion]:
    found = []
    for entry in resource.get("extension", []):
        if entry["url"] == extension_url("open-question"):
            fields: dict[str, list[str]] = {}
            for part in entry["extension"]:
                fields.setdefault(part["url"], []).append(part["valueString"])
            found.append(
                OpenQuestion(
                    key=fields["key"][0],
                    question=fields["question"][0],
                    default=fields["default"][0],
                    encoded=tuple(fields["encoded"]),
                    decides=fields["decides"][0],
                )
            )
    return found


def _faults(document: Document, known: Places) -> list[Fault]:
    faults = []
    seen: set[str] = set()
    for index, question in enumerate(_questions(document.data)):
        path = ("extension", index)
        if question.key in seen:
            faults.append(document.fault(path, f"the question '{question.key}' stands twice", "keep one of the two"))
        seen.add(question.key)
        for target in question.encoded:
            kind, _, code = target.partition(":")
            if code not in known.get(kind, {}):
                message = f"question '{question.key}' is encoded at '{target}', which the template does not have"
                faults.append(document.fault(path, message, "correct it, or add what it names"))
    return faults
