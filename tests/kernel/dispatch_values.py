"""Values for the tests of the kernel: keys from fixed seeds, one good envelope and one good receipt to bend."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from giaoban.kernel import envelope, receipt, register, signing
from giaoban.kernel.envelope import Envelope, FileEntry, OfficialReference, Recipient
from giaoban.kernel.receipt import Outcome, Receipt
from giaoban.kernel.verify import TrustedKey

PAPER = "Báo cáo".encode()


def seed(name: str) -> bytes:
    return hashlib.sha256(f"giaoban test key {name}".encode()).digest()


KEYS = {code: TrustedKey(code, signing.public_key_of(seed(code))) for code in ("CAT", "BCH", "HQ")}


def find_key(agency: str, key_id: str) -> TrustedKey | None:
    key = KEYS.get(agency)
    return key if key is not None and key.key_id == key_id else None


def good(**changes: Any) -> Envelope:
    values: dict[str, Any] = {
        "uid": "6f9f63b0-6c1e-4a57-9a0e-3f5d1a1f0001",
        "sender": "CAT",
        "key_id": KEYS["CAT"].key_id,
        "recipients": (Recipient("BCH", 1),),
        "kind": "report.submitted",
        "thread": "6f9f63b0-6c1e-4a57-9a0e-3f5d1a1f0002",
        "in_reply_to": None,
        "sequence": 1,
        "previous": None,
        "reference": OfficialReference("BC", 5, "BC-CAT", date(2026, 11, 22)),
        "summary": "Báo cáo kết quả phối hợp quý IV",
        "issued_at": datetime(2026, 11, 22, 1, 0, tzinfo=UTC),
        "payload": {"period": "2026-Q4", "values": {"i1": 12}, "note": None},
        "files": (FileEntry("bao-cao.pdf", "application/pdf", len(PAPER), hashlib.sha256(PAPER).hexdigest()),),
    }
    return Envelope(**{**values, **changes})


def sealed(**changes: Any) -> bytes:
    return envelope.seal(good(**changes), seed("CAT"))


def sealed_body(body: bytes, *, payload_type: str = envelope.DISPATCH_TYPE, by: str = "CAT") -> bytes:
    """Truly signed bytes with any body: what a partner that breaks the rules would send."""
    signed = signing.pae(payload_type, body)
    return signed + signing.sign(seed(by), signed)


def note(size: int = 3, agency: str = "BCH", direction: str = "in") -> str:
    checkpoint = register.Checkpoint(f"giaoban/{agency}/{direction}/2026", size, bytes(range(32)))
    return register.sign_checkpoint(checkpoint, seed(agency))


def good_receipt(**changes: Any) -> Receipt:
    values: dict[str, Any] = {
        "receiver": "BCH",
        "key_id": KEYS["BCH"].key_id,
        "sender": "CAT",
        "uid": good().uid,
        "digest": envelope.digest_of(sealed()),
        "outcome": Outcome.ACCEPTED,
        "reason": None,
        "duplicate_of": None,
        "arrival_number": 2,
        "position": 2,
        "checkpoint": note(),
        "issued_at": datetime(2026, 11, 22, 1, 5, tzinfo=UTC),
    }
    return Receipt(**{**values, **changes})


def sealed_receipt(**changes: Any) -> bytes:
    return receipt.seal(good_receipt(**changes), seed("BCH"))


__all__ = ["replace"]
