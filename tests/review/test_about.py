"""What the template says about itself, one link away from the review and open to the EHR."""

from __future__ import annotations

from plugin.library.validation import check_model, check_profile


def test_the_review_leads_to_the_page_about_the_template_and_back(visit):
    assert f'href="{visit.workspace}/about"' in visit.read().text
    page = visit.page(f"{visit.workspace}/about").text
    assert f'href="{visit.workspace}/"' in page
    for words in (
        "Intended use",
        "Known limits",
        "Use of race",
        "Not used.",
        "ASCO 2021.",
        "to be reviewed again by 22 Nov 2027",
    ):
        assert words in page


def test_nobody_reads_it_in_a_workspace_that_is_not_theirs(visit):
    visit.client.delete_cookie("workspace", path=visit.workspace, domain="127.0.0.1")
    assert visit.page("/w/somebody-elses/about").status_code in (401, 403, 404)


def test_the_source_attributes_are_served_as_fhir_to_everyone(visit):
    answer = visit.app.test_client().get("/about/source-attributes", base_url=visit.base)
    assert answer.status_code == 200
    assert answer.content_type == "application/fhir+json"
    assert check_model(answer.json) == []
    assert check_profile(answer.json) == []


def test_a_line_says_how_strong_its_grounds_are_and_when_its_source_was_read(visit):
    page = visit.opened(visit.read().text, "lines/treatment-category")
    assert "Strength: kind of evidence" in page
    assert "source text read, 22 Nov 2026" in page
