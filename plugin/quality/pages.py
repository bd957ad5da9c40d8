"""What the pages of the book and of the check report have in common: how their templates and styles are read."""

from __future__ import annotations

from functools import cache
from importlib import resources

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from plugin.library.vocabulary import in_a_word


def page_environment(*packages: str) -> Environment:
    """Templates of these packages, those of the first found first; everything is escaped, a missing name raises."""
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package) for package in packages]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters["word"] = in_a_word
    environment.filters["plain"] = lambda code: str(code).replace("-", " ")
    return environment


@cache
def page_style(*files: str) -> str:
    """The style sheets `package:name` one after the other, each from the templates of its package."""
    places = (file.split(":") for file in files)
    return "\n".join(
        (resources.files(package) / "templates" / name).read_text(encoding="utf-8") for package, name in places
    )
