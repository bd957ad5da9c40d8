"""What a page loads is kept as long as it says the same, and never meets a page of another version."""

import re


def test_what_a_page_loads_may_be_kept_and_scripts_find_each_other_beside_them(visit):
    addresses = re.findall(r'(?:src|href)="(/static/[^"]+)"', visit.read().text)
    folders = {address.split("/")[2] for address in addresses}
    assert len(folders) == 1
    assert len(addresses) > 10
    for address in [*addresses, f"/static/{folders.pop()}/sealed.js"]:
        answer = visit.page(address)
        assert answer.status_code == 200, address
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        answer.close()


def test_a_page_of_another_version_gets_its_look_and_asks_anew_each_time(visit):
    answer = visit.page("/static/000000000000/base.css")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/css")
    assert answer.headers["Cache-Control"] == "no-cache"
    answer.close()
    assert visit.page("/static/000000000000/../../settings.py").status_code == 404
