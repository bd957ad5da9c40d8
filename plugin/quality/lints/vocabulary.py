"""The file of the vocabulary: its form, which loading leaves to its own reader, and the units of its numbers."""

from __future__ import annotations

from collections.abc import Iterator

from plugin.library.template_schema import vocabulary_faults
from plugin.library.validation import check_structure, element_path
from plugin.library.vocabulary import FindingDefinition
from plugin.library.yaml_file import Document
from plugin.quality.lints.walking import at
from plugin.quality.material import Material
from plugin.quality.report import Remark, Section, remark_of

AS_FHIR = "write the element as FHIR R4 defines it"


def vocabulary_form(material: Material) -> Section:
    """What the JSON Schema of the vocabulary and the structure of FHIR find wrong."""
    document = material.vocabulary
    remarks = [remark_of(fault) for fault in vocabulary_faults(document)]
    remarks += [at(document, element_path(message), message, AS_FHIR) for message in check_structure(document.data)]
    return Section("Form of the vocabulary", len(material.template.vocabulary), tuple(remarks))


def units_read(material: Material) -> Section:
    """A number is shown in a unit in which it can be read."""
    numbers = [
        (index, definition)
        for index, requirement in enumerate(material.vocabulary.data["dataRequirement"])
        if (definition := material.template.vocabulary[requirement["id"]]).unit
    ]
    remarks = [remark for index, definition in numbers for remark in _foreign(index, definition, material)]
    return Section("Units of numbers that can be read", len(numbers), tuple(remarks))


def _foreign(index: int, definition: FindingDefinition, material: Material) -> Iterator[Remark]:
    units = {unit for part in (definition.reading.parts if definition.reading else ()) for unit in part.units}
    if units and definition.unit not in units:
        message = f"'{definition.code}' is shown in {definition.unit} and read in {', '.join(sorted(units))}"
        path = ("dataRequirement", index, "extension", *_unit_path(material, index))
        yield at(material.vocabulary, path, message, "show it in one of these, or add the unit to the parts")


def _unit_path(material: Material, index: int) -> tuple[int | str, ...]:
    for outer, extension in enumerate(material.vocabulary.data["dataRequirement"][index]["extension"]):
        for inner, field in enumerate(extension["extension"]):
            if field["url"] == "unit":
                return outer, "extension", inner
    return ()


def value_lines(vocabulary: Document) -> dict[str, dict[str, int]]:
    """Finding -> value -> the line where the vocabulary names it; under "" the line of the finding itself."""
    lines: dict[str, dict[str, int]] = {}
    for index, requirement in enumerate(vocabulary.data["dataRequirement"]):
        found = lines.setdefault(requirement["id"], {"": vocabulary.line("dataRequirement", index)})
        for place, extension in enumerate(requirement["extension"]):
            for part, field in enumerate(extension.get("extension", [])):
                if field["url"] == "value":
                    path = ("dataRequirement", index, "extension", place, "extension", part)
                    found[str(field.get("valueCode"))] = vocabulary.line(*path)
    return lines
