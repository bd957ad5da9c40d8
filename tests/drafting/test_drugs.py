"""What is said of single drugs where every line is open: gates, parts, combinations and older statements alone."""

from __future__ import annotations

import json
import shutil
from datetime import date

import orjson
import pytest

from plugin.drafting.plan import draft_plan
from plugin.library.content import content_folder, default_template_folder, extension_url, system_url
from plugin.library.template import load_template
from plugin.quality.stated import findings_from_values

AS_OF = date(2026, 11, 22)
LEFT_OUT = ("pathways", "safety.yaml", "testing.yaml", "support.yaml", "alerts.yaml", "prerequisites.yaml")
WOMAN = {
    "sex": "female", "age": 68, "breast-cancer": True, "metastatic": True, "er": "positive", "pr": "positive",
    "her2": "negative", "prior-systemic-therapy-metastatic": False, "qt-prolonging-drug": False,
    "qtcf-450-or-more": False, "dpd-deficiency": "none", "creatinine-clearance": 90,
    "prior-checkpoint-inhibitor": False, "msi-h": True, "hba1c-level": "normal",
    "prior-systemic-therapy-adjuvant": False,
}  # fmt: skip
YOUNG = WOMAN | {"age": 41, "menopausal-status": "premenopausal", "pregnant": False}


@pytest.fixture(scope="module")
def open_template(tmp_path_factory, template):
    """The drugs of the real template, with one rule for every category there is: it always offers it."""
    folder = shutil.copytree(default_template_folder(), tmp_path_factory.mktemp("open") / "open")
    for name in LEFT_OUT:
        path = folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    system = orjson.loads((content_folder("profiles") / "CodeSystem-treatment-category.json").read_bytes())
    codes = [concept["code"] for concept in system["concept"]]
    lacking = [code for code in codes if code not in template.activities]
    if lacking:
        written = "\n---\n".join(json.dumps(activity(code, template)) for code in lacking)
        (folder / "activities" / "lacking.yaml").write_text(written)
    (folder / "all.yaml").write_text(json.dumps(pathway(codes)))
    return load_template(folder)


def activity(code, template):
    agents = [
        name
        for name, drug in template.drugs.items()
        if any(use.named and use.status.code != "off-label" for use in drug.uses_in(code))
    ]
    return head("ActivityDefinition", code) | {
        "kind": "MedicationRequest",
        "intent": "proposal",
        "topic": [{"text": "Systemic therapy"}],
        "code": {"coding": [{"system": system_url("treatment-category"), "code": code}]},
        "extension": [{"url": extension_url("activity-agents"), "valueString": name} for name in agents]
        or [{"url": extension_url("activity-watch"), "valueString": "Nothing."}],
    }


def pathway(codes):
    kind = {"system": "http://terminology.hl7.org/CodeSystem/plan-definition-type", "code": "clinical-protocol"}
    return head("PlanDefinition", "all") | {"type": {"coding": [kind]}, "action": [rule(code) for code in codes]}


def rule(code):
    extensions = {
        "rule-disposition": {"valueCode": "offered"},
        "rule-evidence": {"valueCode": "knowledge"},
        "rule-confidence": {"valueCode": "moderate"},
        "rule-source": {"valueString": "none"},
        "rule-unsourced": {"valueBoolean": True},
    }
    return {
        "id": f"open-{code}",
        "title": "Always",
        "code": [{"coding": [{"system": system_url("treatment-category"), "code": code}]}],
        "condition": [{"kind": "applicability", "expression": {"language": "text/fhirpath", "expression": "true"}}],
        "definitionCanonical": f"https://careplan-plugin.example.org/fhir/ActivityDefinition/{code}",
        "extension": [{"url": extension_url(name), **value} for name, value in extensions.items()],
    }


def head(kind, identifier):
    name = "".join(word.capitalize() for word in identifier.split("-"))
    url = f"https://careplan-plugin.example.org/fhir/{kind}/{identifier}"
    text = {"name": name, "title": name, "description": "Made for a test."}
    return {"resourceType": kind, "id": identifier, "url": url, "version": "0.1.0", "status": "draft", **text}


@pytest.fixture(scope="module")
def lines_of(open_template):
    def run(values):
        findings = findings_from_values(values, open_template.vocabulary, AS_OF)
        return {line.code: line for line in draft_plan(findings, open_template, AS_OF).categories}

    return run


def standing_of(line, name):
    return next(agent.disposition for agent in line.agents if agent.name == name)


def test_nothing_is_held_back_but_what_is_always(lines_of):
    lines = lines_of(WOMAN)
    held = {(line.code, agent.name) for line in lines.values() for agent in line.held_back}
    assert held == {
        ("io-chemo", "atezolizumab"),
        ("chemo-single", "bevacizumab"),
        ("chemo-combo", "bevacizumab"),
        ("esr1-degrader", "giredestrant"),
        ("mtor-et", "giredestrant"),
        ("her2-maint-tuca", "tucatinib"),
    }
    assert [line.code for line in lines.values() if line.disposition != "offered"] == ["her2-maint-tuca"]


@pytest.mark.parametrize(
    ("values", "code", "agents", "line"),
    [
        ({"failed-elacestrant": True}, "esr1-degrader", {"elacestrant": "not-offered"}, "offered"),
        ({"failed-oral-er-degrader": True}, "esr1-degrader", {"vepdegestrant": "judgement"}, "judgement"),
        (
            {"failed-oral-er-degrader": True, "failed-imlunestrant": True},
            "esr1-degrader",
            {"imlunestrant": "not-offered", "elacestrant": "judgement"},
            "judgement",
        ),
        ({"failed-imlunestrant": True}, "imlu-abema", {"imlunestrant": "not-offered"}, "not-offered"),
        ({"failed-abemaciclib": True}, "imlu-abema", {"abemaciclib": "judgement"}, "judgement"),
        ({"failed-abemaciclib": True}, "cdk46-switch", {"abemaciclib": "not-offered"}, "offered"),
        ({"failed-palbociclib": True}, "geda-fulv", {"palbociclib": "judgement", "gedatolisib": "offered"}, "offered"),
        ({"failed-palbociclib": True}, "her2-maint-palbo", {"palbociclib": "not-offered"}, "not-offered"),
        ({"failed-fulvestrant": True}, "akt-fulv", {"fulvestrant": "judgement"}, "judgement"),
        ({"failed-fulvestrant": True}, "mtor-et", {"fulvestrant": "judgement", "exemestane": "offered"}, "offered"),
        ({"failed-pi3k-akt-inhibitor": True}, "pi3k-fulv", {"alpelisib": "judgement"}, "judgement"),
        ({"failed-capivasertib": True}, "akt-fulv", {}, "not-offered"),
        ({"failed-everolimus": True}, "mtor-et", {}, "not-offered"),
        ({"failed-camizestrant": True}, "cami-switch", {}, "not-offered"),
        ({"failed-tdm1": True}, "her2-tdm1", {}, "not-offered"),
        ({"failed-tucatinib": True}, "her2-tuca", {}, "not-offered"),
        ({"failed-tdxd": True}, "tdxd-her2low", {}, "not-offered"),
        ({"dpd-deficiency": "complete"}, "her2-tuca", {"capecitabine": "not-offered"}, "not-offered"),
        ({"dpd-deficiency": "partial"}, "her2-tuca", {"capecitabine": "judgement"}, "judgement"),
        ({"dpd-deficiency": "unknown"}, "her2-tuca", {"capecitabine": "conditional"}, "conditional"),
        ({"creatinine-clearance": "unknown"}, "her2-tuca", {"capecitabine": "conditional"}, "offered"),
        ({"creatinine-clearance": 20}, "her2-tuca", {"capecitabine": "not-offered"}, "not-offered"),
        ({"qtcf-450-or-more": True}, "esr1-degrader", {"vepdegestrant": "judgement"}, "offered"),
        ({"qtcf-450-or-more": True}, "cami-switch", {"camizestrant": "judgement"}, "judgement"),
        ({"hba1c-level": "raised"}, "pi3k-fulv", {"alpelisib": "judgement"}, "judgement"),
        ({"hba1c-level": "raised"}, "akt-fulv", {"capivasertib": "offered"}, "offered"),
        ({"hba1c-level": "high"}, "geda-fulv", {"gedatolisib": "judgement"}, "judgement"),
        ({"prior-checkpoint-inhibitor": True}, "io-agnostic", {"dostarlimab": "not-offered"}, "offered"),
    ],
    ids=str,
)  # fmt: skip
def test_a_drug_is_held_back_and_its_line_moves_only_when_a_part_has_none_left(lines_of, values, code, agents, line):
    found = lines_of(WOMAN | values)[code]
    assert {name: standing_of(found, name) for name in agents} == agents
    assert found.disposition == line


def test_elacestrant_is_not_for_women_before_menopause(lines_of):
    line = lines_of(YOUNG)["esr1-degrader"]
    assert standing_of(line, "elacestrant") == "not-offered"
    assert [agent.name for agent in line.named] == ["imlunestrant", "vepdegestrant"]


def test_a_closed_line_names_nothing(lines_of):
    line = lines_of(WOMAN | {"failed-olaparib": True})["parp"]
    assert line.disposition == "not-offered"
    assert line.named == ()


def test_labelled_triplets_hold_no_forbidden_pair(lines_of):
    lines = lines_of(WOMAN)
    for code in ("inavo-triplet", "geda-fulv", "io-sg", "her2-tuca", "imlu-abema", "cami-switch", "her2-maint-palbo"):
        assert [each.title for each in lines[code].not_beside if each.code == code] == []


@pytest.mark.parametrize(
    ("first", "second", "rule"),
    [
        ("cdk46-et", "chemo-single", "sn-21-endocrine-chemotherapy"),
        ("cdk46-et", "mtor-et", "sn-22-cdk46-mtor"),
        ("cdk46-et", "akt-fulv", "sn-22-cdk46-akt"),
        ("et-single", "tdxd-her2low", "sn-21-endocrine-conjugate"),
        ("akt-fulv", "pi3k-fulv", "sn-22-two-pi3k"),
        ("esr1-degrader", "akt-fulv", "sn-22-degrader-endocrine"),
        ("esr1-degrader", "imlu-abema", "sn-22-two-degraders"),
        ("parp", "platinum", "sn-22-parp-chemotherapy"),
        ("her2-tdxd", "her2-thp", "sn-22-her2-conjugate-trastuzumab"),
        ("io-chemo", "io-agnostic", "sn-22-two-checkpoint"),
        ("her2-tdm1", "sg", "sn-22-two-conjugates"),
        ("et-single", "cdk46-et", "sn-22-endocrine-alone-and-combined"),
        ("chemo-single", "chemo-combo", "sn-22-chemotherapy-single-and-combined"),
    ],
)
def test_lines_that_do_not_go_together_say_so_on_both(lines_of, first, second, rule):
    lines = lines_of(WOMAN)
    for one, other in ((first, second), (second, first)):
        found = [each for each in lines[one].not_beside if each.code == other and each.rule == rule]
        assert [each.agents for each in found] == [()]


@pytest.mark.parametrize(
    ("first", "second"),
    [("ofs", "chemo-single"), ("her2-maint", "et-single"), ("ofs", "et-single"), ("bma", "chemo-single")],
)
def test_lines_that_go_together_say_nothing(lines_of, first, second):
    assert [each for each in lines_of(WOMAN)[first].not_beside if each.code == second] == []


def test_endocrine_therapy_beside_a_her2_conjugate_is_judged_in_her2_positive_disease(lines_of):
    found = [
        each for each in lines_of(WOMAN | {"her2": "positive"})["et-single"].not_beside if each.code == "her2-tdxd"
    ]
    assert [each.disposition for each in found] == ["judgement"]
    unknown = {code: value for code, value in WOMAN.items() if code != "her2"}
    found = [each for each in lines_of(unknown)["et-single"].not_beside if each.code == "her2-tdxd"]
    assert "not-offered" in [each.disposition for each in found], "an open HER2 status permits nothing"


def test_where_only_some_drugs_clash_they_are_named(lines_of):
    found = [
        each for each in lines_of(WOMAN)["chemo-single"].not_beside if each.rule == "sn-23-anthracycline-trastuzumab"
    ]
    assert {each.code for each in found} >= {"her2-thp", "her2-maint"}
    assert {each.agents for each in found} == {("doxorubicin", "trastuzumab")}


def test_every_older_statement_is_shown_where_its_line_is(open_template, lines_of):
    women = (
        lines_of(WOMAN | {"her2": "positive"}),
        lines_of(YOUNG | {"er": "negative", "pr": "negative"}),
        lines_of(YOUNG),
    )
    man = lines_of({code: value for code, value in WOMAN.items() if code != "sex"} | {"sex": "male"})
    shown = {each.id for lines in (*women, man) for line in lines.values() for each in line.superseded}
    categories = {code for code in open_template.activities if code in women[0]}
    assert shown == {each.id for each in open_template.superseded if each.items & categories}
    assert len(open_template.superseded) == 32


def test_an_older_statement_about_others_is_not_shown(lines_of):
    of_women = {each.id for each in lines_of(WOMAN)["et-single"].superseded}
    assert "SD-22" not in of_women
