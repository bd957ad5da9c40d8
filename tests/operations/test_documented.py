"""The examples of docs/operations.md, as they stand there, against the plug-in on a real port."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from flask import Flask

from plugin import __version__
from plugin.library.content import PACKAGE
from plugin.operations.openapi import REFUSALS
from plugin.operations.routes import init_operations
from plugin.sandbox.fhir_server import free_port
from plugin.sandbox.serving import serving
from plugin.settings import check_ready_to_serve, load_settings
from tests.operations.served import definitions_of

PAGE = (PACKAGE.parent / "docs" / "operations.md").read_text()
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
HERE = "http://127.0.0.1:8766"


def run_python(block, folder, base):
    for script in re.findall(r"<<'EOF'\n(.*?)^EOF$", block, re.MULTILINE | re.DOTALL):
        command = [sys.executable, "-c", script.replace(HERE, base)]
        subprocess.run(command, cwd=folder, check=True, env={"PYTHONPATH": str(PACKAGE.parent)})


def curl(line, folder, base):
    """What the command of curl would get; it stands here so that the tests need no curl."""
    words = shlex.split(line.replace("$(cat token)", (folder / "token").read_text()).replace(HERE, base))
    headers, body, address = {}, None, ""
    rest = iter(words[1:])
    for word in rest:
        if word == "-H":
            name, _, value = next(rest).partition(": ")
            headers[name] = value
        elif word == "--data-binary":
            body = (folder / next(rest).removeprefix("@")).read_bytes()
        elif word != "-s":
            address = word
    return requests.request("POST" if body else "GET", address, headers=headers, data=body, timeout=30)


@pytest.fixture(scope="module")
def trial(tmp_path_factory, template):
    """The folder in which the first example was run, and the plug-in with the settings that it wrote."""
    folder: Path = tmp_path_factory.mktemp("trial")
    base = f"http://127.0.0.1:{(port := free_port())}"
    run_python(BLOCKS[0], folder, base)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        settings = load_settings(folder / "careplan.toml", environ={})
    check_ready_to_serve(settings)
    app = Flask("plugin")
    init_operations(app, settings, template, definitions_of(template), lambda: datetime.now(UTC), __version__)
    with serving(app, port):
        yield folder, base


def test_the_examples_work_as_they_stand(trial):
    folder, base = trial
    got = []
    for block in BLOCKS[1:]:
        run_python(block, folder, base)
        for line in re.findall(r"^curl .*$", block, re.MULTILINE):
            answer = curl(line, folder, base)
            assert answer.status_code == 200, answer.text
            got.append(answer.json())
    kinds = ["CapabilityStatement", "Bundle", "Bundle", "CarePlan", "Bundle", "Parameters"]
    assert [each["resourceType"] for each in got] == kinds
    assert got[1]["total"] == 3
    assert got[2]["total"] > 0
    assert got[3]["created"] == "2026-11-22"


def test_the_page_says_what_each_status_means():
    told = set(re.findall(r"^\| (\d{3}) \|", PAGE, re.MULTILINE))
    assert told == set(REFUSALS)
