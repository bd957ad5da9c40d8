"""What the patient's form asks, as the template writes it."""

from collections import Counter

from plugin.library.content import default_template_folder
from plugin.library.template import load_template


def symptoms():
    """The answers to mark in all lists of symptoms, in English and in Spanish."""
    form = load_template(default_template_folder()).questionnaires["for-the-patient"]
    [group] = [item for item in form["item"] if item["linkId"] == "symptoms"]
    for item in group["item"]:
        for option in item.get("answerOption", ()):
            translated = option["_valueString"]["extension"][0]["extension"][1]["valueString"]
            yield option["valueString"], translated


def test_no_symptom_is_asked_twice_in_either_language():
    for language in zip(*symptoms(), strict=True):
        assert [words for words, times in Counter(language).items() if times > 1] == []


def test_what_was_asked_twice_is_still_asked_once():
    asked = [english for english, _ in symptoms()]
    assert asked.count("Loose stools (diarrhoea)") == 1
    assert asked.count("Itching") == asked.count("A new rash") == 1
