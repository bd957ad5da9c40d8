"""Drugs of a template as loaded: their table, what is not given together, and what older texts say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from plugin.errors import Fault
from plugin.library.conditions import Compiler
from plugin.library.content import extension_url
from plugin.library.drugs import Drug, DrugUse, Part, Term
from plugin.library.elements import extension
from plugin.library.expressions import Literally
from plugin.library.fields import Fields
from plugin.library.near import did_you_mean
from plugin.library.rules import Combination, Condition, Gate, Side, Superseded
from plugin.library.sources import Citation, Grounds
from plugin.library.terminology import Terminology
from plugin.library.yaml_file import Document, ElementPath

SIDES = 2
ITEM_FIELDS = ("category", "assessment", "supportive-care")
NOT_IN_TABLE = "add the drug to drugs.yaml, or write its name as it stands there"


class DrugTables:
    """Reads the libraries of drugs and of superseded statements; faults go to the compiler's list."""

    def __init__(self, terminology: Terminology, compiler: Compiler, citations: Mapping[str, Citation]) -> None:
        self.drugs: dict[str, Drug] = {}
        self.parts: dict[str, tuple[Part, ...]] = {}
        self.superseded: list[Superseded] = []
        self.combinations: list[Combination] = []
        self._compiler = compiler
        self._faults: list[Fault] = compiler.faults
        self._citations = citations
        self._status, self._named = _terms(terminology, "regulatory-status")
        self._class, _ = _terms(terminology, "drug-class")
        self._fate, _ = _terms(terminology, "superseded-status")
        self._severity, _ = _terms(terminology, "severity")
        self._places: dict[str, tuple[Document, ElementPath]] = {}

    def read_drugs(self, document: Document) -> None:
        """The drugs of a table, then the parts of categories, which are made of them."""
        for fields in _entries(document, "drug", self._faults):
            self._drug(fields)
        for fields in _entries(document, "category-part", self._faults):
            self._part(fields)

    def read_statements(self, document: Document) -> None:
        """What older texts say; ids are unique."""
        known = {statement.id for statement in self.superseded}
        for fields in _entries(document, "superseded-statement", self._faults):
            statement = self._statement(fields)
            if statement.id in known:
                self._fault(fields, statement.id, f"the statement '{statement.id}' stands twice", "rename one")
            known.add(statement.id)
            self.superseded.append(statement)

    def add_combination(
        self, action: dict[str, Any], condition: Condition, grounds: Grounds, document: Document, path: ElementPath
    ) -> None:
        """One rule of what is not given together."""
        places = [
            (*path, "extension", index)
            for index, each in enumerate(action["extension"])
            if each["url"] == extension_url("combination-group")
        ]
        sides = [self._side(document, place) for place in places]
        if len(sides) != SIDES:
            message = f"the combination '{action['id']}' has {len(sides)} sides"
            self._faults.append(document.fault(path, message, "write combination-group twice, once for each side"))
            return
        self.combinations.append(
            Combination(
                id=action["id"],
                title=action["title"],
                reason=action.get("description", action["title"]),
                condition=condition,
                disposition=extension(action, "combination-disposition"),
                sides=(sides[0], sides[1]),
                grounds=grounds,
            )
        )

    def known_agents(self, names: Iterable[str], document: Document, path: ElementPath) -> frozenset[str]:
        """The same names; a fault for each that the table does not hold."""
        found = frozenset(names)
        for name in sorted(found - self.drugs.keys()):
            place = holding(document, path, name)
            self._faults.append(
                document.fault(
                    place, f"'{name}' is not in the drug table", did_you_mean(name, self.drugs) + NOT_IN_TABLE
                )
            )
        return found

    def check_use(self, agents: Iterable[str], category: str, document: Document, path: ElementPath) -> None:
        """Note a fault for each drug that the table does not hold, or holds without a use in this category."""
        names = tuple(agents)
        self.known_agents(names, document, path)
        for name in names:
            if name in self.drugs and not self.drugs[name].uses_in(category):
                message = f"'{name}' has no use in '{category}' in the drug table"
                remedy = "add the use with its status to drugs.yaml, or take the name out here"
                self._faults.append(document.fault(holding(document, path, name), message, remedy))

    def check_held_back(self, gates: Iterable[Gate]) -> None:
        """Note a fault for each drug that no line may name for a category and that no gate always holds back there."""
        always = [gate for gate in gates if gate.condition.expression == Literally(True)]
        always = [gate for gate in always if gate.disposition == "not-offered" and not gate.companions]
        for name, drug in self.drugs.items():
            for category in sorted(frozenset().union(*(use.categories for use in drug.uses))):
                uses = drug.uses_in(category)
                held = any(name in gate.agents and (not gate.targets or category in gate.targets) for gate in always)
                if held or any(use.named for use in uses):
                    continue
                document, path = self._places[name]
                message = f"no line may name '{name}' for '{category}' ({uses[0].status.label}), but no gate says so"
                remedy = "add a gate with gate-agent, condition true and disposition not-offered to agents.yaml"
                self._faults.append(document.fault(path, message, remedy, name))

    def _drug(self, fields: Fields) -> None:
        name = fields.required("name")
        if name in self.drugs:
            remedy = "keep one entry for each drug; it can have many uses"
            self._fault(fields, name, f"the drug '{name}' stands twice", remedy)
        classes = tuple(self._class[code] for code in fields.all("class") if code in self._class)
        self.drugs[name] = Drug(name, classes, tuple(self._use(use) for use in fields.nested("use")))
        self._places[name] = (fields.document, fields.path)
        fields.finish("a drug")

    def _use(self, fields: Fields) -> DrugUse:
        status = self._term(fields, "status", self._status)
        citations = self._cited(fields)
        use = DrugUse(
            text=fields.required("text"),
            categories=frozenset(fields.all("category")),
            status=status,
            named=status.code in self._named,
            date=fields.one("date", ""),
            citations=citations,
            unsourced=not citations,
            new=fields.one("new", False),
        )
        fields.finish("a use")
        return use

    def _part(self, fields: Fields) -> None:
        category = fields.required("category")
        part = Part(fields.required("name"), fields.all("agent"))
        self.check_use(part.agents, category, fields.document, fields.path)
        self.parts[category] = (*self.parts.get(category, ()), part)
        fields.finish("a part of a category")

    def _statement(self, fields: Fields) -> Superseded:
        when = fields.one("when")
        text = when.get("expression", "") if when else ""
        citations = self._cited(fields)
        statement = Superseded(
            id=fields.required("id"),
            says=fields.required("says"),
            status=self._term(fields, "status", self._fate),
            now=fields.required("now"),
            severity=self._term(fields, "severity", self._severity),
            items=frozenset(code for kind in ITEM_FIELDS for code in fields.all(kind)),
            condition=self._compiler.condition(text, fields.document, holding(fields.document, fields.path, when))
            if when
            else None,
            citations=citations,
            unsourced=not citations,
        )
        if not statement.items:
            remedy = "name a category, an assessment or a supportive-care item on which it is shown"
            fields.fault(f"the statement '{statement.id}' stands on no line", remedy)
        fields.finish("a superseded statement")
        return statement

    def _side(self, document: Document, path: ElementPath) -> Side:
        element = _element(document.data, path)
        fields = Fields(element, path, document, self._faults)
        named = self.known_agents(fields.all("agent"), document, path)
        classes = frozenset(fields.all("class"))
        side = Side(
            agents=named | {name for name, drug in self.drugs.items() if _classes(drug) & classes},
            categories=frozenset(fields.all("category")),
        )
        for code in sorted(classes - frozenset().union(*map(_classes, self.drugs.values()))):
            fields.fault(f"no drug of the table belongs to the class '{code}'", "give a drug the class, or correct it")
        fields.finish("a side of a combination")
        return side

    def _term(self, fields: Fields, name: str, terms: Mapping[str, Term]) -> Term:
        code = fields.required(name)
        return terms.get(code, Term(code, code))

    def _fault(self, fields: Fields, value: str, message: str, remedy: str) -> None:
        place = holding(fields.document, fields.path, value)
        self._faults.append(fields.document.fault(place, message, remedy))

    def _cited(self, fields: Fields) -> tuple[Citation, ...]:
        """The sources that somebody read; a fault for each that evidence.yaml does not hold."""
        found = []
        for name in fields.all("source"):
            citation = self._citations.get(name)
            if citation is None:
                remedy = f"{did_you_mean(name, self._citations)}add the source there or correct its id"
                self._fault(fields, name, f"'{name}' is not in evidence.yaml", remedy)
            elif citation.checked:
                found.append(citation)
        return tuple(found)


def _entries(document: Document, name: str, faults: list[Fault]) -> Iterator[Fields]:
    for index, element in enumerate(document.data["extension"]):
        if element["url"] == extension_url(name):
            yield Fields(element, ("extension", index), document, faults)


def _element(data: Any, path: ElementPath) -> Any:
    for step in path:
        data = data[step]
    return data


def holding(document: Document, path: ElementPath, value: Any) -> ElementPath:
    """Where, among the extensions of an element, a value stands; the element itself where it does not."""
    for index, child in enumerate(_element(document.data, path).get("extension", [])):
        if any(each == value for each in child.values()):
            return (*path, "extension", index)
    return path


def _classes(drug: Drug) -> frozenset[str]:
    return frozenset(term.code for term in drug.classes)


def _terms(terminology: Terminology, system: str) -> tuple[dict[str, Term], frozenset[str]]:
    """The codes of a CodeSystem, and those of them whose property `named` is true."""
    concepts = terminology.concepts(system)
    named = frozenset(
        concept["code"]
        for concept in concepts
        for each in concept.get("property", [])
        if each["code"] == "named" and each["valueBoolean"]
    )
    return {concept["code"]: Term(concept["code"], concept["display"]) for concept in concepts}, named
