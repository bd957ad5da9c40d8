"""EHRs that take the plan alone, or only a printed page of it."""

import base64
import re
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from werkzeug.wrappers import Response

from plugin.delivery.printed import cannot_print, print_plan
from plugin.errors import UsageError
from plugin.library.validation import check_model, check_profile
from tests.delivery.example_review import decision, reviewed, stated
from tests.delivery.ways import ALONE, DOCUMENT, Route, outcome, refusing, states
from tests.pdfs import unpacked

PRINTS = """
import hashlib
from plugin.delivery.printed import print_plan
from tests.delivery.example_review import reviewed
print(hashlib.sha256(print_plan(reviewed())).hexdigest())
"""


def pdf_in(document):
    return base64.b64decode(document["content"][0]["attachment"]["data"])


def test_the_plan_alone_keeps_what_was_stated_inside(ways):
    delivery = ways.save(ALONE, statements=[stated()])
    assert delivery.status == "saved", delivery.message
    assert [one for one in ways.server.asked if one.startswith("POST")] == ["POST /CarePlan"]
    [plan] = ways.stored("CarePlan")
    inside = {f"#{one['id']}": one for one in plan["contained"]}
    [reference] = [one["reference"] for one in plan["supportingInfo"]]
    assert (inside[reference]["valueBoolean"], inside[reference]["performer"][0]["display"]) == (False, "Dr. Ana Ruiz")
    assert "Observation/stated-" not in orjson.dumps(plan).decode()


def test_the_plan_alone_is_updated_in_the_version_that_was_seen(ways, line_named):
    first = ways.save(ALONE)
    assert ways.save(ALONE) == first
    second = ways.save(ALONE, [decision(line_named["pc"], "decline", reason="Moved away")])
    assert (second.status, second.reference) == ("saved", first.reference)
    assert "Moved away" in str(ways.stored("CarePlan"))


@pytest.mark.pdf
def test_a_printed_plan_is_a_note_of_the_chart_that_says_what_it_is(ways):
    delivery = ways.save(DOCUMENT)
    assert delivery.status == "saved", delivery.message
    [document] = ways.stored("DocumentReference")
    assert delivery.reference == f"DocumentReference/{document['id']}"
    assert document["type"]["coding"][0]["code"] == "18776-5"
    assert document["category"][0]["coding"][0]["code"] == "clinical-note"
    assert document["context"]["related"][0]["identifier"] == reviewed(iss=ways.server.base).identifier("care-plan")
    assert check_model(document) == check_profile(document) == []
    assert pdf_in(document).startswith(b"%PDF-")
    assert ways.counts() == {"DocumentReference": 1}


@pytest.mark.pdf
def test_a_printed_plan_is_not_doubled_and_a_changed_one_takes_its_place(ways, line_named):
    first = ways.save(DOCUMENT)
    assert ways.save(DOCUMENT) == first
    second = ways.save(DOCUMENT, [decision(line_named["pc"], "decline", reason="Moved away")])
    assert second.status == "saved", second.message
    by_status = {one["status"]: one for one in ways.stored("DocumentReference")}
    assert set(by_status) == {"current", "superseded"}
    assert by_status["current"]["relatesTo"][0]["target"]["reference"].endswith(first.reference)
    assert second.reference == f"DocumentReference/{by_status['current']['id']}"


@pytest.mark.pdf
def test_where_documents_cannot_be_updated_the_new_one_names_the_old_one(ways, line_named):
    once = Route("document", DOCUMENT.parts)
    ways.save(once)
    assert ways.save(once, [decision(line_named["pc"], "accept")]).status == "saved"
    assert not any(request.startswith("PUT") for request in ways.server.asked)
    assert sum("relatesTo" in one for one in ways.stored("DocumentReference")) == 1


def elsewhere(kind):
    """An EHR that keeps the bytes of attachments under an address of their own, and gives them as `kind`."""
    files = []

    def spoil(request, answer):
        if request.path.endswith("/Binary/f1"):
            data = base64.b64encode(files[0]).decode()
            binary = {"resourceType": "Binary", "contentType": "application/pdf", "data": data}
            content = files[0] if kind == "application/pdf" else orjson.dumps(binary)
            return Response(content, 200, content_type=kind)
        if request.method == "GET" and "/DocumentReference/" in request.path:
            document = answer.json()
            files.append(base64.b64decode(document["content"][0]["attachment"].pop("data")))
            document["content"][0]["attachment"]["url"] = "Binary/f1"
            return Response(orjson.dumps(document), 200, content_type="application/fhir+json")
        return None

    return spoil, files


@pytest.mark.parametrize("kind", ["application/pdf", "application/fhir+json"])
@pytest.mark.pdf
def test_a_file_that_the_ehr_keeps_elsewhere_is_read_back_from_there(ways, kind):
    ways.server.spoil, files = elsewhere(kind)
    assert ways.save(DOCUMENT).status == "saved"
    assert files[0].startswith(b"%PDF-")
    assert "GET /Binary/f1" in ways.server.asked


@pytest.mark.pdf
def test_another_file_than_was_sent_is_not_called_saved(ways):
    def other(request, answer):
        if request.method == "GET" and "/DocumentReference/" in request.path:
            document = answer.json()
            document["content"][0]["attachment"]["data"] = base64.b64encode(b"%PDF-another").decode()
            return Response(orjson.dumps(document), 200, content_type="application/fhir+json")
        return None

    ways.server.spoil = other
    delivery = ways.save(DOCUMENT)
    assert delivery.status == "partial"
    assert "the EHR holds another file" in delivery.message


@pytest.mark.pdf
def test_a_refused_document_is_told_in_the_ehrs_words(ways):
    no = lambda: outcome(422, "Unknown kind of note", expression="DocumentReference.type")  # noqa: E731
    ways.server.instead = refusing("POST", "/DocumentReference", no)
    delivery = ways.save(DOCUMENT)
    assert (delivery.status, states(delivery)) == ("refused", {"DocumentReference": "refused"})
    assert "DocumentReference.type: Unknown kind of note" in delivery.message


@pytest.mark.pdf
def test_the_same_plan_prints_to_the_same_bytes_in_another_process():
    command = [sys.executable, "-W", "ignore", "-c", PRINTS]
    root = Path(__file__).parents[2]
    printed = {subprocess.run(command, cwd=root, check=True, capture_output=True).stdout for _ in range(2)}
    assert len(printed) == 1


@pytest.mark.pdf
def test_the_pdf_has_tags_and_embedded_fonts_and_names_nobody_in_its_metadata():
    pdf = unpacked(print_plan(reviewed()))
    assert b"/MarkInfo" in pdf
    assert b"/FontFile" in pdf
    assert b"pdfuaid" in pdf
    assert b"/CreationDate" not in pdf
    [metadata] = re.findall(rb"<rdf:RDF.*?</rdf:RDF>", pdf, re.S)
    assert b"careplan-plugin" in metadata
    assert reviewed().draft.findings.patient.name.encode() not in metadata


def test_without_the_extra_nothing_is_printed_and_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    cannot_print.cache_clear()
    with pytest.raises(UsageError, match=r"careplan-plugin\[pdf\]"):
        print_plan(reviewed())
    cannot_print.cache_clear()
