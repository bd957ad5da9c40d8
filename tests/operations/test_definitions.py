"""What is published: the statement of what is offered, reading and searching definitions, formats and copies."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from plugin.library.validation import check_model
from plugin.operations.definitions import TYPES
from tests.operations.caller import BASE, CANONICAL, FHIR, PLAN, said


def test_the_capability_statement_is_sound_and_says_what_is_offered(caller, template):
    answer = caller.get("/metadata")
    statement = answer.json
    assert (answer.status_code, answer.mimetype) == (200, FHIR)
    assert check_model(statement) == []
    assert statement["fhirVersion"] == "4.0.1"
    assert statement["implementation"]["url"] == BASE
    assert statement["date"] == template.date
    (rest,) = statement["rest"]
    assert [each["type"] for each in rest["resource"]] == list(TYPES)
    assert "system/PlanDefinition.r" in rest["security"]["description"]
    operations = {op["name"]: op["definition"] for each in rest["resource"] for op in each.get("operation", ())}
    assert set(operations) == {"apply", "draft", "populate"}
    for definition in operations.values():
        assert caller.get(definition.removeprefix(CANONICAL)).json["url"] == definition


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_of_the_statement_can_be_searched_and_read(kind, caller):
    found = caller.get(f"/{kind}?_count=2").json
    assert found["total"] >= len(found["entry"]) > 0
    first = found["entry"][0]
    read = caller.get(urlsplit(first["fullUrl"]).path.removeprefix("/fhir"))
    assert (read.status_code, read.json) == (200, first["resource"])
    assert read.json["resourceType"] == kind


def test_operation_definitions_are_sound(caller):
    entries = caller.get("/OperationDefinition").json["entry"]
    assert len(entries) == 3
    assert [check_model(entry["resource"]) for entry in entries] == [[], [], []]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        (f"_id={PLAN}", {PLAN}),
        (f"_id={PLAN},{PLAN}-safety", {PLAN, f"{PLAN}-safety"}),
        (f"url={CANONICAL}/PlanDefinition/{PLAN}", {PLAN}),
        (f"url={CANONICAL}/PlanDefinition/{PLAN}&status=retired", set()),
        (f"_id={PLAN}&version=0.0.0", set()),
        (f"_id={PLAN}&status=http://hl7.org/fhir/publication-status|draft", {PLAN}),
        (f"_id={PLAN}&url=", {PLAN}),
        ("name:exact=nothing", set()),
    ],
)
def test_searches_find_what_they_ask_for(query, ids, caller):
    found = caller.get(f"/PlanDefinition?{query}").json
    assert {entry["resource"]["id"] for entry in found.get("entry", ())} == ids
    assert found["total"] == len(ids)
    assert check_model(found) == []


def test_names_and_titles_are_searched_by_how_they_begin(caller):
    title = caller.get(f"/PlanDefinition/{PLAN}").json["title"]
    begin, within = title[:6].upper(), title[2:9]
    assert caller.get(f"/PlanDefinition?_id={PLAN}&title={begin}").json["total"] == 1
    assert caller.get(f"/PlanDefinition?_id={PLAN}&title={within}").json["total"] == 0
    assert caller.get(f"/PlanDefinition?_id={PLAN}&title:contains={within}").json["total"] == 1
    assert caller.get(f"/PlanDefinition?_id={PLAN}&title:exact={title}").json["total"] == 1
    assert caller.get(f"/PlanDefinition?_id={PLAN}&title:exact={begin}").json["total"] == 0


def test_the_links_of_a_search_lead_through_all_its_pages(caller):
    whole = [entry["fullUrl"] for entry in caller.get("/PlanDefinition").json["entry"]]
    met, address = [], "/PlanDefinition?_count=9&_elements=title"
    while address:
        page = caller.get(address).json
        links = {link["relation"]: link["url"] for link in page["link"]}
        assert caller.get(links["self"].removeprefix(BASE)).json == page
        met += [entry["fullUrl"] for entry in page["entry"]]
        address = links.get("next", "").removeprefix(BASE)
    assert met == whole
    assert "next" not in links
    assert caller.get(links["previous"].removeprefix(BASE)).json["entry"][0]["fullUrl"] == whole[9]


def test_a_search_may_only_count_or_give_some_elements(caller):
    counted = caller.get("/PlanDefinition?_summary=count").json
    assert (counted["total"] > 0, "entry" in counted) == (True, False)
    assert caller.get("/PlanDefinition?_count=0").json["total"] == counted["total"]
    (entry,) = caller.get(f"/PlanDefinition?_id={PLAN}&_elements=title,description").json["entry"]
    assert {"id", "url", "status", "title", "description"} <= set(entry["resource"])
    assert "action" not in entry["resource"]
    assert [tag["code"] for tag in entry["resource"]["meta"]["tag"]] == ["SUBSETTED"]


def test_unknown_parameters_are_passed_over_or_refused_as_the_caller_prefers(caller):
    lenient = caller.get(f"/PlanDefinition?_id={PLAN}&colour=blue").json
    assert lenient["total"] == 1
    assert "colour" not in lenient["link"][0]["url"]
    for query in ("colour=blue", "url=", "_summary=text"):
        strict = caller.get(f"/PlanDefinition?{query}", Prefer="handling=strict")
        assert (strict.status_code, "use " in said(strict)) == (400, True)
    for query in ("_count=x", "_offset=-1", "title:near=x", "status:not=draft"):
        assert caller.get(f"/PlanDefinition?{query}").status_code == 400


def test_a_search_may_come_as_a_form(caller):
    form = caller.client.post("/fhir/PlanDefinition/_search", data={"_id": PLAN})
    assert form.json == caller.get(f"/PlanDefinition?_id={PLAN}").json
    wrong = caller.client.post("/fhir/PlanDefinition/_search", data=b"{}", content_type=FHIR)
    assert (wrong.status_code, "of a form" in said(wrong)) == (415, True)


def test_a_copy_is_sent_again_only_when_it_changed(caller):
    first = caller.get(f"/PlanDefinition/{PLAN}")
    etag = first.headers["ETag"]
    assert etag.startswith('W/"')
    again = caller.get(f"/PlanDefinition/{PLAN}", If_None_Match=etag)
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag)
    assert caller.get(f"/PlanDefinition/{PLAN}", If_None_Match='W/"other"').status_code == 200
    assert caller.get(f"/PlanDefinition/{PLAN}-safety", If_None_Match=etag).status_code == 200
    assert first.headers["Cache-Control"] == "no-cache"


def test_head_gives_the_headers_of_get_alone(caller):
    for path in ("/metadata", f"/PlanDefinition/{PLAN}", "/PlanDefinition"):
        head, get = caller.client.head(f"/fhir{path}"), caller.get(path)
        assert (head.status_code, head.data) == (200, b"")
        assert head.headers["ETag"] == get.headers["ETag"]
        assert head.headers["Content-Type"] == get.headers["Content-Type"]


@pytest.mark.parametrize(
    ("query", "accept", "status"),
    [
        ("", "", 200),
        ("", "*/*", 200),
        ("", "application/json", 200),
        ("", "application/fhir+json; fhirVersion=4.0", 200),
        ("", "application/fhir+xml, application/fhir+json;q=0.5", 200),
        ("", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", 200),
        ("", "application/fhir+xml", 406),
        ("", "application/fhir+json; fhirVersion=5.0", 406),
        ("", "application/fhir+json;q=0", 406),
        ("_format=json", "application/fhir+xml", 200),
        ("_format=application/fhir%2Bjson", "", 200),
        ("_format=application/fhir+json", "", 200),
        ("_format=xml", "application/fhir+json", 406),
        ("_format=ttl", "", 406),
    ],
)
def test_the_format_is_agreed_on(query, accept, status, caller):
    answer = caller.get(f"/metadata?{query}", **({"Accept": accept} if accept else {}))
    assert answer.status_code == status
    assert answer.mimetype == FHIR
    assert answer.json["resourceType"] == ("CapabilityStatement" if status == 200 else "OperationOutcome")


def test_an_answer_can_be_made_to_read(caller):
    plain, pretty = caller.get("/metadata"), caller.get("/metadata?_pretty=true")
    assert plain.json == pretty.json
    assert len(pretty.data.splitlines()) > 100 > len(plain.data.splitlines())


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [
        ("GET", "", 404, "/metadata lists"),
        ("GET", "/", 404, "/metadata lists"),
        ("GET", "/Patient", 404, "'Patient' is not published here"),
        ("GET", "/Patient/1", 404, "'Patient' is not published here"),
        ("GET", "/Questionnaire/none", 404, "no Questionnaire with this id"),
        ("GET", "/PlanDefinition/x/y/z", 404, "nothing at this address"),
        ("GET", "/metadata?mode=terminology", 400, "use mode=full"),
        ("POST", "/PlanDefinition", 405, "does not take POST; use GET, HEAD"),
        ("PUT", f"/PlanDefinition/{PLAN}", 405, "does not take PUT"),
        ("DELETE", f"/PlanDefinition/{PLAN}", 405, "does not take DELETE"),
        ("PATCH", "/metadata", 405, "does not take PATCH"),
        ("OPTIONS", "/metadata", 405, "does not take OPTIONS; use GET, HEAD"),
        ("TRACE", "/metadata", 405, "does not take TRACE"),
        ("COOK", "/metadata", 405, "does not take COOK"),
        ("GET", "/PlanDefinition/_search", 405, "does not take GET; use POST"),
    ],
)
def test_every_error_is_an_operation_outcome(method, path, status, words, caller):
    answer = caller.client.open(f"/fhir{path}", method=method)
    assert answer.status_code == status
    assert words in said(answer)
    assert check_model(answer.json) == []
    assert ("Allow" in answer.headers) == (status == 405)


def test_definitions_may_be_closed_by_a_setting(build):
    closed = build(operations_public_read=False)
    assert closed.get("/metadata").status_code == 200
    assert closed.get(f"/PlanDefinition/{PLAN}").status_code == 401
    token = f"Bearer {closed.token}"  # its scopes: PlanDefinition.r, Questionnaire.rs
    assert closed.get(f"/PlanDefinition/{PLAN}", Authorization=token).status_code == 200
    assert closed.get("/PlanDefinition", Authorization=token).status_code == 403
    found = closed.get("/Questionnaire", Authorization=token)
    assert (found.status_code, found.headers["Cache-Control"]) == (200, "private, no-cache")
    assert closed.get("/Library", Authorization=token).status_code == 403
