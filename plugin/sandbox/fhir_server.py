"""Starts and stops the FHIR server behind the sandbox EHR, or checks one that runs already."""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from plugin.errors import Unreachable, UsageError

START_LIMIT_SECONDS = 60.0
LOG_TAIL_LINES = 15


@contextmanager
def fhir_server(url: str | None = None) -> Iterator[str]:
    """Yield the base URL of a FHIR R4 server: the one at `url`, or one of our own that ends with the block.

    Our own is sekmet-fhir on a free loopback port, with a data folder that is removed afterwards.
    Raises UsageError where the extra `sandbox` is not installed, Unreachable where the server does not come up.
    """
    if url is not None:
        base = url.rstrip("/")
        require_r4(base)
        yield base
        return
    if importlib.util.find_spec("sekmet") is None:
        raise UsageError(
            "the sandbox needs the package sekmet-fhir, which is not installed: "
            "run `pip install 'careplan-plugin[sandbox]'`, or name a FHIR R4 server with --fhir-server URL"
        )
    with tempfile.TemporaryDirectory(prefix="careplan-sandbox-") as folder:
        port = free_port()
        log = Path(folder) / "server.log"
        process = _start(port, Path(folder), log)
        try:
            base = f"http://127.0.0.1:{port}/fhir"
            _wait_until_ready(process, base, log)
            yield base
        finally:
            _stop(process)


def free_port() -> int:
    """A loopback TCP port that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def require_r4(base: str) -> None:
    """Raise Unreachable or UsageError unless a FHIR R4 server answers at `base`."""
    try:
        answer = requests.get(f"{base}/metadata", headers={"Accept": "application/fhir+json"}, timeout=(5, 30))
    except requests.RequestException as error:
        raise Unreachable(
            f"no FHIR server answers at {base} ({type(error).__name__}): start it, or correct --fhir-server"
        ) from error
    try:
        version = str(answer.json().get("fhirVersion", ""))
    except (ValueError, AttributeError):
        version = ""
    if not version.startswith("4.0"):
        raise UsageError(
            f"{base}/metadata answered {answer.status_code} with FHIR version {version or 'unknown'}: "
            "--fhir-server needs the base URL of a FHIR R4 (4.0) server"
        )


def _start(port: int, folder: Path, log: Path) -> subprocess.Popen[bytes]:
    package_parent = str(Path(__file__).resolve().parents[2])
    search_path = os.pathsep.join(filter(None, [package_parent, os.environ.get("PYTHONPATH", "")]))
    command = [sys.executable, "-m", "plugin.sandbox.fhir_process", "--port", str(port), "--data", str(folder)]
    with log.open("wb") as output:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and arguments, no input from outside
            command,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=os.environ | {"PYTHONPATH": search_path},
            start_new_session=True,  # Ctrl-C goes to us alone; we then stop the server in order
        )


def _wait_until_ready(process: subprocess.Popen[bytes], base: str, log: Path) -> None:
    deadline = time.monotonic() + START_LIMIT_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Unreachable(f"the FHIR server ended with code {process.returncode} while starting\n{_tail(log)}")
        if _answers(base):
            return
        time.sleep(0.1)
    raise Unreachable(f"the FHIR server did not answer at {base} within {START_LIMIT_SECONDS:.0f} s\n{_tail(log)}")


def _answers(base: str) -> bool:
    try:
        return requests.get(f"{base}/metadata", timeout=(1, 5)).ok
    except requests.RequestException:
        return False


def _tail(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:]
    return "last lines of its log:\n" + "\n".join(f"    {line}" for line in lines) if lines else "its log is empty"


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
