"""How long a CDS Hooks call with prefetch takes over real HTTP at a given rate, beside a bare echo of the same bytes.

python -m bench.hooks [--rate 50] [--seconds 20] [--observations 200] [--workers 2] [--hook patient-view]

Two servers of the same kind (gunicorn, as many workers, 16 threads each), one after the other: one that parses the body
and sends it back, then `careplan serve`. Calls are sent when they are due, whether earlier ones were answered or not,
and the time counts from when they were due, so that a server that falls behind cannot hide it. Every call carries a
token of its own (ES384), signed before the clock starts. The patient is one of the sandbox, with so many laboratory
results more. The callers run on the same machine: what they need is missing to the server. `cpu` is what the server's
processes used for one call, which says more than the times on a machine that is busy otherwise.
"""

from __future__ import annotations

import argparse
import http.client
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import orjson
from flask import Flask, Response, request
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from bench.drafting import laboratory
from plugin.hooks.prefetch import BY_KEY

PATIENT = Path(__file__).parent.parent / "plugin/sandbox/patients/hr-positive.json"
ISSUER = "https://ehr.example.org"
PATHS = {"patient-view": "/cds-services/careplan-draft", "order-sign": "/cds-services/careplan-orders"}
CALLERS = 64

echo = Flask(__name__)


@echo.post("/<path:path>")
def back(path: str) -> Response:
    return Response(orjson.dumps(orjson.loads(request.get_data())), content_type="application/json")


def payload(hook: str, observations: int) -> bytes:
    resources = [entry["resource"] for entry in orjson.loads(PATIENT.read_bytes())["entry"]]
    [patient] = [one for one in resources if one["resourceType"] == "Patient"]
    subject = {"reference": f"Patient/{patient['id']}"}
    resources += [laboratory(number) | {"subject": subject} for number in range(1, observations + 1) if number % 50]
    prefetch = {key: bundle(resources, search.resource_type) for key, search in BY_KEY.items()}
    context = {"userId": "Practitioner/1", "patientId": patient["id"]}
    if hook == "order-sign":
        order = {
            "resourceType": "MedicationRequest",
            "id": "o1",
            "status": "draft",
            "intent": "order",
            "subject": subject,
        }
        text = {"medicationCodeableConcept": {"text": "Olaparib 300 mg"}}
        context["draftOrders"] = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": order | text}]}
    call = {"hook": hook, "hookInstance": str(uuid4()), "context": context, "prefetch": prefetch | {"patient": patient}}
    return orjson.dumps(call)


def bundle(resources: list[dict], kind: str) -> dict:
    entries = [{"resource": one} for one in resources if one["resourceType"] == kind]
    return {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": entries}


ECHO = ["gunicorn", "bench.hooks:echo", "--threads", "16", "--worker-class", "gthread", "--preload"]
PLUGIN = ["plugin.cli", "serve"]


def serve(program: list[str], workers: int, settings: dict[str, str]) -> tuple[subprocess.Popen, int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [*program, "--bind", f"127.0.0.1:{port}", "--workers", str(workers)]
    environment = os.environ | {"PYTHONPATH": os.getcwd()} | settings
    server = subprocess.Popen([sys.executable, "-m", *command], env=environment, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
            continue
        return server, port
    server.terminate()
    raise SystemExit(f"the server did not start within 60 s: try it by hand, python -m {' '.join(command)}")


def measure(port: int, path: str, body: bytes, tokens: list[str], rate: float) -> list[float]:
    """Seconds from when each call was due until it was answered, for as many calls as there are tokens."""

    def call(number: int, connection: http.client.HTTPConnection, due: float) -> float:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {tokens[number]}"}
        try:
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
        except ConnectionError:  # the server closed it while it was idle
            connection.close()
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise SystemExit(f"status {answer.status}: {content[:300]!r}")
        return time.monotonic() - due

    free = [http.client.HTTPConnection("127.0.0.1", port, timeout=60) for _ in range(CALLERS)]

    def run(number: int, due: float) -> float:
        connection = free.pop()
        try:
            return call(number, connection, due)
        finally:
            free.append(connection)

    with ThreadPoolExecutor(CALLERS) as pool:
        began = time.monotonic() + 0.1
        running = []
        for number in range(len(tokens)):
            due = began + number / rate
            time.sleep(max(0.0, due - time.monotonic()))
            running.append(pool.submit(run, number, due))
        return [future.result() for future in running]


def cpu_seconds(pid: int) -> float:
    """What a process and its children that still run have used."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    ticks = 0
    for process in (str(pid), *children):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def report(name: str, times: list[float], cpu: float) -> tuple[float, float]:
    ordered = sorted(times)
    p50, p95 = statistics.median(ordered) * 1e3, ordered[int(len(ordered) * 0.95)] * 1e3
    worst = ordered[-1] * 1e3
    print(f"{name:>8} {len(times):>5} calls  p50 {p50:>7.1f} ms  p95 {p95:>7.1f} ms  worst {worst:>7.1f} ms", end="  ")
    print(f"cpu {cpu * 1e3:>5.1f} ms")
    return p50, p95


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--rate", type=float, default=50)
    options.add_argument("--seconds", type=float, default=20)
    options.add_argument("--observations", type=int, default=200)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--hook", choices=sorted(PATHS), default="patient-view")
    wanted = options.parse_args()
    body, path = payload(wanted.hook, wanted.observations), PATHS[wanted.hook]
    key = ECKey.generate_key("P-384", {"kid": "bench"})
    public_url = "http://127.0.0.1"
    now = int(datetime.now(UTC).timestamp())
    claims = {"iss": ISSUER, "aud": f"{public_url}{path}", "iat": now, "exp": now + 900}
    warm, count = 40, int(wanted.rate * wanted.seconds)
    tokens = [
        jwt.encode({"alg": "ES384", "kid": "bench", "typ": "JWT"}, claims | {"jti": str(uuid4())}, key, ["ES384"])
        for _ in range(2 * (warm + count))
    ]
    clients = [{"iss": ISSUER, "jwks": KeySet([key]).as_dict(private=False)}]
    print(f"{wanted.hook}, {len(body) / 1e3:.0f} kB a call, {wanted.rate:g} calls a second, {wanted.workers} workers")
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "CAREPLAN_SECRET_KEY": "b" * 40,
            "CAREPLAN_PUBLIC_URL": public_url,
            "CAREPLAN_INSTANCE_FOLDER": folder,
            "CAREPLAN_LOG_LEVEL": "error",
            "CAREPLAN_ALLOWED_ISSUERS": '[{"iss": "https://ehr.example.org/fhir", "client_id": "bench"}]',
            "CAREPLAN_CDS_CLIENTS": orjson.dumps(clients).decode(),
        }
        found = {}
        for name, program in (("echo", ECHO), ("plug-in", PLUGIN)):
            server, port = serve(program, wanted.workers, settings)
            try:
                measure(port, path, body, [tokens.pop() for _ in range(warm)], wanted.rate / 2)
                before = cpu_seconds(server.pid)
                times = measure(port, path, body, [tokens.pop() for _ in range(count)], wanted.rate)
                found[name] = report(name, times, (cpu_seconds(server.pid) - before) / count)
            finally:
                server.terminate()
                server.wait()
    (echo50, echo95), (ours50, ours95) = found["echo"], found["plug-in"]
    print(f"ratio to the echo: p50 {ours50 / echo50:.1f}, p95 {ours95 / echo95:.1f}")
    print(f"load of the machine: {', '.join(f'{load:.1f}' for load in os.getloadavg())} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
