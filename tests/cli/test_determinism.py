"""The same input gives the same bytes: on any machine, in any time zone, with any hash seed, in any order."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from plugin.library.content import PACKAGE

PATIENTS = PACKAGE / "sandbox" / "patients"
PLACES = [("UTC", "0"), ("Pacific/Kiritimati", "1"), ("America/Los_Angeles", "4711")]


def drafted(path, form, zone, seed):
    command = [sys.executable, "-c", "from plugin.cli import main; main()", "draft", str(path)]
    return subprocess.run(
        [*command, "--as-of", "2026-11-22", "--format", form],
        env=os.environ | {"TZ": zone, "PYTHONHASHSEED": seed},
        check=True,
        capture_output=True,
    ).stdout


@pytest.mark.parametrize("form", ["json", "fhir", "text"])
def test_the_same_chart_gives_the_same_bytes_everywhere(form):
    outputs = {drafted(PATIENTS / "discordant-receptors.json", form, zone, seed) for zone, seed in PLACES}
    assert len(outputs) == 1


def test_the_order_of_resources_does_not_matter(tmp_path):
    bundle = json.loads((PATIENTS / "brca-carrier.json").read_bytes())
    bundle["entry"].reverse()
    reversed_chart = tmp_path / "reversed.json"
    reversed_chart.write_text(json.dumps(bundle))
    straight = drafted(PATIENTS / "brca-carrier.json", "json", "UTC", "0")
    assert drafted(reversed_chart, "json", "UTC", "0") == straight
