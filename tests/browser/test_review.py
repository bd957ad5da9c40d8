"""The main job in a browser: launch, read why, decide, save, find the plan in the EHR."""

import re

PATIENT = "hr-positive"
OTHER_PATIENT = "her2-positive"
SUMMARY = re.compile(r"(\d+) lines?, (\d+|none) decided")


def decided(body):
    found = SUMMARY.search(body.locator("#progress").inner_text())
    return 0 if found[2] == "none" else int(found[2])


def title(line):
    return line.locator(".line-title").inner_text()


def decline(line, words):
    line.locator("summary", has_text="Decline").click()
    line.get_by_role("textbox", name="In your own words").fill(words)
    line.get_by_role("button", name="Decline with this reason").click()


def test_launch_review_save_and_the_plan_is_in_the_ehr(in_frame, installation):
    patient = "pik3ca-early-relapse"
    body = in_frame(patient)
    offered = body.locator(".list-offered .line").first
    offered.locator("summary", has_text="Why").click()
    offered.get_by_text("Facts that decide it").wait_for()
    assert offered.locator(".behind code, .behind td").count() > 0
    assert decided(body) == 0
    accepted = title(offered)
    offered.get_by_label("that belong with it").uncheck()
    offered.get_by_role("button", name="Accept", exact=False).first.click()
    body.locator(".list-offered .line .badge.accept").first.wait_for()
    support = body.locator(".support .line").first
    declined = title(support)
    decline(support, "She has her own team <already>")
    body.locator(".support .line .badge.decline").first.wait_for()
    assert decided(body) == 2

    body.get_by_role("button", name="Save to EHR").click()
    body.locator(".delivery.saved").wait_for()
    reference = body.locator(".delivery.saved .where code").first.text_content()
    [plan] = installation.plans_of(patient)
    assert reference == f"CarePlan/{plan['id']}"
    assert (plan["status"], plan["intent"]) == ("draft", "proposal")
    lines = {each["detail"]["code"]["text"]: each["detail"] for each in plan["activity"]}
    assert lines[declined]["status"] == "cancelled"
    assert lines[declined]["statusReason"]["text"] == "She has her own team <already>"
    assert lines[accepted]["status"] == "not-started"
    assert "She has her own team &lt;already&gt;" in plan["text"]["div"]


def test_decisions_are_there_after_a_restart_and_a_new_launch(in_tab, installation):
    patient = "premenopausal"
    page = in_tab(patient)
    line = page.locator(".support .line").first
    name = title(line)
    decline(line, "Asked for later")
    page.locator(".support .line .badge.decline").first.wait_for()
    installation.restart()
    again = in_tab(patient)
    same = again.locator(".support .line", has=again.get_by_text(name, exact=True)).first
    assert "Asked for later" in same.inner_text()
    assert decided(again) == 1


def test_a_statement_redrafts_the_plan_at_once_and_stays_the_clinicians(in_tab):
    page = in_tab("no-results")
    question = page.locator("#questions form", has=page.get_by_role("button", name="Confirm")).first
    anchor = question.get_attribute("id")
    fact = page.locator(f"#fact-{anchor.removeprefix('ask-')}")
    question.get_by_role("button", name="Confirm").click()
    fact.locator(".state-stated").first.wait_for(state="attached")
    page.locator("#changes:focus").wait_for(state="attached")
    page.reload()
    assert fact.locator(".state-stated").count() == 1
    page.locator("#answered > summary").click()
    page.locator(f"#{anchor} a").click()
    fact.get_by_role("button", name="Withdraw this statement").wait_for()


def test_a_statement_corrected_after_a_save_is_one_statement_in_the_chart(in_tab, installation):
    patient = "triple-negative-pdl1-high"
    correct(in_tab(patient), "visceral-crisis", "true")
    page = in_tab(patient)
    correct(page, "visceral-crisis", "false", "Seen again")
    page = in_tab(patient)
    assert "disagree" not in page.locator("#fact-visceral-crisis").inner_text()
    [statement] = [each for each in installation.observations_of(patient) if is_ours(each)]
    assert (statement["valueBoolean"], statement["status"]) == (False, "final")


def correct(page, code, value, reason=""):
    """State a fact and save the plan."""
    page.goto(f"{page.url.partition('#')[0]}#fact-{code}")
    fact = page.locator(f"#fact-{code}")
    fact.locator("select").select_option(value)
    fact.get_by_label("Reason").fill(reason)
    fact.get_by_role("button", name="Correct").click()
    page.locator("#changes:focus").wait_for()
    page.get_by_role("button", name="Save to EHR").click()
    page.locator(".delivery.saved").wait_for()


def is_ours(observation):
    return any("NamingSystem/statement" in each["system"] for each in observation.get("identifier", ()))


def test_two_patients_side_by_side_never_mix(in_tab, browse):
    browser = browse()
    one, two = in_tab(PATIENT, browser), in_tab(OTHER_PATIENT, browser)
    names = [page.locator(".banner .name").inner_text() for page in (one, two)]
    assert names[0] != names[1]
    before = two.locator("#progress").inner_text()
    line = one.locator(".support .line").last
    line.get_by_role("button", name="Accept").click()
    one.locator(".support .line .badge.accept").first.wait_for()
    two.reload()
    assert two.locator("#progress").inner_text() == before
    one.reload()
    assert [page.locator(".banner .name").inner_text() for page in (one, two)] == names


def test_another_browser_cannot_open_the_page_of_a_launch(in_tab, browse):
    address = in_tab().url
    stranger = browse().new_page()
    answer = stranger.goto(address)
    assert answer.status == 401
    assert "Samplewood" not in stranger.content()


def test_everything_works_without_scripts(in_tab):
    page = in_tab("man", java_script_enabled=False)
    line = page.locator(".support .line").first
    line.locator("summary", has_text="Change").click()
    line.locator(".decide[open] a").click()
    page.get_by_role("link", name="Back to the review").wait_for()
    page.get_by_label("What the plan should say instead").fill("By telephone")
    page.get_by_role("button", name="Keep with this change").click()
    page.locator(".support .line .badge.change").first.wait_for()
    assert "By telephone" in page.locator(".support .line").first.inner_text()


def test_a_patient_who_died_gets_no_plan_and_is_told_why(in_tab):
    page = in_tab("deceased")
    assert "No plan is drafted" in page.locator("#attention").inner_text()
    assert page.locator(".line").count() == 0
    assert page.get_by_role("button", name="Save to EHR").count() == 0


def test_why_brings_the_rule_to_the_line_and_what_is_not_offered_can_be_searched(in_tab):
    page = in_tab("conflicting-results")
    line = page.locator("#line-treatment-category-cdk46-et")
    line.locator(".why > summary").click()
    line.get_by_text("Rules that open it").wait_for()
    assert "results disagree" in line.locator(".rule").inner_text()
    why = line.locator(".why").inner_text()
    settled = r"Oestrogen receptor \(ER\) by ER and PR\s+if positive: offered\s+if negative: left to your judgement"
    assert re.search(settled, why)
    assert re.search(r"ASCO Guideline Update[^·]*guideline, 2021 ·", why)
    assert [part for part in ("Safety gates checked", "Drugs of the class", "Approved") if part not in why] == []
    line.get_by_role("link", name="Oestrogen receptor (ER)").first.click()
    results = page.locator("#fact-er").get_by_role("table")
    results.wait_for()
    assert re.search(r"Specimen: .*\n?.*By .*Laborator|Patholog", results.inner_text())
    page.locator("#fact-er").get_by_text("in the EHR, to copy").click()
    assert re.search(r"http://127.0.0.1:\d+/fhir/Observation/", page.locator("#fact-er .addresses").inner_text())
    page.locator("#list-not-offered > summary").click()
    closed = page.locator("#list-not-offered .line")
    whole = closed.count()
    page.get_by_label("Search what is not offered").fill("inavolisib")
    page.get_by_text(f"of {whole}").wait_for()
    assert 0 < page.locator("#list-not-offered .line:visible").count() < whole
    page.get_by_label("Search what is not offered").fill("Herceptin")
    page.locator("#line-treatment-category-her2-thp:visible").wait_for()
    assert 0 < page.locator("#list-not-offered .line:visible").count() < whole
    page.get_by_label("Search what is not offered").fill("")
    page.locator("#list-not-offered .why > summary").first.click()
    page.locator("#list-not-offered .why").first.get_by_text("The rule, put to this patient").wait_for()
    page.get_by_label("Search what is not offered").fill("put to this patient")
    page.get_by_text(f"0 of {whole}").wait_for()


def test_buttons_of_care_stand_in_one_row_and_one_key_leads_to_the_next_line_to_decide(in_tab):
    page = in_tab("her2-low", viewport={"width": 1112, "height": 700})
    rows = page.locator(".support .acts").evaluate_all(
        """(rows) => rows.map((row) => [...row.querySelectorAll(':scope > details > summary, .accept')]
        .map((each) => Math.round(each.getBoundingClientRect().top)))"""
    )
    assert {len(set(tops)) for tops in rows} == {1}
    page.locator("nav a[href='#plan']").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.get_by_role("link", name="Skip to the next line to decide").press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate(
        "document.activeElement.closest('.acts')?.parentElement.id.startsWith('line-treatment-category-')"
    )
