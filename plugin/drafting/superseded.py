"""What older texts say, on the lines where a reader would look for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from plugin.drafting.facts import Facts
from plugin.drafting.model import CategoryLine, ItemLine
from plugin.library.rules import Superseded, Template

AnyLine = TypeVar("AnyLine", CategoryLine, ItemLine)


def with_superseded(lines: tuple[AnyLine, ...], facts: Facts, template: Template) -> tuple[AnyLine, ...]:
    """The lines, each with the statements about it that speak of patients like this one."""
    spoken = [each for each in template.superseded if each.condition is None or facts.truth(each.condition) is True]
    spoken_of = frozenset[str]().union(*(each.items for each in spoken))
    return tuple(_told(line, spoken) if line.code in spoken_of else line for line in lines)


def _told(line: AnyLine, spoken: list[Superseded]) -> AnyLine:
    return replace(line, superseded=tuple(each for each in spoken if line.code in each.items))
