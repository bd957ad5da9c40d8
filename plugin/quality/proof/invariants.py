"""Invariants: what must hold for every patient there could be, as the template's invariants.yaml states it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from plugin.drafting.model import Disposition
from plugin.errors import Fault
from plugin.library.conditions import Compiler
from plugin.library.content import extension_url
from plugin.library.expressions import Literally
from plugin.library.fields import Fields
from plugin.library.rules import Condition, ItemKind, Template
from plugin.library.yaml_file import Document, ElementPath, read_yaml
from plugin.quality.worlds.index import index_of

INVARIANTS_FILE = "invariants.yaml"
Kind = Literal["never", "not-named", "accompanied", "listed", "apart", "rests-on-known", "learning-never-opens"]
ALWAYS = Condition("true", Literally(True))
NEEDS: dict[Kind, tuple[str, ...]] = {
    "never": ("categories", "never"),
    "not-named": ("agents",),
    "accompanied": ("categories", "beside"),
    "listed": ("items",),
    "apart": ("one side", "the other side"),
    "rests-on-known": (),
    "learning-never-opens": (),
}


@dataclass(frozen=True, slots=True)
class Side:
    """Drugs and categories on one side of what is kept apart."""

    agents: frozenset[str]
    categories: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.agents or self.categories)


@dataclass(frozen=True, slots=True)
class Item:
    """A test, an item of care or an alert that is to be listed."""

    kind: ItemKind | Literal["alert"]
    code: str


@dataclass(frozen=True, slots=True)
class Invariant:
    """One statement. kind: what it says, and with it which fields count; see CodeSystem invariant-kind.

    when: of whom it speaks. categories: of which lines; of every line where a kind needs none and it names none.
    never: how they never stand. beside: one of these is offered with them.
    own, other: the drugs it speaks of, and what it keeps them apart from. excepted: variables of facts under `except`.
    presumption_stands: it holds also where it applies only by what is presumed.
    sources: ids of the knowledge that it comes from. file, line: where it is written.
    """

    id: str
    statement: str
    kind: Kind
    when: Condition
    categories: tuple[str, ...]
    never: tuple[Disposition, ...]
    beside: tuple[str, ...]
    own: Side
    other: Side
    items: tuple[Item, ...]
    excepted: frozenset[str]
    presumption_stands: bool
    sources: tuple[str, ...]
    file: str
    line: int


def read_invariants(folder: Path, template: Template) -> tuple[tuple[Invariant, ...], tuple[Fault, ...]]:
    """The invariants of a loaded template, and what is wrong with those that cannot be read; none without the file.

    Raises TemplateError where the file is no YAML.
    """
    file = folder / INVARIANTS_FILE
    if not file.is_file():
        return (), ()
    [document] = read_yaml(file, INVARIANTS_FILE)
    reader = _Reader(document, template)
    return tuple(reader.all()), tuple(reader.faults)


class _Reader:
    """Reads one file; collects faults instead of stopping at the first."""

    def __init__(self, document: Document, template: Template) -> None:
        self.document = document
        self.template = template
        self.terminology = template.terminology
        self.compiler = Compiler(template.vocabulary)
        self.compiler.definitions = dict(index_of(template).definitions)
        self.faults: list[Fault] = self.compiler.faults
        self.opened = {rule.code: None for rule in template.category_rules}

    def all(self) -> Iterator[Invariant]:
        """Every invariant that can be read."""
        seen: set[str] = set()
        for index, element in enumerate(self.document.data["extension"]):
            if element["url"] != extension_url("invariant"):
                continue
            before = len(self.faults)
            invariant = self._invariant(Fields(element, ("extension", index), self.document, self.faults), index)
            if invariant.id in seen:
                self._fault(("extension", index), f"the invariant '{invariant.id}' stands twice", "rename one")
            seen.add(invariant.id)
            if len(self.faults) == before:
                yield invariant

    def _invariant(self, fields: Fields, index: int) -> Invariant:
        kind = fields.required("kind")
        own = self._side(fields, "agent", "agent-class", ())
        every = fields.one("every-category", False)
        categories = self._categories(fields, every)
        invariant = Invariant(
            id=fields.required("id"),
            statement=fields.required("statement"),
            kind=kind,
            when=self._when(fields, index),
            categories=categories,
            never=fields.all("never"),
            beside=self._known(fields, fields.all("beside")),
            own=Side(own.agents, frozenset(categories)),
            other=self._side(fields, "with-agent", "with-class", self._known(fields, fields.all("with-category"))),
            items=tuple(self._items(fields)),
            excepted=frozenset(self._excepted(fields)),
            presumption_stands=fields.one("presumption") == "stands",
            sources=fields.all("source"),
            file=self.document.file,
            line=self.document.line("extension", index),
        )
        fields.finish("an invariant")
        # Of a template that opens no category yet, what is said of every category holds already.
        for lacking in self._lacking(invariant):
            if lacking == "categories" and every and not self.opened:
                continue
            fields.fault(f"invariant '{invariant.id}' of kind {kind} names no {lacking}", f"add {lacking} to it")
        return invariant

    def _when(self, fields: Fields, index: int) -> Condition:
        found = fields.one("when")
        if found is None:
            return ALWAYS
        text = str(found.get("expression", ""))
        return self.compiler.condition(text, self.document, self._holding(index, found)) or ALWAYS

    def _holding(self, index: int, value: Any) -> ElementPath:
        """Where a value stands among the fields of an invariant."""
        for place, child in enumerate(self.document.data["extension"][index]["extension"]):
            if any(each is value for each in child.values()):
                return ("extension", index, "extension", place)
        return ("extension", index)

    def _categories(self, fields: Fields, every: bool) -> tuple[str, ...]:
        named = [*fields.all("category")]
        for canonical in fields.all("group"):
            named.extend(self._group(fields, canonical))
        if every:
            named.extend(self.opened)
        return self._known(fields, named)

    def _group(self, fields: Fields, canonical: str) -> list[str]:
        group = self.terminology.find("ValueSet", canonical.rsplit("/", 1)[-1])
        if group is None:
            message = f"the group {canonical} is neither in profiles/ nor in codes/"
            fields.fault(message, "add the ValueSet to codes/, or correct the URL")
            return []
        include = group["compose"]["include"]
        return [concept["code"] for part in include for concept in part.get("concept", [])]

    def _known(self, fields: Fields, codes: Iterable[str]) -> tuple[str, ...]:
        named = tuple(dict.fromkeys(codes))
        for code in named:
            if code not in self.opened:
                fields.fault(f"no rule opens the category '{code}'", "correct the code, or take it out")
        return tuple(code for code in named if code in self.opened)

    def _side(self, fields: Fields, agent: str, drug_class: str, categories: tuple[str, ...]) -> Side:
        agents = set(fields.all(agent))
        for name in sorted(agents - self.template.drugs.keys()):
            fields.fault(f"'{name}' is not in the drug table", "write its name as drugs.yaml does")
        for code in fields.all(drug_class):
            members = [
                drug.name for drug in self.template.drugs.values() if any(term.code == code for term in drug.classes)
            ]
            if not members:
                fields.fault(f"no drug of the table belongs to the class '{code}'", "correct the class")
            agents.update(members)
        return Side(frozenset(agents & self.template.drugs.keys()), frozenset(categories))

    def _items(self, fields: Fields) -> Iterator[Item]:
        listed = {(rule.kind, rule.code) for rule in self.template.item_rules}
        kinds: tuple[ItemKind, ...] = ("assessment", "supportive-care")
        for kind in kinds:
            for code in fields.all(kind):
                if (kind, code) not in listed:
                    fields.fault(f"no rule lists '{code}'", "correct the code, or write the rule")
                yield Item(kind, code)
        alerts = {rule.code for rule in self.template.alert_rules}
        for code in fields.all("alert"):
            if code not in alerts:
                fields.fault(f"no rule shows the alert '{code}'", "correct the code, or write the rule")
            yield Item("alert", code)

    def _excepted(self, fields: Fields) -> Iterator[str]:
        for code in fields.all("except"):
            definition = self.template.vocabulary.get(code)
            if definition is None:
                fields.fault(f"'{code}' under except is no finding", "use a code of findings.yaml")
            else:
                yield definition.variable

    def _lacking(self, invariant: Invariant) -> Iterator[str]:
        has = {
            "categories": invariant.categories,
            "never": invariant.never,
            "beside": invariant.beside,
            "agents": invariant.own.agents,
            "items": invariant.items,
            "one side": invariant.own,
            "the other side": invariant.other,
        }
        yield from (need for need in NEEDS.get(invariant.kind, ()) if not has[need])

    def _fault(self, path: ElementPath, message: str, remedy: str) -> None:
        self.faults.append(self.document.fault(path, message, remedy))
