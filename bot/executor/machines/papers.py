"""Three files by which one machine proves to the others that it is one of ours, and whether they still do.

Whoever holds such files may run code on every machine (Dask sends code), so what is wrong with them is said before
anything is started, in a sentence that says what to do.
"""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization

from bot.errors import ConfigError

AUTHORITY, CERTIFICATE, KEY = "ca.pem", "certificate.pem", "key.pem"  #: their names in a folder made by `certificates`
SOON = datetime.timedelta(days=30)  #: before its end a certificate is spoken of
_MOST_BETWEEN = 5  #: authorities between a certificate and the one at the top


def utc() -> datetime.datetime:
    """The machine's clock."""
    return datetime.datetime.now(datetime.UTC)


class OutOfTime(ConfigError):
    """Good papers, but not now."""


@dataclass(frozen=True, kw_only=True)
class Papers:
    """Of one machine, as paths."""

    authority: Path
    certificate: Path
    key: Path

    @classmethod
    def in_folder(cls, folder: Path) -> Papers:
        return cls(authority=folder / AUTHORITY, certificate=folder / CERTIFICATE, key=folder / KEY)


@dataclass(frozen=True, kw_only=True)
class Found:
    """What good papers say."""

    name: str
    until: datetime.datetime  # when the first of certificate and authority is over


def examine(papers: Papers, *, now: datetime.datetime) -> Found:
    """Read them, and check that they belong together and hold now. Raises ConfigError."""
    authorities = _certificates(papers.authority)
    mine, *between = _certificates(papers.certificate)
    _check_key(papers, mine)
    top = _signer(mine, between, authorities)
    if top is None:
        raise ConfigError(
            f"The certificate {papers.certificate} was not signed by the authority in {papers.authority}: take both"
            " from the same folder that python -m bot certificates has made, on every machine."
        )
    for one, path in ((mine, papers.certificate), (top, papers.authority)):
        _check_time(one, path, now)
    return Found(name=name_of(mine), until=min(mine.not_valid_after_utc, top.not_valid_after_utc))


def name_of(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()


def warning(found: Found, *, now: datetime.datetime) -> str | None:
    """A sentence, where they are over soon."""
    left = found.until - now
    if left > SOON:
        return None
    return (
        f"The certificate “{found.name}” is good until {_day(found.until)} only, {max(0, left.days)} day(s) from now:"
        " python -m bot certificates renew, then copy the new files to every machine."
    )


def _certificates(path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"The certificate {path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise ConfigError(
            f"The file {path} holds no certificate in PEM form: copy it again.", log=str(error)
        ) from error


def _check_key(papers: Papers, certificate: x509.Certificate) -> None:
    try:
        key = serialization.load_pem_private_key(papers.key.read_bytes(), password=None)
    except OSError as error:
        raise ConfigError(f"The key {papers.key} cannot be read: {error.strerror}.") from error
    except (ValueError, TypeError) as error:
        raise ConfigError(
            f"The file {papers.key} holds no key in PEM form that opens without a password: copy it again.",
            log=str(error),
        ) from error
    if key.public_key() != certificate.public_key():
        raise ConfigError(
            f"The key {papers.key} does not belong to the certificate {papers.certificate}: copy both again, from the"
            " same folder."
        )


def _signer(
    certificate: x509.Certificate, between: Sequence[x509.Certificate], authorities: Sequence[x509.Certificate]
) -> x509.Certificate | None:
    """The authority at the top of the certificate's chain; itself, where it is one of the authorities."""
    current = certificate
    for _ in range(_MOST_BETWEEN):
        if current in authorities:
            return current
        if (found := _issuer(current, authorities)) is not None:
            return found
        if (above := _issuer(current, between)) is None:
            return None
        current = above
    return None


def _issuer(certificate: x509.Certificate, candidates: Sequence[x509.Certificate]) -> x509.Certificate | None:
    for candidate in candidates:
        with contextlib.suppress(ValueError, TypeError, InvalidSignature):
            certificate.verify_directly_issued_by(candidate)
            return candidate
    return None


def _check_time(certificate: x509.Certificate, path: Path, now: datetime.datetime) -> None:
    if now > certificate.not_valid_after_utc:
        raise OutOfTime(
            f"The certificate {path} was good until {_day(certificate.not_valid_after_utc)}: make new ones with python"
            " -m bot certificates renew, and copy them to every machine."
        )
    if now < certificate.not_valid_before_utc:
        raise OutOfTime(
            f"The certificate {path} is good from {_day(certificate.not_valid_before_utc)} on, and this machine's clock"
            f" says {_day(now)}: set the clock."
        )


def _day(moment: datetime.datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
