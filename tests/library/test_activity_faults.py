"""A sentence about an item either names sources that are there or says that it has none."""

import shutil

import pytest

from plugin.errors import TemplateError
from plugin.library.content import content_folder
from plugin.library.template import load_template

FILE = "activities/categories.yaml"
CITED = "      - {url: citation, valueString: label_ribociclib}\n"
UNSOURCED = "      - {url: unsourced, valueBoolean: true}\n"
ECG = "      - {url: measured-by, valueCode: ecg}\n"


@pytest.fixture
def spoilt(tmp_path):
    """Loads the real template after one replacement; returns its faults and the line where it was made."""

    def load(written, instead):
        folder = tmp_path / "template"
        shutil.copytree(content_folder("templates") / "metastatic-breast-cancer", folder)
        before, found, after = (folder / FILE).read_text().partition(written)
        assert found
        (folder / FILE).write_text(before + instead + after)
        with pytest.raises(TemplateError) as raised:
            load_template(folder, content_folder("profiles"))
        return raised.value.faults, before.count("\n") + 1

    return load


@pytest.mark.parametrize(
    ("written", "instead", "message", "remedy"),
    [
        (CITED, CITED.replace("ribociclib", "ribocyclib"), "'label_ribocyclib' is not in evidence.yaml", "its id"),
        (CITED, "", "it cites nothing", "unsourced: true"),
        (CITED, CITED + UNSOURCED, "cites sources and is marked unsourced", "not both"),
        (ECG, ECG.replace("ecg", "tea"), "not in the value set", ""),
        (ECG, ECG.replace("measured-by", "measured"), "measured", "use a part of the extension"),
    ],
    ids=["unknown source", "no source", "both", "unknown test", "unknown part"],
)
def test_a_sentence_without_ground_is_a_fault(spoilt, written, instead, message, remedy):
    faults, line = spoilt(written, instead)
    fault = next(fault for fault in faults if message in fault.message)
    assert fault.file == FILE
    assert 0 <= line - fault.line <= 8  # the extension that the sentence stands in
    assert remedy in fault.remedy


def test_no_category_lacks_what_is_known_of_it(template):
    for activity in template.activities.values():
        if activity.system.endswith("treatment-category"):
            assert activity.monitors or activity.effects or activity.notes, activity.code
        for effect in activity.effects:
            assert set(effect.care) <= set(template.activities), activity.code
