"""Two reviewers at one plan: what one of them has not seen is never overwritten."""

import re

from tests.review.visit import line_on

CARE = "supportive-care/pc"
BERG = ("Practitioner/berg", "Dr. Bo Berg")


def version(visit):
    return visit.page(f"{visit.workspace}/version")


def test_a_decision_made_meanwhile_is_shown_and_not_overwritten_until_both_were_seen(visit):
    visit.read()
    visit.launch(BERG)
    visit.decide(CARE, "decline", reason_text="She has her own team")
    visit.launch()
    answer = visit.decide(CARE, "change", seen="0", text="Only by telephone", after="The holidays")
    assert answer.status_code == 409
    line = line_on(answer.text, CARE)
    assert 'class="badge decline"' in line
    assert "Dr. Bo Berg decided here" in line
    assert "just now" in line
    assert "She has her own team" in line
    assert "is not kept yet" in line
    assert ">Only by telephone</textarea>" in line
    assert 'value="The holidays"' in line
    seen = line.partition('name="seen" value="')[2].partition('"')[0]
    assert visit.decide(CARE, "change", seen=seen, text="Only by telephone").status_code == 303
    assert 'class="badge change"' in line_on(visit.page().text, CARE)


def test_another_window_of_the_same_person_is_called_so_also_where_it_took_a_decision_back(visit):
    visit.decide(CARE, "accept")
    answer = visit.decide(CARE, "decline", seen="0", reason_text="Later")
    assert answer.status_code == 409
    assert "You, in another window:" in answer.text
    visit.decide(CARE, "reopen")
    assert visit.decide(CARE, "accept", seen="0").status_code == 409


def test_the_same_decision_that_arrives_twice_is_one(visit):
    for _ in range(2):
        assert visit.decide(CARE, "decline", seen="0", reason_text="Later").status_code == 303
    assert "history" not in line_on(visit.page().text, CARE)


def test_the_version_is_a_number_that_grows_with_every_change_and_says_nothing_else(visit):
    assert version(visit).get_json() == {"version": 0}
    assert 'data-version="0"' in visit.read().text
    seen = [0]
    for change in (
        lambda: visit.decide(CARE, "accept"),
        lambda: visit.post("/facts/visceral-crisis", value="false"),
        lambda: visit.post(f"/own/{'ab' * 16}", action="add", kind="care", text="Music"),
    ):
        change()
        answer = version(visit)
        assert set(answer.get_json()) == {"version"}
        assert answer.headers["Cache-Control"] == "no-store"
        seen.append(answer.get_json()["version"])
    assert seen == sorted(set(seen))
    assert f'data-version="{seen[-1]}"' in visit.page().text


def test_the_version_is_told_to_the_launch_only(visit):
    stranger = visit.app.test_client().get(f"{visit.workspace}/version", base_url=visit.base)
    assert stranger.status_code == 401
    assert "version" not in stranger.text.partition("<main")[2].lower()


def test_unsent_text_is_sealed_with_a_key_of_this_person_and_this_patient(visit):
    def sealed():
        page = visit.read().text
        return [page.partition(f'{name}="')[2].partition('"')[0] for name in ("data-holder", "data-sealed-with")]

    mine = sealed()
    visit.launch()
    assert sealed() == mine
    visit.launch(BERG)
    theirs = sealed()
    assert not set(mine) & set(theirs)
    assert "p1" not in mine[0]


FACT = "visceral-crisis"


def fact_on(page):
    """The part of a page that is about the fact."""
    return re.search(rf'<details class="fact" id="fact-{FACT}".*?</details>', page, re.S)[0]


def test_a_fact_stated_meanwhile_is_shown_and_not_overwritten_until_both_were_seen(visit):
    visit.read()
    visit.launch(BERG)
    assert visit.post(f"/facts/{FACT}", value="true", reason="Seen on the ward").status_code == 303
    visit.launch()
    answer = visit.post(f"/facts/{FACT}", seen="0", value="false", reason="Not today")
    assert answer.status_code == 409
    fact = fact_on(answer.text)
    assert " open>" in fact.partition("\n")[0]
    assert "Dr. Bo Berg stated “Yes” after your page was opened" in fact
    assert "Seen on the ward" in fact
    assert "is not kept yet" in fact
    assert '<option value="false" selected>No</option>' in fact
    assert 'name="reason" maxlength="500" autocomplete="off" value="Not today"' in fact
    assert "Seen on the ward" in fact_on(visit.opened(visit.page().text, f"facts/{FACT}"))
    seen = fact.partition('name="seen" value="')[2].partition('"')[0]
    assert visit.post(f"/facts/{FACT}", seen=seen, value="false", reason="Not today").status_code == 303


def test_a_withdrawal_meanwhile_is_seen_too_and_the_same_statement_sent_twice_is_one(visit):
    for _ in range(2):
        assert visit.post(f"/facts/{FACT}", seen="0", value="true").status_code == 303
    assert fact_on(visit.opened(visit.page().text, f"facts/{FACT}")).count(": <b>Yes</b>") == 1
    assert visit.post(f"/facts/{FACT}", withdraw="yes").status_code == 303
    answer = visit.post(f"/facts/{FACT}", seen="1", value="false")
    assert answer.status_code == 409
    assert "You, in another window, withdrew what was stated" in answer.text


def test_a_statement_that_lacks_its_reason_keeps_what_was_chosen(visit):
    visit.post(f"/facts/{FACT}", value="true")
    answer = visit.post(f"/facts/{FACT}", value="false")
    assert answer.status_code == 422
    assert '<option value="false" selected>No</option>' in fact_on(answer.text)
    assert fact_on(visit.opened(visit.page().text, f"facts/{FACT}")).count("took back") == 0
