"""Every case of every template gets the lists it expects, and `careplan check` finds nothing to mend."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest

from plugin.library.content import content_folder
from plugin.library.template import load_template, read_source
from plugin.quality.bookkeeping import SECTIONS
from plugin.quality.cases import Case, case_documents, read_cases
from plugin.quality.material import gathered
from plugin.quality.running import Outcome, run_case

# The day on which the newest of the templates was reviewed.
AS_OF = date(2026, 11, 29)
FOLDERS = sorted(path for path in content_folder("templates").iterdir() if path.is_dir())


@cache
def template(name):
    return load_template(content_folder("templates") / name)


@cache
def cases(name):
    return read_cases(content_folder("templates") / name, template(name))


@cache
def material(folder):
    outcomes = tuple(outcome(folder.name, case.id) for case in cases(folder.name)[0])
    return gathered(template(folder.name), read_source(folder), case_documents(folder)[0], outcomes, AS_OF)


@cache
def outcome(name: str, case_id: str) -> Outcome:
    case = next(case for case in cases(name)[0] if case.id == case_id)
    return run_case(case, template(name))


@pytest.mark.parametrize(
    ("name", "case"),
    [pytest.param(folder.name, case, id=case.id) for folder in FOLDERS for case in cases(folder.name)[0]],
)
def test_case_gets_its_lists(name: str, case: Case) -> None:
    assert outcome(name, case.id).misses == ()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_case_files_have_no_faults(folder) -> None:
    assert cases(folder.name)[1] == ()


@pytest.mark.xdist_group("sections")  # one process runs all cases for them
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.__name__)
def test_nothing_is_to_be_mended(folder, section) -> None:
    found = section(material(folder))
    assert [remark.text for remark in found.remarks if remark.level == "fault"] == []
