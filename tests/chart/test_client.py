from __future__ import annotations

from collections.abc import Callable

import orjson
import pytest
from werkzeug.wrappers import Request, Response

from plugin.chart.client import FhirClient
from plugin.chart.http import Limits, http_session
from plugin.errors import Refused, Unreachable
from tests.chart.fhir_stub import FhirStub, bundle, fhir, outcome

PLAN = {"resourceType": "CarePlan", "status": "draft"}
LIMITS = Limits(connect=1, read=1)


@pytest.fixture
def client(stub: FhirStub) -> FhirClient:
    return FhirClient(http_session(LIMITS), stub.base, LIMITS)


def test_create_sends_fhir_json_and_gives_what_was_stored(stub: FhirStub, client: FhirClient) -> None:
    stub.on["CarePlan"] = lambda request: fhir({**orjson.loads(request.data), "id": "9"}, 201)
    assert client.create(PLAN, if_none_exist="identifier=x|1") == {**PLAN, "id": "9"}
    (request,) = stub.requests
    assert request.method == "POST"
    assert request.headers["Content-Type"] == "application/fhir+json"
    assert request.headers["If-None-Exist"] == "identifier=x|1"


def test_every_page_and_resource_is_asked_for_fresh_since_servers_keep_what_they_found(
    stub: FhirStub, client: FhirClient
) -> None:
    pages = {None: bundle(next_url=f"{stub.base}/CarePlan?page=2"), "2": bundle()}
    stub.on["CarePlan"] = lambda request: pages[request.args.get("page")]
    assert len(list(client.search("CarePlan", [("patient", "p1")]))) == 2
    client.read("Patient", "p1")
    assert [request.headers["Cache-Control"] for request in stub.requests] == ["no-cache"] * 3


@pytest.mark.parametrize("header", ["Location", "Content-Location"])
def test_a_silent_server_says_in_a_header_what_it_stored(stub: FhirStub, client: FhirClient, header: str) -> None:
    stub.on["CarePlan"] = lambda _: Response(status=201, headers={header: f"{stub.base}/CarePlan/9/_history/1"})
    assert client.create(PLAN)["id"] == "9"


def test_a_server_that_does_not_say_where_it_stored_is_not_believed(stub: FhirStub, client: FhirClient) -> None:
    stub.on["CarePlan"] = lambda _: Response(status=201)
    with pytest.raises(Refused, match="did not say where"):
        client.create(PLAN)


def test_update_names_the_version_it_knows(stub: FhirStub, client: FhirClient) -> None:
    stub.on["CarePlan/9"] = lambda request: fhir(orjson.loads(request.data))
    client.update({**PLAN, "id": "9"}, version="3")
    assert stub.requests[0].headers["If-Match"] == 'W/"3"'


def test_an_update_of_a_changed_resource_is_refused_by_name(stub: FhirStub, client: FhirClient) -> None:
    stub.on["CarePlan/9"] = lambda _: outcome(412, "version is 4")
    with pytest.raises(Refused, match=r"changed in the meantime \(412\): version is 4") as caught:
        client.update({**PLAN, "id": "9"}, version="3")
    assert (caught.value.status, caught.value.detail) == (412, "version is 4")


def test_a_transaction_goes_to_the_base_and_is_never_repeated(stub: FhirStub, client: FhirClient) -> None:
    def answer(request: Request) -> Response:
        assert request.path.rstrip("/") == "/fhir"
        return outcome(503, "try later")

    stub.on[""] = answer
    with pytest.raises(Refused, match="try later"):
        client.transaction({"resourceType": "Bundle", "type": "transaction", "entry": []})
    assert len(stub.requests) == 1


def test_a_refusal_carries_the_words_of_all_issues(stub: FhirStub, client: FhirClient) -> None:
    issues = [
        {"severity": "error", "code": "required", "diagnostics": "subject is missing"},
        {"severity": "error", "code": "value", "details": {"text": "status is wrong"}},
    ]
    stub.on["CarePlan"] = lambda _: fhir({"resourceType": "OperationOutcome", "issue": issues}, 422)
    with pytest.raises(Refused, match="subject is missing; status is wrong"):
        client.create(PLAN)


def test_a_page_for_browsers_is_not_quoted(stub: FhirStub, client: FhirClient) -> None:
    stub.on["CarePlan"] = lambda _: Response("<html>stack trace</html>", 400, content_type="text/html")
    with pytest.raises(Refused) as caught:
        client.create(PLAN)
    assert str(caught.value) == "the server answered with status 400"


def test_a_reference_on_the_same_server_is_read(stub: FhirStub, client: FhirClient) -> None:
    stub.on["Practitioner"] = lambda _: fhir({"resourceType": "Practitioner", "id": "7"})
    assert client.read_reference("Practitioner/7")["id"] == "7"
    assert client.read_reference(f"{stub.base}/Practitioner/7")["id"] == "7"


@pytest.mark.requirement("hl7.fhir.uv.smart-app-launch_2.2.0@97")
@pytest.mark.parametrize("reference", ["http://127.0.0.1:9/fhir/Practitioner/7", "//evil.example/x", "../admin"])
def test_a_reference_to_another_server_is_not_followed(client: FhirClient, reference: str) -> None:
    with pytest.raises(Refused, match="another server"):
        client.read_reference(reference)


def test_a_server_that_is_not_there_is_unreachable() -> None:
    client = FhirClient(http_session(LIMITS), "http://127.0.0.1:9/fhir", LIMITS)
    with pytest.raises(Unreachable, match="could not be reached"):
        client.read("Patient", "p1")


@pytest.mark.parametrize(
    "read", [lambda client: client.read("Patient", "p1"), lambda client: client.read_reference("Patient/p1")]
)
def test_an_error_with_status_200_is_no_resource_and_speaks_in_its_own_words(
    stub: FhirStub, client: FhirClient, read: Callable[[FhirClient], object]
) -> None:
    stub.on["Patient"] = lambda _: outcome(200, "the chart is locked")
    with pytest.raises(
        Refused, match="answered with OperationOutcome in place of Patient: the chart is locked"
    ) as caught:
        read(client)
    assert caught.value.status == 200
