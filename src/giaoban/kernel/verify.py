"""When a dispatch or a receipt is believed: numbered recipes; the numbers are those of docs/protocol.md section 5 and 7.

A dispatch, step by step:

1. The whole is not over the size limit.
2. It is framed as `DSSEv1` with exact lengths and 64 bytes of signature.
3. Its type is that of a dispatch.
4. Its body is one strict JSON object of the known version, every member of the right shape and value.
5. The key it names is known, belongs to the agency it names as sender, is sound, and was in use at its sequence number.
6. The signature is by that key over exactly the bytes that came.
7. It is addressed to the receiver.
10. Every file it names is there with the stated size and SHA-256, and no other file came with it.
11. The receiver's policy allows this kind from this sender.

Steps 1–4 read bytes of a stranger; nothing of them is kept or acted on before step 6 has passed. Not decided here, because
it needs the register: whether the dispatch is new, a repeat, or a forgery of an earlier uid (steps 8 and
9: `exchange.admit`). The sender's clock is never compared: order comes from sequence and register position.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from giaoban.kernel import envelope, receipt, register, signing
from giaoban.kernel.envelope import Envelope, Frame
from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.kernel.policy import Policy


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A public key enrolled for an agency, and how far it is believed (docs/protocol.md section 12)."""

    agency: str
    public_key: bytes
    revoked_from: int | None = None
    """From this sequence number on the key is not believed; what was signed before stays provable."""
    revoked_received: tuple[int, int] | None = None
    """(year, position) of the agency's incoming register: from there on its receipts are not believed."""
    valid_from: int = 1
    """The first sequence number it may sign."""

    @property
    def key_id(self) -> str:
        """Its name."""
        return signing.key_id(self.public_key)


KeyFinder = Callable[[str, str], TrustedKey | None]
"""(agency code, key id) → the enrolled key of that agency, or None."""


@dataclass(frozen=True, slots=True)
class VerifiedDispatch:
    """A dispatch that passed every step asked of it."""

    envelope: Envelope
    digest: str
    key: TrustedKey


@dataclass(frozen=True, slots=True)
class VerifiedReceipt:
    """A receipt that passed every step."""

    receipt: receipt.Receipt
    checkpoint: register.Checkpoint
    digest: str


def verify_dispatch(
    sealed: bytes,
    *,
    receiver: str,
    keys: KeyFinder,
    policy: Policy,
    files: Mapping[str, bytes],
) -> VerifiedDispatch:
    """Steps 1 to 7, 10 and 11. `files` maps SHA-256 (hex) to content. Raises `KernelError` at the first step that fails."""
    found = verify_origin(sealed, keys=keys)  # steps 1-6
    # 7. Addressed to us: a dispatch for another agency proves nothing here, however well signed.
    if found.envelope.sequence_to(receiver) is None:
        raise KernelError(ErrorCode.VERIFY_NOT_ADDRESSED, receiver=receiver)
    # 10. Files.
    verify_files(found.envelope, files)
    # 11. Allowed.
    policy.check(found.envelope)
    return found


def verify_origin(sealed: bytes, *, keys: KeyFinder) -> VerifiedDispatch:
    """Steps 1 to 6: who said exactly this. MUST be followed by steps 7 to 11 before a receiver acts on it."""
    return check_origin(read_dispatch(sealed), keys=keys)


@dataclass(frozen=True, slots=True)
class ReadDispatch:
    """Sealed bytes of a dispatch and what they say; nothing believed yet."""

    sealed: bytes
    frame: Frame
    envelope: Envelope


def read_dispatch(sealed: bytes) -> ReadDispatch:
    """Steps 1 to 4, for who must know where a dispatch belongs before its sender is looked up."""
    taken = envelope.unframe(sealed, envelope.DISPATCH_TYPE)  # 1, 2, 3
    return ReadDispatch(sealed, taken, envelope.parse_frame(taken))  # 4


def check_origin(read: ReadDispatch, *, keys: KeyFinder) -> VerifiedDispatch:
    """Steps 5 and 6."""
    said = read.envelope
    # 5. The finder is asked for the pair: a key of agency A never speaks for agency B.
    key = find_trusted(keys, said.sender, said.key_id)
    if key.revoked_from is not None and said.sequence >= key.revoked_from:
        raise KernelError(ErrorCode.KEY_REVOKED, agency=said.sender, sequence=said.sequence)
    if said.sequence < key.valid_from:
        raise KernelError(ErrorCode.KEY_NOT_YET, agency=said.sender, sequence=said.sequence)
    # 6.
    signing.check_signature(key.public_key, read.frame.signed, read.frame.signature)
    return VerifiedDispatch(said, envelope.digest_of(read.sealed), key)


def verify_files(dispatch: Envelope, files: Mapping[str, bytes]) -> None:
    """Step 10. Raises VERIFY_FILE_MISSING or VERIFY_FILE_DIFFERENT, naming the file."""
    named = {entry.sha256 for entry in dispatch.files}
    if not named.issuperset(files.keys()):
        raise KernelError(ErrorCode.VERIFY_FILE_DIFFERENT, file="")
    for entry in dispatch.files:
        try:
            content = files[entry.sha256]
        except KeyError:
            raise KernelError(ErrorCode.VERIFY_FILE_MISSING, file=entry.name) from None
        if len(content) != entry.size or hashlib.sha256(content).hexdigest() != entry.sha256:
            raise KernelError(ErrorCode.VERIFY_FILE_DIFFERENT, file=entry.name)


def verify_receipt(
    sealed: bytes, *, sender: str, uid: str, digest: str, receiver: str, keys: KeyFinder
) -> VerifiedReceipt:
    """A receipt for exactly this dispatch by exactly this receiver (docs/protocol.md section 7).

    1-4. Size, framing, type, shape, as for a dispatch. 5. It is by the receiver we sent to. 6. Its key is enrolled for that
    receiver, was in use at that place of the register, and signed exactly these bytes. 7. It names our dispatch: sender, uid
    and digest. 8. The checkpoint inside is signed by the receiver, is of its incoming register, and is large enough to hold
    the entry.
    """
    read = read_receipt(sealed)  # 1-4
    return check_receipt(read, sender=sender, uid=uid, digest=digest, receiver=receiver, keys=keys)


@dataclass(frozen=True, slots=True)
class ReadReceipt:
    """Sealed bytes of a receipt and what they say; nothing believed yet."""

    sealed: bytes
    frame: Frame
    receipt: receipt.Receipt


def read_receipt(sealed: bytes) -> ReadReceipt:
    """Steps 1 to 4 of `verify_receipt`, for who must know what a receipt says before asking what it is compared with."""
    taken = envelope.unframe(sealed, envelope.RECEIPT_TYPE)
    return ReadReceipt(sealed, taken, receipt.parse_frame(taken))


def check_receipt(
    read: ReadReceipt, *, sender: str, uid: str, digest: str, receiver: str, keys: KeyFinder
) -> VerifiedReceipt:
    """Steps 5 to 8 of `verify_receipt`."""
    said = read.receipt
    # 5.
    if said.receiver != receiver:
        raise KernelError(ErrorCode.VERIFY_OTHER_RECEIVER, receiver=said.receiver)
    # 6.
    key = find_trusted(keys, said.receiver, said.key_id)
    place = register.parse_checkpoint(said.checkpoint)[0].year, said.position
    if key.revoked_received is not None and place >= key.revoked_received:
        raise KernelError(ErrorCode.KEY_REVOKED, agency=said.receiver, year=place[0], position=place[1])
    signing.check_signature(key.public_key, read.frame.signed, read.frame.signature)
    # 7.
    if (said.sender, said.uid, said.digest) != (sender, uid, digest):
        raise KernelError(ErrorCode.VERIFY_OTHER_DISPATCH, uid=said.uid)
    # 8. `Receipt` has already compared the position with the size.
    checkpoint = register.check_checkpoint(said.checkpoint, key.public_key)
    if "/in/" not in checkpoint.origin:
        raise KernelError(ErrorCode.REGISTER_CHECKPOINT, why="origin")
    return VerifiedReceipt(said, checkpoint, envelope.digest_of(read.sealed))


def find_trusted(keys: KeyFinder, agency: str, key_id: str) -> TrustedKey:
    """The enrolled key of this agency and id. Raises KEY_UNKNOWN."""
    key = keys(agency, key_id)
    # The finder is not trusted to have compared: what it returns must be what was asked for.
    if key is None or key.agency != agency or key.key_id != key_id:
        raise KernelError(ErrorCode.KEY_UNKNOWN, agency=agency, key=key_id)
    return key
