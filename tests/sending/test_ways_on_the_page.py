"""What the page says before and after a plan goes to the EHR, whichever way it takes."""

import re
from pathlib import Path

import pytest

from plugin.library.validation import check_model, check_profile
from tests.delivery.ways import outcome, refusing
from tests.sending.writable import can_do, down_for_writing

DOCUMENT = ("DocumentReference",)
WHOLE = ("CarePlan", "Goal", "Observation", "Provenance", "QuestionnaireResponse")


PAGE = (Path(__file__).parents[2] / "docs/delivery.md").read_text(encoding="utf-8")


def words(page):
    """A page without its marks."""
    return " ".join(re.sub(r"<[^>]+>|\*", " ", page).split())


def way(page):
    """What the page says will be written, as words."""
    section = re.search(r'<div class="way".*?</div>', page, re.S)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", section).split())


def parts(page):
    """What the page says came of each part, as words."""
    section = re.search(r'<ul class="parts">.*?</ul>', page, re.S)[0]
    return [" ".join(re.sub(r"<[^>]+>", " ", each).split()) for each in section.split("<li>")[1:]]


def test_the_page_says_what_is_written_before_and_what_was_after(sending):
    before = sending.page()
    assert "all of it or nothing: CarePlan , Provenance and QuestionnaireResponse" in way(before)
    assert 'name="way" value="transaction"' in before
    assert sending.save(way="transaction").status_code == 303
    after = sending.page()
    assert "<strong>Saved</strong>" in after
    assert all("stored and read back as" in each for each in parts(after))
    assert {each.partition(" ")[0] for each in parts(after)} >= {"CarePlan", "Provenance", "QuestionnaireResponse"}


def test_an_ehr_without_transactions_gets_one_after_the_other_and_the_page_says_why(sending):
    sending.server.instead = can_do(
        ("CarePlan", "Goal", "Observation", "Provenance", "QuestionnaireResponse"), ("batch",)
    )
    page = sending.page()
    assert "one after the other" in way(page)
    assert "does not take several resources in one transaction" in way(page)
    sending.save(way="single")
    assert "<strong>Saved</strong>" in sending.page()
    assert "POST /CarePlan" in sending.written()


def test_what_was_stored_in_part_is_told_part_by_part(sending):
    takes = can_do(WHOLE, ("batch",))
    no = refusing("POST", "/QuestionnaireResponse", lambda: outcome(422, "We keep <no> forms"))
    sending.server.instead = lambda request: takes(request) or no(request)
    sending.save()
    page = sending.page()
    assert "<strong>Saved in part.</strong>" in page
    assert "We keep &lt;no&gt; forms" in page
    assert any(each.startswith("QuestionnaireResponse : refused") for each in parts(page))
    assert any(each.startswith("Provenance : not sent") for each in parts(page))
    assert 'id="unconfirmed"' in page
    sending.server.instead = takes
    sending.save()
    assert "<strong>Saved</strong>" in sending.page()
    assert sending.count("CarePlan") == sending.count("Provenance") == 1


def test_a_refused_transaction_names_the_part_that_the_ehr_means(sending):
    words = lambda: outcome(422, "No such status here", expression="Bundle.entry[0].resource.status")  # noqa: E731
    sending.server.instead = lambda request: words() if request.method == "POST" else None
    sending.save()
    page = sending.page()
    assert "<strong>Not saved.</strong>" in page
    assert parts(page)[0] == "CarePlan : refused: Bundle.entry[0].resource.status: No such status here"
    assert parts(page)[1:] == ["Provenance , QuestionnaireResponse : sent and refused"]


def test_a_refused_transaction_never_says_that_nothing_was_sent(sending):
    sending.server.instead = lambda request: outcome(403, "Not for you") if request.method == "POST" else None
    sending.save()
    [line] = parts(sending.page())
    assert line == "CarePlan , Provenance , QuestionnaireResponse : sent and refused"


@pytest.mark.parametrize(
    ("forced", "what"),
    [
        ("transaction", "the plan"),
        ("single", "the plan"),
        ("plan", "the plan"),
        pytest.param("document", "the printed plan", marks=pytest.mark.pdf),
    ],
)
def test_what_had_no_answer_reads_the_same_whichever_way_it_took(make_sending, forced, what):
    sending = make_sending(delivery=forced)
    sending.server.instead = down_for_writing()
    sending.save()
    page = words(sending.page())
    sentence = f"It is not certain that {what} arrived: the EHR gave no answer (503)"
    assert f"Not confirmed. {sentence}, in its own words: Back soon. (" in page
    assert "The plug-in tries again by itself" in page
    assert sentence.replace(what, "the plan") in words(PAGE)


def test_only_what_was_stated_is_named_as_a_statement_to_be_written(sending):
    assert "Observation" not in way(sending.page())
    sending.visit.post("/facts/osteoporosis", value="true")
    assert "Observation" in way(sending.page())


@pytest.mark.pdf
def test_an_ehr_that_takes_documents_gets_the_printed_plan(sending):
    sending.server.instead = can_do(DOCUMENT)
    assert "as a printed page (PDF) among the documents" in way(sending.page())
    sending.save(way="document")
    page = sending.page()
    assert "<strong>Saved</strong>" in page
    assert "DocumentReference : stored and read back" in parts(page)[0]
    assert sending.count("CarePlan") == 0


@pytest.mark.pdf
def test_where_nothing_can_be_written_the_plan_is_there_to_take_along(sending, small_template):
    sending.server.instead = can_do(("Patient",))
    page = sending.page()
    assert "Nothing can be written to" in way(page)
    assert 'class="primary">Save' not in page
    assert sending.save().status_code == 409
    assert sending.written() == []
    given = sending.visit.page(f"{sending.visit.workspace}/plan.json")
    assert given.headers["Content-Disposition"] == 'attachment; filename="care-plan.json"'
    assert given.headers["Cache-Control"] == "no-store"
    kinds = {entry["resource"]["resourceType"] for entry in given.get_json(force=True)["entry"]}
    assert kinds >= {"CarePlan", "QuestionnaireResponse", "Provenance"}
    for entry in given.get_json(force=True)["entry"]:
        assert check_model(entry["resource"]) == []
        assert check_profile(entry["resource"], small_template.terminology) == []
    printed = sending.visit.page(f"{sending.visit.workspace}/plan.pdf")
    assert (printed.mimetype, printed.data[:5]) == ("application/pdf", b"%PDF-")


def test_a_download_is_for_the_browser_that_launched(sending):
    sending.visit.client = sending.visit.app.test_client()
    for ending in ("json", "pdf"):
        assert sending.visit.page(f"{sending.visit.workspace}/plan.{ending}").status_code == 401


def test_what_is_written_is_never_something_else_than_the_page_has_said(sending):
    sending.page()
    answer = sending.save(way="document")
    assert answer.status_code == 409
    assert "is not what the page said" in answer.text
    assert sending.written() == []


@pytest.mark.parametrize(
    ("forced", "kind"),
    [
        ("plan", "CarePlan"),
        pytest.param("document", "DocumentReference", marks=pytest.mark.pdf),
        ("single", "Provenance"),
    ],
)
def test_a_site_can_set_the_way_for_an_ehr(make_sending, forced, kind):
    sending = make_sending(delivery=forced)
    page = sending.page()
    assert f'name="way" value="{forced}"' in page
    sending.save(way=forced)
    assert "<strong>Saved</strong>" in sending.page()
    assert f"POST /{kind}" in sending.written()
    assert "POST /" not in sending.written()


def test_the_launch_decides_what_is_left_out(make_sending):
    scopes = "patient/*.rs patient/CarePlan.cu patient/Provenance.c"
    sending = make_sending(scopes=scopes)
    assert "was not granted the right to create QuestionnaireResponse" in way(sending.page())
    sending.save(way="transaction")
    assert "<strong>Saved</strong>" in sending.page()
    assert (sending.count("QuestionnaireResponse"), sending.count("Provenance")) == (0, 1)


@pytest.mark.pdf
def test_an_ehr_that_shows_that_it_takes_no_plan_is_offered_the_printed_one_next(sending):
    no = lambda: outcome(405, "Plans are read only", "not-supported")  # noqa: E731
    takes = can_do(("CarePlan", "DocumentReference"))
    refuse = refusing("POST", "/CarePlan", no)
    sending.server.instead = lambda request: takes(request) or refuse(request)
    assert "the CarePlan alone" in way(sending.page())
    sending.save(way="plan")
    page = sending.page()
    assert "Plans are read only" in page
    assert "as a printed page (PDF)" in way(page)
    sending.save(way="document")
    assert "<strong>Saved</strong>" in sending.page()
