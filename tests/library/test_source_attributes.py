"""Source attributes: complete, worked out from the rules, and true of what the software does."""

from __future__ import annotations

import shutil
from datetime import date
from itertools import chain

import orjson
import pytest

from plugin import __version__
from plugin.drafting.as_json import draft_json
from plugin.drafting.bundle import draft_bundle
from plugin.drafting.plan import draft_plan
from plugin.errors import TemplateError
from plugin.findings.reader import read_findings
from plugin.library.content import default_template_folder
from plugin.library.source_attributes import about_library, declared_attributes, used_findings
from plugin.library.template import load_template
from plugin.library.validation import check_model, check_profile
from plugin.quality.stated import findings_from_values

AS_OF = date(2026, 11, 22)
US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/"
PATIENT = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1960-05-01"}
UNUSED = {
    "use-of-race": {
        "extension": [{"url": f"{US_CORE}us-core-race", "extension": [{"url": "text", "valueString": "x"}]}]
    },
    "use-of-language": {"communication": [{"language": {"text": "Tigrinya"}, "preferred": True}]},
    "use-of-gender-identity": {
        "extension": [{"url": f"{US_CORE}us-core-genderIdentity", "valueCodeableConcept": {"text": "man"}}]
    },
    "use-of-sexual-orientation": {
        "extension": [{"url": "http://example.org/sexual-orientation", "valueCodeableConcept": {"text": "x"}}]
    },
}
CHART = {
    "breast-cancer": True, "metastatic": True, "er": "positive", "pr": "positive", "her2": "negative",
    "prior-systemic-therapy-metastatic": False, "metastasis-bone": True,
}  # fmt: skip


@pytest.fixture(scope="module")
def declared(template):
    return {attribute.code: attribute for attribute in declared_attributes(template)}


def drafted(template, **values):
    findings = findings_from_values({**CHART, **values}, template.vocabulary, AS_OF)
    return draft_json(draft_plan(findings, template, AS_OF))


def test_all_thirteen_are_declared_and_say_something(declared):
    assert len(declared) == 13
    assert [code for code, attribute in declared.items() if not attribute.text.strip()] == []


@pytest.mark.parametrize("code", UNUSED)
def test_what_is_declared_unused_changes_nothing(code, template, declared):
    assert declared[code].used is False
    drafts = [
        draft_json(draft_plan(read_findings([patient], template.vocabulary, AS_OF), template, AS_OF))
        for patient in (PATIENT, PATIENT | UNUSED[code])
    ]
    assert drafts[0] == drafts[1]


def test_ethnicity_is_what_a_clinician_states_and_not_what_the_record_says(template, declared):
    assert declared["use-of-ethnicity"].findings == ("ashkenazi-ancestry",)
    told = {"url": f"{US_CORE}us-core-ethnicity", "extension": [{"url": "text", "valueString": "x"}]}
    drafts = [
        draft_json(draft_plan(read_findings([patient], template.vocabulary, AS_OF), template, AS_OF))
        for patient in (PATIENT, PATIENT | {"extension": [told]})
    ]
    assert drafts[0] == drafts[1]


def test_sex_and_age_are_declared_and_do_change_drafts(template, declared):
    assert declared["use-of-sex"].findings == ("sex",)
    assert declared["use-of-date-of-birth"].findings == ("age",)
    assert drafted(template, sex="female", age=45)["offered"] != drafted(template, sex="male", age=45)["offered"]
    assert drafted(template, sex="female", age=17)["no_plan"]


def test_every_fact_read_from_the_patient_resource_is_declared_or_about_death(template):
    declared = set(chain.from_iterable(attribute.findings for attribute in template.about.attributes))
    read = {code for code, d in template.vocabulary.items() if d.reading is not None and d.reading.kind == "person"}
    assert read - declared == {"deceased"}


def test_a_use_is_declared_exactly_where_a_rule_rests_on_the_fact(template, declared):
    used = used_findings(template)
    for attribute in template.about.attributes:
        shown = declared[attribute.code]
        assert shown.findings == tuple(code for code in attribute.findings if code in used)
        if attribute.is_use:
            assert shown.used is bool(shown.findings)
            assert shown.text.startswith("Used: " if shown.used else "Not used.")


def test_a_fact_behind_a_derivation_counts_as_used(template):
    assert "menopausal-status" in template.conditioned_on()
    assert {"fsh-postmenopausal", "amenorrhoea-12-months"} <= used_findings(template)


def test_the_library_is_valid_and_travels_with_the_draft(template):
    findings = findings_from_values(CHART, template.vocabulary, AS_OF)
    bundle = draft_bundle(draft_plan(findings, template, AS_OF), template, __version__)
    [entry] = [entry for entry in bundle["entry"] if entry["resource"]["resourceType"] == "Library"]
    library = entry["resource"]
    assert library == about_library(template)
    assert check_model(library) == []
    assert check_profile(library) == []
    plan = bundle["entry"][0]["resource"]
    assert plan["supportingInfo"] == [
        {"reference": entry["fullUrl"], "type": "Library", "display": "About the template for metastatic breast cancer"}
    ]
    assert len(orjson.dumps(library)) < 40_000


def test_every_source_of_a_draft_is_among_the_citations_of_the_library(template):
    listed = {artifact["label"] for artifact in about_library(template)["relatedArtifact"]}
    draft = drafted(template, sex="female", age=60)
    assert {code for line in draft["offered"] + draft["supportive_care"] for code in line["evidence"]} <= listed


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(default_template_folder(), tmp_path / "changed", ignore=shutil.ignore_patterns("cases"))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("valueCode: use-of-race", "valueCode: use-of-rice", "use-of-rice"),
        ("valueCode: use-of-race", "valueCode: use-of-sex", "stands twice"),
        ("valueCode: use-of-race", "valueCode: use-of-sex", "'use-of-race' is missing"),
        ("finding, valueCode: age", "finding, valueCode: years", "'years' is no finding"),
        ("{url: part, valueCode: validation}", "{url: part, valueCode: limits}", "'validation' is missing"),
    ],
)
def test_a_fault_in_about_yaml_is_named_with_its_line(folder, old, new, told):
    path = folder / "about.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(TemplateError) as raised:
        load_template(folder)
    [fault] = [fault for fault in raised.value.faults if told in fault.message]
    assert fault.file == "about.yaml"
    assert fault.line


def test_a_template_may_say_nothing_of_itself(folder):
    (folder / "about.yaml").unlink()
    template = load_template(folder)
    assert declared_attributes(template) == ()
    findings = findings_from_values(CHART, template.vocabulary, AS_OF)
    bundle = draft_bundle(draft_plan(findings, template, AS_OF), template, __version__)
    assert "Library" not in [entry["resource"]["resourceType"] for entry in bundle["entry"]]
