"""The tablet in the patient's hands, and the form of facts, in a real browser."""

import re

from axe_playwright_python.sync_playwright import Axe

LONGER_THAN_A_PAGE_TAKES = 700  # milliseconds
TABLET = {"viewport": {"width": 768, "height": 1024}, "has_touch": True}


def axe_finds_nothing(page):
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def hand_over(page, language="es"):
    page.get_by_role("link", name="Hand over to the patient").click()
    page.get_by_label("Language to begin with").select_option(language)
    page.get_by_label(re.compile("A PIN of four")).fill("2468")
    page.get_by_role("button", name="Hand over").click()
    return page.get_by_role("link", name="Open the patient’s form").evaluate("(link) => link.href")


def test_a_patient_answers_in_spanish_on_a_tablet_and_no_way_leads_to_the_chart(in_tab, installation):
    page = in_tab("line-under-way", bypass_csp=True, **TABLET)
    chart = page.url
    name = page.locator(".banner .name").inner_text()
    form = hand_over(page)
    for _ in range(2):
        page.go_back()
        assert name not in page.locator("body").inner_text()
    page.goto(chart)
    assert name not in page.locator("body").inner_text()
    page.goto(form)
    page.get_by_role("button", name="Empezar").tap()
    page.get_by_text("Nada de esto").tap()
    page.get_by_text("Fiebre de 38").tap()
    page.get_by_role("alert").get_by_text("Avise ahora a alguien del equipo").wait_for()
    assert not page.get_by_label("Nada de esto").is_checked()
    axe_finds_nothing(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Siguiente").tap()
    page.get_by_role("alert").get_by_text("Avise ahora a alguien del equipo").wait_for()
    assert page.title().startswith("Parte 2 de ")
    pain = page.get_by_role("group", name=re.compile("El peor dolor"))
    pain.get_by_text("7", exact=True).tap()
    with page.expect_response(lambda answer: "Me mareo" in (answer.request.post_data or "")):
        page.get_by_label("¿Ha notado algo más?").fill("Me mareo por la mañana")
    page.reload()
    assert page.get_by_label("¿Ha notado algo más?").input_value() == "Me mareo por la mañana"
    assert pain.get_by_label("7", exact=True).is_checked()
    axe_finds_nothing(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 768
    page.set_viewport_size({"width": 1024, "height": 768})
    assert page.evaluate("document.documentElement.scrollWidth") <= 1024
    page.goto(chart)
    assert "Esta página no está abierta ahora" in page.locator("body").inner_text()
    page.get_by_role("link", name="Ir al cuestionario").tap()
    page.locator("#form").wait_for()
    while page.get_by_role("button", name="Siguiente").count():
        before = page.url
        page.get_by_role("button", name="Siguiente").tap()
        page.wait_for_url(lambda url, before=before: url != before)
    axe_finds_nothing(page)
    page.get_by_role("button", name="Enviar a mi equipo").tap()
    page.get_by_role("heading", name="Gracias").wait_for()
    axe_finds_nothing(page)
    page.go_back()
    assert "Me mareo" not in page.locator("body").inner_text()
    page.get_by_role("link", name=re.compile("Para el equipo|For the team")).tap()
    page.get_by_label("PIN chosen at the hand-over").fill("2468")
    page.get_by_role("button", name="Back to the chart").tap()
    page.locator("#said-urgent").get_by_text("A fever of 38 °C").wait_for()
    assert "Me mareo por la mañana" in page.locator("#said").text_content()
    page.get_by_role("button", name="Save to EHR").tap()
    page.locator("#delivery.saved").wait_for()
    [response] = [each for each in installation.answers_of("line-under-way") if "Me mareo" in str(each)]
    assert response["source"]["reference"] == "Patient/line-under-way"


def test_an_answer_that_is_kept_late_does_not_take_back_what_was_marked_after_it(in_tab):
    page = in_tab("bone-metastases", **TABLET)
    page.goto(hand_over(page, "en"))
    page.get_by_role("button", name="Start").tap()
    fever = page.get_by_role("checkbox", name=re.compile("A fever of 38"))
    breath = page.get_by_role("checkbox", name=re.compile("breath")).first
    late = []
    page.route(re.compile("/keep$"), lambda route: late.append(route))
    with page.expect_request(re.compile("/keep$")):
        fever.check()
    breath.check()
    page.get_by_role("button", name="Next").tap()
    page.wait_for_timeout(LONGER_THAN_A_PAGE_TAKES)
    with page.expect_navigation():
        late[0].continue_()
    assert page.title().startswith("Part 2 of ")
    with page.expect_navigation():
        page.get_by_role("button", name="Back").tap()
    assert (fever.is_checked(), breath.is_checked()) == (True, True)


def test_what_she_typed_is_covered_when_nobody_touches_the_tablet(in_tab):
    page = in_tab("bone-metastases", **TABLET)
    page.goto(hand_over(page, "en"))
    page.get_by_role("button", name="Start").tap()
    page.locator("#form").wait_for()
    page.clock.install()
    page.reload()
    page.get_by_text("A fever of 38 °C").tap()
    page.clock.run_for(181_000)
    page.get_by_role("alertdialog").get_by_text("Are you still there?").wait_for()
    assert not page.get_by_text("A fever of 38 °C").is_visible()
    page.get_by_role("button", name="Show my answers").tap()
    assert page.get_by_role("checkbox", name=re.compile("A fever of 38")).is_checked()


def test_a_fact_is_corrected_in_the_form_of_facts_and_others_stay(in_tab):
    page = in_tab("bone-metastases", bypass_csp=True)
    page.get_by_role("link", name="Facts to confirm, as one form").click()
    page.locator("#send-facts:not([disabled])").wait_for()
    axe_finds_nothing(page)
    crisis = page.locator("lhc-item").filter(has_text="Visceral crisis").last
    crisis.get_by_text("Yes", exact=True).click()
    deficiency = page.locator("lhc-item").filter(has_text="DPD deficiency").last.get_by_role("combobox")
    deficiency.click()
    page.locator("#lhc-tools-searchResults li").get_by_text("partial").click()
    page.get_by_role("button", name="State what I answered").click()
    page.locator("#facts").wait_for()
    assert "Yes" in page.locator("#fact-visceral-crisis summary").text_content()
    page.get_by_role("link", name="Facts to confirm, as one form").click()
    page.locator("#send-facts:not([disabled])").wait_for()
    crisis = page.locator("lhc-item").filter(has_text="Visceral crisis").last
    crisis.get_by_text("No", exact=True).click()
    page.locator("[id^='visceral-crisis.reason/']").fill("Seen today")
    page.get_by_role("button", name="State what I answered").click()
    page.locator("#facts").wait_for()
    assert "No" in page.locator("#fact-visceral-crisis summary").text_content()
    assert "Partial" in page.locator("#fact-dpd-deficiency summary").text_content()  # left alone the second time
