"""Which keys speak for an agency, and who may say so: key statements (docs/protocol.md section 12).

    sealed statement = pae(type, body) ‖ n (1 byte) ‖ n × (public key 32 bytes ‖ signature 64 bytes)

A statement is complete and numbered: it lists every online key the agency ever had, from and until which sequence number each
speaks, and the offline root (k of n officers). Rotation, revocation and recovery are all one act, the next statement.
`accept` decides whether it may take the place of the one that is known. A statement never makes a key believed that was ended,
and never lets the end of a key move later: what was refused once is refused for ever.

No trust on first use: the first statement of an agency is only ever accepted as part of an enrolment (section 13), where people
compare a fingerprint; `accept` proves then that whoever wrote it holds the keys it names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from giaoban.kernel import envelope, signing
from giaoban.kernel.bundle import MAX_STATEMENT_SIZE
from giaoban.kernel.envelope import MAX_INT
from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.kernel.verify import TrustedKey

KEYS_TYPE: Final = "application/vnd.giaoban.keys+json"
MAX_ONLINE_KEYS: Final = 64
"""Keys of one agency over its whole life; one a year is usual."""
MAX_ROOT_KEYS: Final = 9
MAX_STATEMENT_NUMBER: Final = 999_999
LEFT_OUT_AFTER_LOSS: Final = 100
"""How far the number of the statement after a loss lies beyond the last one known: later ones may have been lost, and one of them may
still be on its way. Under its number ours would be a second tongue; under a smaller one it is only old.
"""
MAX_SIGNATURES: Final = 32
_ENTRY_SIZE: Final = signing.PUBLIC_KEY_SIZE + signing.SIGNATURE_SIZE
_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 9999

Signature = tuple[bytes, bytes]
"""Public key (32 bytes) and its signature (64 bytes)."""


@dataclass(frozen=True, slots=True)
class OnlineKey:
    """A key on the agency's server that signs dispatches, receipts and checkpoints."""

    public_key: bytes
    from_sequence: int = 1
    """The first sequence number of the agency's dispatches that it may sign."""
    until_sequence: int | None = None
    """From this sequence number on its dispatches are not believed; None while it is in use."""
    until_received: tuple[int, int] | None = None
    """(year, position) of the agency's incoming register: from there on its receipts are not believed. None while in use."""

    def __post_init__(self) -> None:
        _check_length(self.public_key)
        envelope.read_int("from_sequence", self.from_sequence, 1, MAX_INT)
        if (self.until_sequence is None) != (self.until_received is None):
            # A key that no longer speaks for dispatches but still for receipts would be a key that nobody watches.
            raise KernelError(ErrorCode.ENVELOPE_VALUE, member="until")
        if self.until_sequence is not None:
            envelope.read_int("until_sequence", self.until_sequence, 1, MAX_INT)
        if self.until_received is not None:
            envelope.read_int("until_received", self.until_received[0], _FIRST_YEAR, _LAST_YEAR)
            envelope.read_int("until_received", self.until_received[1], 0, MAX_INT)

    @property
    def is_live(self) -> bool:
        """Whether the agency still uses it."""
        return self.until_sequence is None


@dataclass(frozen=True, slots=True)
class Root:
    """The offline root: `threshold` of these keys, each with one officer, together say which online keys are the agency's."""

    threshold: int = 0
    """How many must sign; 0, and only then no keys, when the agency has no root."""
    keys: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if len(self.keys) > MAX_ROOT_KEYS or not (
            0 < self.threshold <= len(self.keys) or not (self.threshold or self.keys)
        ):
            raise KernelError(ErrorCode.KEYS_ROOT, threshold=self.threshold, keys=len(self.keys))
        for key in self.keys:
            _check_length(key)

    def is_met_by(self, signers: Collection[bytes]) -> bool:
        """Whether enough of these keys are among the signers (always, when there is no root)."""
        return len(set(self.keys) & set(signers)) >= self.threshold


@dataclass(frozen=True, slots=True)
class KeyStatement:
    """All the keys of an agency, at the time of this number."""

    agency: str
    number: int
    """From 1, higher with each statement of this agency. Numbers may be left out."""
    root: Root
    online: tuple[OnlineKey, ...]
    issued_at: datetime

    def __post_init__(self) -> None:
        envelope.read_code("agency", self.agency)
        envelope.read_int("number", self.number, 1, MAX_STATEMENT_NUMBER)
        envelope.read_int("online", len(self.online), 1, MAX_ONLINE_KEYS)
        envelope.check_instant("issued_at", self.issued_at)
        keys = [*(key.public_key for key in self.online), *self.root.keys]
        if len(set(keys)) != len(keys):
            raise KernelError(ErrorCode.KEYS_KEY_TWICE, agency=self.agency)

    @property
    def live_keys(self) -> tuple[bytes, ...]:
        """The online keys in use."""
        return tuple(key.public_key for key in self.online if key.is_live)


@dataclass(frozen=True, slots=True)
class SignedStatement:
    """A sealed statement taken apart; the signatures are not yet verified."""

    statement: KeyStatement
    body: bytes
    signatures: tuple[Signature, ...]

    @property
    def signers(self) -> frozenset[bytes]:
        """The keys that are named as signers."""
        return frozenset(key for key, _ in self.signatures)

    @property
    def digest(self) -> str:
        """SHA-256 of the body: two statements that say the same by other signers are one statement."""
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True)
class Accepted:
    """A statement that may take the place of the known one."""

    statement: KeyStatement
    needs_approval: bool
    """Two people must approve before it takes effect: no root vouches for it."""


def body_of(statement: KeyStatement) -> bytes:
    """The bytes that officers and servers sign, by `sign`."""
    return envelope.encode_body(
        {
            "version": envelope.VERSION,
            "agency": statement.agency,
            "number": statement.number,
            "root": {"threshold": statement.root.threshold, "keys": [key.hex() for key in statement.root.keys]},
            "online": [
                {
                    "key": key.public_key.hex(),
                    "from_sequence": key.from_sequence,
                    "until_sequence": key.until_sequence,
                    "until_received": None
                    if key.until_received is None
                    else {"year": key.until_received[0], "position": key.until_received[1]},
                }
                for key in statement.online
            ],
            "issued_at": envelope.instant_text(statement.issued_at),
        }
    )


def sign(body: bytes, seed: bytes) -> Signature:
    """One signature for `assemble`, made where the seed is: an officer signs on a machine of their own."""
    return signing.public_key_of(seed), signing.sign(seed, signing.pae(KEYS_TYPE, body))


def assemble(body: bytes, signatures: Sequence[Signature]) -> bytes:
    """The sealed statement; signatures in ascending order of their keys. Raises KEYS_FRAMING, or what `parse` raises."""
    parts = [key + signature for key, signature in sorted(signatures)]
    if not 1 <= len(parts) <= MAX_SIGNATURES:
        raise KernelError(ErrorCode.KEYS_FRAMING, signatures=len(parts))
    sealed = signing.pae(KEYS_TYPE, body) + bytes([len(parts)]) + b"".join(parts)
    parse(sealed)
    return sealed


def seal(statement: KeyStatement, seeds: Sequence[bytes]) -> bytes:
    """`assemble` when all seeds are at hand."""
    body = body_of(statement)
    return assemble(body, [sign(body, seed) for seed in seeds])


def add_signatures(sealed: bytes, signatures: Sequence[Signature]) -> bytes:
    """The same statement with more signatures, for keys that have not signed it yet.

    Officers sign one after another; and a newcomer (known None) asks for a signature of every key in use, also of one that did
    not have to sign when the others took the statement.
    """
    signed = parse(sealed)
    return assemble(signed.body, [*signed.signatures, *(each for each in signatures if each[0] not in signed.signers)])


def parse(sealed: bytes) -> SignedStatement:
    """What a sealed statement says; NOT verified. Raises KEYS_FRAMING or the codes of a body, whatever the bytes."""
    if len(sealed) > MAX_STATEMENT_SIZE:
        raise KernelError(ErrorCode.ENVELOPE_TOO_LARGE, size=len(sealed))
    payload_type, body, tail = envelope.take_apart(sealed)
    if payload_type != KEYS_TYPE.encode():
        raise KernelError(ErrorCode.ENVELOPE_TYPE, wanted=KEYS_TYPE)
    if not tail or not 1 <= tail[0] <= MAX_SIGNATURES or len(tail) != 1 + tail[0] * _ENTRY_SIZE:
        raise KernelError(ErrorCode.KEYS_FRAMING, size=len(tail))
    entries = [tail[start : start + _ENTRY_SIZE] for start in range(1, len(tail), _ENTRY_SIZE)]
    signatures = tuple((entry[: signing.PUBLIC_KEY_SIZE], entry[signing.PUBLIC_KEY_SIZE :]) for entry in entries)
    keys = [key for key, _ in signatures]
    if keys != sorted(set(keys)):
        raise KernelError(ErrorCode.KEYS_FRAMING, why="order")
    return SignedStatement(_statement(envelope.decode_body(body)), body, signatures)


def accept(known: KeyStatement | None, sealed: bytes) -> Accepted:
    """Whether this statement may take the place of the known one (docs/protocol.md section 12.5).

    1. It is of the same agency [KEYS_OTHER_AGENCY] and its number is higher. Lower is KEYS_ROLLBACK; equal is KEYS_REPEATED when
       it says the same (harmless), else, after step 4, KEYS_FORKED: an agency that speaks with two tongues.
    2. Every signer is a key that the known or this statement names [KEYS_STRANGER].
    3. Enough signed [KEYS_TOO_FEW_SIGNATURES]: the known root and, when it changed, the new one; without a known root one online
       key in use. The first statement: its own root. Every online key that comes into use signed, as proof that the agency
       holds it [KEYS_POSSESSION]; the first statement has at least one [KEYS_NO_LIVE_KEY].
    4. Every signature verifies [SIGNATURE_WRONG].
    5. No online key vanished [KEYS_KEY_VANISHED]; none began otherwise, was revived, or ends later [KEYS_REVIVED].
    6. Every key is sound [KEY_BAD, KEY_WEAK].
    """
    signed = parse(sealed)
    told = signed.statement
    # 1.
    if known is not None:
        _check_number(known, told)
    # 2, 3.
    needs_approval = _check_signers(known, told, signed.signers)
    # 4.
    message = signing.pae(KEYS_TYPE, signed.body)
    for key, signature in signed.signatures:
        signing.check_signature(key, message, signature)
    if known is not None:
        if told.number == known.number:
            raise KernelError(ErrorCode.KEYS_FORKED, agency=told.agency, number=told.number)
        # 5.
        _check_history(known, told)
    # 6.
    for key in (*(key.public_key for key in told.online), *told.root.keys):
        signing.check_public_key(key)
    return Accepted(told, needs_approval)


def trusted_keys(statement: KeyStatement) -> list[TrustedKey]:
    """The keys of an accepted statement, as verification asks for them."""
    return [
        TrustedKey(
            statement.agency,
            key.public_key,
            revoked_from=key.until_sequence,
            revoked_received=key.until_received,
            valid_from=key.from_sequence,
        )
        for key in statement.online
    ]


def _check_number(known: KeyStatement, told: KeyStatement) -> None:
    if told.agency != known.agency:
        raise KernelError(ErrorCode.KEYS_OTHER_AGENCY, agency=told.agency)
    if told.number < known.number:
        raise KernelError(ErrorCode.KEYS_ROLLBACK, agency=told.agency, number=told.number, known=known.number)
    if told == known:
        raise KernelError(ErrorCode.KEYS_REPEATED, agency=told.agency, number=told.number)


def _check_signers(known: KeyStatement | None, told: KeyStatement, signers: frozenset[bytes]) -> bool:
    """Steps 2 and 3; whether people must approve."""
    before = set() if known is None else {key.public_key for key in known.online}
    roots_before = () if known is None else known.root.keys
    if not signers <= {*before, *roots_before, *(key.public_key for key in told.online), *told.root.keys}:
        raise KernelError(ErrorCode.KEYS_STRANGER, agency=told.agency)
    if known is None:
        if not told.live_keys:
            raise KernelError(ErrorCode.KEYS_NO_LIVE_KEY, agency=told.agency)
        roots: tuple[Root, ...] = (told.root,)
    else:
        roots = (known.root, told.root) if told.root != known.root else (known.root,)
        if not known.root.threshold and signers.isdisjoint(known.live_keys):
            raise KernelError(ErrorCode.KEYS_TOO_FEW_SIGNATURES, agency=told.agency, wanted=1)
    for root in roots:
        if not root.is_met_by(signers):
            raise KernelError(ErrorCode.KEYS_TOO_FEW_SIGNATURES, agency=told.agency, wanted=root.threshold)
    if not signers.issuperset(set(told.live_keys) - before):
        raise KernelError(ErrorCode.KEYS_POSSESSION, agency=told.agency)
    # Giving the root up is for people to approve too: from then on an online key would be enough.
    return known is None or not known.root.threshold or not told.root.threshold


def _check_history(known: KeyStatement, told: KeyStatement) -> None:
    """Step 5."""
    listed = {key.public_key: key for key in told.online}
    for before in known.online:
        now = listed.get(before.public_key)
        if now is None:
            raise KernelError(ErrorCode.KEYS_KEY_VANISHED, key=signing.key_id(before.public_key))
        if now.from_sequence != before.from_sequence or not _ends_no_later(before, now):
            raise KernelError(ErrorCode.KEYS_REVIVED, key=signing.key_id(before.public_key))


def _ends_no_later(before: OnlineKey, now: OnlineKey) -> bool:
    if before.until_sequence is None or before.until_received is None:
        return True
    if now.until_sequence is None or now.until_received is None:
        return False
    return now.until_sequence <= before.until_sequence and now.until_received <= before.until_received


def _check_length(key: bytes) -> None:
    if len(key) != signing.PUBLIC_KEY_SIZE:
        raise KernelError(ErrorCode.KEY_BAD, why="length", length=len(key))


_MEMBERS: Final = ("version", "agency", "number", "root", "online", "issued_at")


def _statement(value: dict[str, Any]) -> KeyStatement:
    envelope.read_version(value)
    _, agency, number, root, online, issued_at = envelope.members(value, _MEMBERS, "")
    threshold, keys = envelope.members(root, ("threshold", "keys"), "root")
    return KeyStatement(
        agency=envelope.read_code("agency", agency),
        number=envelope.read_int("number", number, 1, MAX_STATEMENT_NUMBER),
        root=Root(
            envelope.read_int("threshold", threshold, 0, MAX_ROOT_KEYS),
            tuple(_key("root", key) for key in envelope.read_list("root", keys, MAX_ROOT_KEYS)),
        ),
        online=tuple(_online(entry) for entry in envelope.read_list("online", online, MAX_ONLINE_KEYS)),
        issued_at=envelope.read_instant("issued_at", issued_at),
    )


def _online(value: object) -> OnlineKey:
    key, from_sequence, until_sequence, until_received = envelope.members(
        value, ("key", "from_sequence", "until_sequence", "until_received"), "online"
    )
    return OnlineKey(
        _key("online", key),
        envelope.read_int("from_sequence", from_sequence, 1, MAX_INT),
        None if until_sequence is None else envelope.read_int("until_sequence", until_sequence, 1, MAX_INT),
        None if until_received is None else _place(until_received),
    )


def _place(value: object) -> tuple[int, int]:
    year, position = envelope.members(value, ("year", "position"), "until_received")
    return (
        envelope.read_int("until_received", year, _FIRST_YEAR, _LAST_YEAR),
        envelope.read_int("until_received", position, 0, MAX_INT),
    )


def _key(member: str, value: object) -> bytes:
    """A public key as 64 lower-case hexadecimal digits."""
    return bytes.fromhex(envelope.read_digest(member, value))
