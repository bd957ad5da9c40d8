"""The templates that ship fit the schemas of their files and the definitions of the extensions they use."""

from __future__ import annotations

from importlib import resources

import orjson
import pytest
from jsonschema import Draft202012Validator

from plugin.library.content import content_folder
from plugin.library.own_codes import load_terminology
from plugin.library.template_schema import schema_faults
from plugin.library.terminology import CODES_FOLDER
from plugin.library.validation import check_profile
from plugin.library.yaml_file import read_yaml

TEMPLATES = content_folder("templates")
# What a template adds to code systems and value sets is no template file; it is checked as it loads.
FILES = sorted(
    path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.yaml") if path.parent.name != CODES_FOLDER
)
SCHEMAS = resources.files("plugin.library") / "schemas"
BY_FILE = {"cases": "cases", "shared.yaml": "charts-shared", "charts": "charts", "findings.yaml": "library-findings"}
NO_FHIR = ("cases", "charts", "charts-shared")


def named_schema(file):
    """The schema that the place of a file asks for; None where its content says."""
    return next((schema for part, schema in BY_FILE.items() if part in file.split("/")), None)


@pytest.mark.parametrize("file", FILES)
def test_a_file_fits_its_schema(file):
    schema = named_schema(file)
    for document in read_yaml(TEMPLATES / file):
        if schema is None:
            assert schema_faults(document) == []
        else:
            validator = Draft202012Validator(orjson.loads((SCHEMAS / f"{schema}.schema.json").read_bytes()))
            assert [error.message for error in validator.iter_errors(document.data)] == []


@pytest.mark.parametrize("file", [file for file in FILES if named_schema(file) not in NO_FHIR])
def test_the_extensions_of_a_file_fit_their_definitions(file):
    terminology = load_terminology(TEMPLATES / file.split("/")[0], content_folder("profiles"))
    for document in read_yaml(TEMPLATES / file):
        assert check_profile(document.data, terminology) == []
