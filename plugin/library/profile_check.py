"""The rules of our own profiles, read from their StructureDefinitions, checked on one resource at run time.

Checked are the elements of the differential: cardinality, fixed and pattern values, required bindings to our ValueSets,
types of choices and of reference targets, slices told apart by value or pattern, and the invariants we wrote; and
every extension of ours wherever it stands. What the base resource demands is left to check_model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson

from plugin.library.content import CANONICAL
from plugin.library.near import did_you_mean
from plugin.library.profile_store import Definition, ElementRule, ProfileStore, Step, profile_store
from plugin.library.profile_walk import Node, fits, names, nodes, referenced_type
from plugin.library.terminology import Terminology, shared_terminology

NESTED = re.compile(r"(\.(?:item|action))\1+(?=\.|$)")
INDEX = re.compile(r"\[\d+\]")


def check_profile(resource: dict[str, Any], terminology: Terminology | None = None) -> list[str]:
    """What breaks the profiles of ours that `meta.profile` claims, and our extensions; empty when nothing does.

    terminology: of the template behind the resource; what profiles/ holds when None. A claim under our base that no
    file backs is a fault too, so that a misspelt claim cannot pass as sound.
    """
    store = profile_store(terminology or shared_terminology())
    kind = str(resource.get("resourceType"))
    faults = list(_extension_faults(resource, kind, kind, store))
    for claim in (resource.get("meta") or {}).get("profile") or []:
        url = str(claim).partition("|")[0]
        if not url.startswith(CANONICAL):
            continue
        definition = store.definition(url)
        if definition is None:
            faults.append(f"{kind}.meta.profile: there is no profile {url}; compare it with the files in profiles/")
        elif definition.type != kind:
            faults.append(f"{kind}.meta.profile: {url} is a profile of {definition.type}; claim one of {kind}")
        else:
            faults.extend(_definition_faults((resource, kind), definition, store))
    return faults


def _extension_faults(element: Any, path: str, place: str, store: ProfileStore) -> Iterator[str]:
    """place: as `path`, but from the resource that the element is in, which may be contained in another."""
    if isinstance(element, list):
        for index, member in enumerate(element):
            yield from _extension_faults(member, f"{path}[{index}]", f"{place}[{index}]", store)
    if not isinstance(element, dict):
        return
    place = str(element.get("resourceType", place))
    for name, member in element.items():
        yield from _extension_faults(member, f"{path}.{name}", f"{place}.{name}", store)
    extensions = element.get("extension")
    for index, extension in enumerate(extensions if isinstance(extensions, list) else []):
        url = str(extension.get("url", "")) if isinstance(extension, dict) else ""
        if url.startswith(CANONICAL):
            yield from _own_extension_faults((extension, f"{path}.extension[{index}]"), place, store)


def _element(path: str) -> str:
    """The element a path leads to: FHIR defines items inside items, and actions inside actions, once for any depth."""
    return NESTED.sub(r"\1", INDEX.sub("", path))


def _own_extension_faults(node: Node, place: str, store: ProfileStore) -> Iterator[str]:
    extension, path = node
    parent = _element(place)
    definition = store.definition(extension["url"])
    if definition is None or definition.type != "Extension":
        near = did_you_mean(extension["url"].rpartition("/")[2], store.names("StructureDefinition"))
        yield f"{path}.url: there is no extension '{extension['url']}'; {near}compare it with the files in profiles/"
        return
    # A context without a dot that names another type is a datatype, which a path alone does not show.
    known = [context for context in definition.contexts if "." in context or context == parent.partition(".")[0]]
    if known and len(known) == len(definition.contexts) and parent not in known:
        yield f"{path}: {definition.url} does not belong here; put it on {' or '.join(known)}"
    yield from _definition_faults(node, definition, store)


def _definition_faults(root: Node, definition: Definition, store: ProfileStore) -> Iterator[str]:
    for rule in definition.rules.values():
        if not rule.steps:
            yield from _value_faults(root, rule, store)
            continue
        *way, last = rule.steps
        for parent in nodes(root, way, definition):
            yield from _choice_faults(parent, last, rule)
            found = list(nodes(parent, [last], definition))
            yield from _cardinality_faults(parent, last, rule, len(found))
            for node in found:
                yield from _value_faults(node, rule, store)


def _cardinality_faults(parent: Node, step: Step, rule: ElementRule, count: int) -> Iterator[str]:
    what = f"{parent[1]}.{step.name}" + (f" ({step.slice})" if step.slice else "")
    least, most = rule.body.get("min", 0), rule.body.get("max", "*")
    if count < least:
        yield f"{what}: {count} found, our profile asks for at least {least}; add what is missing"
    if most != "*" and count > int(most):
        yield f"{what}: {count} found, our profile allows at most {most}; remove what is too much"


def _choice_faults(parent: Node, step: Step, rule: ElementRule) -> Iterator[str]:
    types = rule.body.get("type")
    if not types or not step.name.endswith("[x]") or step.slice or not isinstance(parent[0], dict):
        return
    stem = step.name.removesuffix("[x]")
    allowed = [stem + kind["code"][0].upper() + kind["code"][1:] for kind in types]
    for name in names(parent[0], step):
        if name not in allowed:
            yield f"{parent[1]}.{name}: our profile does not allow this type; use {' or '.join(allowed)}"


def _value_faults(node: Node, rule: ElementRule, store: ProfileStore) -> Iterator[str]:
    value, path = node
    if not fits(value, rule):
        asked = rule.valued("fixed") or rule.valued("pattern")
        yield f"{path}: our profile asks for {_shown(asked)}, this is {_shown(value)}"
    binding = rule.body.get("binding", {})
    if binding.get("strength") == "required":
        codes = store.codes(binding.get("valueSet", ""))
        if codes is not None and not _bound(value, codes):
            near = did_you_mean(_code(value), {code for _, code in codes})
            yield f"{path}: {_shown(value)} is not in the value set {binding['valueSet']}; {near}use one of its codes"
    yield from _target_faults(node, rule)
    for constraint in rule.body.get("constraint", []):
        if constraint["severity"] == "error" and not _holds(value, rule, constraint["expression"]):
            yield f"{path}: {constraint['key']}: {constraint['human']}"


def _bound(value: Any, codes: frozenset[tuple[str, str]]) -> bool:
    if isinstance(value, str):
        return any(code == value for _, code in codes)
    if not isinstance(value, dict):
        return True
    codings = value.get("coding", []) if "code" not in value else [value]
    return any((coding.get("system"), coding.get("code")) in codes for coding in codings)


def _code(value: Any) -> str:
    codings = value.get("coding") or [value] if isinstance(value, dict) else [{"code": value}]
    return str(codings[0].get("code", ""))


def _target_faults(node: Node, rule: ElementRule) -> Iterator[str]:
    value, path = node
    targets = [url.rpartition("/")[2] for kind in rule.body.get("type", []) for url in kind.get("targetProfile", [])]
    if not targets or not isinstance(value, dict) or "reference" not in value:
        return
    target = referenced_type(str(value["reference"]))
    if target is not None and target not in targets:
        yield f"{path}: a reference to {target} is not allowed by our profile; refer to {' or '.join(targets)}"


def _holds(value: Any, rule: ElementRule, expression: str) -> bool:
    from fhirpathpy import evaluate  # parses with ANTLR: slow to import, needed only where an invariant stands
    from fhirpathpy.models import models

    context = {"base": re.sub(r":[^.]+", "", rule.id), "expression": expression}
    return bool(evaluate(value, context, {}, models["r4"]) == [True])


def _shown(value: Any) -> str:
    """A value in a message: its codes where it is coded, else its JSON."""
    if isinstance(value, dict) and value.get("coding"):
        return ", ".join(f"{coding.get('system', '')}#{coding.get('code', '')}" for coding in value["coding"])
    return orjson.dumps(value).decode()
