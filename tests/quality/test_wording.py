"""The wording policy: it hears doses, rhythms, starts and orders, and does not cry wolf over limits and questions."""

from __future__ import annotations

import shutil

import pytest

from plugin.errors import TemplateError
from plugin.library.content import content_folder
from plugin.library.terminology import Terminology
from plugin.quality.lints.conformance import conformance
from plugin.quality.lints.wording import wording_policy


@pytest.fixture(scope="module")
def policy():
    return wording_policy(conformance(Terminology(content_folder("profiles"))))


@pytest.mark.parametrize(
    "text",
    [
        "palbociclib 125 mg daily",
        "125mg",
        "take one tablet",
        "Take it in the morning.",
        "start letrozole on Monday",
        "start treatment tomorrow",
        "Begin the infusion on 3 March.",
        "stop the drug at once",
        "prescribe letrozole",
        "We are prescribing it.",
        "10 mg/kg every 3 weeks",
        "6 mg per kg",
        "75 mg/m2",
        "dose in mg/m²",
        "carboplatin AUC 5",
        "AUC of 6",
        "capecitabine b.i.d.",
        "one tablet BID",
        "twice daily",
        "once a week",
        "three times a day",
        "every other day",
        "every 21 days",
        "every 4 to 6 weeks",
        "days 1 and 8",
        "days 1-14",
        "500 mL",
        "1,5 g",
        "4 µg",
        "1000 IU",
        "two capsules",
        "8 Gy in one fraction",
        "order a scan",
        "Inject under the skin",
        "apply the cream",
        "Tome una pastilla",
        "tomar dos comprimidos",
        "100 miligramos",
        "dos veces al día",
        "cada 3 semanas",
        "Empiece el tratamiento el lunes",
        "recetar letrozol",
        "Start zoledronic acid",
        "Calcium is low: stop denosumab",
        "Denosumab must be given now",
        "It should be started",
        "Zoledronate is given at once",
        "half the usual dose",
        "a quarter of the dose",
        "50 % of the full dose",
        "Double the dose",
        "four milligrams of zoledronate",
        "five hundred mg",
        "reduce to level -1",
        "reduced by one level",
        "dose level 2",
        "Titrate to effect",
    ],
)
def test_what_doses_starts_or_orders_is_heard(policy, text):
    assert policy.found(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "ER 1-10 %",
        "CPS 10 or more",
        "PD-L1 CPS of at least 10",
        "LVEF below 50 %",
        "within 28 days",
        "Calcium above 10.5 mg/dL",
        "glucose of 250 mg/dL (13.9 mmol/L) or more",
        "bilirubin 21 µmol/L",
        "clearance below 30 mL/min",
        "albumin 30 g/L, haemoglobin 8 g/dL",
        "30 mg/g of creatinine",
        "QTc of 450 ms",
        "10 mutations per megabase",
        "platelets below 100 10*9/L",
        "relapse after 12 months",
        "at least 3 metastases of 4 cm",
        "two lines of treatment, 6 months apart",
        "It is read again every year.",
        "in order to decide",
        "in no order of rank",
        "Nothing here is an order.",
        "What happens if I take part in a trial?",
        "The team takes care of it.",
        "How will you take that into account?",
        "the rules that apply",
        "A first dose is a matter for the prescriber.",
        "Is a start before the result possible?",
        "It started in May.",
        "daily life",
        "HER2 2+ with an ISH ratio of 2.0",
        "Tome aire fresco si le ayuda",
        "una vez que tenga el resultado",
        "Fiebre de 38 °C (100.4 °F) o más",
        "p.o. is how charts write by mouth",
        "Continue the present treatment",
        "Stop what no longer helps",
        "Start of treatment",
        "Twice the upper limit of normal",
        "half of the patients",
        "three units of red cells",
        "ECOG level 1",
        "It may be given beside it.",
        "They lower calcium further.",
    ],
)
def test_limits_and_questions_are_no_orders(policy, text):
    assert policy.found(text) is None


def test_a_pattern_that_is_none_is_named(tmp_path):
    shutil.copy(content_folder("profiles") / "CodeSystem-wording.json", tmp_path)
    file = tmp_path / "CodeSystem-wording.json"
    file.write_text(file.read_text().replace("(?i)", "(?i", 1))
    with pytest.raises(TemplateError, match=r"CodeSystem-wording\.json: .* is no regular expression"):
        wording_policy(conformance(Terminology(tmp_path)))


def test_profiles_without_a_policy_are_refused(tmp_path):
    with pytest.raises(TemplateError, match="says what no text may sound like"):
        wording_policy(conformance(Terminology(tmp_path)))
