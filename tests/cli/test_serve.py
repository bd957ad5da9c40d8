"""`careplan serve` as an operator starts it: what it says first, and that it answers."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import requests
from click.testing import CliRunner

from plugin.cli import main
from plugin.sandbox.fhir_server import free_port
from plugin.settings import Settings
from plugin.web.serving import about_to_serve

ROOT = Path(__file__).parents[2]
SECONDS = 30

FILE = """
secret_key = "0123456789012345678901234567890123456789"
public_url = "https://careplan.example.org"

[[allowed_issuers]]
iss = "https://ehr.example.org/fhir"
client_id = "careplan"
client_secret = "hush"
label = "City hospital"

[[allowed_issuers]]
iss = "https://other.example.org/r4"
client_id = "careplan-2"

[[cds_clients]]
iss = "https://ehr.example.org"
jku = "https://ehr.example.org/jwks.json"
"""


def test_it_says_first_where_it_is_for_whom_and_with_which_database(tmp_path):
    config, port = tmp_path / "careplan.toml", free_port()
    config.write_text(FILE)
    process = subprocess.Popen(
        [sys.executable, "-m", "plugin.cli", "serve", "--config", str(config), "--bind", f"127.0.0.1:{port}"],
        cwd=ROOT,
        env=os.environ | {"HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    first = []
    for line in process.stderr:
        first.append(line)
        if "Booting worker" in line:
            break
    answer = requests.get(f"http://127.0.0.1:{port}/healthz", timeout=SECONDS)
    process.send_signal(signal.SIGTERM)
    out, rest = process.communicate(timeout=SECONDS)

    assert answer.json() == {"status": "ok"}
    assert first[:4] == [
        "careplan: public_url: https://careplan.example.org\n",
        "careplan: EHRs that may launch: City hospital (https://ehr.example.org/fhir), https://other.example.org/r4\n",
        "careplan: EHRs that may call CDS Hooks: https://ehr.example.org\n",
        f"careplan: database: sqlite:///{tmp_path}/instance/careplan.sqlite\n",
    ]
    assert out == ""
    assert "hush" not in "".join(first) + rest
    assert sorted(path.name for path in tmp_path.iterdir()) == ["careplan.toml", "instance"]


def test_the_password_of_the_database_is_not_said():
    said = about_to_serve(Settings(database_url="postgresql://me:hush@db/careplan?password=hush"))
    assert said[-1] == "database: postgresql+psycopg://me:***@db/careplan"


def test_a_folder_that_cannot_be_made_for_the_database_is_named(tmp_path):
    (tmp_path / "instance").write_text("a file stands where the folder belongs")
    (tmp_path / "careplan.toml").write_text(FILE)
    done = CliRunner().invoke(
        main, ["serve", "--config", str(tmp_path / "careplan.toml"), "--bind", f"127.0.0.1:{free_port()}"]
    )
    assert done.exit_code == 2
    assert f"the folder of the database, {tmp_path}/instance, cannot be made (File exists)" in done.stderr
    assert "instance_folder" in done.stderr
