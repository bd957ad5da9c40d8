"""The JSON Schemas of template files: what is written as described passes, a slip is named with a remedy."""

from __future__ import annotations

from importlib import resources

import orjson
import pytest
from jsonschema import Draft202012Validator

from plugin.library.validation import check_profile, element_path
from tests.profiles.examples import BASE, REMOVE, coded, extension, spoilt

SCHEMAS = resources.files("plugin.library") / "schemas"


def head(kind, identifier, type_code=None):
    resource = {
        "resourceType": kind,
        "id": identifier,
        "url": f"{BASE}/{kind}/{identifier}",
        "version": "0.1.0",
        "name": "Example",
        "title": "Example",
        "status": "draft",
        "description": "What it is for.",
    }
    return resource | ({"type": {"coding": [{"code": type_code}]}} if type_code else {})


def action(identifier, *extensions, code=None, **more):
    expression = {"language": "text/fhirpath", "expression": "%metastatic"}
    result = {"id": identifier, "title": "Title", "condition": [{"kind": "applicability", "expression": expression}]}
    return result | ({"code": [code]} if code else {}) | ({"extension": list(extensions)} if extensions else {}) | more


RULE = action(
    "hr-1l-cdk46-et",
    extension("rule-disposition", valueCode="offered"),
    extension("rule-evidence", valueCode="guideline-evidence-based"),
    extension("rule-confidence", valueCode="high"),
    extension("rule-source", valueString="HR1-02"),
    code=coded("treatment-category", "cdk46-et"),
    documentation=[{"type": "citation", "label": "asco_hr_2021"}],
    definitionCanonical=f"{BASE}/ActivityDefinition/cdk46-et",
)
GATE = action(
    "sn-25-pregnancy",
    extension("gate-disposition", valueCode="not-offered"),
    extension("gate-target", valueCanonical=f"{BASE}/ValueSet/category-group-endocrine"),
    extension("gate-target", valueCode="parp"),
    description="Why.",
)
AGENT_GATE = action(
    "agent-qtc",
    extension("gate-disposition", valueCode="not-offered"),
    extension("gate-agent", valueString="ribociclib"),
    extension("gate-presumption", valueCode="waits"),
    extension("gate-waiting", valueCode="alone"),
)
COMBINATION = action(
    "two-of-one-class",
    extension("combination-disposition", valueCode="not-offered"),
    *[{"url": f"{BASE}/StructureDefinition/combination-group",
       "extension": [{"url": "class", "valueCode": "parp-inhibitor"}]}] * 2,
)  # fmt: skip
USE = [
    {"url": "text", "valueString": "A use"},
    {"url": "category", "valueCode": "cdk46-et"},
    {"url": "status", "valueCode": "approved"},
    {"url": "date", "valueString": "2017"},
    {"url": "source", "valueString": "label_ribociclib"},
    {"url": "new", "valueBoolean": True},
]
DRUG = {
    "url": f"{BASE}/StructureDefinition/drug",
    "extension": [
        {"url": "name", "valueString": "ribociclib"},
        {"url": "class", "valueCode": "cdk46-inhibitor"},
        {"url": "use", "extension": USE},
    ],
}
STATEMENT = {
    "url": f"{BASE}/StructureDefinition/superseded-statement",
    "extension": [
        {"url": "id", "valueString": "SD-01"},
        {"url": "says", "valueString": "So it was."},
        {"url": "status", "valueCode": "superseded"},
        {"url": "now", "valueString": "So it is."},
        {"url": "severity", "valueCode": "high"},
        {"url": "category", "valueCode": "cdk46-et"},
    ],
}
NO_PLAN = action("deceased", extension("gate-disposition", valueCode="no-plan"))
TEST = action("due-lvef", extension("accompanies", valueCode="her2-thp"), code=coded("assessment", "lvef"))
ALERT = action("urgent", extension("alert-level", valueCode="critical"), code=coded("alert", "urgent"))
CONDITION = {"name": "hrPositive", "language": "text/fhirpath", "description": "ER or PR positive", "expression": "%x"}
SOURCE = {
    "id": "asco_hr_2021",
    "type": "citation",
    "label": "ASCO",
    "display": "Title",
    "citation": "ASCO 2021. Title.",
    "url": "https://doi.org/10.1200/x",
    "extension": [
        extension("evidence-year", valueInteger=2021),
        extension("evidence-kind", valueCode="guideline"),
        extension("evidence-verification", valueCode="primary"),
        extension("evidence-read", valueDate="2026-11-22"),
    ],
}
FINDING = {
    "id": "er",
    "type": "Observation",
    "codeFilter": [{"path": "code", "valueSet": f"{BASE}/ValueSet/er-tests"}],
    "extension": [
        {
            "url": f"{BASE}/StructureDefinition/finding-definition",
            "extension": [
                {"url": "label", "valueString": "Oestrogen receptor"},
                {"url": "type", "valueCode": "code"},
                {"url": "group", "valueString": "Receptors"},
                {
                    "url": "presumption",
                    "extension": [{"url": "value", "valueCode": "positive"}, {"url": "reason", "valueString": "Rare."}],
                },
            ],
        }
    ],
}
CASE = {
    "id": "hr-1l-cdk46-et-holds",
    "rule": "hr-1l-cdk46-et",
    "title": "Postmenopausal woman, first line",
    "findings": {"er": "positive", "metastatic": True, "age": 64},
    "expect": {
        "offered": ["cdk46-et"],
        "offered_exactly": ["cdk46-et"],
        "agents_named": {"cdk46-et": ["palbociclib"]},
        "not_beside": {"cdk46-et": ["chemo-single"]},
    },
}

OCCASION = {
    "id": "speaks",
    "title": "When a chart is opened",
    "trigger": [{"type": "named-event", "name": "patient-view"}],
    "condition": RULE["condition"],
}

SOUND = {
    "rules": ("plan-definition", head("PlanDefinition", "p", "clinical-protocol") | {"action": [RULE, GATE, NO_PLAN]}),
    "tests": ("plan-definition", head("PlanDefinition", "t", "clinical-protocol") | {"action": [TEST, ALERT]}),
    "strategy": (
        "plan-definition",
        head("PlanDefinition", "s", "workflow-definition")
        | {"action": [{"title": "Safety", "definitionCanonical": f"{BASE}/PlanDefinition/safety"}, OCCASION]},
    ),
    "activity": (
        "activity-definition",
        head("ActivityDefinition", "cdk46-et")
        | {
            "code": coded("treatment-category", "cdk46-et"),
            "intent": "proposal",
            "kind": "MedicationRequest",
            "topic": [{"text": "Systemic therapy"}],
            "extension": [extension("activity-agents", valueString="palbociclib")],
        },
    ),
    "definitions": (
        "library-definitions",
        head("Library", "d", "logic-library")
        | {"extension": [extension("named-condition", valueExpression=CONDITION)]},
    ),
    "evidence": ("library-evidence", head("Library", "e", "asset-collection") | {"relatedArtifact": [SOURCE]}),
    "drugs": ("library-drugs", head("Library", "d", "drug-table") | {"extension": [DRUG]}),
    "statements": (
        "library-superseded",
        head("Library", "s", "superseded-statements") | {"extension": [STATEMENT]},
    ),
    "agents": (
        "plan-definition",
        head("PlanDefinition", "a", "clinical-protocol") | {"action": [AGENT_GATE, COMBINATION]},
    ),
    "findings": ("library-findings", head("Library", "f", "model-definition") | {"dataRequirement": [FINDING]}),
    "form": (
        "questionnaire",
        head("Questionnaire", "q")
        | {"subjectType": ["Patient"], "item": [{"linkId": "offered", "text": "Offered", "type": "group"}]},
    ),
    "cases": ("cases", {"as_of": "2026-11-22", "cases": [CASE]}),
}
SLIPS = {
    "an active template": ("rules", "status", "active", "write draft"),
    "a version without patch": ("rules", "version", "1.0", "0.1.0"),
    "an unknown element": ("rules", "colour", "red", "names the parts"),
    "a rule without condition": ("rules", "action.0.condition", REMOVE, "id, title, code, condition"),
    "another language": ("rules", "action.0.condition.0.expression.language", "text/cql", "text/fhirpath"),
    "a foreign code system": ("rules", "action.0.code.0.coding.0.system", "http://loinc.org", "our CodeSystems"),
    "two codes": ("rules", "action.0.code.1", coded("treatment-category", "parp"), "exactly one code"),
    "a rule without disposition": ("rules", "action.0.extension.0", REMOVE, "rule-disposition offered"),
    "a rule without evidence": ("rules", "action.0.extension.1", REMOVE, "rule-evidence"),
    "a rule without knowledge entry": ("rules", "action.0.extension.3", REMOVE, "rule-source"),
    "an unknown extension": ("rules", "action.0.extension.0.url", f"{BASE}/StructureDefinition/x", "belongs here"),
    "a gate without target": ("rules", "action.1.extension", GATE["extension"][:1], "gate-target"),
    "neither rule nor gate": ("rules", "action.0.code", REMOVE, "make it a gate"),
    "an alert without level": ("tests", "action.1.extension", REMOVE, "alert-level"),
    "a part that is no PlanDefinition": (
        "strategy",
        "action.0.definitionCanonical",
        f"{BASE}/Library/x",
        "PlanDefinition",
    ),
    "a hook that no service answers": ("strategy", "action.1.trigger.0.name", "patient-viewed", "name a hook"),
    "an occasion for everybody": ("strategy", "action.1.condition", REMOVE, "trigger, condition"),
    "an order": ("activity", "intent", "order", "nothing here is an order"),
    "a dose": ("activity", "dosage", [{"text": "once daily"}], "Dose"),
    "two headings": ("activity", "topic.1", {"text": "Other"}, "exactly one topic"),
    "a name with a hyphen": ("definitions", "extension.0.valueExpression.name", "hr-positive", "camelCase"),
    "a condition without words": ("definitions", "extension.0.valueExpression.description", REMOVE, "description"),
    "a source of no kind": ("evidence", "relatedArtifact.0.extension.1", REMOVE, "evidence-kind"),
    "a finding without label": ("findings", "dataRequirement.0.extension.0.extension.0", REMOVE, "label"),
    "a finding by camelCase": ("findings", "dataRequirement.0.id", "erLow", "lower case"),
    "an item type that is none": ("form", "item.0.type", "slider", "group"),
    "a form about devices": ("form", "subjectType", ["Device"], "Patient"),
    "a list that is none": ("cases", "cases.0.expect.maybe", ["parp"], "at least one of"),
    "a drug without fields": ("drugs", "extension.0.extension", REMOVE, "the fields of the entry"),
    "no drug at all": ("drugs", "extension", [], "at least one drug"),
    "a statement in the drug table": ("drugs", "extension.0.url", STATEMENT["url"], "use one of: drug"),
    "a gate of no drug": ("agents", "action.0.extension", AGENT_GATE["extension"][:1], "gate-agent with a drug"),
    "drugs of a line as text": ("cases", "cases.0.expect.agents_named", {"cdk46-et": "palbociclib"}, "list drugs"),
    "nothing expected": ("cases", "cases.0.expect", {}, "at least one of"),
    "a finding as list": ("cases", "cases.0.findings.er", ["positive"], ""),
}

VALUES = {
    "a rule that closes": (
        "rules",
        "action.0.extension.0.valueCode",
        "not-offered",
        "action[0].extension[0].valueCode",
    ),
    "a code as text": (
        "rules",
        "action.0.extension.1",
        extension("rule-evidence", valueString="label"),
        "use valueCode",
    ),
    "a category that is none": ("rules", "action.1.extension.2.valueCode", "parps", "treatment-categories"),
    "half unsourced": ("rules", "action.0.extension.4", extension("rule-unsourced", valueBoolean=False), "true"),
    "a level that is none": ("tests", "action.1.extension.0.valueCode", "fatal", "alert-level-codes"),
    "a condition in another language": ("definitions", "extension.0.valueExpression.language", "text/cql", "fhirpath"),
    "a status that is none": ("drugs", "extension.0.extension.2.extension.2.valueCode", "fine", "regulatory-status"),
    "a class that is none": ("drugs", "extension.0.extension.1.valueCode", "poison", "drug-class"),
    "a fate that is none": ("statements", "extension.0.extension.2.valueCode", "gone", "superseded-status"),
    "a presumption that is neither": ("agents", "action.0.extension.2.valueCode", "falls", "presumption-handling"),
    "a year as text": (
        "evidence",
        "relatedArtifact.0.extension.0",
        extension("evidence-year", valueString="1"),
        "Integer",
    ),
    "a finding of two labels": ("findings", "dataRequirement.0.extension.0.extension.1.url", "label", "(label)"),
    "an extension out of place": (
        "rules",
        "action.0.documentation.0.extension",
        [extension("rule-source", valueString="HR1-02")],
        "put it on PlanDefinition.action",
    ),
}


def faults(name, document):
    schema = orjson.loads((SCHEMAS / f"{name}.schema.json").read_bytes())
    return list(Draft202012Validator(schema).iter_errors(document))


@pytest.mark.parametrize("name", sorted(file.name for file in SCHEMAS.iterdir() if file.name.endswith(".json")))
def test_each_is_a_schema(name):
    Draft202012Validator.check_schema(orjson.loads((SCHEMAS / name).read_bytes()))


@pytest.mark.parametrize("example", SOUND)
def test_what_is_written_as_described_passes(example):
    assert faults(*SOUND[example]) == []


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_found_with_its_remedy(slip):
    example, path, value, remedy = SLIPS[slip]
    name, document = SOUND[example]
    found = faults(name, spoilt(document, path, value))
    assert found
    assert any(remedy in str(error.schema.get("description", "")) for error in found), [
        (error.message, error.schema.get("description")) for error in found
    ]


@pytest.mark.parametrize("example", [name for name in SOUND if name != "cases"])
def test_what_is_written_as_described_fits_the_definitions_of_its_extensions(example):
    assert check_profile(SOUND[example][1]) == []


@pytest.mark.parametrize("slip", VALUES)
def test_the_value_of_an_extension_is_checked_by_its_definition(slip):
    example, path, value, named = VALUES[slip]
    messages = check_profile(spoilt(SOUND[example][1], path, value))
    assert any(named in message for message in messages), messages


def test_a_message_leads_to_its_element():
    broken = spoilt(SOUND["rules"][1], "action.0.extension.1.valueCode", "opinion")
    assert [element_path(message) for message in check_profile(broken)] == [("action", 0, "extension", 1, "valueCode")]
    assert element_path("CarePlan.activity[2].detail.scheduled[x]: 1 found") == ("activity", 2, "detail", "scheduled")
    assert element_path("CarePlan.activity[0].extension (disposition): 2 found") == ("activity", 0, "extension")
    assert element_path("CarePlan: plan-1: Every canonical names its version.") == ()
