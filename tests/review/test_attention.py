"""What a reader is told first, in words of the chart and never in ids."""

from dataclasses import replace

from plugin.drafting.model import Alert
from plugin.findings.model import Findings, Patient, Problem
from plugin.review.attention import Sources, notices, unused, waiting
from plugin.review.samples import sampled
from tests.example_draft import VOCABULARY, category, example_draft


def test_an_alert_names_the_result_behind_it_with_its_words_and_date():
    draft = example_draft(alerts=(Alert("conflict", "Results disagree", "warning", ("Observation/er-met",)),))
    [notice] = notices(draft, VOCABULARY)
    [source] = notice.sources
    assert (source.kind, source.anchor) == ("result", "fact-er")
    assert source.words == "95 %"
    assert source.date.startswith("2026")


def test_an_entry_without_a_result_is_named_by_the_fact_that_rests_on_it():
    [source] = Sources(example_draft().findings, VOCABULARY).of(("Condition/c1",))
    assert (source.label, source.words, source.kind) == (
        "Metastatic disease",
        "Secondary neoplasm of bone",
        "diagnosis",
    )


def test_an_entry_that_nothing_is_known_of_is_left_out_and_never_shown_as_an_id():
    assert Sources(example_draft().findings, VOCABULARY).of(("Observation/odd",)) == ()


def test_what_the_page_says_as_a_problem_is_not_said_as_an_alert_too():
    said = (
        Alert("incomplete", "A gap", "critical"),
        Alert("unread", "Purple", "warning"),
        Alert("mdt", "Meet", "info"),
    )
    draft = example_draft(alerts=said)
    assert [notice.code for notice in notices(draft, VOCABULARY)] == ["mdt"]
    assert [problem.kind for problem, _ in unused(draft, VOCABULARY)] == ["unread"]


def test_a_draft_without_offers_names_the_facts_that_most_lines_wait_for():
    lines = (
        category("a", "conditional", missing=("pik3ca", "qtcf")),
        category("b", "conditional", missing=("metastatic-line", "qtcf")),
        category("c", "conditional", missing=("qtcf", "er", "her2")),
    )
    found = waiting(example_draft(categories=lines, to_confirm=("her2", "pik3ca")), VOCABULARY)
    assert found.lines == 3
    assert found.facts == (("qtcf", "QTcF", 3), ("her2", "HER2", 1), ("pik3ca", "PIK3CA", 1))
    assert found.others == 2


def test_nothing_waits_where_something_is_offered_or_no_fact_is_missing():
    offered = (category("a", "offered"), category("b", "conditional", missing=("qtcf",)))
    assert waiting(example_draft(categories=offered), VOCABULARY) is None
    assert waiting(example_draft(categories=(category("b", "judgement"),)), VOCABULARY) is None


def test_an_unused_entry_comes_with_what_is_known_of_it():
    draft = example_draft()
    findings = Findings(
        Patient("p1", "Patient/p1"), list(draft.findings.values()), VOCABULARY,
        (Problem("mismatch", "Observation/er-met", "It names another patient"),),
    )  # fmt: skip
    [(problem, [source])] = unused(replace(draft, findings=findings), VOCABULARY)
    assert problem.text == "It names another patient"
    assert source.words == "95 %"


SPECIMEN = {"resourceType": "Specimen", "id": "s", "collection": {"collectedDateTime": "2026-10-08"}}
IN_SPECIMEN = {"specimen": {"reference": "Specimen/s"}}


def test_a_result_of_a_dated_specimen_is_told_by_when_that_was_taken():
    own = {"resourceType": "Observation", "id": "own", **IN_SPECIMEN}
    absolute = {"resourceType": "Observation", "id": "far", "specimen": {"reference": "https://ehr/fhir/Specimen/s"}}
    assert sampled([SPECIMEN, own, absolute]) == {"Observation/own", "Observation/far"}


def test_a_result_takes_the_specimen_of_its_report_and_panel():
    report = {
        "resourceType": "DiagnosticReport",
        "id": "r",
        "specimen": [IN_SPECIMEN["specimen"]],
        "result": [{"reference": "Observation/of-report"}],
    }
    panel = {
        "resourceType": "Observation",
        "id": "p",
        **IN_SPECIMEN,
        "hasMember": [{"reference": "Observation/of-panel"}],
    }
    assert {"Observation/of-report", "Observation/of-panel"} <= sampled([SPECIMEN, report, panel])


def test_a_specimen_without_a_date_dates_nothing():
    undated = {"resourceType": "Specimen", "id": "s", "collection": {}}
    assert sampled([undated, {"resourceType": "Observation", "id": "own", **IN_SPECIMEN}]) == set()
