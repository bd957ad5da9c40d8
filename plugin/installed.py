"""What came with this installation: the folders of templates and profiles, and which template is the default."""

from __future__ import annotations

from pathlib import Path

from plugin.errors import UsageError

PACKAGE = Path(__file__).resolve().parent
DEFAULT_FILE = "default.txt"


def content_folder(kind: str) -> Path:
    """The folder `templates` or `profiles` that came with this installation.

    Raises UsageError when neither the package nor the checkout around it holds one.
    """
    for candidate in (PACKAGE / "_content" / kind, PACKAGE.parent / kind):
        if candidate.is_dir():
            return candidate
    raise UsageError(f"no folder '{kind}' beside {PACKAGE}; reinstall careplan-plugin, or run from a complete checkout")


def default_template_folder() -> Path:
    """The folder of the template that is used when none is named: the one that `templates/default.txt` names.

    Raises UsageError where that file cannot be read or names none.
    """
    templates = content_folder("templates")
    file = templates / DEFAULT_FILE
    remedy = "write the name of a template folder into it, or name a template"
    try:
        name = file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}; {remedy}") from error
    if name not in (folder.name for folder in templates.iterdir() if folder.is_dir()):
        raise UsageError(f"{file} names '{name}', which is no folder beside it; {remedy}")
    return templates / name
