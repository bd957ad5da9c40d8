"""Which answers of a patient's form are signs of which findings: read from the extension `item-sign` of a template."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from plugin.errors import Fault
from plugin.library.elements import parts
from plugin.library.forms import Item, items_placed
from plugin.library.near import did_you_mean
from plugin.library.yaml_file import Document, ElementPath


@dataclass(frozen=True, slots=True)
class ToldSign:
    """A finding that may be so where a patient says so. days: for how many days after the answer that counts."""

    finding: str
    days: int


# Canonical URL of the form, linkId of the question, words of the answer (empty: yes) -> what they are signs of.
ToldSigns = Mapping[tuple[str, str, str], tuple[ToldSign, ...]]


def told_signs(documents: Iterable[Document], findings: Collection[str], faults: list[Fault]) -> ToldSigns:
    """The signs that the forms among these documents ask for.

    findings: the codes that may be named, those with yes or no as values; a fault is added for any other.
    """
    found: dict[tuple[str, str, str], tuple[ToldSign, ...]] = {}
    for document in documents:
        if document.data.get("resourceType") != "Questionnaire":
            continue
        for link_id, answer, element, path in _answers(document):
            signs = tuple(_signs(element, document, path, findings, faults))
            if signs:
                found[document.data.get("url", ""), link_id, answer] = signs
    return found


def _answers(document: Document) -> Iterator[tuple[str, str, Item, ElementPath]]:
    for link_id, item, path in items_placed(document.data):
        yield link_id, "", item, path
        for number, option in enumerate(item.get("answerOption", ())):
            yield link_id, str(option.get("valueString", "")), option, (*path, "answerOption", number)


def _signs(
    element: Item, document: Document, path: ElementPath, findings: Collection[str], faults: list[Fault]
) -> Iterator[ToldSign]:
    for place, values in parts(element, "item-sign"):
        [code], [days] = values["finding"], values["days"]
        if code in findings:
            yield ToldSign(code, days)
            continue
        remedy = f"{did_you_mean(code, findings)}name a finding that is answered with yes or no"
        faults.append(document.fault((*path, "extension", place), f"'{code}' is no such finding", remedy, code))
