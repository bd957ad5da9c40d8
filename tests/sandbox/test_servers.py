"""Starting and stopping: the FHIR server, the web servers, the demo as a whole."""

import importlib.util
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from plugin.errors import Refused, Unreachable, UsageError
from plugin.sandbox import fhir_server as fhir_server_module
from plugin.sandbox.demo import sandbox_ehr
from plugin.sandbox.fhir_server import fhir_server, free_port
from plugin.sandbox.sample_patients import sample_patients, seed
from plugin.sandbox.serving import serving
from tests.sandbox.app import TIMEOUT

ROOT = Path(__file__).parents[2]

DEMO = """
from plugin.sandbox.demo import run_demo

def plugin(ehr, url, folder):
    def application(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [f"plug-in of {ehr.fhir_url} at {url}, data in {folder.is_dir()}".encode()]
    return application

run_demo(port=EHR_PORT, plugin_port=OWN_PORT, make_plugin=plugin)
"""


def hello(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


def test_the_fhir_server_is_gone_after_the_block():
    with fhir_server() as base:
        assert base.startswith("http://127.0.0.1:")
        assert requests.get(f"{base}/metadata", timeout=TIMEOUT).json()["fhirVersion"] == "4.0.1"
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{base}/metadata", timeout=TIMEOUT)


def test_a_server_that_dies_while_starting_is_reported_with_its_log(monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setattr(fhir_server_module, "free_port", lambda: taken.getsockname()[1])
        with pytest.raises(Unreachable, match=r"ended with code \d+ while starting\nlast lines of its log:\n.*address"):
            fhir_server().__enter__()


def test_without_the_extra_the_message_names_the_command(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'careplan-plugin\[sandbox\]'"), fhir_server():
        pass
    with pytest.raises(UsageError, match=r"pip install 'careplan-plugin\[sandbox\]'"), serving(hello, 0):
        pass


def test_another_fhir_server_can_stand_behind_the_sandbox(ehr):
    with sandbox_ehr(fhir_server_url=f"{ehr.backend_url}/") as second:
        assert second.backend_url == ehr.backend_url
        assert "Samplewood" in requests.get(second.url, timeout=TIMEOUT).text
    assert requests.get(f"{ehr.backend_url}/metadata", timeout=TIMEOUT).ok


def test_an_address_without_a_fhir_server_is_named():
    nowhere = f"http://127.0.0.1:{free_port()}/fhir"
    with pytest.raises(Unreachable, match=nowhere), fhir_server(nowhere):
        pass


def test_a_server_that_is_not_fhir_r4_is_named():
    port = free_port()
    with (
        serving(hello, port),
        pytest.raises(UsageError, match=r"FHIR version unknown.*FHIR R4"),
        fhir_server(f"http://127.0.0.1:{port}"),
    ):
        pass


def test_seeding_twice_leaves_one_of_each_and_brings_the_chart_back(ehr):
    address = f"{ehr.backend_url}/Observation/treatment-unknown-ecog"
    before = requests.get(address, timeout=TIMEOUT).json()
    assert requests.put(address, json=before | {"valueInteger": 4}, timeout=TIMEOUT).ok
    calls = []
    seed(ehr.backend_url, lambda done, total: calls.append((done, total)))
    assert calls[-1] == (len(sample_patients()), len(sample_patients()))
    assert requests.get(address, timeout=TIMEOUT).json()["valueInteger"] == 2
    found = requests.get(f"{ehr.backend_url}/Patient?family=Samplewood", timeout=TIMEOUT).json()
    assert found["total"] == 1


def test_seeding_names_the_patient_that_a_server_does_not_take():
    def refuse(environ, start_response):
        start_response("422 Unprocessable Entity", [("Content-Type", "text/plain")])
        return [b"no transactions here"]

    port = free_port()
    with (
        serving(refuse, port),
        pytest.raises(Refused, match=r"hr-positive was refused.*no transactions here") as caught,
    ):
        seed(f"http://127.0.0.1:{port}")
    assert caught.value.status == 422


def test_a_taken_port_is_said_plainly():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=rf"port {port} is in use.*--port"), serving(hello, port):
            pass


def test_a_server_stops_although_a_browser_keeps_its_connection_open():
    port = free_port()
    with requests.Session() as browser:
        with serving(hello, port):
            assert browser.get(f"http://127.0.0.1:{port}/", timeout=TIMEOUT).text == "hello"
        with pytest.raises(requests.ConnectionError):
            requests.get(f"http://127.0.0.1:{port}/", timeout=TIMEOUT)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_demo_prints_its_address_and_stops_cleanly(number):
    port, plugin_port = free_port(), free_port()
    program = DEMO.replace("EHR_PORT", str(port)).replace("OWN_PORT", str(plugin_port))
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", program],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    address = process.stdout.readline().strip()
    assert address == f"http://127.0.0.1:{port}"
    assert "Hugo Mannequist" in requests.get(address, timeout=TIMEOUT).text
    asked = {"response_type": "code", "client_id": "try-out", "redirect_uri": "http://127.0.0.1:8766/smart/callback"}
    asked |= {"scope": "launch/patient patient/Patient.r", "state": "s" * 32, "aud": f"{address}/fhir"}
    asked |= {"code_challenge": "c" * 43, "code_challenge_method": "S256"}
    choice = requests.get(f"{address}/oauth/authorize", asked, timeout=TIMEOUT)
    answer = requests.get(f"http://127.0.0.1:{plugin_port}/", timeout=TIMEOUT).text
    assert answer == f"plug-in of {address}/fhir at http://127.0.0.1:{plugin_port}, data in True"

    process.send_signal(number)
    rest, said = process.communicate(timeout=TIMEOUT)

    assert process.returncode == 0
    assert rest == ""
    assert f"writing sample patients {len(sample_patients())}/{len(sample_patients())}" in said
    assert "Care plan, tried out asks for access" in choice.text
    assert f"Plug-in: http://127.0.0.1:{plugin_port} " in said
    assert f"its iss: {address}/fhir\n" in said
    assert "Traceback" not in said
    with pytest.raises(requests.ConnectionError):
        requests.get(address, timeout=TIMEOUT)
