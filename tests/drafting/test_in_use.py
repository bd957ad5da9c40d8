"""What is known of a category whoever the patient is, in every form of a draft."""

from dataclasses import replace

from plugin.drafting.activities import activity_of
from plugin.drafting.as_json import draft_json
from plugin.drafting.narrative import as_text
from plugin.drafting.outline import fact_in_words
from plugin.library.content import extension_url, system_url
from tests.example_draft import CRISIS, CRISIS_GATE, category, example_draft, example_template


def test_json_names_sources_or_says_that_there_are_none():
    line = draft_json(example_draft())["offered"][0]
    assert line["brings"] == ["ngs", "pc"]
    assert line["monitors"] == [
        {
            "area": "blood-counts",
            "measured_by": "labs",
            "text": "Low white cells.",
            "evidence": ["asco_hr_2021"],
            "unsourced": False,
        }
    ]
    assert [(each["serious"], each["care"], each["unsourced"]) for each in line["effects"]] == [
        (True, ["pc"], True),
        (False, [], False),
    ]
    assert line["not_with"] == [{"text": "Never with tamoxifen.", "evidence": [], "unsourced": True}]


def test_the_activity_of_a_care_plan_carries_it_as_extensions():
    activity = activity_of(example_draft().categories[0], example_template())
    found = {each["url"]: each for each in activity["extension"]}
    assert found[extension_url("activity-not-with")]["extension"] == [
        {"url": "text", "valueString": "Never with tamoxifen."},
        {"url": "unsourced", "valueBoolean": True},
    ]
    brings = [each for each in activity["extension"] if each["url"] == extension_url("activity-brings")]
    assert [each["valueCodeableConcept"]["coding"][0] for each in brings] == [
        {"system": system_url("assessment"), "code": "ngs"},
        {"system": system_url("supportive-care"), "code": "pc"},
    ]


def test_the_text_says_it_in_short_and_marks_what_is_unsourced():
    text = as_text(example_draft(), example_template())
    assert "Comes with: Tumour sequencing, Palliative care referral." in text
    assert "Not combined with: Never with tamoxifen. (no source found)" in text
    assert "Serious: Clots in veins. (no source found)" in text
    assert "Watched: blood counts." in text
    assert "Tiredness" not in text


def test_a_line_of_which_nothing_is_known_says_nothing():
    bare = category("trial", "offered", monitors=(), effects=(), not_with=(), brings=())
    text = as_text(replace(example_draft(), categories=(bare,)), example_template())
    assert not {"Comes with", "Not combined with", "Serious", "Watched"} & {
        part.strip(" •") for part in text.split(":")
    }


def test_what_lines_share_is_said_once_and_a_single_line_shares_nothing():
    lines = tuple(category(code, "offered", presumes=(CRISIS,)) for code in ("trial", "parp"))
    text = as_text(replace(example_draft(), categories=lines), example_template())
    assert (
        text.count(fact_in_words(CRISIS)),
        text.count("Presumed, to be confirmed: what “Behind most lines” lists"),
    ) == (1, 2)
    text = as_text(replace(example_draft(), categories=lines[:1]), example_template())
    assert f"Presumed, to be confirmed: {fact_in_words(CRISIS)}." in text
    assert "BEHIND MOST LINES" not in text


def test_a_gate_that_holds_beside_the_leading_rule_is_said_too():
    gate = replace(CRISIS_GATE, truth=True, disposition="judgement")
    line = category("trial", "judgement", gates=(gate,))
    text = as_text(replace(example_draft(), categories=(line,)), example_template())
    assert f"Also: {gate.title}. {gate.reason}" in text
    text = as_text(replace(example_draft(), categories=(replace(line, rule=gate.id),)), example_template())
    assert "Also: " not in text
