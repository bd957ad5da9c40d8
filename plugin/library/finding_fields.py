"""From the extension `finding-definition` to a FindingDefinition: one function per element, nothing looked up yet."""

from __future__ import annotations

from typing import Any, cast, get_args

from plugin.library.fields import Fields
from plugin.library.readings import Measure, Part, PartKind, Reading, ReadingKind, Rule
from plugin.library.vocabulary import Derivation, FindingDefinition, FindingType, Presumption, Value

LIMITS = ("high", "low")
TYPES: dict[str, tuple[type, ...]] = {"code": (str,), "boolean": (bool,), "integer": (int,), "decimal": (int, float)}


def finding_of(fields: Fields, code: str, value_sets: tuple[str, ...]) -> FindingDefinition | None:
    """The finding that the extension defines; None, with a fault noted, where its type is unknown."""
    kind = fields.required("type")
    if kind not in get_args(FindingType):
        fields.fault(f"finding '{code}' has the type '{kind}'", f"use one of {', '.join(get_args(FindingType))}")
        return None
    decided = tuple(fields.all("value"))
    undecided = tuple(fields.all("undecided-value"))
    readings = fields.nested("reading")
    presumptions = fields.nested("presumption")
    definition = FindingDefinition(
        code=code,
        label=fields.required("label"),
        type=cast(FindingType, kind),
        values=(*decided, *undecided),
        undecided=frozenset(undecided),
        unit=fields.one("unit", ""),
        value_sets=value_sets,
        settled_by=fields.all("settled-by"),
        group=fields.required("group"),
        asked_of=fields.one("asked-of", "chart"),
        stated_days=fields.one("stated-days", 0),
        presumption=_presumption(presumptions[0]) if presumptions else None,
        reading=_reading(readings[0]) if readings else None,
        holds_since=fields.one("holds-since", ""),
        denials=tuple(found for nested in fields.nested("denial") if (found := _derivation(nested))),
        derivations=tuple(found for nested in fields.nested("derivation") if (found := _derivation(nested))),
    )
    fields.finish(f"finding '{code}'")
    _check_values(definition, fields)
    return definition


def _check_values(definition: FindingDefinition, fields: Fields) -> None:
    if (definition.type == "code") != bool(definition.values):
        fields.fault(
            f"finding '{definition.code}' of type {definition.type} lists {len(definition.values)} values",
            "list the values of a code, and only of a code",
        )
    given: list[Any] = [derivation.value for derivation in definition.derivations]
    if definition.presumption is not None:
        given.append(definition.presumption.value)
    for value in given:
        if not fits(definition, value):
            fields.fault(f"finding '{definition.code}' cannot be {value!r}", "give a value of the finding's type")


def fits(definition: FindingDefinition, value: object) -> bool:
    """Whether the finding can take this value."""
    if definition.type == "code":
        return value in definition.values
    if definition.type != "boolean" and isinstance(value, bool):
        return False
    return isinstance(value, TYPES[definition.type])


def _presumption(fields: Fields) -> Presumption:
    presumption = Presumption(
        value=fields.required("value"),
        reason=fields.required("reason"),
        unless=fields.expressions("unless"),
        needs=fields.all("needs"),
        signs=fields.names("sign"),
    )
    fields.finish("the presumption")
    return presumption


def _derivation(fields: Fields) -> Derivation | None:
    when = fields.expression("when")
    value: Value = fields.required("value")
    reason = fields.required("reason")
    fields.finish("the derivation")
    return None if when is None else Derivation(value, when, reason)


def _reading(fields: Fields) -> Reading:
    kind = fields.required("kind")
    if kind not in get_args(ReadingKind):
        fields.fault(f"there is no kind of reading '{kind}'", f"use one of {', '.join(get_args(ReadingKind))}")
    reading = Reading(
        kind=kind,
        parts=tuple(_part(nested) for nested in fields.nested("part")),
        rules=tuple(rule for nested in fields.nested("rule") if (rule := _rule(nested))),
        panel=fields.one("panel", ""),
        follows=fields.one("follows", ""),
        once_found=fields.one("once-found"),
        unless_leading=fields.all("unless-leading"),
        strategy=fields.one("strategy", "newest"),
        lesions=fields.one("lesions", False),
        disputed=fields.one("disputed", False),
        not_results=fields.names("not-results"),
        self_reported=fields.one("self-reported", False),
        valid_days=fields.one("valid-days", 0),
        until_progression=fields.one("until-progression", False),
        join_days=fields.one("join-days", 0),
        of=fields.one("of", ""),
        value=fields.one("value"),
        attribute=fields.one("attribute", ""),
        classes=fields.names("class"),
        period=fields.one("period", "any"),
        measure=fields.one("measure", "given"),
        within_months=fields.one("within-months", 0),
        more_than_months=fields.one("more-than-months", 0),
        counted_from=fields.one("counted-from", "end"),
    )
    if reading.measure not in get_args(Measure):
        fields.fault(f"there is no measure '{reading.measure}'", f"use one of {', '.join(get_args(Measure))}")
    fields.finish("the reading")
    return reading


def _rule(fields: Fields) -> Rule | None:
    when = fields.expression("when")
    value = fields.one("value")
    rule = (
        None
        if when is None
        else Rule(value, when, fields.one("part", ""), fields.one("note", ""), fields.one("derived", False))
    )
    if value is None and not fields.one("part"):
        fields.fault("the rule gives neither a value nor a part", "say which value holds when the condition is true")
    fields.finish("the rule")
    return rule


def _part(fields: Fields) -> Part:
    kind = fields.required("kind")
    if kind not in get_args(PartKind):
        fields.fault(f"there is no kind of part '{kind}'", f"use one of {', '.join(get_args(PartKind))}")
    if fields.one("reference", "") not in ("", *LIMITS):
        fields.fault(f"the reference '{fields.one('reference')}' is not known", f"use one of {', '.join(LIMITS)}")
    part = Part(
        name=fields.required("name"),
        kind=kind,
        tests=fields.names("tests"),
        unless_tests=fields.names("unless-tests"),
        answers=fields.names("answers"),
        value=fields.one("value"),
        subject=fields.all("subject"),
        units=fields.all("unit"),
        unitless=fields.names("unitless"),
        label=fields.one("label", ""),
        other_labels=fields.all("other-label"),
        share_above=fields.one("share-above", 0),
        minimum=fields.one("minimum"),
        maximum=fields.one("maximum"),
        step=fields.one("step", 0),
        reference=fields.one("reference", ""),
        fallback=fields.one("fallback", False),
        sites=fields.names("sites"),
        lesion=fields.one("lesion", ""),
        genes=fields.names("genes"),
        origins=fields.all("origin"),
        studied=fields.all("studied"),
        single=fields.one("single", False),
        method=fields.one("method", ""),
        unclassified=fields.one("unclassified", False),
        changes=fields.one("changes", ""),
        only=fields.one("only", ""),
        point=fields.one("point", False),
        fusion=fields.one("fusion", False),
        gain=fields.one("gain", False),
        active=fields.one("active", False),
        excluding=fields.names("excluding"),
        including=fields.names("including"),
        inadequate=fields.names("inadequate"),
        weak_grounds=fields.names("weak-ground"),
        valid_days=fields.one("valid-days", 0),
        lasting_value=fields.one("lasting-value"),
        lasting_days=fields.one("lasting-days", 0),
        confounded_by=fields.names("confounded-by"),
        confounded_value=fields.one("confounded-value"),
        confounded_age=fields.one("confounded-age", 0),
    )
    fields.finish(f"part '{part.name}'")
    return part
