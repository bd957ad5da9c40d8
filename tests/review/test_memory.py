"""A chart is read once for many redrafts, and what is remembered is what drawing the plan anew would give."""

from datetime import date

import pytest

from plugin.findings.bundle import resources_of
from plugin.review import memory, stated
from plugin.review.memory import ChartMemory
from plugin.review.workbench import Workbench
from plugin.sandbox.sample_patients import sample_patients
from plugin.storage.database import Database
from plugin.storage.reviews import Author, PatientKey, add_fact
from tests.review.visit import NOW

RUIZ = Author("Practitioner/ruiz", "Dr. Ana Ruiz")


@pytest.fixture
def bench(template, tmp_path):
    database = Database(f"sqlite:///{tmp_path}/reviews.sqlite")
    database.upgrade()
    yield Workbench(template, {}, database, lambda: NOW, NOW.tzinfo)
    database.close()


@pytest.fixture
def counted(monkeypatch):
    """How often a chart was opened, and a draft made."""
    counts = {"gather": 0, "draft_plan": 0}
    for module, name in ((memory, "gather"), (stated, "draft_plan")):
        real = getattr(module, name)

        def count(*given, name=name, real=real):
            counts[name] += 1
            return real(*given)

        monkeypatch.setattr(module, name, count)
    return counts


def state(bench, patient, finding, value):
    with bench.database.session() as session:
        add_fact(session, patient, finding=finding, value=value, reason="", author=RUIZ, at=NOW)


def test_redrafts_open_the_chart_once_and_agree_with_reading_it_anew(bench, counted):
    sample = next(each for each in sample_patients() if each.id == "discordant-receptors")
    resources, kept = resources_of(sample.bundle), ChartMemory()
    patient = PatientKey("https://ehr.example.org/fhir", sample.id)
    bench.open(patient, resources, kept)
    for finding, value in (("her2", "positive"), ("visceral-crisis", True), ("her2", None)):
        state(bench, patient, finding, value)
        review, anew = bench.open(patient, resources, kept), bench.open(patient, resources)
        assert (review.draft.categories, review.chart_size) == (anew.draft.categories, anew.chart_size)
        assert dict(review.draft.findings) == dict(anew.draft.findings)
    assert counted == {"gather": 1 + 3, "draft_plan": 4 + 3}
    bench.open(patient, resources, kept)
    assert counted["draft_plan"] == 4 + 3


def test_the_next_day_is_drafted_for_the_next_day(bench, counted, monkeypatch):
    sample = next(each for each in sample_patients() if each.id == "hr-positive")
    resources, kept = resources_of(sample.bundle), ChartMemory()
    patient = PatientKey("https://ehr.example.org/fhir", sample.id)
    assert bench.open(patient, resources, kept).draft.as_of == "2026-11-22"
    monkeypatch.setattr(bench, "today", lambda: date(2026, 11, 23))
    assert bench.open(patient, resources, kept).draft.as_of == "2026-11-23"
    assert counted["gather"] == 2
