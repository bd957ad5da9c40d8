"""The template folder that a new piece goes into: what is taken, what is near, and files written all or none."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from plugin.errors import InputError, UsageError
from plugin.library.content import content_folder
from plugin.library.elements import coding
from plugin.library.near import did_you_mean
from plugin.library.own_codes import load_terminology
from plugin.library.template import VOCABULARY_FILE, read_documents
from plugin.library.terminology import Terminology
from plugin.library.yaml_file import Document, read_yaml
from plugin.quality.authoring.insertion import with_document, with_item
from plugin.quality.lints.walking import elements

MOST_NAMED = 12  # names that a refusal lists where none is near


class Workplace:
    """One template folder. Changes are kept until `save`; raises TemplateError where the folder cannot be read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._changed: dict[str, str] = {}

    @cached_property
    def documents(self) -> list[Document]:
        """The resources of the template but its vocabulary."""
        return read_documents(self.folder)

    @cached_property
    def terminology(self) -> Terminology:
        """The codes that the template works with."""
        return load_terminology(self.folder, content_folder("profiles"))

    @cached_property
    def strategy(self) -> dict[str, Any]:
        """The PlanDefinition of the whole; raises UsageError where the folder holds none."""
        for document in self.documents:
            if document.data.get("resourceType") == "PlanDefinition" and document.file == "strategy.yaml":
                return dict(document.data)
        raise UsageError(f"{self.folder} holds no strategy.yaml; start a template with careplan new template FOLDER")

    @cached_property
    def rules(self) -> dict[str, str]:
        """Id of each rule -> file."""
        return {
            str(action.get("id")): document.file
            for document in self._of("PlanDefinition")
            for action in document.data.get("action", [])
        }

    @cached_property
    def items(self) -> dict[str, str]:
        """Code of each item that is described -> name of its CodeSystem."""
        found = (coding(document.data) for document in self._of("ActivityDefinition"))
        return {code: system.rpartition("/")[2] for system, code in found}

    @cached_property
    def described(self) -> dict[str, str]:
        """Code of each item that is described -> canonical URL of its ActivityDefinition."""
        return {coding(document.data)[1]: str(document.data["url"]) for document in self._of("ActivityDefinition")}

    @cached_property
    def sources(self) -> list[str]:
        """Ids of the sources in evidence.yaml."""
        return [
            str(artifact["id"])
            for document in self.documents
            if document.file == "evidence.yaml"
            for artifact in document.data.get("relatedArtifact", [])
        ]

    @cached_property
    def findings(self) -> list[str]:
        """Codes of the findings."""
        return [str(each.get("id")) for each in self._vocabulary.data.get("dataRequirement", [])]

    @cached_property
    def units(self) -> frozenset[str]:
        """The units in which the vocabulary shows and reads numbers."""
        return frozenset(
            str(element.get("valueString"))
            for _, element in elements(self._vocabulary.data)
            if element.get("url") == "unit"
        )

    @cached_property
    def _vocabulary(self) -> Document:
        return read_yaml(self.folder / VOCABULARY_FILE, VOCABULARY_FILE)[0]

    @cached_property
    def cases(self) -> dict[str, str]:
        """Id of each case -> file."""
        paths = sorted((self.folder / "cases").rglob("*.yaml"))
        return {
            str(case.get("id")): str(path.relative_to(self.folder))
            for path in paths
            for document in read_yaml(path, path.name)
            for case in document.data.get("cases", [])
        }

    def _of(self, kind: str) -> Iterator[Document]:
        return (document for document in self.documents if document.data.get("resourceType") == kind)

    def text(self, file: str) -> str:
        """A file as it will be; empty where there is none."""
        path = self.folder / file
        return self._changed.get(file) or (path.read_text(encoding="utf-8") if path.is_file() else "")

    def put(self, file: str, text: str) -> None:
        """Write a whole file."""
        self._changed[file] = text

    def add_item(self, file: str, key: str, item: str, *, apart: bool = False) -> None:
        """Put one more item at the end of a list of a file."""
        self.put(file, with_item(self.text(file), key, item, apart=apart, file=file))

    def add_document(self, file: str, document: str) -> None:
        """Put one more document at the end of a file, or make the file."""
        self.put(file, with_document(self.text(file), document))

    @property
    def changes(self) -> dict[str, str]:
        """The files that changed, as they will be."""
        return dict(self._changed)

    def save(self) -> tuple[str, ...]:
        """Write every changed file beside its place, then put all of them there; gives their names."""
        return save_files({self.folder / file: text for file, text in self._changed.items()}, self.folder)


def save_files(files: dict[Path, str], home: Path) -> tuple[str, ...]:
    """Write files so that none is ever half there; gives their names within `home`. Raises InputError."""
    waiting: list[tuple[Path, Path]] = []
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = path.with_name(f".{path.name}.new")
            waiting.append((beside, path))
            beside.write_text(text, encoding="utf-8")
        for beside, path in waiting:
            os.replace(beside, path)
    except OSError as error:
        for beside, _ in waiting:
            beside.unlink(missing_ok=True)
        raise InputError(
            f"{error.filename} cannot be written: {error.strerror}; choose a folder that can be"
        ) from error
    return tuple(str(path.relative_to(home)) for path in files)


def refuse_taken(what: str, name: str, taken: Iterable[str], where: str = "") -> None:
    """Raises UsageError where the name is taken."""
    if name in taken:
        raise UsageError(f"{what} '{name}' is there already{where}; choose another, or change that one by hand")


def refuse_unknown(what: str, name: str, known: Iterable[str], remedy: str) -> None:
    """Raises UsageError, with the names nearest to it, where the name is not known."""
    names = list(known)
    if name in names:
        return
    near = did_you_mean(name, names)
    some = ", ".join(names[:MOST_NAMED]) + (f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else "")
    there = near or (f"there are {some}; " if names else "there is none yet; ")
    raise UsageError(f"there is no {what} '{name}'; {there}{remedy}")
