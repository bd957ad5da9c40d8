import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import orjson
import pytest

from plugin.delivery.lines import decidable_lines, key_of, kind_of, standing_of
from plugin.delivery.plan import ReviewedPlan
from plugin.drafting.plan import draft_plan
from plugin.findings.bundle import resources_of
from plugin.findings.reader import read_findings
from plugin.library.content import PACKAGE
from plugin.review.view import PageView, Words, build_page
from plugin.storage.reviews import Author, Decision, PatientKey
from tests.review.ehr_stub import serving_chart
from tests.review.visit import BONE, BREAST_CANCER, PATIENT, Visit

RUIZ = Author("Practitioner/ruiz", "Dr. Ana Ruiz")
AT = datetime(2026, 11, 22, 20, tzinfo=UTC)
CHOICES = ("accept", "accept", "change", "decline", "defer", None)
SAID = {"change": "Another drug of the class first", "decline": "Already done or under way", "defer": "After the scan"}
SAMPLES = sorted(path.stem for path in (PACKAGE / "sandbox" / "patients").glob("*.json") if path.stem != "index")

Choose = Callable[[object], str | None]


def decided(line, choice, author=RUIZ, at=AT, text="", reason=""):
    """A decision on a line where it stands."""
    text = text or (SAID["change"] if choice == "change" else "")
    reason = reason or (SAID.get(choice, "") if choice in ("decline", "defer") else "")
    return Decision(1, key_of(line), "0.1.0", standing_of(line), choice, text, reason, author, at, None)


@pytest.fixture(scope="session")
def drafted(template, as_of):
    """Drafts of the sample patients, each made once."""
    made: Mapping[str, object] = {}

    def draft_of(name):
        if name not in made:
            resources = resources_of(orjson.loads((PACKAGE / "sandbox/patients" / f"{name}.json").read_bytes()))
            made[name] = draft_plan(read_findings(resources, template.vocabulary, as_of), template, as_of)
        return made[name]

    return draft_of


@pytest.fixture(scope="session")
def reviewed(drafted, template):
    """A sample patient's plan and page; `decisions`: from a line to what was decided, or None."""

    def review(name, decisions=lambda line: None, draft=None) -> tuple[ReviewedPlan, PageView]:
        draft = draft or drafted(name)
        made = {key_of(line): one for line in decidable_lines(draft) if (one := decisions(line)) is not None}
        key = PatientKey("https://ehr.example.org/fhir", draft.findings.patient.id)
        plan = ReviewedPlan(key, draft, template, made, {}, RUIZ, AT, "0.1.0")
        labels = {activity.code: activity.label for activity in template.activities.values()}
        histories = {key: (decision,) for key, decision in made.items()}
        view = build_page(draft, template.vocabulary, Words(labels, (), template.conditioned_on()), histories, {})
        return plan, view

    return review


@pytest.fixture(scope="session")
def by_turns():
    """Decides on a plan line by line: accept, accept, change, decline, defer, and one left open."""

    def review_of(reviewed, name):
        turns = iter(CHOICES * 40)

        def choose(line):
            choice = next(turns)
            return decided(line, choice) if choice else None

        return reviewed(name, choose)

    return review_of


@pytest.fixture
def by_kind():
    """Every line of a kind, by code."""
    return lambda draft, kind: {line.code: line for line in decidable_lines(draft) if kind_of(line) == kind}


@pytest.fixture
def loaded_once(monkeypatch, template):
    monkeypatch.setattr("plugin.library.template.load_template", lambda *_: template)


@pytest.fixture
def visit(loaded_once, tmp_path):
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with serving_chart(PATIENT, BREAST_CANCER, BONE) as chart:
        visit = Visit(chart.base, tmp_path)
        visit.chart = chart
        yield visit
