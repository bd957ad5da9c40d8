"""Plain words of a template belong to items that it describes, once in each language."""

import shutil

import pytest

from plugin.errors import TemplateError
from plugin.library.content import content_folder
from plugin.library.template import load_template

FILE = "plain-words.yaml"


@pytest.mark.parametrize(
    ("written", "instead", "message", "remedy"),
    [
        ("- code: bma\n", "- code: bmaa\n", "plain words for 'bmaa', which is no item of", "did you mean 'bma'?"),
        ("- code: ecg\n", "- code: labs\n", "the plain words for 'labs' stand twice", "keep one of the two"),
        ("{language: es, ", "{language: en, ", "two texts in the language 'en'", "keep one of the two"),
        ("content: supplement", "content: complete", "supplement", "it adds words to codes"),
        ("language: es", "language: Spanish", "Spanish", "a language code such as en or es"),
    ],
    ids=["no such item", "twice", "one language twice", "no supplement", "no language"],
)
def test_plain_words_that_fit_nothing_are_a_fault_where_they_stand(tmp_path, written, instead, message, remedy):
    folder = tmp_path / "template"
    shutil.copytree(content_folder("templates") / "metastatic-breast-cancer", folder)
    before, found, after = (folder / FILE).read_text(encoding="utf-8").partition(written)
    assert found
    (folder / FILE).write_text(before + instead + after, encoding="utf-8")
    with pytest.raises(TemplateError) as raised:
        load_template(folder, content_folder("profiles"))
    fault = next(fault for fault in raised.value.faults if message in fault.message)
    assert fault.file == FILE
    assert abs(before.count("\n") + 1 - fault.line) <= 5
    assert remedy in fault.remedy
