"""JSON Schemas for one template: those that loading uses, with the codes that this template can name written into them.

An editor that knows them completes codes of findings, items, sources, rules and extensions, and marks what is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import orjson

from plugin.library.content import CANONICAL, system_url
from plugin.library.profile_store import ProfileStore, profile_store
from plugin.library.rules import Template
from plugin.library.template import CHARTS_FOLDER
from plugin.library.template_schema import schema_name
from plugin.library.vocabulary import FindingDefinition
from plugin.quality.cases import LISTS
from plugin.quality.charts.files import SHARED_FILE, UNDECIDED
from plugin.quality.stated import UNKNOWN

Schema = dict[str, Any]

SUFFIX = ".schema.json"
SYSTEMS = ("treatment-category", "assessment", "supportive-care", "alert")
# The list of a case -> the CodeSystems whose codes can stand in it.
LISTED = {"assessments": "assessment", "supportive_care": "supportive-care", "alerts": "alert", "goals": "goal"}
# Parts of extensions that name a file of codes, whichever extension they stand in.
FILES = {"tests": "ValueSet", "answers": "ConceptMap", "class": "ValueSet"}
PART = re.compile(r"^Extension\.extension:([^.]+)\.value")
FIELDS = (*FILES, "settled-by", "citation")
FOLDERS = {"pathways": "plan-definition", "activities": "activity-definition", "cases": "cases"}


def template_schemas(template: Template) -> dict[str, Schema]:
    """File name -> JSON Schema, for every kind of file that a template holds."""
    folder = resources.files("plugin.library") / "schemas"
    schemas = {
        file.name: orjson.loads(file.read_bytes())
        for file in sorted(folder.iterdir(), key=lambda each: each.name)
        if file.name.endswith(SUFFIX)
    }
    store = profile_store(template.terminology)
    for name, schema in schemas.items():
        schema["$id"] = f"{CANONICAL}/schema/{template.id}/{name.removesuffix(SUFFIX)}"
        for place in list(_extension_places(schema)):
            _name_codes(place, store, template)
        for field in FIELDS if "field" in schema.get("$defs", {}) else ():
            _add(schema["$defs"]["field"], _when_url(field, _part_codes(field, template)))
    _name_rules(schemas[f"plan-definition{SUFFIX}"], template)
    _name_cases(schemas[f"cases{SUFFIX}"], template)
    _name_charts(schemas[f"charts{SUFFIX}"], template)
    return schemas


def schema_files(template: Template) -> dict[str, bytes]:
    """The schemas as files, the same bytes for the same template."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return {name: orjson.dumps(schema, option=options) for name, schema in template_schemas(template).items()}


def editor_settings(template: Template, folder: Path, schemas: Path) -> dict[str, Any]:
    """What an editor with the YAML language server is told, so that each file of the template finds its schema."""
    kinds: dict[str, list[str]] = {
        "library-findings": ["findings.yaml"],
        "charts": [f"{CHARTS_FOLDER}/!(shared).yaml"],
        "charts-shared": [f"{CHARTS_FOLDER}/{SHARED_FILE}"],
    }
    for name, kind in FOLDERS.items():
        kinds.setdefault(kind, []).append(f"{name}/*.yaml")
    for file, kind in _kinds_of_files(folder):
        kinds.setdefault(kind, []).append(file)
    return {
        "yaml.schemas": {
            f"{schemas.as_posix()}/{kind}{SUFFIX}": [f"**/{template.id}/{file}" for file in sorted(set(files))]
            for kind, files in sorted(kinds.items())
        }
    }


def _kinds_of_files(folder: Path) -> Iterator[tuple[str, str]]:
    from plugin.library.template import read_documents

    for document in read_documents(folder):
        kind = schema_name(document.data)
        if kind is not None and Path(document.file).parts[0] not in FOLDERS:
            yield document.file, kind


def _extension_places(schema: object) -> Iterator[Schema]:
    """Every part of a schema that describes an extension: one that names the urls it may have."""
    if isinstance(schema, list):
        for each in schema:
            yield from _extension_places(each)
    if not isinstance(schema, dict):
        return
    for each in schema.values():
        yield from _extension_places(each)
    if schema.get("type") == "object" and _urls(schema):
        yield schema


def _urls(schema: Schema) -> list[str]:
    url = schema.get("properties", {}).get("url", {})
    return list(url.get("enum", [url["const"]] if "const" in url else []))


def _name_codes(place: Schema, store: ProfileStore, template: Template) -> None:
    """Write into an extension which codes each of its urls, and the parts below them, can carry."""
    parts: dict[str, set[str]] = {}
    for url in _urls(place):
        definition = store.definition(url) if url.startswith(CANONICAL) else None
        if definition is None:
            _add(place, _when_url(url, _part_codes(url, template)))
            continue
        for rule in definition.rules.values():
            codes = _bound(rule.body, store)
            if codes and rule.id.startswith("Extension.value"):
                _add(place, _when_url(url, {"valueCode": {"enum": codes}}))
            elif codes and (part := PART.match(rule.id)):
                parts.setdefault(part[1], set()).update(codes)
    below = place["properties"].get("extension", {}).get("items", {})
    for name in _urls(below):
        if name in parts:
            _add(below, _when_url(name, {"valueCode": {"enum": sorted(parts[name])}}))


def _part_codes(part: str, template: Template) -> Schema:
    if part in FILES:
        return {"valueCode": {"enum": template.terminology.names(FILES[part])}}
    if part == "citation":
        return {"valueString": {"enum": sorted(template.citations)}}
    if part == "settled-by":
        return {"valueCode": {"enum": _codes(template, "assessment")}}
    if part == "finding":
        return {"valueCode": {"enum": sorted(template.vocabulary)}}
    return {}


def _bound(body: dict[str, Any], store: ProfileStore) -> list[str]:
    binding = body.get("binding", {})
    codes = store.codes(binding.get("valueSet", "")) if binding.get("strength") == "required" else None
    return sorted({code for _, code in codes or ()})


def _when_url(url: str, properties: Schema) -> Schema:
    if not properties:
        return {}
    return {"if": {"properties": {"url": {"const": url}}, "required": ["url"]}, "then": {"properties": properties}}


def _add(place: Schema, condition: Schema) -> None:
    if condition:
        place.setdefault("allOf", []).append(condition)


def _name_rules(schema: Schema, template: Template) -> None:
    rule = schema["$defs"]["rule"]["properties"]
    label = rule["documentation"]["items"]["properties"]["label"]
    label["enum"] = sorted(template.citations)
    rule["definitionCanonical"]["enum"] = sorted(
        activity.url.partition("|")[0] for activity in template.activities.values()
    )
    for name in SYSTEMS:
        coding = rule["code"]["items"]["properties"]["coding"]["items"]
        told = {"properties": {"system": {"const": system_url(name)}}, "required": ["system"]}
        codes = {"properties": {"code": {"enum": _codes(template, name)}}}
        coding.setdefault("allOf", []).append({"if": told, "then": codes})


def _name_cases(schema: Schema, template: Template) -> None:
    case = schema["properties"]["cases"]["items"]["properties"]
    case["rule"] = {"enum": sorted(template.places), "description": "name a rule, gate, item or alert by its id"}
    case["findings"]["properties"] = {
        code: {"description": definition.label, **_values(definition)}
        for code, definition in template.vocabulary.items()
    }
    case["findings"]["additionalProperties"] = False
    expect = case["expect"]["properties"]
    for name in (*LISTS, "offered_exactly"):
        codes = _codes(template, LISTED.get(name, "goal" if name == "goals_to_ask" else "treatment-category"))
        if name in expect:
            expect[name]["items"] = {"enum": codes}
    for name in ("silent", "speaks"):
        expect[name]["items"] = {"enum": sorted(template.places)}
    suspected = sorted(rule.id for rule in template.category_rules if rule.suspected)
    for name in ("suspected", "not_suspected"):
        expect[name]["items"] = {"enum": suspected} if suspected else False
    systems = {*SYSTEMS, *LISTED.values()}
    expect["absent"]["items"] = {"enum": sorted({code for name in systems for code in _codes(template, name)})}


def _name_charts(schema: Schema, template: Template) -> None:
    expect = schema["properties"]["charts"]["items"]["properties"]["expect"]
    expect["properties"] = {
        code: {"description": definition.label, **_values(definition, UNDECIDED)}
        for code, definition in template.vocabulary.items()
    }
    expect["additionalProperties"] = False


def _values(definition: FindingDefinition, undecided: tuple[str, ...] = (UNKNOWN,)) -> Schema:
    kinds = {"boolean": "boolean", "integer": "integer", "decimal": "number"}
    if definition.type == "code":
        return {"enum": [*definition.values, *undecided]}
    return {"anyOf": [{"type": kinds[definition.type]}, *({"const": each} for each in undecided)]}


def _codes(template: Template, system: str) -> list[str]:
    """The codes of a CodeSystem that this template can name: of items, those it describes."""
    known: Iterable[str] = template.terminology.displays(system)
    if system in ("alert", "goal"):
        return sorted(known)
    return sorted(code for code in known if code in template.activities)
