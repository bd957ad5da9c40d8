"""A sign that the patient marks reaches the question that it bears on: nothing is presumed against her words."""

import re

from tests.forms.tablet import Tablet
from tests.forms.test_facts_form import CORD, FactsForm

LEGS = "New weakness or numbness in your legs, or new trouble passing urine or stool"


def marked(visit):
    tablet = Tablet(visit)
    tablet.start()
    tablet.answers(1, given={"urgent.legs": "yes"})
    tablet.take_back()
    return visit.read().text


def questions(page):
    return re.findall(r'<form class="question" id="ask-([a-z0-9-]+)".*?</form>', page, re.S)


def question(page, code):
    return page.partition(f'id="ask-{code}"')[2].partition("</form>")[0]


def test_the_question_that_her_sign_bears_on_stands_first_and_open_with_her_words(visit):
    before = visit.read().text
    assert questions(before)[0] != CORD
    assert "Confirm: No<" in question(before, CORD)
    page = marked(visit)
    assert questions(page)[0] == CORD
    asked = question(page, CORD)
    assert f"The patient marked: “{LEGS}”" in asked
    assert "Confirm: " not in asked
    assert f'href="#ask-{CORD}"' in page.partition('id="said-urgent"')[2].partition("</ul>")[2][:600]


def test_the_form_of_facts_presets_and_confirms_nothing_against_her_words(visit):
    marked(visit)
    form = FactsForm(visit)
    assert "initial" not in form.item(CORD)
    assert f'name="confirm" value="{CORD}"' not in form.page.text
    assert "the patient marked" in form.item(CORD)["item"][0]["text"]


def test_the_answer_of_a_clinician_settles_it(visit):
    marked(visit)
    visit.post(f"/facts/{CORD}", value="true")
    assert CORD not in questions(visit.read().text)


def order(page, *anchors):
    return [page.index(f'id="{anchor}"') for anchor in anchors]


def test_what_cannot_wait_leads_its_list_and_the_alert_leads_to_it(visit):
    page = marked(visit)
    said = page.partition('id="said-urgent"')[2].partition("</section>")[0]
    for anchor in ("line-treatment-category-cord", "line-assessment-spine-mri"):
        assert f'href="#{anchor}"' in said
    assert re.search(r'<h3[^>]*><a href="#list-conditional">.*?<a href="[^"]*">Emergency pathway', page, re.S)
    waiting = page.partition('id="list-conditional"')[2]
    assert re.search(r'id="(line-treatment-category-[a-z0-9-]+)"', waiting)[1] == "line-treatment-category-cord"


def test_once_it_is_judged_to_be_so_the_pathway_stands_before_all_other_lines(visit):
    marked(visit)
    visit.post(f"/facts/{CORD}", value="true")
    page = visit.read().text
    offered = page.partition('id="list-offered"')[2]
    assert re.search(r'id="(line-treatment-category-[a-z0-9-]+)"', offered)[1] == "line-treatment-category-cord"
    attention = page.partition('id="attention"')[2].partition("</section>")[0]
    alert = attention.partition("Suspected spinal cord compression")[2].partition("</div>")[0]
    assert "dexamethasone" in alert
    assert 'href="#line-treatment-category-cord"' in alert
    assert 'href="#line-assessment-spine-mri"' in alert
