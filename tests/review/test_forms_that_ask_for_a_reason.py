"""A reason that is required is marked before anybody sends the form without it."""

import re

from tests.review.ehr_stub import chart_of


def test_a_required_reason_says_so_in_its_label(visit, chart):
    chart.resources[:] = chart_of("conflicting-results")
    code = re.search(r'href="#fact-([a-z0-9-]+)" aria-label="Say which is right', visit.read().text)[1]
    fact = visit.page(f"{visit.workspace}/facts/{code}/open?bare").text
    labels = dict(re.findall(r'<label for="((?:why|reason)-[a-z0-9-]+)">(.*?)</label>', fact))
    assert set(labels) == {f"why-{code}", f"reason-{code}"}
    for name, label in labels.items():
        field = re.search(rf'<input id="{name}"[^>]*>', fact)[0]
        assert label == ("Reason (required)" if " required" in field else "Reason (optional)")
    assert labels[f"why-{code}"] == "Reason (required)"


def test_declining_and_deferring_say_what_is_required(visit):
    visit.read()
    line = f"{visit.workspace}/lines/supportive-care/pc"
    assert "Reason (required, or name what comes in its place)" in visit.page(f"{line}/decline").text
    assert "One of these is required." in visit.page(f"{line}/defer").text
