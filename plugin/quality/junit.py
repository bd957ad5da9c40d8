"""Reports as JUnit XML, for CI: a suite for each file of cases, and one for the other checks."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from plugin.quality.report import Section, TemplateReport
from plugin.quality.running import Outcome


def junit_xml(reports: Iterable[TemplateReport]) -> bytes:
    """The document as UTF-8. Faults are failures; gaps and notes stand in `system-out`, since they fail nothing."""
    root = Element("testsuites", name="careplan check")
    for report in reports:
        files: dict[str, list[Outcome]] = {}
        for outcome in report.outcomes:
            files.setdefault(outcome.case.file, []).append(outcome)
        for file, outcomes in files.items():
            suite = SubElement(root, "testsuite", name=f"{report.name}/{file}")
            for outcome in outcomes:
                _case(suite, report, outcome)
            _count(suite)
        suite = SubElement(root, "testsuite", name=f"{report.name}: checks")
        for section in report.sections:
            _check(suite, report, section)
        _count(suite)
    indent(root)
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _case(suite: Element, report: TemplateReport, outcome: Outcome) -> None:
    case = outcome.case
    name = f"{case.id}: {case.title}"
    test = SubElement(
        suite, "testcase", classname=f"{report.name}.{case.rule or 'whole patient'}", name=name, file=case.file
    )
    test.set("line", str(case.line))
    if outcome.misses:
        words = "\n".join(map(str, outcome.misses))
        first = outcome.misses[0]
        message = f"{first.name}: {first.differences[0]}"
        SubElement(test, "failure", message=message).text = f"{case.file}:{case.line}\n{words}"


def _check(suite: Element, report: TemplateReport, section: Section) -> None:
    test = SubElement(suite, "testcase", classname=f"{report.name}.checks", name=section.topic)
    told = {level: [r for r in section.remarks if r.level == level] for level in ("fault", "gap", "note")}
    if told["fault"]:
        words = "\n".join(f"{r.where}: {r.text}. {r.remedy}{_shown(r.offending)}" for r in told["fault"])
        SubElement(test, "failure", message=f"{len(told['fault'])} to mend").text = words
    said = [section.summary] if section.summary else []
    if section.table:
        said += ["\t".join(row) for row in (section.table.head, *section.table.rows)]
    said += [f"{r.level}: {r.where} {r.text}" for r in (*told["gap"], *told["note"])]
    if said:
        SubElement(test, "system-out").text = "\n".join(said)


def _shown(offending: str) -> str:
    return f"\n    | {offending}" if offending else ""


def _count(suite: Element) -> None:
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(sum(test.find("failure") is not None for test in suite)))
