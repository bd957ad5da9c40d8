"""What the template in use says about itself: a page for the reviewer, and the same as FHIR for the EHR."""

from __future__ import annotations

import orjson
from flask import Blueprint, Response, current_app, render_template
from werkzeug.exceptions import NotFound

from plugin import __version__
from plugin.library.rules import Template
from plugin.library.source_attributes import about_library, cited_sources, declared_attributes
from plugin.web.desk import EXTENSION, Office, desk_of

blueprint = Blueprint("about", __name__)


@blueprint.get("/w/<workspace>/about")
def page(workspace: str) -> str:
    """Source attributes, basis for independent review and sources, beside a review."""
    template = desk_of(workspace).workbench.template
    return render_template(
        "about.html",
        workspace=workspace,
        template=template,
        attributes=declared_attributes(template),
        sources=cited_sources(template),
        unsourced=sum(rule.grounds.unsourced for rule in template.rules),
        software=f"careplan-plugin {__version__}",
    )


@blueprint.get("/about/source-attributes")
def source_attributes() -> Response:
    """The Library with the source attributes; open to everyone, since it tells of no patient."""
    library = about_library(_template())
    if library is None:
        raise NotFound("The template in use declares no source attributes.")
    return Response(orjson.dumps(library), content_type="application/fhir+json")


def _template() -> Template:
    office: Office = current_app.extensions[EXTENSION]
    return office.workbench.template
