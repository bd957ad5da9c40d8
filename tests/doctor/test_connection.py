"""The way to the server: certificates of every kind, plain http, nobody there."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from plugin.doctor.access import token_access
from plugin.doctor.cli import _now
from plugin.doctor.connection import address_checks
from plugin.doctor.report import Report
from plugin.errors import UsageError
from tests.doctor.conftest import LIMITS
from tests.doctor.faulty import Faulty, on, running


def certificate(folder: Path, days: int, host: str = "127.0.0.1") -> Path:
    """A self-signed certificate that ends in so many days; key and certificate in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=400))
        .not_valid_after(today + timedelta(days=days, hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def over_tls(ehr, examined, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Examine the sandbox behind a certificate; trusted where asked for."""

    def run(days: int, trusted: bool = True, host: str = "127.0.0.1") -> Report:
        file = certificate(tmp_path, days, host)
        if trusted:
            monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(file))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        with running(ehr.fhir_url, context) as server:
            return examined(server.base, public=True)

    return run


def seen(report: Report, name: str) -> tuple[str, str]:
    (check,) = [check for section in report.sections for check in section.checks if check.id == name]
    return check.level, check.seen


def test_a_sound_certificate_is_shown_with_its_last_day_and_the_version_of_tls(over_tls) -> None:
    report = over_tls(90)
    last = datetime.now(UTC) + timedelta(days=90, hours=1)
    assert seen(report, "certificate") == ("good", f"the certificate is trusted and valid until {last:%Y-%m-%d}")
    assert seen(report, "tls-version") == ("good", "TLSv1.3 is spoken")
    assert not [*report.checks("fault"), *report.checks("limit")]


def test_a_certificate_that_ends_soon_is_a_limit(over_tls) -> None:
    level, words = seen(over_tls(10), "certificate")
    assert level == "limit"
    assert "10 more days" in words


@pytest.mark.parametrize(
    ("case", "why"),
    [
        ({"days": -2}, "certificate has expired"),
        ({"days": 90, "trusted": False}, "self-signed certificate"),
        ({"days": 90, "host": "127.0.0.9"}, "IP address mismatch"),
    ],
)
def test_a_certificate_that_nobody_trusts_is_a_fault_and_says_why(over_tls, case, why: str) -> None:
    report = over_tls(**case)
    level, words = seen(report, "certificate")
    assert level == "fault"
    assert why in words
    assert "valid until" in words
    assert report.reached


def test_plain_http_to_another_machine_is_a_fault() -> None:
    (check,) = address_checks("http://ehr.example.org/fhir", 1, _now)
    assert (check.id, check.level) == ("plain-http", "fault")


def test_a_token_is_never_sent_over_plain_http(examined) -> None:
    with pytest.raises(UsageError, match="plain http"):
        examined("http://ehr.invalid/fhir")


def test_a_server_that_does_not_answer_was_not_reached(examined) -> None:
    report = examined("https://127.0.0.1:9/fhir", public=True)
    assert not report.reached
    assert seen(report, "reached")[0] == "fault"


def test_the_token_is_not_sent_to_other_addresses_that_the_server_names(ehr, faulty: Faulty, examined, token) -> None:
    heard: list[tuple[str, str]] = []
    with running(ehr.fhir_url) as elsewhere:
        elsewhere.plant = lambda path, request, _: heard.append((path, request.headers.get("Authorization", "none")))
        faulty.plant = on(
            ".well-known/smart-configuration", lambda document: document.update(jwks_uri=f"{elsewhere.base}/jwks")
        )
        examined(faulty.base)
        session = token_access(token, faulty.base, LIMITS, "").session
        session.get(f"{elsewhere.base}/Patient/1")
    assert heard == [("jwks", "none"), ("Patient/1", "none")]
