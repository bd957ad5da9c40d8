"""Logs without patient data: one line a request, naming the route instead of the address."""

from __future__ import annotations

import logging
import sys
import time
from typing import Any

import structlog
from flask import Flask, Response, g, request

from plugin.chart.reading import Chart
from plugin.library.vocabulary import Vocabulary
from plugin.settings import Settings


def init_logs(app: Flask, settings: Settings) -> None:
    """Write JSON lines to stderr at the level of the settings, and one for every request.

    The route stands for the address: workspace ids open a patient's page, so they stay out of the log.
    """
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_stderr_logger,
    )
    log = structlog.get_logger("plugin.web")

    @app.before_request
    def _start() -> None:
        g.began = time.monotonic()

    @app.after_request
    def _record(response: Response) -> Response:
        if request.endpoint not in ("static", "assets.of_another_version", "health.check"):
            took = round((time.monotonic() - g.began) * 1000) if "began" in g else 0
            log.info(
                "request", route=request.endpoint, method=request.method, status=response.status_code, milliseconds=took
            )
        return response


def tell_cautions(vocabulary: Vocabulary) -> None:
    """Log what the site's map of its own codes says that is not used, once, when the server starts."""
    log = structlog.get_logger("plugin.library")
    for caution in vocabulary.code_sets.cautions:
        log.warning(
            "local code not used", file=caution.file, line=caution.line, why=caution.message, remedy=caution.remedy
        )


def tell_chart(ehr: str, chart: Chart) -> None:
    """Log how the reading of a chart ended: what is missing and why, nothing that it holds. ehr: its FHIR base."""
    log = structlog.get_logger("plugin.web")
    missing = [
        f"{gap.resource_type}: {gap.cause}" + ("" if gap.status is None else f" ({gap.status})") for gap in chart.gaps
    ]
    report = log.warning if missing else log.info
    report("chart_read", ehr=ehr, resources=len(chart.resources), seconds=round(chart.seconds, 2), missing=missing)


def _stderr_logger(*_names: Any) -> Any:
    return structlog.PrintLogger(sys.stderr)
