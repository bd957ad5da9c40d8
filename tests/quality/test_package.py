"""`careplan package`: what a FHIR tool expects is there, everything is FHIR, and the same in gives the same out."""

from __future__ import annotations

import io
import json
import shutil
import tarfile

import pytest
from click.testing import CliRunner

from plugin import __version__
from plugin.cli import main
from plugin.library.content import content_folder, default_template_folder
from plugin.quality.origin import content_hash
from plugin.quality.package.archive import archive
from plugin.quality.package.contents import gather

# One process makes what all of these tests look at.
pytestmark = pytest.mark.xdist_group("package")

CONFORMANCE = ("CodeSystem", "ConceptMap", "StructureDefinition", "ValueSet")


def opened(data):
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return {member.name: json.load(tar.extractfile(member)) for member in tar}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    path = tmp_path_factory.mktemp("package") / "new" / "templates.tgz"
    result = CliRunner().invoke(main, ["package", "--unchecked", "-o", str(path)])
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{path}\n"
    assert f"making the folder {path.parent}" in result.stderr
    return opened(path.read_bytes())


def of_folder(written, folder):
    inside = {name.removeprefix(folder): each for name, each in written.items() if name.startswith(folder)}
    return {name: each for name, each in inside.items() if "/" not in name and "resourceType" in each}


def test_profiles_and_templates_are_inside_as_fhir(written, template):
    resources = of_folder(written, "package/")
    profiles = [path.name for path in content_folder("profiles").glob("*.json")]
    assert set(profiles) <= resources.keys()
    assert all(each["snapshot"]["element"] for each in resources.values() if each["resourceType"] == CONFORMANCE[2])
    urls = {each["url"] for each in resources.values()}
    assert {resource["url"] for resource in template.resources} | {template.vocabulary.url} <= urls
    assert all(name == f"{each['resourceType']}-{each['id']}.json" for name, each in resources.items())


def test_every_template_is_inside(written):
    strategies = {
        each["id"] for each in of_folder(written, "package/").values() if each["resourceType"] == "PlanDefinition"
    }
    assert {file.parent.name for file in content_folder("templates").glob("*/strategy.yaml")} <= strategies


def test_codes_that_templates_add_stand_in_the_code_system_itself(written):
    systems = [each for each in of_folder(written, "package/").values() if each["resourceType"] == "CodeSystem"]
    assert len({each["url"] for each in systems}) == len(systems)
    [assessment] = [each for each in systems if each["id"] == "assessment"]
    codes = [concept["code"] for concept in assessment["concept"]]
    assert {"dental", "bone-density"} <= set(codes)
    assert len(set(codes)) == len(codes) == assessment["count"]


def test_manifest_and_index_say_what_is_inside(written):
    manifest = written["package/package.json"]
    assert manifest["fhirVersions"] == ["4.0.1"]
    assert manifest["dependencies"] == {"hl7.fhir.r4.core": "4.0.1"}
    assert manifest["canonical"] == "https://careplan-plugin.example.org/fhir"
    for folder in ("package/", "package/example/"):
        index = written[f"{folder}.index.json"]
        assert index["index-version"] == 2
        resources = of_folder(written, folder)
        assert {entry["filename"] for entry in index["files"]} == resources.keys()
        for entry in index["files"]:
            resource = resources[entry["filename"]]
            said = {key: value for key, value in entry.items() if key != "filename"}
            assert said.items() <= {key: value for key, value in resource.items() if isinstance(value, str)}.items()
            assert ("url" in resource) == ("url" in entry)


def test_every_reference_of_an_example_leads_to_something_inside(written):
    examples = of_folder(written, "package/example/")
    known = {name.removesuffix(".json").replace("-", "/", 1) for name in (*examples, *of_folder(written, "package/"))}
    assert {"CarePlan/hr-positive-careplan", "Questionnaire/hr-positive-plan-review"} <= known

    def references(element):
        if isinstance(element, list):
            return [found for member in element for found in references(member)]
        if not isinstance(element, dict):
            return []
        own = [element["reference"]] if isinstance(element.get("reference"), str) else []
        return own + [found for value in element.values() for found in references(value)]

    drafted = [each for each in examples.values() if each["resourceType"] in ("CarePlan", "Provenance", "Goal")]
    assert drafted
    assert {found for each in drafted for found in references(each)} - known == set()


def test_the_same_in_gives_the_same_out():
    made = [
        archive(gather([default_template_folder()], content_folder("profiles"), {}, None, "1.2.3"), "1.2.3")
        for _ in range(2)
    ]
    assert made[0] == made[1]
    assert opened(made[0])["package/package.json"]["version"] == "1.2.3"


def test_two_templates_with_one_name_for_different_things_are_refused(tmp_path):
    other = tmp_path / "other"
    shutil.copytree(default_template_folder(), other)
    form = other / "questionnaires" / "plan-review.yaml"
    form.write_text(form.read_text().replace("Offered: supported", "On offer: supported"))
    names = [default_template_folder().name, str(other)]
    result = CliRunner().invoke(main, ["package", "--unchecked", "-o", str(tmp_path / "x.tgz"), *names])
    assert result.exit_code == 1
    where = "other/questionnaires/plan-review.yaml: Questionnaire-plan-review is also in metastatic-breast-cancer/"
    assert where in result.output
    assert not (tmp_path / "x.tgz").exists()


def test_what_is_no_fhir_is_refused_with_its_file(tmp_path):
    profiles = tmp_path / "profiles"
    shutil.copytree(content_folder("profiles"), profiles)
    file = profiles / "ValueSet-er-tests.json"
    file.write_text(file.read_text().replace('"status": "active"', '"status": "ready"'))
    with pytest.raises(Exception, match=r"ValueSet-er-tests.json: ValueSet.status: 'ready'"):
        gather([default_template_folder()], profiles, {}, None, "1")


def test_templates_with_a_fault_are_refused_and_named_unless_unchecked(tmp_path):
    folder, path = tmp_path / "small", tmp_path / "small.tgz"
    run = CliRunner().invoke
    assert run(main, ["new", "template", str(folder), "--title", "Small"]).exit_code == 0
    assert run(main, ["package", "-o", str(path), str(folder)]).exit_code == 0
    path.unlink()
    cases = folder / "cases/safety.yaml"
    cases.write_text(cases.read_text().replace("silent: [deceased]", "speaks: [deceased]"))
    result = run(main, ["package", "-o", str(path), str(folder)])
    assert (result.exit_code, result.stdout, path.exists()) == (1, "", False)
    assert "small/cases/safety.yaml:10: the case deceased.2 fails" in result.stderr
    result = run(main, ["package", "--unchecked", "-o", str(path), str(folder)])
    assert result.exit_code == 0
    assert "no example: the template is for none of our patients" in result.stderr
    assert not any(name.startswith("package/example/CarePlan") for name in opened(path.read_bytes()))


def test_the_package_names_the_content_that_it_was_made_from(written):
    told = written["package/package.json"]["careplan"]
    home = content_folder("templates")
    folders = [path for path in home.iterdir() if path.is_dir()]
    assert told["templates"] == {folder.name: content_hash(folder) for folder in folders}
    assert told["profiles"] == content_hash(content_folder("profiles"))
    assert told["software"] == f"careplan-plugin {__version__}"
    assert told["as_of"]
