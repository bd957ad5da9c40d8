"""A wrong address is told as one, to the person who typed it; and no tick stands for what nobody saw."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner
from werkzeug.wrappers import Request, Response

from plugin.cli import main
from plugin.doctor.as_html import gravest
from plugin.doctor.report import EXAMINER, Report
from tests.doctor.faulty import Faulty, instead


def web_page(path: str, request: Request) -> Response:
    return Response("<!doctype html><title>Sign in</title>", content_type="text/html")


def not_found(path: str, request: Request) -> Response:
    return Response("nothing here", 404, content_type="text/plain")


def only_below_fhir(path: str, request: Request) -> Response | None:
    """As most hosts are: FHIR in one folder, pages everywhere else."""
    return None if re.match(r"/fhir(/|$)", request.path) else web_page(path, request)


def checks(report: Report) -> dict[str, object]:
    return {check.id: check for section in report.sections for check in section.checks}


@pytest.mark.parametrize(("answer", "words"), [(web_page, "looks like a web page"), (not_found, "status 404")])
def test_a_page_or_nothing_is_a_wrong_address_for_whoever_typed_it(
    faulty: Faulty, examined, answer, words: str
) -> None:
    faulty.before = answer
    report = examined(faulty.base, public=True)
    (fault,) = report.checks("fault")
    assert (fault.id, fault.who) == ("address", EXAMINER)
    assert words in fault.seen
    assert "is the address right?" in fault.why
    assert [who for who, _ in report.to_change()] == [EXAMINER]


def test_behind_a_wrong_address_nothing_is_ticked_that_was_not_seen(faulty: Faulty, examined) -> None:
    faulty.before = web_page
    report = examined(faulty.base, public=True)
    assert {check.id for check in report.checks("good")} <= {"clock"}
    levels = {section.key: gravest(section) for section in report.sections}
    assert levels.pop("connection") == "fault"
    assert set(levels.values()) == {"open"}


@pytest.mark.parametrize("path", ["/fhirr", "/launch", "/fhir/metadata", "/fhir/.well-known/smart-configuration", ""])
def test_the_fhir_base_beside_a_wrong_address_is_named(faulty: Faulty, examined, path: str) -> None:
    faulty.before = only_below_fhir
    report = examined(faulty.base.removesuffix("/fhir") + path, public=True)
    (fault,) = report.checks("fault")
    assert fault.id == "address"
    assert fault.remedy.endswith(f"one answers at {faulty.base}")


@pytest.mark.parametrize("status", [401, 503])
def test_a_server_that_lets_nobody_see_or_is_down_is_not_called_a_wrong_address(
    faulty: Faulty, examined, status: int
) -> None:
    faulty.before = lambda path, request: Response("<html>", status, content_type="text/html")
    assert "address" not in checks(examined(faulty.base, public=True))


@pytest.mark.parametrize("status", [200, 404])
def test_only_a_refusal_shows_that_charts_are_closed(faulty: Faulty, examined, status: int) -> None:
    faulty.plant = instead("Patient", status, "<html>", "text/html")
    shown = checks(examined(faulty.base, public=True))["open"]
    assert shown.level == "open"
    assert "did not show" in shown.seen


def test_without_a_smart_configuration_its_scopes_are_not_called_good(faulty: Faulty, examined) -> None:
    faulty.plant = instead(".well-known/smart-configuration", 404, "")
    (scopes,) = [each for each in examined(faulty.base, public=True).sections if each.key == "scopes"]
    assert gravest(scopes) == "open"


def test_a_page_without_a_place_is_refused_before_anything_is_asked(faulty: Faulty, tmp_path) -> None:
    asked: list[object] = []
    faulty.before = lambda *seen: asked.append(seen)
    wrong = {tmp_path / "missing" / "report.html": f"there is no folder {tmp_path / 'missing'}", tmp_path: "a folder"}
    for page, why in wrong.items():
        result = CliRunner().invoke(main, ["doctor", faulty.base, "--html", str(page)])
        assert result.exit_code == 2
        assert why in result.stderr
    assert (list(tmp_path.iterdir()), asked) == ([], [])


def test_the_command_says_so_first_and_where_the_page_is(faulty: Faulty, tmp_path) -> None:
    faulty.before = web_page
    page = tmp_path / "report.html"
    result = CliRunner().invoke(main, ["doctor", faulty.base, "--html", str(page)])
    assert result.exit_code == 1
    assert "To be changed by whoever runs careplan doctor:" in result.stdout
    assert "administrator" not in result.stdout
    assert f"the page is in {page}" in result.stderr
    assert "is the address right?" in page.read_text().lower()
