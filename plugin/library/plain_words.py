"""What a patient reads for the items of a template: CodeSystem supplements with a text for each language.

A supplement adds designations to codes that are described elsewhere (FHIR R4, CodeSystem.content).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from plugin.errors import Fault
from plugin.library.near import did_you_mean
from plugin.library.rules import Activity
from plugin.library.yaml_file import Document, ElementPath


def read_plain_words(
    documents: Iterable[Document], activities: Mapping[str, Activity], faults: list[Fault]
) -> dict[str, dict[str, str]]:
    """From the code of each item to its text by language; what does not fit the template goes to `faults`."""
    found: dict[str, dict[str, str]] = {}
    for document in documents:
        system = document.data["supplements"]
        known = [code for code, activity in activities.items() if activity.system == system]
        for index, concept in enumerate(document.data["concept"]):
            code, path = concept["code"], ("concept", index)
            if code not in known:
                remedy = f"{did_you_mean(code, known)}correct the code, or describe the item in activities/"
                message = f"there are plain words for '{code}', which is no item of {system}"
                faults.append(document.fault((*path, "code"), message, remedy, code))
            if code in found:
                message = f"the plain words for '{code}' stand twice"
                faults.append(document.fault((*path, "code"), message, "keep one of the two", code))
            found[code] = _by_language(document, path, concept["designation"], faults)
    return found


def _by_language(
    document: Document, path: ElementPath, designations: list[dict[str, str]], faults: list[Fault]
) -> dict[str, str]:
    texts: dict[str, str] = {}
    for number, each in enumerate(designations):
        if each["language"] in texts:
            message = f"two texts in the language '{each['language']}'"
            faults.append(document.fault((*path, "designation", number), message, "keep one of the two"))
        texts[each["language"]] = each["value"]
    return texts
