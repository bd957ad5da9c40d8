"""A new rule with its first cases: a line that opens, a gate that closes one, a test, supportive care, or an alert."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from plugin.errors import UsageError
from plugin.library.expressions import Disjunction, Expression
from plugin.quality.authoring.first_cases import Conditions, Facts, Patients, patients
from plugin.quality.authoring.parts import add_part
from plugin.quality.authoring.rule_text import documentation, extensions_of, gate_extensions, rule_extensions
from plugin.quality.authoring.wording import checked_code, placeholder, quoted, skeleton
from plugin.quality.authoring.workplace import Workplace, refuse_taken, refuse_unknown

DEFAULT_CONFIDENCE = "moderate"
# CodeSystem of the item -> the file its rules stand in, its part of the strategy, and the list a draft has for it.
HOMES = {
    "treatment-category": ("", "", ""),
    "assessment": ("testing.yaml", "testing", "assessments"),
    "supportive-care": ("support.yaml", "support", "supportive_care"),
    "alert": ("alerts.yaml", "alerts", "alerts"),
}
TITLES = {
    "testing": "Tests and assessments",
    "support": "Supportive care",
    "alerts": "Alerts",
    "safety": "Safety gates",
}
# What a draft's list is called where a rule or gate puts its line.
LISTS = {"offered": "offered", "judgement": "judgement", "conditional": "conditional", "not-offered": "not_offered"}


@dataclass(frozen=True, slots=True)
class RuleWish:
    """What the author says of a rule.

    item: the code that it lists, or whose line it closes. when: its condition. part: the pathway of a treatment rule.
    gate: the disposition of a gate; empty for a rule that opens. cites: ids of sources; none marks it unsourced.
    encodes: names of the recommendations that it encodes.
    """

    id: str
    item: str
    when: str
    title: str
    reason: str = ""
    part: str = ""
    gate: str = ""
    judgement: bool = False
    level: str = "warning"
    cites: tuple[str, ...] = ()
    encodes: tuple[str, ...] = ()
    evidence: str = "knowledge"
    confidence: str = DEFAULT_CONFIDENCE


@dataclass
class NewRule:
    """What was written: the files, and what the author still has to do."""

    files: tuple[str, ...] = ()
    to_do: list[str] = field(default_factory=list)


def new_rule(folder: Path, wish: RuleWish) -> NewRule:
    """Write the rule and its first cases. Raises UsageError where an id is taken, or a name or condition is wrong."""
    place = Workplace(folder)
    checked_code("id of a rule", wish.id)
    refuse_taken("the rule", wish.id, place.rules, f" in {place.rules.get(wish.id, '')}")
    for source in wish.cites:
        refuse_unknown("source", source, place.sources, "write it with careplan new source")
    system = _system(wish, place)
    conditions = Conditions(place)
    condition = conditions.compiled(wish.when)
    file, part = _home(wish, system)
    if not place.text(file):
        add_part(place, place.strategy["id"], part, TITLES.get(part, wish.title), file)
    place.add_item(file, "action", _gate(wish) if wish.gate else _rule(wish, system, place), apart=True)
    new = NewRule()
    beside = _opening(wish, place, conditions) if wish.gate else None
    _add_cases(place, wish, system, patients(condition, beside, conditions.vocabulary), new)
    new.files = place.save()
    return new


def _system(wish: RuleWish, place: Workplace) -> str:
    known = {**place.items, **dict.fromkeys(place.terminology.displays("alert"), "alert")}
    refuse_unknown("item", wish.item, known, "describe it first with careplan new category")
    system = known[wish.item]
    if wish.gate and system != "treatment-category":
        raise UsageError(f"a gate closes a treatment category, and '{wish.item}' is of {system}; leave out --gate")
    if system == "treatment-category" and not wish.gate and not wish.part:
        raise UsageError("say which pathway the rule belongs to: --part NAME, for pathways/NAME.yaml")
    return system


def _home(wish: RuleWish, system: str) -> tuple[str, str]:
    if wish.gate:
        return "safety.yaml", "safety"
    file, part, _ = HOMES[system]
    return (file, part) if file else (f"pathways/{checked_code('name of a part', wish.part)}.yaml", wish.part)


def _rule(wish: RuleWish, system: str, place: Workplace) -> str:
    if system == "treatment-category":
        disposition = "judgement" if wish.judgement else "offered"
        extensions = rule_extensions(
            disposition, wish.evidence, wish.confidence, _encodes(wish), unsourced=not wish.cites
        )
    elif system == "alert":
        extensions = extensions_of([("alert-level", wish.level)], wish.encodes, unsourced=not wish.cites)
    else:
        rated = [("rule-evidence", wish.evidence), ("rule-confidence", wish.confidence)]
        extensions = extensions_of(rated, wish.encodes, unsourced=not wish.cites)
    text = skeleton(
        "rule.yaml",
        rule=wish.id,
        title=quoted(wish.title),
        reason=quoted(wish.reason or wish.title),
        system=system,
        item=wish.item,
        definition=place.described.get(wish.item, ""),
        when=quoted(wish.when),
        documentation=documentation(wish.cites),
        extensions=extensions,
    )
    if system != "alert":
        return text
    return "".join(line for line in text.splitlines(keepends=True) if "definitionCanonical:" not in line)


def _gate(wish: RuleWish) -> str:
    return skeleton(
        "gate.yaml",
        rule=wish.id,
        title=quoted(wish.title),
        reason=quoted(wish.reason or wish.title),
        when=quoted(wish.when),
        documentation=documentation(wish.cites),
        extensions=gate_extensions(
            wish.gate, wish.item, wish.evidence, wish.confidence, _encodes(wish), unsourced=not wish.cites
        ),
    )


def _encodes(wish: RuleWish) -> tuple[str, ...]:
    """What the rule encodes; where the author does not say, that it is still to be said of each source."""
    return wish.encodes or tuple(f"{placeholder()}: which part of {source}" for source in wish.cites) or (wish.id,)


def _opening(wish: RuleWish, place: Workplace, conditions: Conditions) -> Expression | None:
    """What opens the line that a gate closes: any of its rules."""
    texts = [
        action["condition"][0]["expression"]["expression"]
        for document in place.documents
        for action in document.data.get("action", [])
        if any(each["code"] == wish.item for concept in action.get("code", []) for each in concept["coding"])
    ]
    found = tuple(map(conditions.compiled, texts))
    return Disjunction(found) if found else None


def _add_cases(place: Workplace, wish: RuleWish, system: str, found: Patients, new: NewRule) -> None:
    """Write a case for each patient that was found, and say which is still to be written."""
    file = f"cases/{_home(wish, system)[0].rpartition('/')[2]}"
    if not place.text(file):
        place.put(file, skeleton("cases.yaml"))
    for number, (name, who, facts, expected) in enumerate(
        (
            ("holds", f"{wish.title}: it holds", found.holds, _expected(wish, system, True)),
            ("does not hold", f"{wish.title}: it does not hold", found.fails, _expected(wish, system, False)),
            ("is not decided", f"{wish.title}: not known whether it holds", found.waits, _expected(wish, system, None)),
        ),
        start=1,
    ):
        if facts is None:
            new.to_do.append(f"no patient was found for whom the condition {name}; write that case, if there is one")
            continue
        case = f"{wish.id}.{number}"
        refuse_taken("the case", case, place.cases, f" in {place.cases.get(case, '')}")
        fields = {"case": case, "rule": wish.id, "title": quoted(who), "findings": _flow(facts), "expect": expected}
        place.add_item(file, "cases", skeleton("case.yaml", **fields))


def _expected(wish: RuleWish, system: str, truth: bool | None) -> str:
    """What the author wants of a patient for whom the condition has this truth; never what a draft happens to give."""
    if wish.gate:
        name = {True: LISTS.get(wish.gate, "not_offered"), False: "offered", None: "conditional"}[truth]
    elif system == "treatment-category":
        opened = "judgement" if wish.judgement else "offered"
        name = {True: opened, False: "not_offered", None: "conditional"}[truth]
    elif truth:
        name = HOMES[system][2]
    else:
        return f"{{silent: [{wish.id}]}}"
    return f"{{{name}: [{wish.item}]}}"


def _flow(facts: Facts) -> str:
    written = {True: "true", False: "false"}
    told = (
        f"{code}: {written[value] if isinstance(value, bool) else quoted(value) if isinstance(value, str) else value}"
        for code, value in facts.items()
    )
    return f"{{{', '.join(told)}}}"
