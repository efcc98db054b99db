"""This server's identity towards partners: an uid, a name, an Ed25519 key and a TLS certificate of its own making.

No authority signs the certificate: the SHA-256 of its DER bytes travels in the offer and is pinned by the partner (ADR-0013). The
private halves lie in GIAOBAN_HOME/keys beside those of the agencies, readable by the server's user alone.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from giaoban.common.errors import RefusedError
from giaoban.common.storage import make_folder, write_durably
from giaoban.dispatches import vault
from giaoban.kernel import signing
from giaoban.partners.models import Station

if TYPE_CHECKING:
    from pathlib import Path

SEED_NAME: Final = "station.seed"
CERTIFICATE_NAME: Final = "station.crt"
CERTIFICATE_KEY_NAME: Final = "station.key"
CERTIFICATE_LASTS: Final = timedelta(days=3652)
"""Ten years: its end is a chore for the operator, its trust comes from the pin alone."""
CERTIFICATE_NAME_IN_IT: Final = "giaoban-station"
"""The same in every certificate: a name proves nothing here, and one with the agency's would tell a listener who speaks."""
DEFAULT_NAME: Final = "Giao Ban"


@dataclass(frozen=True, slots=True)
class Identity:
    """The station with what is needed to sign as it."""

    uid: str
    name: str
    key_id: str
    seed: bytes = field(repr=False)
    tls_sha256: str


def ensure(*, now: datetime, name: str = "") -> Station:
    """The station of this server; made at first need, under `name`.

    Files are durable before the row commits, and a row whose files are gone is never given new ones: partners know the old key.
    """
    found = Station.objects.first()
    if found is not None:
        return found
    seed = vault.read_or_make(SEED_NAME)
    public_key = signing.public_key_of(seed)
    signing.check_public_key(public_key)
    with transaction.atomic():
        made, _new = Station.objects.get_or_create(
            slot=1,
            defaults={
                "uid": uuid.uuid4(),
                "name": name or DEFAULT_NAME,
                "public_key": public_key.hex(),
                "key_id": signing.key_id(public_key),
                "tls_sha256": _certificate(now=now),
                "created_at": now,
            },
        )
    return made


def current() -> Station | None:
    """The station, if it has been made."""
    return Station.objects.first()


def identity(*, now: datetime) -> Identity:
    """The station with its seed. Raises RefusedError `station.no_key` when the seed is gone or is another one."""
    row = ensure(now=now)
    seed = vault.read(SEED_NAME)
    if seed is None or signing.public_key_of(seed).hex() != row.public_key:
        raise RefusedError(
            "station.no_key",
            _("This server cannot exchange with partners."),
            _("The key partners know it by is not in its folder of keys, or is another one."),
            _("Bring back keys/station.seed from the last backup."),
        )
    return Identity(str(row.uid), row.name, row.key_id, seed, row.tls_sha256)


def rename(name: str, *, now: datetime) -> Station:
    """Give the server another name; partners see it in the next offer."""
    row = ensure(now=now)
    row.name = name
    row.save(update_fields=["name"])
    return row


def certificate_files() -> tuple[Path, Path]:
    """(certificate, private key), both PEM, for whoever listens or calls with TLS."""
    return vault.folder() / CERTIFICATE_NAME, vault.folder() / CERTIFICATE_KEY_NAME


def certificate_now() -> x509.Certificate | None:
    """The certificate as the disk has it; None when there is none. ValueError when the file is not one."""
    try:
        return x509.load_pem_x509_certificate(certificate_files()[0].read_bytes())
    except FileNotFoundError:
        return None


def fingerprint_of(certificate: x509.Certificate) -> str:
    """SHA-256 (hex) of its DER bytes: what is pinned."""
    return hashlib.sha256(certificate.public_bytes(serialization.Encoding.DER)).hexdigest()


def _certificate(*, now: datetime) -> str:
    """The SHA-256 of our certificate; made, with its key, when there is none yet."""
    found = certificate_now()
    if found is not None and certificate_files()[1].exists():
        return fingerprint_of(found)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, CERTIFICATE_NAME_IN_IT)])
    moment = now.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - timedelta(days=1))  # a partner's clock may be behind
        .not_valid_after(moment + CERTIFICATE_LASTS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(CERTIFICATE_NAME_IN_IT)]), critical=False)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    make_folder(vault.folder())
    paths = certificate_files()
    # The key first: a certificate without its key is made anew at the next start, a key without one too.
    write_durably(
        paths[1],
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
        mode=0o600,
    )
    write_durably(paths[0], certificate.public_bytes(serialization.Encoding.PEM), mode=0o600)
    return fingerprint_of(certificate)
