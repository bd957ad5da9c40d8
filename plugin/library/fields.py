"""A complex extension as named fields: every value asked for by its short url, every url nobody asked for a fault."""

from __future__ import annotations

from typing import Any

from plugin.errors import Fault
from plugin.library.expressions import Expression
from plugin.library.grammar import SUBSET, ExpressionError, parse
from plugin.library.near import did_you_mean
from plugin.library.yaml_file import Document, ElementPath


class Fields:
    """The sub-extensions of one extension; faults go to the list it is given."""

    def __init__(self, element: dict[str, Any], path: ElementPath, document: Document, faults: list[Fault]) -> None:
        self.path = path
        self.document = document
        self.faults = faults
        self._found: dict[str, list[tuple[int, dict[str, Any]]]] = {}
        self._asked: set[str] = set()
        for index, child in enumerate(element.get("extension") or []):
            self._found.setdefault(str(child.get("url")), []).append((index, child))

    def all(self, name: str) -> tuple[Any, ...]:
        """Every value[x] under this name, in order."""
        values = []
        for index, child in self._take(name):
            keys = [key for key in child if key.startswith("value")]
            if len(keys) == 1:
                values.append(child[keys[0]])
            else:
                self.fault(f"'{name}' has no single value[x]", "give it one value", index)
        return tuple(values)

    def one(self, name: str, default: Any = None) -> Any:
        """The only value under this name, else the default."""
        values = self.all(name)
        if len(values) > 1:
            self.fault(f"'{name}' stands {len(values)} times", "keep one of them")
        return values[0] if values else default

    def required(self, name: str) -> Any:
        """The only value under this name; a fault and an empty text where it is missing."""
        value = self.one(name)
        if value is None:
            self.fault(f"'{name}' is missing", f"add a sub-extension '{name}'")
            return ""
        return value

    def names(self, name: str) -> tuple[str, ...]:
        """The canonical URLs under this name, each by its last segment."""
        return tuple(str(url).rsplit("/", 1)[-1] for url in self.all(name))

    def nested(self, name: str) -> list[Fields]:
        """The complex sub-extensions under this name."""
        return [
            Fields(child, (*self.path, "extension", index), self.document, self.faults)
            for index, child in self._take(name)
        ]

    def expression(self, name: str) -> Expression | None:
        """The compiled FHIRPath under this name; None, with a fault noted, where it is missing or wrong."""
        found = self.required(name)
        return self.compiled(found) if found else None

    def expressions(self, name: str) -> tuple[Expression, ...]:
        """Every compiled FHIRPath under this name; those that are wrong are noted as faults."""
        compiled = (self.compiled(found) for found in self.all(name))
        return tuple(expression for expression in compiled if expression is not None)

    def compiled(self, found: Any) -> Expression | None:
        """What a valueExpression says; None, with a fault noted, where it is wrong."""
        text = found.get("expression") if isinstance(found, dict) else None
        if not isinstance(text, str):
            self.fault("an expression is not a valueExpression", "write {language: text/fhirpath, expression: ...}")
            return None
        try:
            return parse(text)
        except ExpressionError as error:
            message = f"'{text}': {error.message}"
            self.faults.append(self.document.fault(self.path, message, SUBSET, text, error.column - 1))
            return None

    def finish(self, owner: str) -> None:
        """Note a fault for every field that nothing asked for."""
        for name in self._found.keys() - self._asked:
            remedy = f"{did_you_mean(name, self._asked)}use one of: {', '.join(sorted(self._asked))}"
            self.fault(f"{owner} has an unknown field '{name}'", remedy, self._found[name][0][0])

    def fault(self, message: str, remedy: str, index: int | None = None) -> None:
        """Note a fault at this extension, or at one of its sub-extensions."""
        path = self.path if index is None else (*self.path, "extension", index)
        self.faults.append(self.document.fault(path, message, remedy))

    def _take(self, name: str) -> list[tuple[int, dict[str, Any]]]:
        self._asked.add(name)
        return self._found.get(name, [])
