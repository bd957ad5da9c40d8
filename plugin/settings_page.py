"""All settings as a page that people can read: `python -m plugin.settings_page > docs/settings.md`."""

from __future__ import annotations

import re
import sys

from plugin.settings import describe

_HEAD = """\
# Settings

Written from `plugin/settings.py` by `python -m plugin.settings_page`; change that file, not this page. A whole file,
and what stands around it: [deploying.md](deploying.md).

A setting comes from the environment, else from the TOML file that `--config` or `CAREPLAN_CONFIG` names, else it has
its default. Relative paths in the file count from the file, those in the environment from the working directory. In the
environment lists of paths are separated by commas, lists of tables are JSON, and numbers are text; in the file numbers,
true and false stand without quotes. `careplan serve`, `careplan outbox` and `careplan doctor --config` read the same
settings. A name that is not known, or a value that cannot be used, stops the program with a message.

| setting | in the environment | default | what it does |
| --- | --- | --- | --- |
"""
_PAGE = re.compile(r"docs/([a-z-]+\.md)")


def settings_page() -> str:
    """The page in Markdown: one row a setting, in the order in which they are declared."""
    return _HEAD + "".join(_row(*row) for row in describe())


def _row(name: str, variable: str, default: str, about: str) -> str:
    linked = _PAGE.sub(r"[\1](\1)", about.replace("|", "\\|"))
    return f"| `{name}` | `{variable}` | {default} | {_code(linked)} |\n"


def _code(text: str) -> str:
    """Addresses with a part to fill in, as code: Markdown would take `<public_url>` for a tag."""
    return re.sub(r"<public_url>[\w/.-]*", lambda found: f"`{found.group()}`", text)


if __name__ == "__main__":
    sys.stdout.write(settings_page())
