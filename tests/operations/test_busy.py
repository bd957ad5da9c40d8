"""Many charts at once: the rest is told to come again, and the threads stay free for the clinicians' pages."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from plugin.operations import drafting
from plugin.operations.routes import AT_ONCE
from tests.operations.caller import PLAN, Caller, asked, said

APPLY = f"/PlanDefinition/{PLAN}/$apply"


def test_more_than_a_few_drafts_at_once_are_sent_away_and_later_taken(build, monkeypatch):
    busy, goes_on = threading.Semaphore(0), threading.Event()
    draft_plan = drafting.draft_plan

    def slow(*arguments):
        busy.release()
        assert goes_on.wait(30)
        return draft_plan(*arguments)

    monkeypatch.setattr(drafting, "draft_plan", slow)
    first = build()
    callers = [Caller(first.client.application.test_client(), first.token) for _ in range(AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        under_way = [threads.submit(caller.post, APPLY, asked("hr-positive")) for caller in callers]
        for _ in under_way:
            assert busy.acquire(timeout=30)
        refused = first.post(APPLY, asked("hr-positive"))
        public = first.get("/metadata")
        goes_on.set()
        statuses = [each.result().status_code for each in under_way]
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert "being drafted for" in said(refused)
    assert public.status_code == 200
    assert statuses == [200] * AT_ONCE
    assert first.post(APPLY, asked("hr-positive")).status_code == 200
