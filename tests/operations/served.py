"""One of everything that the operations serve, under the file names of a package: for validators that are not ours."""

from __future__ import annotations

from typing import Any

from flask import Flask

from plugin import __version__
from plugin.library.content import default_template_folder
from plugin.library.rules import Template
from plugin.operations.capability import all_definitions
from plugin.operations.definitions import Definitions
from plugin.operations.routes import init_operations
from plugin.settings import Settings, load_settings
from tests.operations.caller import PLAN, Caller, Issuing, asked, now

FORMS = ("facts-to-confirm", "plan-review", "for-the-patient")
PATIENT = "hr-positive"


def definitions_of(template: Template) -> Definitions:
    """Everything that is published beside the default template."""
    return all_definitions(template, default_template_folder(), __version__)


def calling(template: Template, definitions: Definitions, issuing: Issuing, **changes: Any) -> Caller:
    """The operations in an application of their own, and somebody who calls them with a token that opens all."""
    values = {"operations_clients": [issuing.client], "time_zone": "Pacific/Kiritimati"} | changes
    settings: Settings = load_settings(environ={}, overrides=values)
    app = Flask("plugin")
    init_operations(app, settings, template, definitions, now, __version__)
    return Caller(app.test_client(), issuing.token())


def served(template: Template) -> dict[str, dict[str, Any]]:
    """Statement, OperationDefinitions, plan, forms, an envelope, a search and a refusal, with ids of their own."""
    caller = calling(template, definitions_of(template), Issuing())
    forms = {
        form: caller.post(f"/Questionnaire/{form}/$populate", asked(PATIENT, reference=True)).json for form in FORMS
    }
    given = {
        "metadata": caller.get("/metadata").json,
        "plan": caller.post(f"/PlanDefinition/{PLAN}/$apply", asked(PATIENT)).json,
        "envelope": forms[FORMS[0]],
        "search": caller.get("/Questionnaire?_count=1").json,
        "refusal": caller.get("/Patient/1").json,
    }
    given |= {form: answer["parameter"][0]["resource"] for form, answer in forms.items()}
    for entry in caller.get("/OperationDefinition").json["entry"]:
        given[entry["resource"]["id"]] = entry["resource"]
    named = [resource | {"id": f"served-{name}"} for name, resource in given.items()]
    return {f"{resource['resourceType']}-{resource['id']}.json": resource for resource in named}
