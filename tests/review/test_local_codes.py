"""A server that is told of a site's own codes reads them, and says at its start what it does not use of them."""

import json
import re

import pytest

from plugin import create_app
from plugin.errors import LocalCodesError
from plugin.library.template import load_template
from plugin.settings import Settings
from tests.review.visit import Visit

LAB = "https://lab.example.org/tests"
ER = {
    "resourceType": "Observation",
    "id": "er",
    "status": "final",
    "subject": {"reference": "Patient/p1"},
    "code": {"coding": [{"system": LAB, "code": "ER1", "display": "Estrogen receptor"}]},
    "effectiveDateTime": "2026-10-20",
    "valueCodeableConcept": {"text": "Positive"},
}


@pytest.fixture(autouse=True)
def loaded_with_local_codes(loaded_once, monkeypatch):
    """The template as it is really loaded, since the site's codes are part of it."""
    monkeypatch.setattr("plugin.library.template.load_template", load_template)


def write(folder, **codes):
    elements = [
        {"code": code, "target": [{"code": "85337-4", "equivalence": equivalence}]}
        for code, equivalence in codes.items()
    ]
    groups = [{"source": LAB, "target": "http://loinc.org", "element": elements}]
    file = folder / "lab.json"
    file.write_text(json.dumps({"resourceType": "ConceptMap", "status": "active", "group": groups}))
    return file


def test_the_page_shows_a_result_read_through_the_map_as_such(chart, tmp_path, capsys):
    visit = Visit(chart.base, tmp_path, local_codes=write(tmp_path, ER1="equivalent", ER2="wider"))
    chart.resources.append(ER)
    fact = re.search(r'id="fact-er".*?</details>', visit.opened(visit.read().text, "facts/er"), re.S)[0]
    assert '<span class="value">Positive</span>' in fact
    assert "ER1 read as 85337-4 by the site&#39;s map" in fact
    logged = [json.loads(line) for line in capsys.readouterr().err.splitlines() if "local code" in line]
    assert [(line["level"], line["file"]) for line in logged] == [("warning", "lab.json")]
    assert "ER2 stays unread" in logged[0]["why"]


def test_a_server_does_not_start_with_a_map_that_cannot_be_used(tmp_path):
    settings = Settings(secret_key="s" * 40, instance_folder=tmp_path, local_codes=write(tmp_path, ER1="wider"))
    with pytest.raises(LocalCodesError, match="nothing in it can be used"):
        create_app(settings)
