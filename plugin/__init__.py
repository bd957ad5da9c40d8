"""SMART on FHIR plug-in that drafts care plans for clinical teams."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

    from plugin.settings import Settings

__version__ = "0.1.0"

LARGEST_REQUEST = 1_000_000  # bytes; our forms are a few hundred


def create_app(
    settings: Settings | None = None, *, clock: Callable[[], datetime] | None = None, **overrides: Any
) -> Flask:
    """The plug-in as a WSGI application.

    settings: as loaded; read from file and environment when None. overrides: single settings that win over these.
    clock: tells the time, aware; the machine's clock when None. Raises UsageError and TemplateError before anything
    is served. Imports wait until here, so that the command line answers at once.
    """
    from flask import Flask
    from flask_wtf.csrf import CSRFProtect

    from plugin.chart.http import Limits
    from plugin.delivery.ability import Abilities
    from plugin.hooks.routes import blueprint as cds_services
    from plugin.hooks.routes import init_hooks
    from plugin.launch.routes import blueprint as launch_pages
    from plugin.launch.routes import init_launch
    from plugin.library.template import load_template
    from plugin.operations.capability import all_definitions
    from plugin.operations.routes import blueprint as fhir_operations
    from plugin.operations.routes import init_operations
    from plugin.review.charts import Charts
    from plugin.review.code_names import code_names
    from plugin.review.workbench import Workbench
    from plugin.settings import load_settings
    from plugin.storage.database import Database
    from plugin.web import (
        about_pages,
        assets,
        closing,
        decision_pages,
        desk,
        ehr_style,
        errors,
        fact_pages,
        facts_form_pages,
        handover_pages,
        health,
        logs,
        output_pages,
        part_pages,
        patient_pages,
        plan_downloads,
        review_pages,
        security,
        words,
    )

    settings = load_settings(overrides=overrides) if settings is None else replace(settings, **overrides)
    clock = clock or _now
    template = load_template(settings.templates_folder, settings.profiles_folder, settings.local_codes)
    database = Database(settings.database)
    database.upgrade()
    database.close()  # a server may fork after this, and connections do not survive that

    app = Flask(
        __name__, static_url_path=assets.static_path(), static_folder="web/static", template_folder="web/templates"
    )
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the launch: a form that was open over lunch is still good
        WTF_CSRF_SSL_STRICT=False,  # it asks for a referrer, and our pages send none
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions[desk.EXTENSION] = desk.Office(
        Workbench(template, code_names(template.terminology), database, clock, settings.zone),
        Charts(clock, timedelta(hours=settings.session_hours)),
        Limits.of(settings),
        Abilities(clock),
        {issuer.iss: issuer.delivery for issuer in settings.allowed_issuers},
    )
    logs.init_logs(app, settings)
    logs.tell_cautions(template.vocabulary)
    security.init_security(app, settings)
    errors.init_errors(app)
    words.init_words(app, settings)
    csrf = CSRFProtect(app)
    csrf.exempt(launch_pages)
    csrf.exempt(cds_services)
    csrf.exempt(fhir_operations)  # no cookie opens it, so no other site can use one
    init_launch(app, settings, database, clock)
    init_hooks(app, settings, template, database, clock)
    definitions = all_definitions(template, settings.templates_folder, __version__)
    init_operations(app, settings, template, definitions, clock, __version__)
    app.register_blueprint(review_pages.blueprint)
    app.register_blueprint(fact_pages.blueprint)
    app.register_blueprint(part_pages.blueprint)
    app.register_blueprint(decision_pages.blueprint)
    app.register_blueprint(plan_downloads.blueprint)
    output_pages.init_outputs(app, settings)
    app.register_blueprint(handover_pages.blueprint)
    app.register_blueprint(facts_form_pages.blueprint)
    patient_pages.init_patient_pages(app, database, clock, template.terminology)
    app.register_blueprint(about_pages.blueprint)
    app.register_blueprint(closing.blueprint)
    ehr_style.init_ehr_style(app)
    app.register_blueprint(assets.blueprint)
    app.register_blueprint(health.blueprint)
    return app


def _now() -> datetime:
    return datetime.now(UTC)
