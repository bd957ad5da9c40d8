"""The package, as `careplan package` writes it, and Java programs to load it into. Needs Java 17 and Maven."""

from __future__ import annotations

import os
import subprocess
import tarfile
from pathlib import Path

import orjson
import pytest
import requests
from click.testing import CliRunner

from plugin.cli import main
from plugin.quality.package.contents import Contents
from plugin.sandbox.demo import sandbox_ehr
from tests.java.saying import saved_twice, say_beside_the_lines, say_everything
from tests.java.visit import ADDRESS, OTHER_PATIENT, THIRD_PATIENT, visited

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def java(tmp_path_factory):
    """The command that runs a class of ours with its arguments, in an empty home."""
    classpath = tmp_path_factory.mktemp("java") / "classpath"
    build = ["mvn", "-q", "-B", "compile", "dependency:build-classpath", f"-Dmdep.outputFile={classpath}"]
    subprocess.run(build, cwd=HERE, check=True)
    path = os.pathsep.join((str(HERE / "target" / "classes"), classpath.read_text()))
    home = tmp_path_factory.mktemp("home")
    return lambda name, *arguments: ["java", f"-Duser.home={home}", "-cp", path, f"careplan.{name}", *arguments]


@pytest.fixture(scope="session")
def package(tmp_path_factory):
    path = tmp_path_factory.mktemp("package") / "templates.tgz"
    result = CliRunner().invoke(main, ["package", "--unchecked", "-o", str(path)])
    assert result.exit_code == 0, result.output
    return path


@pytest.fixture(scope="session")
def contents(package):
    """Every resource in the package by its file name: definitions and templates, and examples."""
    resources, examples = {}, {}
    with tarfile.open(package) as tar:
        for member in tar:
            if member.name.endswith(("/package.json", "/.index.json")):
                continue
            into = examples if member.name.startswith("package/example/") else resources
            into[Path(member.name).name] = orjson.loads(tar.extractfile(member).read())
    return Contents(resources, examples)


@pytest.fixture(scope="session")
def hapi(java, package):
    """HAPI FHIR's own server after it has installed the package."""
    with subprocess.Popen(java("ServePackage", str(package)), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            base = process.stdout.readline().decode().strip()
            assert base, "the server ended while starting; what it says stands above"
            # It makes its CapabilityStatement at the first request, and on a busy machine takes longer than apps wait.
            requests.get(f"{base}/metadata", timeout=300).raise_for_status()
            yield base
        finally:
            process.stdin.close()


@pytest.fixture(scope="session")
def ehr(hapi):
    """An EHR whose charts are on HAPI FHIR."""
    with sandbox_ehr(plugin_url=ADDRESS, fhir_server_url=hapi) as ehr:
        yield ehr


@pytest.fixture(scope="session")
def visit(ehr, tmp_path_factory):
    """A clinician's visit there."""
    return visited(ehr, tmp_path_factory.mktemp("plugin"))


@pytest.fixture(scope="session")
def saved(visit):
    """That visit once everything that a review can hold was said and saved, and saved again after a change of mind."""
    say_everything(visit)
    return saved_twice(visit)


@pytest.fixture(scope="session")
def saved_one_by_one(ehr, tmp_path_factory):
    """The same in an EHR whose plans take single requests."""
    visit = visited(ehr, tmp_path_factory.mktemp("single"), THIRD_PATIENT, "single")
    visit.wait_until_asked()  # else nobody knows that it makes creating conditional itself
    say_beside_the_lines(visit)
    visit.decide("accept")
    return saved_twice(visit)


@pytest.fixture(scope="session")
def saved_in_part(ehr, tmp_path_factory):
    """Two visits whose EHR takes less: printed plans of which the second replaces the first, then the plan alone."""
    printing = visited(ehr, tmp_path_factory.mktemp("printing"), OTHER_PATIENT, "document")
    printing.wait_until_asked()  # else nobody knows that it lets documents be updated
    printing.decide("accept")
    said = [printing.save()]
    printing.decide("decline", reason="Prefers to wait")
    said.append(printing.save())
    alone = visited(ehr, tmp_path_factory.mktemp("alone"), OTHER_PATIENT, "plan")
    say_beside_the_lines(alone)
    alone.decide("accept")
    said.append(alone.save())
    assert all("delivery saved" in each for each in said), said
    return alone
