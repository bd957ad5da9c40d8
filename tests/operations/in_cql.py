"""A template as an engine for CQL can apply it: its PlanDefinitions as they are, but with their conditions in CQL.

The conditions are translated as text, and only where CQL writes a thing differently, so that the engine reads them by
its own grammar: which operator binds closer, and what a named condition stands for, is its word and not ours.
"""

from __future__ import annotations

import base64
import copy
import re

BASE = "https://careplan-plugin.example.org/fhir/Library/"
TYPES = {"boolean": "Boolean", "code": "String", "integer": "Integer", "decimal": "Decimal"}
EXISTENCE = re.compile(r"%(\w+)\.exists\(\)")
CHOICE = re.compile(r"%(\w+) in \(([^)]*)\)")
NAME = re.compile(r"%(\w+)")
RULE = "rule "


def in_cql(condition):
    """A condition in CQL, where `%name` is `"name"`, and `.exists()` of one value is `is not null`.

    A choice becomes comparisons, since whether an unknown value is in a list is unknown in FHIRPath (2.0, 6.4.2), while
    the engine says that null is not in it.
    """
    condition = CHOICE.sub(_either, EXISTENCE.sub(r'("\1" is not null)', condition))
    return NAME.sub(r'"\1"', condition)


def _either(choice):
    return "(" + " or ".join(f"%{choice[1]} = {value.strip()}" for value in choice[2].split("|")) + ")"


def library_of(template):
    """The canonical URL of the Library with the conditions of a template; the name of the CQL is its last part."""
    return BASE + "".join(part.capitalize() for part in template.id.split("-"))


def translated(template, planted=()):
    """The definitions of a template with conditions in CQL, and the Library that holds them.

    planted: id of an action -> a format for its CQL, to make it say something else.
    """
    conditions, planted = {}, dict(planted)
    definitions = [_with_cql(resource, library_of(template), conditions) for resource in template.resources]
    rules = {RULE + id: planted.get(id, "{}").format(in_cql(text)) for id, text in conditions.items()}
    return [*definitions, _library(template, rules)]


def _with_cql(resource, library, conditions):
    if resource["resourceType"] != "PlanDefinition":
        return resource
    resource = {**copy.deepcopy(resource), "library": [library]}
    for action in resource["action"]:
        for condition in action.get("condition", ()):
            assert action["id"] not in conditions
            conditions[action["id"]] = condition["expression"]["expression"]
            name = RULE + action["id"]
            condition["expression"] = {"language": "text/cql-identifier", "expression": name, "reference": library}
    return resource


def _library(template, rules):
    url = library_of(template)
    name = url.removeprefix(BASE)
    named = {name: in_cql(each.condition.text) for name, each in template.named.items()}
    lines = [f"library {name} version '1'", "using FHIR version '4.0.1'"]
    lines += [f'parameter "{each.variable}" {TYPES[each.type]}' for each in template.vocabulary.values()]
    lines += ["context Patient", *(f'define "{name}": {text}' for name, text in {**named, **rules}.items())]
    cql = base64.b64encode("\n".join(lines).encode()).decode()
    return {
        "resourceType": "Library",
        "id": name,
        "url": url,
        "name": name,
        "version": "1",
        "status": "draft",
        "type": {"coding": [{"code": "logic-library"}]},
        "content": [{"contentType": "text/cql", "data": cql}],
    }


def parameters(facts):
    """The facts of one patient as Parameters; what is not known is left out, which CQL reads as null."""
    known = [(facts.vocabulary[code], value) for code, _, value in facts.by_variable() if value is not None]
    return {"resourceType": "Parameters", "parameter": [_parameter(*each) for each in known]}


def _parameter(definition, value):
    return {"name": definition.variable, f"value{TYPES[definition.type]}": value}
