"""The example calls of docs/cds-hooks.md are answered as the page says."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

DOCS = Path(__file__).parent.parent.parent / "docs"
PAGE = (DOCS / "cds-hooks.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "service", "topic"),
    [("cds-patient-view", "careplan-draft", "plan-drafted"), ("cds-order-sign", "careplan-orders", "order-closed")],
)
def test_an_example_call_is_answered_as_the_page_says(ehr, file, service, topic):
    assert f"docs/examples/{file}.json" in PAGE
    body = (DOCS / "examples" / f"{file}.json").read_bytes()
    [card] = ehr.post(service, body).get_json()["cards"]
    assert card["source"]["topic"]["code"] == topic
    if topic == "order-closed":
        for shown in (card["summary"], card["source"]["label"], card["overrideReasons"][0]["display"]):
            assert shown in PAGE
        assert orjson.dumps(card["detail"][:60]).decode()[1:-1] in PAGE


def test_every_setting_and_prefetch_key_is_on_the_page(ehr):
    services = ehr.app.test_client().get("/cds-services").get_json()["services"]
    for name in (
        "cds_clients",
        "cds_anonymous",
        "cds_timeout",
        *services[0]["prefetch"],
        *(each["id"] for each in services),
    ):
        assert f"`{name}`" in PAGE
