"""Brands and synonyms of drugs, as a search hears them."""

import pytest

from plugin.library.content import default_template_folder
from plugin.library.drug_names import other_names
from plugin.library.template import load_template


@pytest.fixture(scope="module")
def names():
    template = load_template(default_template_folder())
    return other_names(template.drugs, template.vocabulary.treatment.agents, template.terminology)


@pytest.mark.parametrize(
    ("drug", "brand"),
    [("trastuzumab", "herceptin"), ("trastuzumab deruxtecan", "enhertu"), ("palbociclib", "ibrance")],
)
def test_a_drug_is_known_by_its_brand(names, drug, brand):
    assert brand in names[drug]
    assert drug not in names[drug]


def test_brands_of_one_drug_of_a_class_are_not_those_of_another(names):
    assert "kisqali" in names["ribociclib"]
    assert "kisqali" not in names["palbociclib"]
