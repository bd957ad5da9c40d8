"""The published requirements that bind us, in our own short words, and the tests that carry their ids."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import yaml

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
# How marks look in a file: the mark itself, or one of the helpers that set several. To ask only these files saves time.
MARKED = re.compile(r"mark\.requirement\(|@smart\(|@cds\(")


@dataclass(frozen=True)
class Requirement:
    """One statement of a specification. excluded: why it cannot apply to us; empty where a test proves it."""

    id: int
    level: str
    says: str
    excluded: str = ""

    @property
    def binds(self) -> bool:
        return self.level in ("SHALL", "SHALL NOT")


@dataclass(frozen=True)
class Specification:
    """A specification with its requirements. marker: what stands before the id in the marker of a test."""

    title: str
    url: str
    marker: str
    file: str

    @property
    def requirements(self) -> list[Requirement]:
        entries = yaml.safe_load((HERE / self.file).read_text(encoding="utf-8"))
        return [Requirement(**entry) for entry in entries]

    def name_of(self, requirement: Requirement) -> str:
        return f"{self.marker}@{requirement.id}"


SPECIFICATIONS = (
    Specification(
        "SMART App Launch 2.2.0, as a client",
        "https://hl7.org/fhir/smart-app-launch/STU2.2/",
        "hl7.fhir.uv.smart-app-launch_2.2.0",
        "smart-app-launch-2.2.0.yaml",
    ),
    Specification(
        "CDS Hooks 2.0, as a service", "https://cds-hooks.hl7.org/2.0/", "hl7.cds-hooks_2.0", "cds-hooks-2.0.yaml"
    ),
)


def proofs() -> dict[str, list[str]]:
    """Marker -> the tests that carry it, whatever they are marked with besides."""
    files = [
        str(file) for file in sorted((ROOT / "tests").rglob("test_*.py")) if MARKED.search(file.read_text("utf-8"))
    ]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "requirements.json"
        command = [
            sys.executable,
            "-m",
            "pytest",
            "--collect-only",
            "-qq",
            "-p",
            "no:randomly",
            "-p",
            "no:cacheprovider",
        ]
        command += ["-p", "tests.conformance.collecting", "--requirements-to", str(file), *files]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        found: dict[str, list[str]] = json.loads(file.read_text())
    return found
