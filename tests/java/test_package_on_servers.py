"""The package on FHIR servers that are not ours: HAPI FHIR installs it, sekmet-fhir is given each resource.

Both must give back what they got; but for what a server adds to `meta`, and how it writes the XHTML of a narrative.
"""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
import requests

from plugin.sandbox.fhir_server import fhir_server

TIMEOUT = 120
SERVERS_OWN = ("versionId", "lastUpdated", "source")

pytestmark = pytest.mark.java


@pytest.fixture(scope="module")
def sekmet(contents):
    """The sandbox's FHIR server with the definitions and templates of the package, put there one by one."""
    with fhir_server() as base:
        put(base, contents.resources)
        yield base


def put(base, resources):
    """All resources under their own ids in one transaction, since they name each other."""
    entries = [{"resource": each, "request": {"method": "PUT", "url": name(each)}} for each in resources.values()]
    answer = requests.post(
        base, json={"resourceType": "Bundle", "type": "transaction", "entry": entries}, timeout=TIMEOUT
    )
    assert answer.status_code == 200, answer.text


def name(resource):
    return f"{resource['resourceType']}/{resource['id']}"


def read(base, path):
    answer = requests.get(f"{base}/{path}", timeout=TIMEOUT)
    assert answer.status_code == 200, answer.text
    return answer.json()


def without_the_servers_own(resource):
    meta = {key: value for key, value in resource.get("meta", {}).items() if key not in SERVERS_OWN}
    text = dict(resource.get("text", {}))
    if "div" in text:
        text["div"] = ElementTree.canonicalize(text["div"], strip_text=True)
    return {**resource, "meta": meta, "text": text}


def changed(base, resources):
    """Which resources the server does not give back as they are."""
    told = {each: without_the_servers_own(resource) for each, resource in resources.items()}
    return [each for each, resource in told.items() if without_the_servers_own(read(base, name(resource))) != resource]


@pytest.mark.parametrize("server", ["hapi", "sekmet"])
def test_definitions_and_templates_are_read_back_as_they_are(server, request, contents):
    assert changed(request.getfixturevalue(server), contents.resources) == []


def test_every_definition_and_template_is_found_by_its_canonical(hapi, contents):
    lost = []
    for file, resource in contents.resources.items():
        found = read(hapi, f"{resource['resourceType']}?url={resource['url']}&_elements=url").get("entry", [])
        # Drafted forms among the examples, which another test puts there, name the form that they were made from.
        if resource["id"] not in {each["resource"]["id"] for each in found}:
            lost.append(file)
    assert lost == []


@pytest.mark.parametrize("server", ["hapi", "sekmet"])
def test_charts_and_drafts_are_taken_and_read_back_as_they_are(server, request, contents):
    base = request.getfixturevalue(server)
    put(base, contents.examples)
    assert changed(base, contents.examples) == []


def test_hapi_refuses_a_draft_that_leads_nowhere(hapi, contents):
    plan = contents.examples["CarePlan-hr-positive-careplan.json"]
    nobody, lost = {"display": "Nobody"}, [{"reference": "Goal/none-such"}]
    kept = {key: plan[key] for key in ("resourceType", "status", "intent")}
    broken = {**kept, "id": "planted", "subject": nobody, "goal": lost}
    answer = requests.put(f"{hapi}/CarePlan/planted", json=broken, timeout=TIMEOUT)
    assert answer.status_code == 400
    assert "Goal/none-such not found" in answer.text
