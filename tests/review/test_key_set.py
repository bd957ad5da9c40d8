"""The whole plug-in publishes its key set, to everybody and for an hour, beside pages that nobody may keep."""

from plugin.launch.keys import new_key, write_key
from tests.launch.launch_app import smart
from tests.review.visit import Visit


@smart(302, 303)
def test_the_key_set_is_open_and_may_be_kept(chart, tmp_path):
    key = new_key("ES384")
    write_key(key, tmp_path / "key.jwk")
    visit = Visit(chart.base, tmp_path, signing_keys=(tmp_path / "key.jwk",))
    answer = visit.app.test_client().get("/.well-known/jwks.json")
    assert [each["kid"] for each in answer.json["keys"]] == [key.kid]
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert visit.page().headers["Cache-Control"] == "no-store"
