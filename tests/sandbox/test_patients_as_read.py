"""The sample patients as the plug-in reads them: each shows what it is there for, and nothing is left unread."""

from datetime import date

import pytest

from plugin.findings.reader import read_findings
from plugin.library.content import default_template_folder
from plugin.library.template import load_template
from plugin.sandbox.sample_patients import sample_patients

AS_OF = date(2026, 11, 22)
CHARTS = {patient.id: [entry["resource"] for entry in patient.bundle["entry"]] for patient in sample_patients()}
POSITIVE, NEGATIVE, EQUIVOCAL = "positive", "negative", "equivocal"
RECEPTORS = {
    "hr-positive": (POSITIVE, POSITIVE, NEGATIVE, True),
    "her2-positive": (NEGATIVE, NEGATIVE, POSITIVE, True),
    "triple-negative-pdl1-high": (NEGATIVE, NEGATIVE, NEGATIVE, True),
    "triple-negative-pdl1-low": (NEGATIVE, NEGATIVE, NEGATIVE, True),
    "her2-low": (POSITIVE, POSITIVE, NEGATIVE, True),
    "her2-equivocal": (POSITIVE, POSITIVE, EQUIVOCAL, True),
    "discordant-receptors": (NEGATIVE, NEGATIVE, NEGATIVE, True),
    "man": (POSITIVE, POSITIVE, NEGATIVE, True),
    "premenopausal": (POSITIVE, POSITIVE, NEGATIVE, True),
    "bone-metastases": (POSITIVE, POSITIVE, NEGATIVE, True),
    "brain-metastases": (NEGATIVE, NEGATIVE, POSITIVE, True),
    "brca-carrier": (NEGATIVE, NEGATIVE, NEGATIVE, True),
    "no-results": (None, None, None, True),
    "early-stage": (POSITIVE, POSITIVE, NEGATIVE, False),
    "entered-in-error": (POSITIVE, POSITIVE, NEGATIVE, True),
    "er-low": (POSITIVE, NEGATIVE, NEGATIVE, True),
    "pik3ca-early-relapse": (POSITIVE, POSITIVE, NEGATIVE, True),
    "deceased": (POSITIVE, POSITIVE, NEGATIVE, True),
    "treatment-unknown": (POSITIVE, POSITIVE, NEGATIVE, True),
    "conflicting-results": (None, NEGATIVE, NEGATIVE, True),
    "her2-conflict": (POSITIVE, NEGATIVE, None, True),
    "hr-positive-her2-positive": (POSITIVE, POSITIVE, POSITIVE, True),
    "esr1-second-line": (POSITIVE, POSITIVE, NEGATIVE, True),
    "her2-second-line": (NEGATIVE, NEGATIVE, POSITIVE, True),
    "tn-second-line": (NEGATIVE, NEGATIVE, NEGATIVE, True),
    "line-under-way": (POSITIVE, POSITIVE, NEGATIVE, True),
}
POINTS = [
    ("er-low", "er-low", True),
    ("hr-positive", "er-low", False),
    ("her2-low", "her2-expression", "low"),
    ("triple-negative-pdl1-high", "pd-l1-cps-10", True),
    ("triple-negative-pdl1-low", "pd-l1-cps-10", False),
    ("brca-carrier", "germline-brca", POSITIVE),
    ("hr-positive", "germline-brca", NEGATIVE),
    ("pik3ca-early-relapse", "pik3ca", POSITIVE),
    ("pik3ca-early-relapse", "relapse-within-12-months-of-adjuvant-endocrine-therapy", True),
    ("premenopausal", "menopausal-status", "premenopausal"),
    ("premenopausal", "pregnant", False),
    ("man", "sex", "male"),
    ("bone-metastases", "metastasis-bone", True),
    ("bone-metastases", "creatinine-clearance", 78),
    ("brain-metastases", "metastasis-brain", True),
    ("brain-metastases", "brain-metastasis-count", 2),
    ("discordant-receptors", "er-ever-positive", True),
    ("deceased", "deceased", True),
    ("treatment-unknown", "prior-systemic-therapy-metastatic", None),
    ("hr-positive", "prior-systemic-therapy-metastatic", False),
    ("hr-positive", "ecog", 1),
]


@pytest.fixture(scope="module")
def findings():
    vocabulary = load_template(default_template_folder()).vocabulary
    return {patient: read_findings(resources, vocabulary, AS_OF) for patient, resources in CHARTS.items()}


def test_nothing_is_left_unread(findings):
    assert {patient: found.problems for patient, found in findings.items() if found.problems} == {}


def test_receptors_and_spread(findings):
    read = {
        patient: tuple(found[code].value for code in ("er", "pr", "her2", "metastatic"))
        for patient, found in findings.items()
    }
    assert read == RECEPTORS


@pytest.mark.parametrize(("patient", "code", "value"), POINTS)
def test_what_a_patient_is_there_for(findings, patient, code, value):
    assert findings[patient][code].value == value


def test_two_laboratories_are_a_conflict_and_two_samples_are_not(findings):
    assert findings["conflicting-results"]["er"].state == "conflicting"
    assert findings["her2-conflict"]["her2"].state == "conflicting"
    assert findings["discordant-receptors"]["er"].state == "known"
    assert findings["discordant-receptors"]["er"].note


def test_withdrawn_results_are_shown_and_set_aside(findings):
    results = findings["entered-in-error"]["er"].results
    withdrawn = [result for result in results if result.reference == "Observation/entered-in-error-er-withdrawn"]
    assert [bool(result.set_aside) for result in withdrawn] == [True]
