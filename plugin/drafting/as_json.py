"""The draft as the command line's JSON contract prints it."""

from __future__ import annotations

from typing import Any

from plugin.drafting.drugs_as_json import agents_json, not_beside_json, superseded_json
from plugin.drafting.model import (
    Alert,
    CategoryLine,
    Consequence,
    Draft,
    Fact,
    GoalLine,
    ItemLine,
    OwnWords,
    TestResult,
)
from plugin.findings.as_json import finding_json
from plugin.library.rules import Remark


def draft_json(draft: Draft) -> dict[str, Any]:
    """One object with the lists of the contract; codes of our CodeSystems, references into the input."""
    return {
        "patient": draft.findings.patient.id,
        "as_of": draft.as_of,
        "templates": {"id": draft.template_id, "version": draft.template_version},
        "no_plan": draft.no_plan,
        "offered": [_offered(line) for line in draft.standing("offered")],
        "conditional": [_waiting(line) for line in draft.standing("conditional")],
        "judgement": [_waiting(line) for line in draft.standing("judgement")],
        "not_offered": [_closed(line) for line in draft.standing("not-offered")],
        "assessments": [_item(line) for line in draft.assessments],
        "supportive_care": [_item(line) for line in draft.supportive_care],
        "alerts": [_alert(alert) for alert in draft.alerts],
        "patient_words": [_words(words) for words in draft.own_words],
        "goals": [_goal(line) for line in draft.proposed_goals()],
        "goals_to_ask": [_goal(line) | {"missing": list(line.missing)} for line in draft.goals_to_ask()],
        "to_confirm": list(draft.to_confirm),
        "consequences": {
            code: [_consequence(consequence) for consequence in draft.consequences.get(code, ())]
            for code in draft.to_confirm
        },
        "findings": {code: finding_json(finding) for code, finding in draft.findings.items()},
    }


def _alert(alert: Alert) -> dict[str, Any]:
    said = {"code": alert.code, "text": alert.text, "level": alert.level, "rule": alert.rule}
    return said | {"because": list(alert.because)} | _authority(alert)


def _reason(line: CategoryLine | ItemLine) -> dict[str, Any]:
    return {"code": line.code, "rule": line.rule, "why": line.why, "because": list(line.because)}


def _authority(line: CategoryLine | ItemLine | GoalLine | Alert) -> dict[str, Any]:
    return {"evidence": [source.id for source in line.sources], "unsourced": line.unsourced}


def _offered(line: CategoryLine) -> dict[str, Any]:
    rests_on = {"derives": _written(line.derives), "presumes": _written(line.presumes), "flags": list(line.flags)}
    drugs = {"agents": agents_json(line), "not_beside": not_beside_json(line), "superseded": superseded_json(line)}
    return _reason(line) | _authority(line) | rests_on | _in_use(line) | drugs


def _waiting(line: CategoryLine) -> dict[str, Any]:
    return _offered(line) | {"waits_for": list(line.waits_for), "missing": list(line.missing)}


def _closed(line: CategoryLine) -> dict[str, Any]:
    grounds = line.closing or line
    closed: dict[str, Any] = {
        "title": line.title,
        "closed_by": _written(line.closed_by),
        "presumes": _written(line.presumes),
    }
    closed |= {"evidence": [source.id for source in grounds.sources], "unsourced": grounds.unsourced}
    return _reason(line) | closed | {"agents": agents_json(line), "superseded": superseded_json(line)}


def _item(line: ItemLine) -> dict[str, Any]:
    beside = {"opens": list(line.opens), "accompanies": list(line.accompanies)}
    said = {"notes": [_remark(note) for note in line.notes], "superseded": superseded_json(line)}
    if line.kind == "assessment":
        said["results"] = [_result(result) for result in line.results]
    return _reason(line) | _authority(line) | beside | said


def _result(result: TestResult) -> dict[str, str]:
    said = {"name": result.name, "finding": result.code, "standing": result.standing}
    return said | {"text": result.words, "date": result.date}


def _in_use(line: CategoryLine) -> dict[str, Any]:
    """What is known of a category whoever the patient is, and what it brings along in this draft."""
    monitors = [{"area": each.area, "measured_by": each.measured_by} | _remark(each) for each in line.monitors]
    effects = [{"serious": each.serious, "care": list(each.care)} | _remark(each) for each in line.effects]
    return {
        "brings": [each.code for each in line.brings],
        "monitors": monitors,
        "effects": effects,
        "not_with": [_remark(each) for each in line.not_with],
        "notes": [_remark(each) for each in line.notes],
    }


def _remark(said: Remark) -> dict[str, Any]:
    return {"text": said.text, "evidence": [source.id for source in said.citations], "unsourced": said.unsourced}


def _goal(line: GoalLine) -> dict[str, Any]:
    return (
        {"code": line.code, "text": line.label, "rule": line.rule, "why": line.why}
        | {"because": list(line.because)}
        | _authority(line)
    )


def _words(words: OwnWords) -> dict[str, Any]:
    said = {"text": words.text, "said_by": words.said_by, "date": words.date, "question": words.question}
    return said | {"because": list(words.references)}


def _consequence(consequence: Consequence) -> dict[str, Any]:
    moved = {name.replace("-", "_"): list(codes) for name, codes in consequence.by_disposition}
    return {"value": consequence.value} | moved


def _written(facts: tuple[Fact, ...]) -> list[str]:
    return [str(fact) for fact in facts]
