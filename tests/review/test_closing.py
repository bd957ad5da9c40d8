"""The end of a session, from the button on the page."""

from sqlalchemy import update

from plugin.storage.database import Database
from plugin.storage.tables import WorkspaceRow
from tests.review.visit import TOKEN


def test_the_button_closes_the_workspace_and_keeps_what_was_decided(visit):
    page = visit.read().text
    assert f'<form method="post" action="{visit.workspace}/close">' in page
    answer = visit.client.post(
        f"{visit.workspace}/close", data={"csrf_token": TOKEN.search(page)[1]}, base_url=visit.base
    )
    assert answer.status_code == 200
    assert "This session is closed" in answer.text
    assert "was not able to confirm" in answer.text
    assert "Iris" not in answer.text
    ended = [cookie for cookie in answer.headers.getlist("Set-Cookie") if "Max-Age=0" in cookie]
    assert [cookie.partition("=")[0] for cookie in ended] == ["careplan-workspace", "careplan-form"]
    assert visit.page().status_code == 401


def test_nobody_else_can_close_it(visit):
    visit.read()
    assert visit.client.post(f"{visit.workspace}/close", base_url=visit.base).status_code == 400
    stranger = visit.app.test_client()
    assert stranger.post(f"{visit.workspace}/close", base_url=visit.base).status_code == 401
    assert visit.page().status_code == 200


def test_the_last_page_asks_for_nothing_that_ended_with_the_launch(visit):
    database = Database(visit.settings.database)
    with database.session() as session:
        session.execute(update(WorkspaceRow).values(style={"color_background": "#fefefe"}))
    database.close()
    own = f"{visit.workspace}/style.css"
    assert own in visit.read().text
    closed = visit.post("/close")
    assert "This session is closed" in closed.text
    assert own not in closed.text
