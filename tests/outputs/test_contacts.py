"""The settings of the outputs: whom a patient calls, and the size of paper."""

import pytest

from plugin.errors import UsageError
from plugin.setting_contacts import Contact
from plugin.settings import load_settings


def test_contacts_come_from_a_file_and_from_the_environment(tmp_path):
    file = tmp_path / "careplan.toml"
    file.write_text('paper = "Letter"\n[[contacts]]\nname = "Clinic"\nphone = "555-0100"\nhours = "8 to 5"\n')
    settings = load_settings(file, {})
    assert settings.contacts == (Contact("Clinic", "555-0100", "8 to 5"),)
    assert settings.paper == "letter"
    named = {"CAREPLAN_CONTACTS": '[{"name": "Nights", "phone": "555-0199"}]'}
    assert load_settings(None, named).contacts == (Contact("Nights", "555-0199"),)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([{"name": "Clinic"}], "entry 1: it needs phone"),
        ([{"name": "Clinic", "phone": "1", "fax": "2"}], "unknown key 'fax'"),
        ([{"name": "x" * 81, "phone": "1"}], "name has 81 characters"),
        ([{"name": "Clinic", "phone": "1"}] * 7, "7 contacts are too many"),
        (["Clinic 555-0100"], "a table with name and phone"),
        ("Clinic 555-0100", "a JSON list such as"),
    ],
)
def test_contacts_that_could_not_be_printed_are_refused_with_the_accepted_form(value, message):
    with pytest.raises(UsageError, match=message):
        load_settings(None, {}, {"contacts": value})


def test_a_size_of_paper_that_there_is_not_is_refused():
    with pytest.raises(UsageError, match="one of a4, letter"):
        load_settings(None, {"CAREPLAN_PAPER": "foolscap"})
