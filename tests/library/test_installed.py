"""Which template is the default is said by a file beside the templates, and by nothing in the software."""

from __future__ import annotations

from pathlib import Path

import pytest

from plugin import installed
from plugin.errors import UsageError
from plugin.installed import content_folder, default_template_folder


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Another checkout, with two templates."""
    for name in ("first", "second"):
        (tmp_path / "templates" / name).mkdir(parents=True)
    monkeypatch.setattr(installed, "PACKAGE", tmp_path / "plugin")
    return tmp_path


@pytest.mark.parametrize("name", ["first", "second"])
def test_the_file_names_the_default(checkout: Path, name: str) -> None:
    (checkout / "templates/default.txt").write_text(f"{name}\n", encoding="utf-8")
    assert default_template_folder() == checkout / "templates" / name


@pytest.mark.parametrize("text", ["", "third\n", "."])
def test_a_file_that_names_no_template_is_refused_with_the_remedy(checkout: Path, text: str) -> None:
    (checkout / "templates/default.txt").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="write the name of a template folder"):
        default_template_folder()


def test_without_the_file_the_remedy_is_said(checkout: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        default_template_folder()


def test_an_installation_without_content_is_named(checkout: Path) -> None:
    with pytest.raises(UsageError, match="no folder 'profiles'"):
        content_folder("profiles")
