"""The reference implementation of FHIR's clinical reasoning, asked about the patients of a template's cases."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

from plugin.drafting.facts import Facts
from plugin.library.expressions import Truth
from plugin.library.rules import Template
from plugin.quality.stated import findings_from_values
from tests.operations.in_cql import RULE, library_of, parameters, translated

HERE = Path(__file__).parent / "java"
PATIENT = {"resourceType": "Patient", "id": "stated"}


@dataclass(frozen=True)
class Patient:
    """The patient of a case, and what each rule's condition is of them by our own evaluation."""

    template: Template
    case: str
    facts: Facts
    ours: Mapping[str, Truth]


@dataclass(frozen=True)
class Answered:
    """What the engine says of a patient.

    decided: rule -> what `Library/$evaluate` makes of its condition; None for null.
    actions: id -> the action, of all that `PlanDefinition/$apply` lists beside the strategy's own.
    plan: the CarePlan that it answers.
    """

    patient: Patient
    decided: Mapping[str, Truth]
    actions: Mapping[str, dict]
    plan: dict

    def decided_otherwise(self):
        ours = self.patient.ours
        return {rule for rule in ours if self.decided[rule] is not ours[rule]}

    def applied_otherwise(self):
        return self.actions.keys() ^ {rule for rule, truth in self.patient.ours.items() if truth}

    def contained(self, kind):
        return [each for each in self.plan["contained"] if each["resourceType"] == kind]


class Engine:
    """Built by Maven into a folder; asked in one process for as many patients as there are."""

    def __init__(self, folder):
        self.folder = folder
        classpath = folder / "classpath"
        build = ["mvn", "-q", "-B", "compile", "dependency:build-classpath", f"-Dmdep.outputFile={classpath}"]
        subprocess.run(build, cwd=HERE, check=True)
        self.classpath = os.pathsep.join((str(HERE / "target" / "classes"), classpath.read_text()))

    def ask(self, patients, planted=()):
        """What it says of each patient, with the conditions of `planted` turned into others."""
        templates = {each.template.id: each.template for each in patients}.values()
        resources = [PATIENT, *(each for template in templates for each in translated(template, planted))]
        entries = [{"resource": each} for each in resources]
        content = self.folder / "content.json"
        content.write_bytes(orjson.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}))
        lines = b"".join(orjson.dumps(each) + b"\n" for patient in patients for each in _operations(patient))
        command = ["java", f"-Duser.home={self.folder}", "-cp", self.classpath, "careplan.ReasonClinically", content]
        out = subprocess.run(command, input=lines, check=True, stdout=subprocess.PIPE).stdout.splitlines()
        return [_answered(*each) for each in zip(patients, out[::2], out[1::2], strict=True)]


def patients_of(template, cases):
    for case in cases:
        facts = Facts(findings_from_values(case.findings, template.vocabulary, case.as_of), template.vocabulary)
        yield Patient(template, case.id, facts, {rule.id: facts.truth(rule.condition) for rule in template.rules})


def _operations(patient):
    facts = {"name": "parameters", "resource": parameters(patient.facts)}
    library = {"name": "library", "valueCanonical": library_of(patient.template)}
    plan = {"name": "planDefinition", "valueCanonical": patient.template.url}
    return [{"resourceType": "Parameters", "parameter": [each, facts]} for each in (library, plan)]


def _answered(patient, evaluated, applied):
    results = orjson.loads(evaluated)["parameter"]
    decided = {each["name"].removeprefix(RULE): each.get("valueBoolean") for each in results}
    plan = orjson.loads(applied)
    root = next(each for each in patient.template.resources if each.get("url") == patient.template.url)
    own = {action["id"] for action in root["action"]}
    groups = [each for each in plan["contained"] if each["resourceType"] == "RequestGroup"]
    actions = {action["id"]: action for group in groups for action in group.get("action", ())}
    return Answered(patient, decided, {id: each for id, each in actions.items() if id not in own}, plan)
