"""The same input gives the same bytes: on any machine, in any time zone, with any hash seed, in any order."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from plugin.library.content import PACKAGE

PATIENTS = PACKAGE / "sandbox" / "patients"
PLACES = [("UTC", "0", "80"), ("Pacific/Kiritimati", "1", "200"), ("America/Los_Angeles", "4711", "80")]
FORMS = ("json", "fhir", "text")
# All of it by one process a place: it is the process that has a zone and a hash seed, and starting one takes seconds.
SAY = """import sys
from plugin.cli import main
for said in sys.argv[2:]:
    command, form = said.split(":")
    main([command, sys.argv[1], "--as-of", "2026-11-22", "--format", form], standalone_mode=False)
"""


def told(path, place, *said):
    zone, seed, columns = place
    return subprocess.run(
        [sys.executable, "-c", SAY, str(path), *said],
        env=os.environ | {"TZ": zone, "PYTHONHASHSEED": seed, "COLUMNS": columns},
        check=True,
        capture_output=True,
    ).stdout


def test_the_same_chart_gives_the_same_bytes_everywhere():
    said = [f"{command}:{form}" for command in ("draft", "findings") for form in FORMS]
    outputs = {told(PATIENTS / "discordant-receptors.json", place, *said) for place in PLACES}
    assert len(outputs) == 1
    assert outputs.pop().count(b"discordant-receptors") > len(said)


def test_the_order_of_resources_does_not_matter(tmp_path):
    bundle = json.loads((PATIENTS / "brca-carrier.json").read_bytes())
    bundle["entry"].reverse()
    reversed_chart = tmp_path / "reversed.json"
    reversed_chart.write_text(json.dumps(bundle))
    straight = told(PATIENTS / "brca-carrier.json", PLACES[0], "draft:json")
    assert told(reversed_chart, PLACES[0], "draft:json") == straight
