"""A receipt: the receiver's signed statement of what became of one dispatch (docs/protocol.md section 7).

It is made after the receiver has decided and written, names the dispatch by digest, and carries the place in the receiver's
register together with the checkpoint of that register, so every sender keeps a witness of every receiver. A receipt is a
statement, not a dispatch: it is not itself receipted. Repeating a dispatch gets the same receipt, byte for byte.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from giaoban.kernel import envelope, register
from giaoban.kernel.envelope import RECEIPT_TYPE
from giaoban.kernel.errors import ErrorCode, KernelError

MAX_REASON: Final = 2000
"""Characters of the words that explain a refusal."""
_REASON_CODE = re.compile(r"[a-z][a-z0-9_]{0,40}(?:\.[a-z][a-z0-9_]{0,40}){0,3}\Z")


class Outcome(StrEnum):
    """What the receiver decided."""

    ACCEPTED = "accepted"
    """Registered, and its effect kept in the same transaction."""
    REFUSED = "refused"
    """Understood and refused for a reason; no effect."""
    DUPLICATE = "duplicate"
    """The same matter was already in effect under another uid; no second effect."""


_OUTCOMES: Final = {outcome.value: outcome for outcome in Outcome}


@dataclass(frozen=True, slots=True)
class RefusalReason:
    """Why it was refused: a stable code for programs, words for people."""

    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """All that a receipt says. The constructor checks every member against the others."""

    receiver: str
    key_id: str
    sender: str
    uid: str
    digest: str
    outcome: Outcome
    reason: RefusalReason | None
    """Only, and always, with REFUSED."""
    duplicate_of: str | None
    """Digest of the earlier dispatch; only, and always, with DUPLICATE."""
    arrival_number: int | None
    """Running number of the incoming register within its year; only, and always, with ACCEPTED (Decree 30 art. 22)."""
    position: int
    """Index of the entry in the register that the checkpoint names."""
    checkpoint: str
    """The receiver's signed note, of a size that includes the entry."""
    issued_at: datetime

    def __post_init__(self) -> None:
        envelope.read_code("receiver", self.receiver)
        envelope.read_code("sender", self.sender)
        envelope.read_key_id("key", self.key_id)
        envelope.read_uid("uid", self.uid)
        envelope.read_digest("digest", self.digest)
        if (self.reason is not None) != (self.outcome is Outcome.REFUSED):
            _bad("reason")
        if self.reason is not None:
            if not _REASON_CODE.match(self.reason.code) or len(self.reason.text) > MAX_REASON:
                _bad("reason")
            envelope.check_text(self.reason.text)
        if (self.duplicate_of is not None) != (self.outcome is Outcome.DUPLICATE):
            _bad("duplicate_of")
        if self.duplicate_of is not None:
            envelope.read_digest("duplicate_of", self.duplicate_of)
        if (self.arrival_number is not None) != (self.outcome is Outcome.ACCEPTED):
            _bad("arrival_number")
        if self.arrival_number is not None:
            envelope.read_int("arrival_number", self.arrival_number, 1, envelope.MAX_INT)
        checkpoint, _, _ = register.parse_checkpoint(self.checkpoint)
        if checkpoint.agency != self.receiver or not 0 <= self.position < checkpoint.size:
            _bad("checkpoint")
        envelope.check_instant("issued_at", self.issued_at)


def seal(receipt: Receipt, seed: bytes) -> bytes:
    """The sealed bytes of a receipt, signed with the private seed of `receipt.key_id`."""
    reason = receipt.reason
    return envelope.frame(
        RECEIPT_TYPE,
        envelope.encode_body(
            {
                "version": envelope.VERSION,
                "receiver": receipt.receiver,
                "key": receipt.key_id,
                "sender": receipt.sender,
                "uid": receipt.uid,
                "digest": receipt.digest,
                "outcome": receipt.outcome.value,
                "reason": None if reason is None else {"code": reason.code, "text": reason.text},
                "duplicate_of": receipt.duplicate_of,
                "arrival_number": receipt.arrival_number,
                "position": receipt.position,
                "checkpoint": receipt.checkpoint,
                "issued_at": envelope.instant_text(receipt.issued_at),
            }
        ),
        seed,
    )


_MEMBERS: Final = (
    "version",
    "receiver",
    "key",
    "sender",
    "uid",
    "digest",
    "outcome",
    "reason",
    "duplicate_of",
    "arrival_number",
    "position",
    "checkpoint",
    "issued_at",
)


def parse_frame(taken: envelope.Frame) -> Receipt:
    """What a receipt already taken apart says; NOT verified."""
    value = envelope.decode_body(taken.body)
    envelope.read_version(value)
    (
        _,
        receiver,
        key,
        sender,
        uid,
        digest,
        outcome,
        reason,
        duplicate_of,
        arrival_number,
        position,
        checkpoint,
        issued_at,
    ) = envelope.members(value, _MEMBERS, "")
    return Receipt(
        receiver=envelope.read_code("receiver", receiver),
        key_id=envelope.read_key_id("key", key),
        sender=envelope.read_code("sender", sender),
        uid=envelope.read_uid("uid", uid),
        digest=envelope.read_digest("digest", digest),
        outcome=_outcome(outcome),
        reason=None if reason is None else _reason(reason),
        duplicate_of=None if duplicate_of is None else envelope.read_digest("duplicate_of", duplicate_of),
        arrival_number=None
        if arrival_number is None
        else envelope.read_int("arrival_number", arrival_number, 1, envelope.MAX_INT),
        position=envelope.read_int("position", position, 0, envelope.MAX_INT),
        checkpoint=envelope.read_text("checkpoint", checkpoint),
        issued_at=envelope.read_instant("issued_at", issued_at),
    )


def parse(sealed: bytes) -> Receipt:
    """What the sealed bytes of a receipt say; NOT verified. Raises `KernelError`, whatever the bytes."""
    return parse_frame(envelope.unframe(sealed, RECEIPT_TYPE))


def _outcome(value: Any) -> Outcome:
    text = envelope.read_text("outcome", value)
    if text not in _OUTCOMES:
        _bad("outcome")
    return _OUTCOMES[text]


def _reason(value: Any) -> RefusalReason:
    code, text = envelope.members(value, ("code", "text"), "reason")
    return RefusalReason(envelope.read_text("reason", code), envelope.read_text("reason", text))


def _bad(member: str) -> None:
    raise KernelError(ErrorCode.ENVELOPE_VALUE, member=member)
