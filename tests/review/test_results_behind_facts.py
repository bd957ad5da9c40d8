"""Every fact on the page shows the results behind it, what was set aside with the reason, and the note."""

import re
from datetime import date
from html import unescape

import pytest

from plugin.findings.model import Findings
from plugin.findings.reader import read_findings
from plugin.findings.sources import sources_elsewhere
from plugin.library.content import system_url
from tests.review.visit import BONE, BREAST_CANCER, PATIENT

DAY = date(2026, 11, 22)
LOINC = "http://loinc.org"


def result(name, code, value, **more):
    return {
        "resourceType": "Observation",
        "id": name,
        "status": "final",
        "subject": {"reference": "Patient/p1"},
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "effectiveDateTime": "2026-10-20",
        **value,
        **more,
    }


def word(text):
    return {"valueCodeableConcept": {"text": text}}


CHART = [
    result("er-old", "85337-4", word("positive"), effectiveDateTime="2021-03-05"),
    result("er-new", "85337-4", word("negative")),
    result("er-wrong", "85337-4", word("positive"), status="entered-in-error"),
    result("pr-odd", "85339-0", word("lilac")),
    result("her2-a", "85319-2", word("3+")),
    result("her2-b", "85319-2", word("0")),
    result("ecog", "89247-1", {"valueInteger": 3}),
    result("crisis", "", {"valueBoolean": True})
    | {"code": {"coding": [{"system": system_url("finding"), "code": "visceral-crisis"}]}},
]


STANDINGS = ("Counts", "Read, not the one that counts", "Disagrees with another", "The fact follows from it")


class FactsOnPage(dict):
    """The facts of a page, opened one by one."""

    def __init__(self, visit, codes):
        super().__init__()
        self.visit, self.codes = visit, codes

    def __missing__(self, code):
        self[code] = unescape(self.visit.page(f"{self.visit.workspace}/facts/{code}/open?bare").text)
        return self[code]


@pytest.fixture
def findings(template) -> Findings:
    return read_findings([PATIENT, BREAST_CANCER, BONE, *CHART], template.vocabulary, DAY)


@pytest.fixture
def facts(visit, chart):
    """What each fact opens to, by its code, asked for once."""
    chart.resources += CHART
    page = visit.read().text
    return FactsOnPage(visit, re.findall(r'<details class="fact" id="fact-([^"]+)"', page))


def rows(fact):
    return [
        dict(re.findall(r'data-name="([^"]+)">(.*?)</td>', row, re.S)) for row in re.findall(r"<tr.*?</tr>", fact, re.S)
    ][1:]


def test_every_result_of_every_fact_stands_on_the_page_with_what_it_counts_for(facts, findings):
    assert set(facts.codes) == findings.keys()
    told = {code: each for code, each in findings.items() if each.results or each.note or each.state == "conflicting"}
    silent = next(code for code, each in findings.items() if each.state == "unknown" and code not in told)
    for code, finding in {**told, silent: findings[silent]}.items():
        shown = rows(facts[code])
        expected = [*finding.results, *sources_elsewhere(finding, findings)]
        assert [re.search(r"<code>(.*?)</code>", row["Result"])[1] for row in shown] == [r.reference for r in expected]
        for row, behind in zip(shown, expected, strict=True):
            assert behind.text in row["Says"], code
            aside = f"Set aside: {behind.set_aside}"
            assert (row["Does it count?"] == aside) == bool(behind.set_aside), code
            assert row["Does it count?"] in (aside, *STANDINGS), code
        assert finding.note in facts[code], code


def test_whatever_gives_a_value_is_named(facts, findings):
    for code, finding in findings.items():
        for reference in finding.evidence:
            assert f"<code>{reference}</code>" in facts[code], code


def test_what_was_set_aside_says_why(facts):
    assert "Set aside: it was cancelled or entered in error" in facts["er"]
    assert "Set aside: 'lilac' is not understood, because of 'lilac'" in facts["pr"]
    assert "Set aside: nobody is named who states it" in facts["visceral-crisis"]


def test_results_that_disagree_do_not_lead(facts):
    assert {row["Does it count?"] for row in rows(facts["her2"])} == {"Disagrees with another"}
    assert "not weighed while those of the fact that it follows disagree" in facts["her2-ihc"]


def test_a_fact_that_follows_from_another_names_the_result_behind_that(facts):
    (row,) = rows(facts["poor-performance"])
    assert "Observation/ecog" in row["Result"]
    assert (row["Says"], row["Does it count?"]) == ("3", "The fact follows from it")


def test_what_the_patient_record_says_is_said_to_be_from_there(facts):
    (row,) = rows(facts["age"])
    assert "Patient record" in row["Result"]
    assert (row["Says"], row["Does it count?"]) == ("born 1962-03-04", "Counts")


def test_a_result_says_its_specimen_laboratory_status_and_address(visit, chart):
    receptor = {
        "resourceType": "Observation",
        "id": "er",
        "status": "amended",
        "issued": "2026-10-12T10:00:00Z",
        "subject": {"reference": "Patient/p1"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "85337-4", "display": "Estrogen receptor"}]},
        "performer": [{"reference": "Organization/lab"}, {"display": "Pathology West"}],
        "specimen": {"reference": "Specimen/s1"},
        "valueCodeableConcept": {"coding": [{"system": "http://snomed.info/sct", "code": "10828004"}], "text": "95 %"},
    }
    specimen = {
        "resourceType": "Specimen",
        "id": "s1",
        "subject": {"reference": "Patient/p1"},
        "type": {"text": "Core biopsy"},
        "collection": {"collectedDateTime": "2026-10-08", "bodySite": {"text": "Liver"}},
    }
    chart.resources += [receptor, specimen]
    visit.read()
    fact = visit.page(f"{visit.workspace}/facts/er/open?bare").text
    for said in ("Core biopsy, Liver, taken 8 Oct 2026", "Pathology West", "Status: amended", "95 %", "12 Oct 2026"):
        assert said in fact
    assert f"<code>{chart.base}/Observation/er</code>" in fact
    assert "<a href=" not in fact.partition("<tbody")[2].partition("</table>")[0]


def test_of_many_results_the_newest_stand_in_place_and_a_page_shows_all(visit, chart):
    for number in range(30):
        chart.resources.append(
            {
                "resourceType": "Observation",
                "id": f"er{number}",
                "status": "final",
                "effectiveDateTime": f"2026-09-{number + 1:02d}",
                "subject": {"reference": "Patient/p1"},
                "code": {"coding": [{"system": "http://loinc.org", "code": "85337-4", "display": "Estrogen receptor"}]},
                "valueCodeableConcept": {"coding": [{"system": "http://snomed.info/sct", "code": "10828004"}]},
            }
        )
    visit.read()
    fact = visit.page(f"{visit.workspace}/facts/er/open?bare").text
    assert len(rows(fact)) == 12
    assert "30 Sep 2026" in fact
    every = visit.page(f"{visit.workspace}/facts/er/results").text
    assert every.count('role="row"') == 1 + 30
    assert "Iris Example" in every
    assert visit.page(f"{visit.workspace}/facts/shoe/results").status_code == 404


def test_of_thousands_of_entries_the_first_stand_in_place_and_all_behind_a_link(visit, chart):
    for number in range(20):
        chart.resources.append(result(f"odd-{number}", "85339-0", word("lilac")))
    page = visit.read().text
    assert re.search(r"\d+ entries in the chart could not be used", page)
    address = re.search(r'<p class="opened" data-part><a href="([^"]+/unused)">', page)[1]
    for shown in (visit.page(address).text, visit.page(f"{address}?bare").text):
        assert shown.count("lilac") >= 20


def test_a_result_that_is_only_true_or_false_is_said_in_words(facts):
    assert {row["Says"] for row in rows(facts["visceral-crisis"])} == {"Yes"}
