"""Loading the vocabulary: findings.yaml, a FHIR Library, with the ValueSets and ConceptMaps that it names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from plugin.errors import Fault, TemplateError
from plugin.library.code_sets import CodeSets, code_map, code_set
from plugin.library.content import extension_url
from plugin.library.disease_course import NO_COURSE, DiseaseCourse, disease_course
from plugin.library.expressions import Expression, names_in
from plugin.library.fields import Fields
from plugin.library.finding_fields import finding_of, fits
from plugin.library.local_codes import load_local_codes
from plugin.library.own_codes import load_terminology
from plugin.library.readings import Reading
from plugin.library.sample_sites import NO_SITES, SampleSites, sample_sites
from plugin.library.terminology import Terminology
from plugin.library.told_signs import told_signs
from plugin.library.treatment_policy import NO_POLICY, TreatmentPolicy, treatment_policy
from plugin.library.vocabulary import FindingDefinition, Vocabulary, variable_name
from plugin.library.yaml_file import Document, ElementPath, read_yaml

FINDING_DEFINITION = extension_url("finding-definition")
TREATMENT_HISTORY = extension_url("treatment-history")
SAMPLE_SITES = extension_url("sample-sites")
DISEASE_COURSE = extension_url("disease-course")
FORMS_FOLDER = "questionnaires"

# What every reader uses, whichever finding it reads; named by role, filled in profiles/.
SHARED_SETS = ("filler-words", "doubtful-names", "relatives")
SHARED_MAPS = (
    "test-names",
    "test-abbreviations",
    "organ-names",
    "specimen-sites",
    "genomic-elements",
    "genomic-origins",
    "variant-presence",
    "variant-significance",
    "change-kinds",
    "extension-roles",
)


def load_vocabulary(path: Path, profiles: Path, local_codes: Path | None = None) -> Vocabulary:
    """The vocabulary in `path` with its code sets, checked and compiled.

    profiles: the folder of ValueSets and CodeSystems; those in `codes/` beside `path` count too.

    local_codes: a ConceptMap of the site's own codes, or a folder of them; see `plugin.library.local_codes`.
    Raises TemplateError, or LocalCodesError, carrying every fault found, each with file, line and remedy.
    """
    document = read_yaml(path, path.name)[0]
    written = sorted((path.parent / FORMS_FOLDER).glob("*.yaml"))
    forms = [form for file in written for form in read_yaml(file, f"{FORMS_FOLDER}/{file.name}")]
    return read_vocabulary(document, load_terminology(path.parent, profiles), local_codes, forms)


def read_vocabulary(
    document: Document, terminology: Terminology, local_codes: Path | None = None, beside: Iterable[Document] = ()
) -> Vocabulary:
    """The vocabulary of a file that was read, as `load_vocabulary` gives it.

    terminology: of the same template. beside: its other files, of which the forms say what patients may tell.
    """
    data = document.data
    if not isinstance(data, dict) or data.get("resourceType") != "Library":
        raise TemplateError(
            [document.fault((), "is not a FHIR Library", "start the file with 'resourceType: Library'")]
        )
    faults: list[Fault] = []
    definitions = list(_definitions(document, faults))
    if not definitions:
        faults.append(document.fault((), "declares no findings", "list them under dataRequirement"))
    faults.extend(_name_faults(document, definitions))
    faults.extend(_code_faults(document, definitions, terminology))
    treatment = _treatment(document, definitions, faults)
    sites = _sites(document, faults)
    course = _course(document, definitions, faults)
    faults.extend(_site_faults(document, definitions, sites))
    code_sets = _code_sets(document, definitions, terminology, faults)
    for owner, sets, maps in (
        ("the history of treatment", treatment.sets, treatment.maps),
        ("the sites of samples", sites.sets, frozenset[str]()),
        ("the course of the disease", course.sets, frozenset[str]()),
    ):
        for error in _added(sets, maps, terminology, code_sets):
            faults.append(document.fault(("extension",), f"{owner}: {error.faults[0]}", "add it"))
    told = told_signs(beside, {each.code for each in definitions if each.type == "boolean"}, faults)
    if faults:
        raise TemplateError(faults)
    if local_codes is not None:
        load_local_codes(local_codes, code_sets)
    url, version = str(data.get("url", "")), str(data.get("version", ""))
    return Vocabulary(
        definitions, code_sets, url=url, version=version, treatment=treatment, sites=sites, course=course, told=told
    )


def _definitions(document: Document, faults: list[Fault]) -> Iterator[FindingDefinition]:
    seen: set[str] = set()
    for index, item in enumerate(document.data.get("dataRequirement", [])):
        path: ElementPath = ("dataRequirement", index)
        code = item.get("id")
        own = [i for i, found in enumerate(item.get("extension", [])) if found.get("url") == FINDING_DEFINITION]
        if not isinstance(code, str) or len(own) != 1 or code in seen:
            message = f"the data requirement '{code}' does not define a finding of its own"
            faults.append(document.fault(path, message, f"give it a new id and one extension {FINDING_DEFINITION}"))
            continue
        seen.add(code)
        fields = Fields(item["extension"][own[0]], (*path, "extension", own[0]), document, faults)
        definition = finding_of(fields, code, _value_sets(item))
        if definition is not None:
            yield definition


def _value_sets(item: dict[str, Any]) -> tuple[str, ...]:
    return tuple(found["valueSet"] for found in item.get("codeFilter", []) if "valueSet" in found)


def _name_faults(document: Document, definitions: list[FindingDefinition]) -> Iterator[Fault]:
    variables = {definition.variable for definition in definitions}
    panels = _panels(definitions)
    for index, definition in enumerate(definitions):
        path: ElementPath = ("dataRequirement", index)
        for expression in _chart_expressions(definition):
            for name in sorted(names_in(expression) - variables):
                yield document.fault(path, f"'{definition.code}' uses '%{name}', which is no finding", "correct it")
        if definition.holds_since and variable_name(definition.holds_since) not in variables:
            message = f"'{definition.code}' holds since '{definition.holds_since}', which is no finding"
            yield document.fault(path, message, "correct it")
        reading = definition.reading
        if reading is None:
            continue
        known = panels[definition.panel]
        for part in reading.parts:
            if part.name in variables:
                message = f"a part of '{definition.code}' is called '{part.name}', as a finding is"
                yield document.fault(path, message, "give the part another name")
        for rule in reading.rules:
            for name in sorted(names_in(rule.when) - known):
                message = f"a rule of '{definition.code}' uses '%{name}', which is no part or finding of its panel"
                yield document.fault(path, message, f"use one of {', '.join(sorted(known))}")
            if rule.value is not None and not fits(definition, rule.value):
                yield document.fault(path, f"a rule gives '{definition.code}' the value {rule.value!r}", "correct it")
        for other in filter(None, (reading.follows, reading.of)):
            if variable_name(other) not in variables:
                message = f"'{definition.code}' refers to '{other}', which is no finding"
                yield document.fault(path, message, "correct it")


def _code_faults(document: Document, definitions: list[FindingDefinition], terminology: Terminology) -> Iterator[Fault]:
    """A finding goes out as an Observation of our CodeSystem, which must know its code."""
    known = terminology.displays("finding")
    for index, definition in enumerate(definitions):
        if definition.code not in known:
            message = f"'{definition.code}' is no code of CodeSystem finding"
            remedy = "add it to codes/finding.yaml with its label, or correct the id"
            yield document.fault(("dataRequirement", index), message, remedy)


def _chart_expressions(definition: FindingDefinition) -> Iterator[Expression]:
    for derivation in (*definition.derivations, *definition.denials):
        yield derivation.when
    if definition.presumption is not None:
        yield from definition.presumption.unless


def _panels(definitions: list[FindingDefinition]) -> dict[str, set[str]]:
    panels: dict[str, set[str]] = {}
    for definition in definitions:
        if definition.reading is not None:
            names = panels.setdefault(definition.panel, set())
            names.add(definition.variable)
            names.update(part.name for part in definition.reading.parts)
    return panels


def _code_sets(
    document: Document, definitions: list[FindingDefinition], terminology: Terminology, faults: list[Fault]
) -> CodeSets:
    code_sets = CodeSets()
    for name in SHARED_SETS:
        code_sets.add_set(name, code_set(terminology.resource("ValueSet", name)))
    for name in SHARED_MAPS:
        code_sets.maps[name] = code_map(terminology.resource("ConceptMap", name))
    for index, definition in enumerate(definitions):
        sets, maps = code_sets_of(definition)
        missing = _added(sets, maps, terminology, code_sets)
        faults.extend(_missing(document, index, definition, error) for error in missing)
    return code_sets


def _added(
    sets: Iterable[str], maps: Iterable[str], terminology: Terminology, code_sets: CodeSets
) -> Iterator[TemplateError]:
    """Load what `code_sets` does not hold yet; yields what is wrong with each that cannot be used."""
    for name in sorted(set(sets) - code_sets.sets.keys()):
        try:
            code_sets.add_set(name, code_set(terminology.resource("ValueSet", name)))
        except TemplateError as error:
            yield error
    for name in sorted(set(maps) - code_sets.maps.keys()):
        try:
            code_sets.maps[name] = code_map(terminology.resource("ConceptMap", name))
        except TemplateError as error:
            yield error


def code_sets_of(definition: FindingDefinition) -> tuple[set[str], set[str]]:
    """The names of the ValueSets and of the ConceptMaps by which a fact is read, beside those that all are read by."""
    sets = {url.rsplit("/", 1)[-1] for url in definition.value_sets}
    maps: set[str] = set()
    if definition.presumption is not None:
        sets.update(definition.presumption.signs)
    reading = definition.reading or Reading("results")
    sets.update(reading.classes, reading.not_results)
    for part in reading.parts:
        sets.update(
            *(part.tests, part.unless_tests, part.unitless, part.sites, part.genes),
            *(part.excluding, part.including, part.inadequate, part.weak_grounds, part.confounded_by),
        )
        maps.update(part.answers)
    return sets, maps


def _treatment(document: Document, definitions: list[FindingDefinition], faults: list[Fault]) -> TreatmentPolicy:
    for index, element in enumerate(document.data.get("extension", [])):
        if element.get("url") != TREATMENT_HISTORY:
            continue
        fields = Fields(element, ("extension", index), document, faults)
        policy = treatment_policy(fields)
        known = {definition.code for definition in definitions}
        for code in (policy.since, policy.course, policy.given, policy.line_to_choose):
            if code and code not in known:
                fields.fault(f"the history of treatment names '{code}', which is no finding", "correct it")
        return policy
    return NO_POLICY


def _sites(document: Document, faults: list[Fault]) -> SampleSites:
    for index, element in enumerate(document.data.get("extension", [])):
        if element.get("url") == SAMPLE_SITES:
            return sample_sites(Fields(element, ("extension", index), document, faults))
    return NO_SITES


def _course(document: Document, definitions: list[FindingDefinition], faults: list[Fault]) -> DiseaseCourse:
    for index, element in enumerate(document.data.get("extension", [])):
        if element.get("url") == DISEASE_COURSE:
            fields = Fields(element, ("extension", index), document, faults)
            return disease_course(fields, frozenset(definition.code for definition in definitions))
    return NO_COURSE


def _site_faults(document: Document, definitions: list[FindingDefinition], sites: SampleSites) -> Iterator[Fault]:
    """Parts of readings that ask for samples of a site that is not told apart, and readings that it would lead."""
    known = ", ".join(sites.conditions) or "none is declared: add the extension sample-sites"
    for index, definition in enumerate(definitions):
        reading = definition.reading
        if reading is None:
            continue
        path: ElementPath = ("dataRequirement", index)
        if reading.lesions and not sites.conditions:
            yield document.fault(path, f"'{definition.code}' tells lesions apart, but no sites are declared", known)
        for lesion in {part.lesion for part in reading.parts} - {"", *sites.conditions}:
            yield document.fault(path, f"the lesion '{lesion}' is not known", f"sites: {known}")


def _missing(document: Document, index: int, definition: FindingDefinition, error: TemplateError) -> Fault:
    [fault] = error.faults
    message = f"'{definition.code}' needs {fault.file}: {fault.message}"
    return document.fault(("dataRequirement", index), message, fault.remedy)
