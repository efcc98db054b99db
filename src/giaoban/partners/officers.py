"""Offline root keys: one file for each officer, and the paper a statement travels on while they sign it.

Nothing here touches the database or the folder of keys: `giaoban keys sign` runs on a machine that has neither. An officer's file is
PKCS8 (RFC 5958) encrypted with a passphrase by `cryptography`'s best available scheme; the server never holds one.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from dataclasses import dataclass
from typing import Any, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.utils.translation import gettext_lazy as _

from giaoban.common.errors import RefusedError
from giaoban.kernel import keyring, signing
from giaoban.kernel.errors import KernelError

PAPER_TYPE: Final = "giaoban/key-statement 1"
MAX_PAPER: Final = 256 * 1024
MAX_KEY_FILE: Final = 16 * 1024
MIN_PASSPHRASE: Final = 12


@dataclass(frozen=True, slots=True)
class OfficerKey:
    """A root key as it is handed to an officer."""

    public_key: bytes
    pem: bytes
    """Encrypted with the officer's passphrase."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A statement that is being signed."""

    body: bytes
    signatures: tuple[keyring.Signature, ...] = ()

    def sealed(self) -> bytes:
        """The statement with all signatures there are. Raises KernelError."""
        return keyring.assemble(self.body, self.signatures)

    def signed_by(self, seed: bytes) -> Paper:
        """The same paper with one signature more; the same officer twice counts once."""
        key, signature = keyring.sign(self.body, seed)
        kept = tuple(each for each in self.signatures if each[0] != key)
        return Paper(self.body, (*kept, (key, signature)))


def make_key(passphrase: str) -> OfficerKey:
    """A new root key. Raises RefusedError `keys.passphrase` for one that is too short."""
    if len(passphrase) < MIN_PASSPHRASE:
        raise RefusedError(
            "keys.passphrase",
            _("No key was made."),
            _("A passphrase has at least %(count)d characters.") % {"count": MIN_PASSPHRASE},
            _("Several words do well."),
        )
    seed = os.urandom(signing.SEED_SIZE)
    public_key = signing.public_key_of(seed)
    signing.check_public_key(public_key)
    pem = Ed25519PrivateKey.from_private_bytes(seed).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase.encode()),
    )
    return OfficerKey(public_key, pem)


def read_key(pem: bytes, passphrase: str) -> bytes:
    """The seed in an officer's file. Raises RefusedError `keys.officer_file`."""
    try:
        key = serialization.load_pem_private_key(pem[:MAX_KEY_FILE], passphrase.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise RefusedError(
            "keys.officer_file",
            _("This officer's key cannot be opened."),
            _("The passphrase is wrong, or the file is not a key made by 'giaoban keys root'."),
            _("Type the passphrase again."),
        )
    return key.private_bytes_raw()


def write_paper(paper: Paper) -> bytes:
    """The file that goes from officer to officer."""
    value = {
        "type": PAPER_TYPE,
        "body": base64.b64encode(paper.body).decode(),
        "signatures": [{"key": key.hex(), "signature": signature.hex()} for key, signature in paper.signatures],
    }
    return json.dumps(value, indent=1).encode() + b"\n"


def read_paper(content: bytes) -> Paper:
    """What a file says. Raises RefusedError `keys.paper`."""
    try:
        if len(content) > MAX_PAPER:
            raise ValueError("size")
        value: Any = json.loads(content)
        if value["type"] != PAPER_TYPE:
            raise ValueError("type")
        body = base64.b64decode(value["body"], validate=True)
        signatures = tuple(
            (bytes.fromhex(each["key"]), bytes.fromhex(each["signature"])) for each in value["signatures"]
        )
        if len(signatures) > keyring.MAX_SIGNATURES:
            raise ValueError("signatures")
        paper = Paper(body, signatures)
        statement_on(paper)
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error, KernelError):
        raise RefusedError(
            "keys.paper",
            _("This file is not a key statement to be signed."),
            _("It was not made by 'giaoban keys', or it was damaged on the way."),
            _("Take the file that the server wrote."),
        ) from None
    return paper


def statement_on(paper: Paper) -> keyring.KeyStatement:
    """The statement an officer is asked to sign. Raises KernelError when there is none."""
    # `parse` reads sealed bytes only; a signature of nobody makes them whole without saying anything.
    nobody = (bytes(signing.PUBLIC_KEY_SIZE), bytes(signing.SIGNATURE_SIZE))
    return keyring.parse(keyring.assemble(paper.body, [nobody])).statement
