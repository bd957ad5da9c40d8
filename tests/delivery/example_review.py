"""Reviews of the example draft, made by hand."""

from datetime import UTC, datetime, timedelta

from plugin.delivery.lines import key_of, standing_of
from plugin.delivery.plan import ReviewedPlan
from plugin.storage.reviews import Author, Decision, Fact, PatientKey
from tests.example_draft import example_draft, example_template

RUIZ = Author("Practitioner/ruiz", "Dr. Ana Ruiz")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def decision(line, choice, text="", reason="", at=NOON, standing=None):
    """A decision on a line of the example draft."""
    stood = standing_of(line) if standing is None else standing
    return Decision(1, key_of(line), "0.1.0", stood, choice, text, reason, RUIZ, at, None)


def reviewed(decisions=(), statements=(), draft=None, iss="https://ehr.example.org/fhir", at=NOON, withdrawn=()):
    """The example draft, reviewed."""
    return ReviewedPlan(
        patient=PatientKey(iss, "p1"),
        draft=draft or example_draft(),
        template=example_template(),
        decisions={each.line: each for each in decisions},
        statements={each.finding: each for each in statements},
        reviewer=RUIZ,
        at=at,
        software_version="0.1.0",
        withdrawn={each.finding: each for each in withdrawn},
    )


def stated(code="visceral-crisis", value=False, reason="Seen today", at=NOON - timedelta(minutes=5), number=7):
    """A clinician's statement; one without a value takes it back."""
    return Fact(number, code, value, reason, RUIZ, at)
