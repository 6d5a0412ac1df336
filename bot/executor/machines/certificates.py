"""An authority of one's own, and certificates signed by it: for the scheduler, the bot, and each machine with workers.

    FOLDER/authority/   ca.pem ca-key.pem              stays where it was made; the key signs new certificates
    FOLDER/scheduler/   ca.pem certificate.pem key.pem
    FOLDER/bot/         the same three
    FOLDER/workers/NAME/

A folder's three files are what one machine needs. The bot's certificate opens connections and does not answer them, so
whoever steals it is no scheduler.
"""

from __future__ import annotations

import datetime
import enum
import ipaddress
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from bot.errors import BotError
from bot.executor.machines.papers import AUTHORITY, CERTIFICATE, KEY, name_of, utc
from bot.files import put, sync_folder

AUTHORITY_FOLDER, AUTHORITY_KEY = "authority", "ca-key.pem"
WORKERS = "workers"
AUTHORITY_DAYS = 3650
DAYS = 365
EARLIER = datetime.timedelta(hours=1)  #: clocks of several machines differ
_HOST = re.compile(r"(?=.{1,253}\Z)[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?(\.[a-zA-Z0-9_-]{1,63})*\.?")
_CLIENT, _SERVER = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH

Clock = Callable[[], datetime.datetime]


class Role(enum.Enum):
    """Whose certificate it is."""

    SCHEDULER = "scheduler"
    BOT = "bot"
    WORKER = "worker"


@dataclass(frozen=True, kw_only=True)
class Issued:
    """One machine's."""

    role: Role
    name: str  # the host, the machine; "bot"
    folder: Path
    until: datetime.datetime


def make(
    folder: Path, *, hosts: Sequence[str], workers: Sequence[str], days: int = DAYS, clock: Clock = utc
) -> list[Issued]:
    """An authority, and certificates for a scheduler at these hosts, the bot and these workers. Raises BotError.

    There may be no file in the folder: what is in use somewhere is never overwritten.
    """
    for name in (*hosts, *workers):
        _check_name(name)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if any(not path.is_dir() for path in folder.rglob("*")):
            raise BotError(
                f"There is something in {folder} already, and nothing is overwritten: name another folder, or use"
                " renew (new certificates of the same authority) or add (one more worker)."
            )
        authority = _new_authority(folder / AUTHORITY_FOLDER, clock())
        issue = _Issuer(folder, authority, days, clock())
        return [
            issue.to(Role.SCHEDULER, hosts),
            issue.to(Role.BOT, ["bot"]),
            *(issue.to(Role.WORKER, [name]) for name in dict.fromkeys(workers)),
        ]
    except OSError as error:
        raise BotError(f"The certificates cannot be written to {folder}: {error.strerror}.") from error


def add(folder: Path, *, workers: Sequence[str], days: int = DAYS, clock: Clock = utc) -> list[Issued]:
    """One more machine each, by the authority that is there. Raises BotError."""
    for name in workers:
        _check_name(name)
        if (folder / WORKERS / name).exists():
            raise BotError(f"There is a certificate in {folder / WORKERS / name} already: use renew, or another name.")
    issue = _Issuer(folder, _authority(folder / AUTHORITY_FOLDER, clock()), days, clock())
    try:
        return [issue.to(Role.WORKER, [name]) for name in dict.fromkeys(workers)]
    except OSError as error:
        raise BotError(f"The certificates cannot be written to {folder}: {error.strerror}.") from error


def renew(folder: Path, *, days: int = DAYS, clock: Clock = utc) -> list[Issued]:
    """New certificates with new keys for everybody who has one; the authority stays. Raises BotError."""
    issue = _Issuer(folder, _authority(folder / AUTHORITY_FOLDER, clock()), days, clock())
    try:
        there = list(_there(folder))
        return [issue.to(role, names) for role, names in there]
    except (OSError, ValueError) as error:
        raise BotError(f"The certificates in {folder} cannot be renewed: {error}.") from error


def throw_away(*, clock: Clock = utc) -> tuple[bytes, bytes]:
    """For one life of a scheduler on this machine: one certificate for all, with its key; in PEM form.

    Its authority's key is nowhere. It holds since long ago: a clock that is set back must not keep new workers out.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = _subject("Dreambot on this machine")
    now, years = clock(), datetime.timedelta(days=AUTHORITY_DAYS)
    builder = _builder(name, name, key, now - years, now + years)
    certificate = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).sign(
        key, hashes.SHA256()
    )
    return certificate.public_bytes(serialization.Encoding.PEM), _pem_of(key)


def issue_throw_away(folder: Path, *, clock: Clock = utc) -> None:
    """The same, as files. Raises OSError."""
    certificate, key = throw_away(clock=clock)
    put(folder / AUTHORITY, certificate)
    put(folder / KEY, key)
    put(folder / CERTIFICATE, certificate)
    sync_folder(folder)


@dataclass(frozen=True, kw_only=True)
class _Authority:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


class _Issuer:
    def __init__(self, folder: Path, authority: _Authority, days: int, now: datetime.datetime) -> None:
        self._folder, self._authority, self._now = folder, authority, now
        wanted = now + datetime.timedelta(days=days)
        self._until = min(wanted, authority.certificate.not_valid_after_utc)

    def to(self, role: Role, names: Sequence[str]) -> Issued:
        above = self._folder / WORKERS if role is Role.WORKER else self._folder
        folder = above / (names[0] if role is Role.WORKER else role.value)
        for one in (above, folder):
            one.mkdir(exist_ok=True, mode=0o700)
        key = ec.generate_private_key(ec.SECP256R1())
        ours = self._authority.certificate
        title = "Dreambot bot" if role is Role.BOT else f"Dreambot {role.value} {names[0]}"[:64]
        uses = [_CLIENT] if role is Role.BOT else [_CLIENT, _SERVER]
        builder = (
            _builder(_subject(title), ours.subject, key, self._now, self._until)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(signs=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage(uses), critical=False)
            .add_extension(x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._authority.key.public_key()), critical=False
            )
        )
        _put_pair(folder, ours, builder.sign(self._authority.key, hashes.SHA256()), key)
        return Issued(role=role, name=names[0], folder=folder, until=self._until)


def _new_authority(folder: Path, now: datetime.datetime) -> _Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _subject(f"Dreambot authority {now:%Y-%m-%d} {x509.random_serial_number():x}"[:48])
    certificate = (
        _builder(name, name, key, now, now + datetime.timedelta(days=AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder.mkdir(exist_ok=True, mode=0o700)
    put(folder / AUTHORITY_KEY, _pem_of(key))
    put(folder / AUTHORITY, certificate.public_bytes(serialization.Encoding.PEM))
    sync_folder(folder)
    return _Authority(certificate=certificate, key=key)


def _authority(folder: Path, now: datetime.datetime) -> _Authority:
    try:
        certificate = x509.load_pem_x509_certificate((folder / AUTHORITY).read_bytes())
        key = serialization.load_pem_private_key((folder / AUTHORITY_KEY).read_bytes(), password=None)
    except (OSError, ValueError) as error:
        raise BotError(
            f"There is no authority in {folder}: name the folder that python -m bot certificates new has made.",
            log=repr(error),
        ) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise BotError(f"The authority's key and certificate in {folder} do not belong together.")
    if now > certificate.not_valid_after_utc:
        raise BotError(
            f"The authority in {folder} was good until {certificate.not_valid_after_utc:%Y-%m-%d}: make a new one in"
            " another folder with python -m bot certificates new, and copy everything to every machine."
        )
    return _Authority(certificate=certificate, key=key)


def _there(folder: Path) -> list[tuple[Role, list[str]]]:
    """Who has a certificate, and by which names."""
    places = [(role, folder / role.value) for role in (Role.SCHEDULER, Role.BOT)]
    if (folder / WORKERS).is_dir():
        places += [(Role.WORKER, one) for one in sorted((folder / WORKERS).iterdir()) if one.is_dir()]
    found = []
    for role, place in places:
        if (place / CERTIFICATE).exists():
            certificate = x509.load_pem_x509_certificate((place / CERTIFICATE).read_bytes())
            names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
            found.append((role, [str(name.value) for name in names] or [name_of(certificate)]))
    return found


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    now: datetime.datetime,
    until: datetime.datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLIER)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _key_usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _put_pair(
    folder: Path, authority: x509.Certificate, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey
) -> None:
    put(folder / AUTHORITY, authority.public_bytes(serialization.Encoding.PEM))
    put(folder / KEY, _pem_of(key))
    put(folder / CERTIFICATE, certificate.public_bytes(serialization.Encoding.PEM))
    sync_folder(folder)


def _pem_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _subject(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _check_name(name: str) -> None:
    """It becomes a part of a path, too."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        if not _HOST.fullmatch(name):
            raise BotError(
                f"{name[:60]!r} is no machine's name: write a host name or an address, without a port."
            ) from None
