"""A hand-made draft: small, but with every kind of line, fact, gate and alert that the page can meet."""

from plugin.drafting.model import AgentLine, Alert, Brought, CategoryLine, Draft, Fact, GateOutcome, ItemLine
from plugin.findings.model import Finding, Findings, Patient, Problem, Result
from plugin.library.drugs import DrugUse, Term
from plugin.library.rules import Effect, Monitoring, Remark, Template
from plugin.library.sources import Citation
from plugin.library.vocabulary import FindingDefinition, Presumption, Vocabulary

VOCABULARY = Vocabulary(
    [
        FindingDefinition("sex", "Sex", "code", ("female", "male"), group="Patient"),
        FindingDefinition("age", "Age", "integer", unit="years", group="Patient"),
        FindingDefinition(
            "menopausal-status",
            "Menopausal status",
            "code",
            ("premenopausal", "perimenopausal", "postmenopausal"),
            settled_by=("meno",),
            group="Patient",
        ),
        FindingDefinition("metastatic", "Metastatic disease", "boolean", group="Disease"),
        FindingDefinition("metastasis-bone", "Bone metastasis", "boolean", group="Disease"),
        FindingDefinition("metastasis-liver", "Liver metastasis", "boolean", group="Disease"),
        FindingDefinition(
            "visceral-crisis",
            "Visceral crisis",
            "boolean",
            group="Disease",
            asked_of="clinician",
            presumption=Presumption(False, "Charts rarely record its absence; a crisis is an emergency that is named."),
        ),
        FindingDefinition("er", "Estrogen receptor (ER)", "code", ("positive", "negative"), group="Receptors"),
        FindingDefinition("her2", "HER2", "code", ("positive", "negative", "equivocal"), group="Receptors"),
        FindingDefinition(
            "pik3ca", "PIK3CA", "code", ("positive", "negative"), settled_by=("ngs",), group="Biomarkers"
        ),
        FindingDefinition("qtcf", "QTcF", "decimal", unit="ms", settled_by=("ecg",), group="Biomarkers"),
        FindingDefinition("metastatic-line", "Line of therapy", "integer", group="History"),
    ]
)

ER_RESULTS = (
    Result("Observation/er-met", "positive", "95 %", "2026-09-14", "metastasis", "ER by immunohistochemistry"),
    Result("Observation/er-old", "positive", "80 %", "2019-02-03", "primary", "ER by immunohistochemistry"),
    Result("Observation/er-wrong", None, "Negative", "2026-09-10", "", "ER", "entered in error, so it says nothing"),
)

ER = Fact("er", "Estrogen receptor (ER)", "positive", "known", ("Observation/er-met",))
HER2 = Fact("her2", "HER2", "negative", "known", ("Observation/her2",))
CRISIS = Fact("visceral-crisis", "Visceral crisis", "false", "presumed", ())
FIRST_LINE = Fact("metastatic-line", "Line of therapy", "1", "derived", ("Observation/prior",))
GUIDELINE = Citation(
    "asco_hr_2021", "ASCO 2021. A guideline on endocrine therapy.", "https://doi.org/10.1200/JCO.21.01392", 2021,
    "guideline", "primary",
)  # fmt: skip
CRISIS_GATE = GateOutcome(
    "sn-crisis", "Visceral crisis", "A faster treatment comes first.", False, "not-offered", (CRISIS,), (), (GUIDELINE,)
)


BROUGHT = (
    Brought("assessment", "ngs", "Tumour sequencing"),
    Brought("supportive-care", "pc", "Palliative care referral"),
)
COUNTS = Monitoring("Low white cells.", (GUIDELINE,), False, "blood-counts", "Blood counts", "labs")
CLOTS = Effect("Clots in veins.", (), True, True, ("pc",))
TIREDNESS = Effect("Tiredness.", (GUIDELINE,), False, False, ())


APPROVED = DrugUse(
    "A use", frozenset({"cdk46-et"}), Term("approved", "Approved"), True, "2017", (GUIDELINE,), False, False
)
WAITING_GATE = GateOutcome(
    "sn-qtc", "A long QT interval", "It could lengthen further.", None, "conditional", (), ("qtcf",), (GUIDELINE,)
)


def agent(name: str, disposition: str = "offered", **changes: object) -> AgentLine:
    """A drug of a line with sound defaults: named, or held back while its QT interval is not known."""
    held = disposition != "offered"
    values: dict[str, object] = {
        "name": name, "group": "Class of drugs", "listed": True, "disposition": disposition,
        "gate": WAITING_GATE if held else None, "presumes": (), "missing": ("qtcf",) if held else (),
        "waits_for": ("ecg",) if held else (), "uses": (APPROVED,),
    }  # fmt: skip
    return AgentLine(**{**values, **changes})  # type: ignore[arg-type]


def category(code: str, disposition: str, **changes: object) -> CategoryLine:
    """A category line with sound defaults."""
    values: dict[str, object] = {
        "code": code, "label": code.replace("-", " ").title(), "description": "What it is, in a sentence.",
        "topic": "Systemic therapy", "disposition": disposition, "rule": f"hr-1l-{code}", "rules": (f"hr-1l-{code}",),
        "title": "First line", "why": "Guidelines lead with it in this situation.",
        "condition": "%er = 'positive' and %metastaticLine = 1", "facts": (ER, HER2, FIRST_LINE, CRISIS),
        "because": ("Observation/er-met",), "derives": (FIRST_LINE,), "presumes": (CRISIS,), "missing": (),
        "waits_for": (), "closed_by": (), "gates": (CRISIS_GATE,), "sources": (GUIDELINE,),
        "evidence_kind": "guideline-evidence-based", "confidence": "high", "regulatory_status": "", "unsourced": False,
        "flags": (), "agents": (agent("agent one"), agent("agent two", "conditional")), "monitors": (COUNTS,),
        "effects": (CLOTS, TIREDNESS), "not_with": (Remark("Never with tamoxifen.", (), True),), "notes": (),
        "brings": BROUGHT,
    }  # fmt: skip
    return CategoryLine(**{**values, **changes})  # type: ignore[arg-type]


def item(kind: str, code: str, label: str, topic: str, **changes: object) -> ItemLine:
    """A due test or a supportive-care item with sound defaults."""
    values: dict[str, object] = {
        "kind": kind, "code": code, "label": label, "description": "What it is.", "topic": topic,
        "rule": f"rule-{code}", "rules": (f"rule-{code}",), "why": "It belongs to good care here.", "facts": (),
        "because": (), "opens": (), "accompanies": (), "sources": (GUIDELINE,), "unsourced": False,
    }  # fmt: skip
    return ItemLine(**{**values, **changes})  # type: ignore[arg-type]


def example_findings() -> Findings:
    """Findings in every state."""
    return Findings(
        Patient("p1", "Patient/p1", "Iris Example", "female", "1962-03-04", "MRN-1"),
        [
            Finding("sex", "known", "female", evidence=("Patient/p1",)),
            Finding("age", "known", 64, evidence=("Patient/p1",)),
            Finding("metastatic", "known", True, "Secondary neoplasm of bone", ("Condition/c1",)),
            Finding("visceral-crisis", "presumed", False, note="Nothing is recorded."),
            Finding("er", "known", "positive", "95 %", ("Observation/er-met",), results=ER_RESULTS),
            Finding("her2", "conflicting", note="Two results of one sample disagree."),
            Finding("metastasis-liver", "derived", False, note="The scan shows none."),
            Finding("metastatic-line", "derived", 1, evidence=("Observation/prior",), note="No earlier treatment."),
        ],
        VOCABULARY,
        (
            Problem("gap", "", "Conditions could not be read: the server gave no answer within 10 s"),
            Problem("unread", "Observation/odd", "The value “purple” is not understood"),
        ),
        ("Patient/p1", "Observation/er-met"),
    )


def example_draft(**changes: object) -> Draft:
    """A draft with lines in every list."""
    values: dict[str, object] = {
        "findings": example_findings(), "as_of": "2026-11-22", "template_id": "example", "template_version": "0.1.0",
        "template_title": "Example template",
        "categories": (
            category("cdk46-et", "offered"),
            category("inavo-triplet", "conditional", missing=("pik3ca",), waits_for=("ngs",)),
            category("trial", "judgement", unsourced=True, sources=(), flags=("mdt",)),
            category("parp", "not-offered", closed_by=(HER2,), derives=(), presumes=()),
        ),
        "assessments": (item("assessment", "ngs", "Tumour sequencing", "Testing", opens=("inavo-triplet",)),),
        "supportive_care": (item("supportive-care", "pc", "Palliative care referral", "Palliative care"),),
        "alerts": (Alert("conflict", "HER2 results disagree: a clinician decides.", "warning", ("Observation/her2",)),),
        "to_confirm": ("visceral-crisis", "pik3ca", "her2", "metastatic-line", "metastasis-bone", "qtcf"),
    }  # fmt: skip
    return Draft(**{**values, **changes})  # type: ignore[arg-type]


def _group(link_id: str) -> dict[str, object]:
    return {"linkId": link_id, "text": link_id.capitalize(), "type": "group"}


REVIEW_FORM = {
    "resourceType": "Questionnaire",
    "url": "https://careplan-plugin.example.org/fhir/Questionnaire/plan-review",
    "version": "0.1.0",
    "title": "Plan review",
    "status": "draft",
    "subjectType": ["Patient"],
    "item": [_group(name) for name in ("offered", "conditional", "judgement", "not-offered", "assessments", "support")],
}


def example_template() -> Template:
    """A template around the example draft: its vocabulary and review form, and no rules."""
    return Template(
        id="example",
        url="https://careplan-plugin.example.org/fhir/PlanDefinition/example",
        version="0.1.0",
        title="Example template",
        vocabulary=VOCABULARY,
        category_rules=(),
        gates=(),
        item_rules=(),
        alert_rules=(),
        activities={},
        citations={},
        questionnaires={
            "plan-review": REVIEW_FORM,
            "facts-to-confirm": {"resourceType": "Questionnaire", "status": "draft", "item": [_group("facts")]},
        },
        part_urls=("https://careplan-plugin.example.org/fhir/PlanDefinition/part|0.1.0",),
        resources=(),
    )
