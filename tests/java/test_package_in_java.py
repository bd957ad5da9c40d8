"""The package in a FHIR tool that is not ours: HL7's validator, as HAPI FHIR carries it. Needs Java 17 and Maven."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from plugin.cli import main

HERE = Path(__file__).parent
ACCEPTED = orjson.loads((HERE / "accepted.json").read_bytes())["accepted"]

pytestmark = pytest.mark.java


@pytest.fixture(scope="module")
def validate(tmp_path_factory):
    """What the validator says of a package, as a list of messages."""
    classpath = tmp_path_factory.mktemp("java") / "classpath"
    build = ["mvn", "-q", "-B", "compile", "dependency:build-classpath", f"-Dmdep.outputFile={classpath}"]
    subprocess.run(build, cwd=HERE, check=True)
    home = tmp_path_factory.mktemp("home")

    def messages(package):
        path = os.pathsep.join((str(HERE / "target" / "classes"), classpath.read_text()))
        command = ["java", f"-Duser.home={home}", "-cp", path, "careplan.ValidatePackage", str(package)]
        out = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
        return [orjson.loads(line) for line in out.splitlines()]

    return messages


@pytest.fixture(scope="module")
def said(validate, tmp_path_factory):
    package = tmp_path_factory.mktemp("package") / "templates.tgz"
    result = CliRunner().invoke(main, ["package", "-o", str(package)])
    assert result.exit_code == 0, result.output
    return [message for message in validate(package) if message["severity"] != "information"]


def is_about(accepted, message):
    return accepted["id"] in message["id"] and accepted["text"] in message["text"]


def test_the_validator_finds_nothing_but_what_is_accepted_with_a_reason(said):
    new = [message for message in said if not any(is_about(each, message) for each in ACCEPTED)]
    assert new == []


def test_what_is_accepted_is_still_said(said):
    assert [each for each in ACCEPTED if not any(is_about(each, message) for message in said)] == []
