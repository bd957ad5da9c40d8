"""What everybody may ask: which services there are, and what they want prefetched."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from plugin.chart.searches import CHART_SEARCHES
from plugin.errors import UsageError
from plugin.hooks.services import services_of
from plugin.settings import Settings, check_ready_to_serve, load_settings
from tests.hooks.ehr import DRAFT, ORDERS, Ehr, cds

TOKEN = re.compile(r"\{\{(.*?)\}\}")
QUERY = re.compile(r"(?P<kind>[A-Z][A-Za-z]+)(/|\?patient=)\{\{context\.patientId\}\}")


def listed(ehr: Ehr) -> list[dict]:
    response = ehr.app.test_client().get("/cds-services")
    assert (response.status_code, response.mimetype) == (200, "application/json")
    return response.get_json()["services"]


@cds(1, 4, 5, 6, 13)
def test_it_stands_at_its_address_and_lists_the_services_as_json(ehr):
    assert list(ehr.app.test_client().get("/cds-services").get_json()) == ["services"]
    assert [(each["hook"], each["id"]) for each in listed(ehr)] == [
        ("patient-view", DRAFT),
        ("order-select", ORDERS),
        ("order-sign", ORDERS),
    ]


@cds(3, 7, 8, 9, 10, 12)
def test_each_service_says_what_it_does_and_what_it_needs(ehr):
    for service in listed(ehr):
        assert service.keys() == {"hook", "title", "description", "id", "prefetch", "usageRequirements"}
        assert all(isinstance(value, str) and value for name, value in service.items() if name != "prefetch")


@cds(11, 29, 36)
def test_what_is_to_be_prefetched_is_what_a_chart_is_read_from(ehr):
    wanted = {"Patient", *(search.resource_type for search in CHART_SEARCHES)}
    for service in listed(ehr):
        assert {QUERY.fullmatch(query)["kind"] for query in service["prefetch"].values()} == wanted
        assert all(
            key[0].upper() + key[1:] == QUERY.fullmatch(query)["kind"] for key, query in service["prefetch"].items()
        )


@cds(35, 55, 56, 57, 58, 59)
def test_templates_keep_to_reads_and_searches_by_the_patient_of_the_context(ehr):
    for query in (query for service in listed(ehr) for query in service["prefetch"].values()):
        assert TOKEN.findall(query) == ["context.patientId"]
        assert QUERY.fullmatch(query), query


@cds(210, 211)
def test_signing_replaces_what_was_said_when_the_order_was_chosen(ehr):
    hooks = [each["hook"] for each in listed(ehr) if each["id"] == ORDERS]
    assert hooks == ["order-select", "order-sign"]


@cds(208)
@pytest.mark.parametrize("path", ["/cds-services", f"/cds-services/{DRAFT}", f"/cds-services/{DRAFT}/feedback"])
def test_a_client_in_a_browser_may_ask_from_any_origin_without_cookies(ehr, path):
    asked = {"Origin": "https://ehr.example.org", "Access-Control-Request-Headers": "authorization,content-type"}
    answer = ehr.app.test_client().options(path, headers=asked)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert {"Authorization", "Content-Type"} <= set(answer.headers["Access-Control-Allow-Headers"].split(", "))
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert "Access-Control-Allow-Credentials" not in answer.headers
    refused = ehr.app.test_client().post(path, headers={"Origin": "https://ehr.example.org"})
    assert refused.status_code >= 400
    assert refused.headers["Access-Control-Allow-Origin"] == "*", "or the browser hides why"


@cds(2, 168)
def test_it_is_not_served_without_tls_beyond_this_machine():
    ready = {"secret_key": "s" * 40, "allowed_issuers": [{"iss": "https://e.example.org", "client_id": "c"}]}

    def settings(public_url: str, **client: object) -> Settings:
        clients = [{"iss": "https://e.example.org", "jku": "https://e.example.org/jwks", **client}]
        return load_settings(environ={}, overrides=ready | {"public_url": public_url, "cds_clients": clients})

    check_ready_to_serve(settings("https://plan.example.org"))
    for wrong in (
        settings("http://plan.example.org"),
        settings("https://plan.example.org", jku="http://e.example.org/jwks"),
        settings("https://plan.example.org", fhir_servers=["http://e.example.org/fhir"]),
    ):
        with pytest.raises(UsageError, match="not https"):
            check_ready_to_serve(wrong)


def test_a_template_that_names_no_hook_offers_no_service(template):

    assert services_of(replace(template, occasions={})) == ()
