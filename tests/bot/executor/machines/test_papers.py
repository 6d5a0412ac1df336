"""What is wrong with certificates is one sentence, before anything is started with them."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.errors import ConfigError
from bot.executor.machines import certificates
from bot.executor.machines.papers import Papers, examine, utc, warning

DAY = datetime.timedelta(days=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    certificates.make(tmp_path / "c", hosts=["dreams.example"], workers=["gpu-1"])
    return tmp_path / "c"


@pytest.fixture
def papers(folder: Path) -> Papers:
    return Papers.in_folder(folder / "bot")


def other_authority(folder: Path) -> None:
    certificates.make(folder.parent / "other", hosts=["dreams.example"], workers=[])
    (folder / "bot" / "ca.pem").write_bytes((folder.parent / "other" / "bot" / "ca.pem").read_bytes())


def others_key(folder: Path) -> None:
    (folder / "bot" / "key.pem").write_bytes((folder / "scheduler" / "key.pem").read_bytes())


def key_in_place_of_the_certificate(folder: Path) -> None:
    (folder / "bot" / "certificate.pem").write_bytes((folder / "bot" / "key.pem").read_bytes())


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda folder: (folder / "bot" / "certificate.pem").unlink(), "certificate.pem cannot be read: No such file"),
        (lambda folder: (folder / "bot" / "key.pem").unlink(), "key.pem cannot be read: No such file"),
        (lambda folder: (folder / "bot" / "ca.pem").write_bytes(b""), "ca.pem holds no certificate in PEM form"),
        (lambda folder: (folder / "bot" / "key.pem").write_bytes(b"\0"), "key.pem holds no key in PEM form"),
        (key_in_place_of_the_certificate, "certificate.pem holds no certificate in PEM form"),
        (others_key, "does not belong to the certificate"),
        (other_authority, "was not signed by the authority in"),
    ],
)
def test_files_that_will_never_do(folder: Path, papers: Papers, spoil: Callable[[Path], object], told: str) -> None:
    spoil(folder)
    with pytest.raises(ConfigError, match=told):
        examine(papers, now=utc())


def test_what_is_over_or_has_not_begun(papers: Papers) -> None:
    with pytest.raises(ConfigError, match=r"was good until .* renew"):
        examine(papers, now=utc() + 366 * DAY)
    with pytest.raises(ConfigError, match=r"is good from .* set the clock"):
        examine(papers, now=utc() - 2 * DAY)
    examine(papers, now=utc() - datetime.timedelta(minutes=59))


def test_the_authoritys_own_end_counts(folder: Path) -> None:
    begun = utc() - 3640 * DAY
    certificates.make(folder.parent / "old", hosts=["x"], workers=[], clock=lambda: begun)
    certificates.renew(folder.parent / "old")
    found = examine(Papers.in_folder(folder.parent / "old" / "bot"), now=utc())
    assert (found.until - utc()).days <= 10


def test_a_warning_comes_a_month_before(papers: Papers) -> None:
    found = examine(papers, now=utc())
    assert warning(found, now=found.until - 31 * DAY) is None
    assert "3 day(s) from now" in str(warning(found, now=found.until - 3 * DAY))


def test_papers_of_an_authority_that_was_not_made_here_are_taken_with_those_between(tmp_path: Path) -> None:
    """As a company's own come: a chain in the certificate's file, the top in the authority's."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    def signed(name: str, issuer: str, by: ec.EllipticCurvePrivateKey, key: ec.EllipticCurvePrivateKey) -> bytes:
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, issuer)]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(utc() - DAY)
            .not_valid_after(utc() + DAY)
        )
        return builder.sign(by, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    top, middle, mine = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    (tmp_path / "ca.pem").write_bytes(signed("top", "top", top, top))
    leaf, between = signed("leaf", "middle", middle, mine), signed("middle", "top", top, middle)
    (tmp_path / "key.pem").write_bytes(
        mine.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    (tmp_path / "certificate.pem").write_bytes(leaf + between)
    assert examine(Papers.in_folder(tmp_path), now=utc()).name == "leaf"
    (tmp_path / "certificate.pem").write_bytes(leaf)
    with pytest.raises(ConfigError, match="was not signed by the authority"):
        examine(Papers.in_folder(tmp_path), now=utc())
