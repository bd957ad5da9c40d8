"""Secrets go over TLS 1.2 or newer to servers that prove who they are, and nowhere else."""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from plugin.chart.http import Limits
from plugin.errors import Unreachable
from plugin.launch.backend import backend_session
from plugin.launch.keys import ClientKeys, read_key
from plugin.settings import Issuer
from tests.launch.fake_ehr import FakeEhr, running
from tests.launch.launch_app import Plugin, TestClock, smart


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for this machine that nobody has signed but itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "an EHR")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "ehr.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return file


def context_of(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def only_tls_1_1(certificate: Path) -> ssl.SSLContext:
    context = context_of(certificate)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that is what this is about
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch, certificate: Path) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))


@smart(1, 230, 232, 318)
@pytest.mark.usefixtures("trusted")
def test_a_server_that_proves_who_it_is_gets_code_and_token(
    build: Callable[..., Plugin], clock: TestClock, certificate: Path
) -> None:
    with running(FakeEhr(clock), context_of(certificate)) as ehr:
        plugin = build(ehr)
        assert plugin.browser.get(plugin.launch(ehr)).json["patient"] == "p1"


@smart(1, 318)
def test_a_server_that_nobody_vouches_for_gets_nothing(
    build: Callable[..., Plugin], clock: TestClock, certificate: Path
) -> None:
    with running(FakeEhr(clock), context_of(certificate)) as ehr:
        answer = build(ehr).browser.get("/smart/launch", query_string={"iss": ehr.fhir, "launch": "x"})
        assert answer.status_code == 504
        assert "no answer (SSLError)" in answer.text
        assert ehr.requests == []


@smart(1, 318)
def test_a_token_endpoint_that_nobody_vouches_for_gets_no_code(
    build: Callable[..., Plugin], clock: TestClock, ehr: FakeEhr, certificate: Path
) -> None:
    with running(FakeEhr(clock), context_of(certificate)) as impostor:
        ehr.configuration = {"token_endpoint": f"{impostor.base}/auth/token"}
        plugin = build(ehr)
        answer = plugin.arrive(ehr.authorize(plugin.depart(ehr)))
        assert answer.status_code == 504
        assert "gave no answer (SSLError)" in answer.text
        assert impostor.requests == []


@smart(230, 232, 318)
@pytest.mark.usefixtures("trusted")
def test_old_tls_is_not_spoken(clock: TestClock, certificate: Path, key_files: dict[str, Path]) -> None:
    with running(FakeEhr(clock), only_tls_1_1(certificate)) as ehr:
        keys = ClientKeys((read_key(key_files["ES384"]),))
        session = backend_session(Issuer(ehr.fhir, "careplan-plugin"), keys, Limits(retries=0), clock)
        with pytest.raises(Unreachable, match="SSLError"):
            session.get(f"{ehr.fhir}/Patient/p1")
        assert ehr.requests == []
        assert urlsplit(ehr.fhir).scheme == "https"
