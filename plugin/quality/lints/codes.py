"""Codes: those that the template uses exist, and those that exist are used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from plugin.library.content import CANONICAL, system_url
from plugin.library.yaml_file import Document, ElementPath
from plugin.quality.cases import ABSENT, OF_LINES, SILENT, SPEAKS, SUSPECTED, UNSUSPECTED
from plugin.quality.lints.walking import at, elements
from plugin.quality.material import Material
from plugin.quality.report import Remark, Section

# The CodeSystems whose codes a template is made of.
BUILT_OF = ("treatment-category", "assessment", "supportive-care", "alert", "goal", "finding")
EXACTLY = "_exactly"


def codes_known(material: Material) -> Section:
    """Every coding in one of our systems exists there, and so does the code of every finding."""
    codings = [
        (document, path, element["system"], element["code"])
        for document in material.documents
        for path, element in elements(document.data)
        if isinstance(element.get("system"), str) and isinstance(element.get("code"), str)
    ]
    ours = [coding for coding in codings if coding[2].startswith(CANONICAL)]
    findings = [
        (material.vocabulary, ("dataRequirement", index, "id"), system_url("finding"), requirement["id"])
        for index, requirement in enumerate(material.vocabulary.data["dataRequirement"])
    ]
    used: list[tuple[Document, ElementPath, str, str]] = [*ours, *findings]
    remarks = [
        at(document, path, f"'{code}' is no code of {system}", "use a code that is there, or add it in profiles/")
        for document, path, system, code in used
        if material.conformance.lacks(system, code)
    ]
    return Section("Codes of ours that exist", len(used), tuple(remarks))


def cases_name_what_is_there(material: Material) -> Section:
    """What cases expect are items, rules, goals, alerts and drugs of the template: `absent` would pass anything."""
    expected = [
        (document, path, name, code) for document in material.case_files for path, name, code in _expected(document)
    ]
    known = _known(material)
    remarks = [
        at(document, path, f"a case expects '{code}' under {name}, which the template does not have", _remedy(name))
        for document, path, name, code in expected
        if code not in known.get(name, frozenset({code}))
    ]
    return Section("What cases expect that exists", len(expected), tuple(remarks))


def codes_used(material: Material) -> Section:
    """Codes of the systems that templates are made of which this one does not use.

    Of a template that brings codes along only those count: what profiles/ holds is there for others too.
    """
    used = _used(material)
    terminology = material.template.terminology
    remarks = []
    looked_at = 0
    for name in BUILT_OF:
        every = material.conformance.systems.get(system_url(name)) or frozenset()
        codes = terminology.own_codes(name) if terminology.own else every
        looked_at += len(codes)
        unused = sorted(codes - used[name])
        if unused:
            text = f"{len(unused)} of {name} are not used by this template: {', '.join(unused)}"
            remarks.append(Remark("note", text))
    return Section("Codes that the template uses", looked_at, tuple(remarks))


def _expected(document: Document) -> Iterator[tuple[ElementPath, str, str]]:
    """Path, list and code of whatever the cases of a file expect; lines of a draft as `line`, drugs as `agent`."""
    for index, case in enumerate(document.data["cases"]):
        for name, wanted in case["expect"].items():
            path: ElementPath = ("cases", index, "expect", name)
            if name not in OF_LINES:
                yield from (((*path, place), name.removesuffix(EXACTLY), code) for place, code in enumerate(wanted))
                continue
            for line, codes in wanted.items():
                yield (*path, line), "line", line
                kind = "line" if name == "not_beside" else "agent"
                yield from (((*path, line, place), kind, code) for place, code in enumerate(codes))


def _known(material: Material) -> Mapping[str, frozenset[str]]:
    template = material.template
    items = {
        name: frozenset(
            activity.code for activity in template.activities.values() if activity.system == system_url(name)
        )
        for name in ("treatment-category", "assessment", "supportive-care")
    }
    lines = items["treatment-category"]
    alerts = material.conformance.systems.get(system_url("alert")) or frozenset()
    goals = material.conformance.systems.get(system_url("goal")) or frozenset()
    anything = frozenset().union(*items.values(), alerts, goals)
    return {
        **dict.fromkeys(("offered", "conditional", "judgement", "not_offered", "line"), lines),
        "assessments": items["assessment"],
        "supportive_care": items["supportive-care"],
        "alerts": alerts,
        "goals": goals,
        "goals_to_ask": goals,
        ABSENT: anything,
        **dict.fromkeys((SILENT, SPEAKS), frozenset(rule.id for rule in template.rules)),
        **dict.fromkeys(
            (SUSPECTED, UNSUSPECTED), frozenset(rule.id for rule in template.category_rules if rule.suspected)
        ),
        "agent": frozenset(template.drugs),
    }


def _remedy(name: str) -> str:
    if name in (SUSPECTED, UNSUSPECTED):
        return "name a rule with a rule-suspected-when by its id"
    return "name a rule by its id" if name in (SILENT, SPEAKS) else "correct it, or add what it names to the template"


def _used(material: Material) -> Mapping[str, frozenset[str]]:
    template = material.template
    codings = {
        (element["system"], element["code"])
        for document in material.documents
        for _, element in elements(document.data)
        if isinstance(element.get("system"), str) and isinstance(element.get("code"), str)
    }
    used = {name: frozenset(code for system, code in codings if system == system_url(name)) for name in BUILT_OF}
    return used | {"finding": frozenset(template.vocabulary)}
