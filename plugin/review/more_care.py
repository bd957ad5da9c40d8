"""Care that the template holds and this draft does not list: chosen from a list, kept as a line of the clinician's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from plugin.drafting.model import Draft, Fact
from plugin.drafting.not_drafted import NotDrafted, not_drafted
from plugin.errors import InputError
from plugin.library.rules import Template
from plugin.review.own_lines import OwnWish
from plugin.storage.own_lines import OwnHistory

NAMED = 4  # facts and treatments that say why; with more of them the sentence says little


@dataclass(frozen=True, slots=True)
class MoreCare:
    """An item to add. why: why the template does not draft it for this patient, as a sentence."""

    code: str
    label: str
    description: str
    why: str


def more_care(draft: Draft, template: Template, own_lines: Iterable[OwnHistory]) -> tuple[MoreCare, ...]:
    """The care that can be added, in the order of the template; what stands in the plan already is left out."""
    added = {each.now.item for each in own_lines if each.stands}
    return tuple(_offered(each, template) for each in not_drafted(draft, template) if each.activity.code not in added)


def wish_for(code: str, seen: int, offered: Iterable[MoreCare]) -> OwnWish:
    """The line that adds an item of the list, with its origin; raises InputError where the list does not hold it."""
    care = next((each for each in offered if each.code == code), None)
    if care is None:
        raise InputError("This is not on the list, or stands in the plan already; choose from the list as it is now.")
    return OwnWish("add", "care", f"{care.label}: {care.description}", care.why, seen, code)


def _offered(left_out: NotDrafted, template: Template) -> MoreCare:
    activity = left_out.activity
    labels = {code: definition.label for code, definition in template.vocabulary.items()}
    return MoreCare(activity.code, activity.label, activity.description, " ".join(_reasons(left_out, labels)))


def _reasons(left_out: NotDrafted, labels: Mapping[str, str]) -> Iterator[str]:
    if left_out.facts:
        yield f"Not drafted since: {_some([_said(fact) for fact in left_out.facts])}."
    if left_out.missing:
        yield f"Not known: {_some([labels[code] for code in left_out.missing])}."
    if left_out.beside:
        yield f"Belongs with treatment that is not open: {_some(left_out.beside)}."


def _said(fact: Fact) -> str:
    presumed = " (presumed)" if fact.state == "presumed" else ""
    return f"{fact.label}: {({'true': 'yes', 'false': 'no'}).get(fact.value, fact.value)}{presumed}"


def _some(names: Iterable[str]) -> str:
    every = list(names)
    rest = f" and {len(every) - NAMED} more" if len(every) > NAMED else ""
    return f"{'; '.join(every[:NAMED])}{rest}"
