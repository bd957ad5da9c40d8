"""`careplan keys`: a key pair in a file of one's own, and its public half to hand out."""

from __future__ import annotations

import stat
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from plugin.cli import main
from plugin.launch.keys import read_key
from tests.launch.launch_app import smart


@smart(290, 295)
@pytest.mark.parametrize(("options", "algorithm"), [([], "ES384"), (["--alg", "RS384"], "RS384")])
def test_a_new_key_is_readable_by_its_owner_alone(tmp_path: Path, options: list[str], algorithm: str) -> None:
    file = tmp_path / "key.jwk"
    result = CliRunner().invoke(main, ["keys", "new", *options, str(file)])
    assert result.exit_code == 0
    key = read_key(file)
    assert key.alg == algorithm
    assert result.stdout.strip() == key.kid
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "key.jwk"
    CliRunner().invoke(main, ["keys", "new", str(file)])
    before = file.read_bytes()
    again = CliRunner().invoke(main, ["keys", "new", str(file)])
    assert (again.exit_code, file.read_bytes()) == (1, before)
    assert "is there already" in again.stderr
    nowhere = CliRunner().invoke(main, ["keys", "new", str(tmp_path / "none" / "key.jwk")])
    assert nowhere.exit_code == 1
    assert "cannot be written (No such file" in nowhere.stderr


@smart(294, 298, 300, 304, 313)
def test_what_is_shown_is_what_an_ehr_may_know(tmp_path: Path) -> None:
    files = [tmp_path / "one.jwk", tmp_path / "two.jwk"]
    for file in files:
        CliRunner().invoke(main, ["keys", "new", str(file)])
    result = CliRunner().invoke(main, ["keys", "show", *map(str, files)])
    shown = orjson.loads(result.stdout)["keys"]
    assert [key["kid"] for key in shown] == [read_key(file).kid for file in files]
    assert not [key for key in shown if "d" in key]
