"""The cases of every template, read and drafted by the product's own runner."""

from __future__ import annotations

from functools import cache

from plugin.drafting.facts import Facts
from plugin.drafting.model import Draft
from plugin.drafting.plan import draft_plan
from plugin.findings.model import Findings
from plugin.library.content import content_folder
from plugin.library.rules import Template
from plugin.library.template import load_template
from plugin.quality.cases import Case, read_cases
from plugin.quality.stated import findings_from_values

NAME = "metastatic-breast-cancer"


@cache
def template(name: str = NAME) -> Template:
    return load_template(content_folder("templates") / name)


@cache
def all_cases() -> tuple[Case, ...]:
    return read_cases(content_folder("templates") / NAME, template())[0]


def findings_of(case: Case) -> Findings:
    return findings_from_values(case.findings, template().vocabulary, case.as_of)


def draft_of(case: Case) -> Draft:
    return draft_plan(findings_of(case), template(), case.as_of)


def facts_of(case: Case) -> Facts:
    return Facts(findings_of(case), template().vocabulary)
