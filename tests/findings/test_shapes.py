"""Every shape that a marker can be sent in: codes x answers x statuses, and the ways to reach a result, as tables.

The tables say what each answer means, in the words of the guidelines they name; nothing in them is read from the
product. A failure lists every combination that went wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle, product
from pathlib import Path
from typing import Any

import pytest
import yaml

from plugin.findings.reader import read_findings
from plugin.library.vocabulary import Vocabulary
from tests.findings.charts import AS_OF, answers, chart, concept, observation, vocabulary

FOLDER = Path(__file__).parent / "shapes"
STATUSES = yaml.safe_load((FOLDER / "statuses.yaml").read_text(encoding="utf-8"))
TABLES = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.yaml"))}
ASKED = [
    (table, test, written)
    for table in ("hormone-receptors", "her2", "her2-ish", "gene-tests", "immune-markers")
    for test in TABLES[table]["tests"]
    for written in [*test["codes"], *test["names"]]
]
LEAST_EXPECTATIONS = 10_000

Entry = dict[str, Any]


@pytest.fixture(scope="module")
def words() -> Vocabulary:
    return vocabulary()


def question(written: str) -> Entry:
    return {"code": written} if "|" in written else {"text": written}


def rows(table: dict[str, Any], test: dict[str, Any]) -> Iterator[tuple[Entry, Entry]]:
    """The answers that fit a test, each with what its findings are then."""
    for kind in ("any", test.get("kind", "")):
        for shape, *values in table["answers"].get(kind, []):
            columns = list(test["columns"]) if len(values) == len(test["columns"]) else table["columns"]
            means = dict(zip(columns, values, strict=True))
            expected = {finding: means[column] for column, finding in test["columns"].items()}
            said = {key: str(value) if key in ("says", "named") else value for key, value in shape.items()}
            yield said, {finding: "unknown" if value == "-" else value for finding, value in expected.items()}


def carried(entry: Entry, carrier: str) -> list[Entry]:
    """The resources that hold a result, reached in one of the ways that charts use."""
    alone = observation(entry, "o1")
    if carrier == "component":
        component = {key: value for key, value in alone.items() if key.startswith(("value", "code", "interp", "data"))}
        keys = ("resourceType", "id", "status", "subject", "specimen")
        outer = {key: alone[key] for key in keys if key in alone}
        return [{**outer, "code": {"text": "Tumour board summary"}, "component": [component]}]
    report = {"resourceType": "DiagnosticReport", "id": "r1", "status": "final", "code": {"text": "Pathology report"}}
    if carrier == "report":
        return [alone, {**report, "result": [{"reference": "Observation/o1"}]}]
    if carrier == "panel":
        member = [{"reference": "Observation/o1"}]
        return [alone, {**alone, "id": "o2", "code": {"text": "Panel"}, "hasMember": member} | dict.fromkeys(VALUES)]
    if carrier == "contained":
        return [{**report, "contained": [alone], "result": [{"reference": "#o1"}]}]
    return [alone]


VALUES = ("valueString", "valueCodeableConcept", "valueQuantity", "valueInteger", "valueBoolean", "valueRange")


def wrong(words: Vocabulary, resources: list[Entry], expected: Entry) -> Entry:
    """The findings that are not as expected, with what they are instead."""
    kept = [{key: value for key, value in resource.items() if value is not None} for resource in resources]
    found = answers(read_findings([*chart({}), *kept], words, AS_OF), expected)
    return {code: found[code] for code in expected if found[code] != expected[code]}


@pytest.mark.parametrize(
    ("name", "test", "written"), ASKED, ids=[f"{test['finding']}-{code}" for _, test, code in ASKED]
)
def test_every_answer_in_every_status_and_place(
    name: str, test: dict[str, Any], written: str, words: Vocabulary
) -> None:
    in_turn, carriers = cycle(STATUSES["in-turn"]), cycle(STATUSES["carriers"])
    failures = []
    for shape, expected in rows(TABLES[name], test):
        for status, carrier in (("final", "alone"), (next(in_turn), "alone"), ("final", next(carriers))):
            entry = {**question(written), **shape, "status": status}
            means = expected if status in STATUSES["counts"] else dict.fromkeys(expected, "unknown")
            if found := wrong(words, carried(entry, carrier), means):
                failures.append(f"{written} {shape} {status} {carrier}: {found}, not {means}")
    assert not failures, "\n".join(failures)


def test_every_group_of_hybridisation_with_every_score(words: Vocabulary) -> None:
    groups = TABLES["her2-ish"]["groups"]
    failures = []
    for (side, ratios), (amount, copies) in product(groups["ratios"].items(), groups["copies"].items()):
        outcomes = groups["her2"][groups["of"][f"{side}-{amount}"]]
        for ratio, number, (score, expected) in product(ratios, copies, zip(groups["scores"], outcomes, strict=True)):
            parts = [
                {"code": "loinc|49683-6", "measured": [ratio]},
                {"code": "loinc|74860-8", "measured": [number]},
                *([] if score == "none" else [{"code": "loinc|85319-2", "says": score}]),
            ]
            apart = [observation(part, f"o{n}") for n, part in enumerate(parts)]
            together = [observation({"text": "HER2 panel of the laboratory", "component": parts}, "o1")]
            for resources in (apart, together):
                if found := wrong(words, resources, {"her2": expected}):
                    failures.append(f"ratio {ratio}, copies {number}, score {score}: {found}, not {expected}")
    assert not failures, "\n".join(failures)


def gene(written: str, spelling: str) -> Entry:
    number, symbol = written.split("|")
    forms = {
        "full": concept(f"hgnc|{number}|{symbol}", symbol),
        "number": concept(f"hgnc|{number}"),
        "symbol": concept(f"hgnc|{symbol}"),
        "text": {"text": symbol},
    }
    return forms[spelling]


def variants() -> Iterator[tuple[str, Entry, Entry]]:
    """Each variant of the cross product with what its finding is then."""
    table = TABLES["variants"]
    spellings = cycle(table["spelling"])
    crossed = product(
        table["genes"], table["presence"].items(), table["origins"].items(), table["significances"].items()
    )
    for about, (answer, presence), (origin, source), (significance, weight) in crossed:
        component = [{"code": concept("loinc|48018-6"), "valueCodeableConcept": gene(about["gene"], next(spellings))}]
        if origin != "none":
            component.append({"code": concept("loinc|48002-0"), "valueCodeableConcept": concept(origin)})
        if significance != "none":
            component.append({"code": concept("loinc|53037-8"), "valueCodeableConcept": concept(significance)})
        entry: Entry = {"code": "loinc|69548-6", "extra": {"component": component}}
        if answer != "none":
            entry["is"] = answer
        expected = "unknown"
        if source in table["accepts"][about["origin"]]:
            if presence == "present" and weight == "counts":
                expected = "positive"
            if presence == "absent" and not about.get("half"):
                expected = "negative"
        name = f"{about['gene']} {answer} {origin} {significance}"
        yield name, entry, {about["finding"]: expected}


def test_every_variant_with_every_origin_and_significance(words: Vocabulary) -> None:
    failures = []
    for name, entry, expected in variants():
        if found := wrong(words, [observation(entry, "o1")], expected):
            failures.append(f"{name}: {found}, not {expected}")
    assert not failures, "\n".join(failures)


def test_the_tables_are_as_large_as_they_are_meant_to_be() -> None:
    expected = sum(len(found) for name, test, _ in ASKED for _, found in rows(TABLES[name], test))
    assert expected + len(list(variants())) >= LEAST_EXPECTATIONS
