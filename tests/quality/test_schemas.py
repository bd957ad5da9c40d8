"""The published schemas: up to date, true of every file of the template, and telling a code that is none."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from plugin.cli import main
from plugin.library.content import default_template_folder
from plugin.library.template import read_documents
from plugin.library.template_schema import schema_name
from plugin.library.yaml_file import read_yaml
from plugin.quality.authoring.schemas import schema_files

PUBLISHED = Path(__file__).parents[2] / "docs/schemas/metastatic-breast-cancer"
FOLDER = default_template_folder()


def validator(kind):
    return Draft202012Validator(json.loads((PUBLISHED / f"{kind}.schema.json").read_bytes()))


def pathway():
    return read_yaml(FOLDER / "pathways/bone.yaml")[0].data


def case_file():
    return read_yaml(FOLDER / "cases/bone.yaml")[0].data


def findings():
    return read_yaml(FOLDER / "findings.yaml")[0].data


def test_what_is_published_is_what_is_written_today(template):
    written = schema_files(template)
    assert {path.name: path.read_bytes() for path in PUBLISHED.iterdir()} == written, (
        "write them anew: careplan schemas -o docs/schemas/metastatic-breast-cancer"
    )


def test_every_file_of_the_template_is_sound_by_them():
    told = {
        f"{document.file}: {error.json_path}: {error.message[:200]}"
        for document in read_documents(FOLDER)
        for error in validator(schema_name(document.data)).iter_errors(document.data)
    }
    told |= {
        f"{path.name}: {error.json_path}: {error.message[:200]}"
        for path in (FOLDER / "cases").glob("*.yaml")
        for document in read_yaml(path)
        for error in validator("cases").iter_errors(document.data)
    }
    told |= {
        f"{path.name}: {error.json_path}: {error.message[:200]}"
        for path in (FOLDER / "charts").glob("*.yaml")
        for document in read_yaml(path)
        for error in validator("charts-shared" if path.stem == "shared" else "charts").iter_errors(document.data)
    }
    told |= {error.json_path for error in validator("library-findings").iter_errors(findings())}
    assert told == set()


@pytest.mark.parametrize(
    ("kind", "data", "spoil"),
    [
        ("plan-definition", pathway, lambda d: d["action"][0]["documentation"][0].update(label="nobody")),
        ("plan-definition", pathway, lambda d: d["action"][0]["code"][0]["coding"][0].update(code="bmaa")),
        ("plan-definition", pathway, lambda d: d["action"][0]["extension"][0].update(valueCode="perhaps")),
        ("plan-definition", pathway, lambda d: d["action"][0].update(definitionCanonical=d["url"])),
        ("cases", case_file, lambda d: d["cases"][0].update(rule="no-rule")),
        ("cases", case_file, lambda d: d["cases"][0]["findings"].update({"metastatik": True})),
        ("cases", case_file, lambda d: d["cases"][0]["findings"].update({"metastatic": "yes"})),
        ("cases", case_file, lambda d: d["cases"][0]["expect"].update(offered=["bmaa"])),
        (
            "library-findings",
            findings,
            lambda d: d["dataRequirement"][0]["extension"][0]["extension"].append(
                {"url": "settled-by", "valueCode": "no-test"}
            ),
        ),
    ],
)
def test_a_code_that_is_none_is_told(kind, data, spoil):
    document = deepcopy(data())  # what was read is kept and shared
    assert list(validator(kind).iter_errors(document)) == []
    spoil(document)
    assert list(validator(kind).iter_errors(document))


def test_a_template_gets_schemas_of_its_own(tmp_path):
    made = CliRunner().invoke(main, ["new", "template", str(tmp_path / "small"), "--title", "Small"])
    assert made.exit_code == 0
    result = CliRunner().invoke(main, ["schemas", "-o", str(tmp_path / "schemas"), str(tmp_path / "small")])
    assert result.exit_code == 0, result.output
    settings = json.loads(result.stdout)["yaml.schemas"]
    assert settings[f"{tmp_path}/schemas/plan-definition.schema.json"] == [
        f"**/small/{file}" for file in ("pathways/*.yaml", "safety.yaml", "strategy.yaml")
    ]
    assert all(Path(path).is_file() for path in settings)
    cases = json.loads((tmp_path / "schemas/cases.schema.json").read_bytes())
    findings = cases["properties"]["cases"]["items"]["properties"]["findings"]["properties"]
    assert set(findings) == {"deceased", "small-in-scope"}
