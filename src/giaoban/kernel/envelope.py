"""A dispatch as exact bytes: what it says, how it is framed, and how strictly it is read (docs/protocol.md section 3).

    sealed bytes = "DSSEv1" SP len(type) SP type SP len(body) SP body ‖ signature (64 bytes)

Everything before the last 64 bytes is signed exactly as it lies there, so there is no byte that is not protected. The body
is one JSON object. Reading is strict: a duplicate key, a fraction, NaN, an integer of 2^53 or more, text that is not NFC, an
unknown version, an unknown or missing member, or anything over a limit refuses the whole.

`parse` believes nothing: it tells what the bytes *say*. Whether they are to be believed is decided in `verify`.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final, NoReturn

from giaoban.kernel import signing
from giaoban.kernel.errors import ErrorCode, KernelError

DISPATCH_TYPE: Final = "application/vnd.giaoban.dispatch+json"
RECEIPT_TYPE: Final = "application/vnd.giaoban.receipt+json"
VERSION: Final = 1

MAX_SEALED_SIZE: Final = 4 * 1024 * 1024
"""Bytes of a sealed dispatch without its files."""
MAX_COMMAS, MAX_BRACKETS = 500_000, 150_000
"""Commas, and opening brackets and braces, in the bytes of a body, wherever they stand. Tables of 4 MiB have half of either; more is
counted off before it is parsed, because a body of nothing else costs seconds.
"""
MAX_DEPTH: Final = 32
"""Objects and lists inside one another."""
MAX_INT: Final = 2**53 - 1
"""Largest integer every JSON reader agrees on (RFC 8259 section 6)."""
MAX_RECIPIENTS: Final = 5000
MAX_FILES: Final = 200
MAX_FILE_SIZE: Final = 256 * 1024 * 1024
MAX_FILE_NAME: Final = 200
"""Bytes of UTF-8, so that the name fits every file system."""
MAX_SUMMARY: Final = 1000
MAX_NUMBER: Final = 999_999

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}\Z")
_KIND = re.compile(r"[a-z][a-z0-9_]{0,30}(?:\.[a-z][a-z0-9_]{0,30}){1,3}\Z")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")
_KEY_ID = re.compile(rf"[0-9a-f]{{{signing.KEY_ID_SIZE}}}\Z")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}Z\Z")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,62}/[a-z0-9][a-z0-9.+-]{0,100}\Z")
_FRAME = re.compile(rb"DSSEv1 ([1-9][0-9]{0,2}) ([\x21-\x7e]+) ([1-9][0-9]{0,8}) ")
_FORBIDDEN_IN_NAMES = frozenset('/\\:*?"<>|')
_JSON: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Controls (Cc) other than newline and tab, and lone surrogates (Cs)."""
_NOT_IN_A_LINE = re.compile("[\n\t\u2028\u2029\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
"""What ends a line, and marks that turn the reading direction."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """An addressee and the running number of this dispatch among all that this sender has sent to it, from 1.

    The number makes a gap visible to the receiver alone, whatever route the dispatches take.
    """

    agency: str
    sequence: int


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file that belongs to the dispatch, by content."""

    name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class OfficialReference:
    """Type, number, symbol and date of the paper form (Decree 30/2020 art. 8, 15)."""

    type_code: str
    number: int
    symbol: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """All that a dispatch says. Cannot be built with a wrong value: the constructor checks every member."""

    uid: str
    sender: str
    key_id: str
    recipients: tuple[Recipient, ...]
    kind: str
    thread: str | None
    in_reply_to: str | None
    """Digest of the dispatch this one answers."""
    sequence: int
    """Running number among all dispatches of this sender, from 1."""
    previous: str | None
    """Digest of the sender's dispatch before this one; None only for the first."""
    reference: OfficialReference | None
    summary: str
    issued_at: datetime
    """What the sender's clock said. Data, never order."""
    payload: Mapping[str, Any]
    files: tuple[FileEntry, ...]

    def __post_init__(self) -> None:
        _matches("uid", self.uid, _UUID)
        _matches("sender", self.sender, _CODE)
        _matches("key", self.key_id, _KEY_ID)
        _matches("kind", self.kind, _KIND)
        if self.thread is not None:
            _matches("thread", self.thread, _UUID)
        if self.in_reply_to is not None:
            _matches("in_reply_to", self.in_reply_to, _DIGEST)
        _in_range("sequence", self.sequence, 1, MAX_INT)
        if self.previous is not None:
            _matches("previous", self.previous, _DIGEST)
        if (self.previous is None) != (self.sequence == 1):
            _bad("previous")
        self._check_recipients()
        if self.reference is not None:
            _check_reference(self.reference)
        check_line("summary", self.summary, MAX_SUMMARY)
        check_instant("issued_at", self.issued_at)
        check_tree(self.payload)
        self._check_files()

    def _check_recipients(self) -> None:
        _in_range("recipients", len(self.recipients), 1, MAX_RECIPIENTS)
        for recipient in self.recipients:
            _matches("recipients", recipient.agency, _CODE)
            _in_range("recipients", recipient.sequence, 1, MAX_INT)
        codes = [recipient.agency for recipient in self.recipients]
        # Sorted by code, each once, never the sender: one way to write one list.
        if codes != sorted(set(codes)) or self.sender in codes:
            _bad("recipients")

    def _check_files(self) -> None:
        _in_range("files", len(self.files), 0, MAX_FILES)
        for entry in self.files:
            check_file_name(entry.name)
            _matches("media_type", entry.media_type, _MEDIA_TYPE)
            _in_range("size", entry.size, 0, MAX_FILE_SIZE)
            _matches("sha256", entry.sha256, _DIGEST)
        names = {entry.name.casefold() for entry in self.files}
        if len(names) != len(self.files):
            _bad("files")

    def sequence_to(self, agency: str) -> int | None:
        """This dispatch's running number towards `agency`; None when not addressed to it."""
        return next((recipient.sequence for recipient in self.recipients if recipient.agency == agency), None)


@dataclass(frozen=True, slots=True)
class Frame:
    """Sealed bytes taken apart, nothing believed yet."""

    payload_type: str
    body: bytes
    signed: bytes
    """What the signature is over: everything before it."""
    signature: bytes


def digest_of(sealed: bytes) -> str:
    """The identity of a dispatch or receipt: SHA-256 of all its sealed bytes, in hexadecimal."""
    return hashlib.sha256(sealed).hexdigest()


def seal(envelope: Envelope, seed: bytes) -> bytes:
    """The sealed bytes of a dispatch, signed with the private seed of `envelope.key_id`.

    Raises KEY_BAD when the seed is not that key, ENVELOPE_TOO_LARGE when the whole is over `MAX_SEALED_SIZE`.
    """
    if signing.key_id(signing.public_key_of(seed)) != envelope.key_id:
        raise KernelError(ErrorCode.KEY_BAD, why="other_key", key=envelope.key_id)
    # Nothing is checked again: the constructor has.
    return frame(DISPATCH_TYPE, _JSON.encode(_as_object(envelope)).encode(), seed)


def parse(sealed: bytes) -> Envelope:
    """What the sealed bytes of a dispatch say; NOT verified. Raises `KernelError` of the envelope family."""
    return parse_frame(unframe(sealed, DISPATCH_TYPE))


def parse_frame(taken: Frame) -> Envelope:
    """`parse` for bytes already taken apart."""
    return _from_object(decode_body(taken.body))


def frame(payload_type: str, body: bytes, seed: bytes) -> bytes:
    """`pae(type, body)` and its signature."""
    signed = signing.pae(payload_type, body)
    if len(signed) + signing.SIGNATURE_SIZE > MAX_SEALED_SIZE:
        raise KernelError(ErrorCode.ENVELOPE_TOO_LARGE, size=len(signed))
    return signed + signing.sign(seed, signed)


def unframe(sealed: bytes, payload_type: str) -> Frame:
    """Take sealed bytes apart. Raises ENVELOPE_TOO_LARGE, ENVELOPE_FRAMING, or ENVELOPE_TYPE for another type."""
    if len(sealed) > MAX_SEALED_SIZE:
        raise KernelError(ErrorCode.ENVELOPE_TOO_LARGE, size=len(sealed))
    found, body, signature = take_apart(sealed)
    if len(signature) != signing.SIGNATURE_SIZE:
        raise KernelError(ErrorCode.ENVELOPE_FRAMING)
    if found != payload_type.encode():
        raise KernelError(ErrorCode.ENVELOPE_TYPE, wanted=payload_type)
    return Frame(payload_type, body, sealed[: -signing.SIGNATURE_SIZE], signature)


def take_apart(data: bytes) -> tuple[bytes, bytes, bytes]:
    """Type, body and what follows of `pae(type, body) ‖ rest`. Raises ENVELOPE_FRAMING when a length does not hold."""
    head = _FRAME.match(data)
    if head is None:
        raise KernelError(ErrorCode.ENVELOPE_FRAMING)
    end = head.end() + int(head[3])
    if len(head[2]) != int(head[1]) or len(data) < end:
        raise KernelError(ErrorCode.ENVELOPE_FRAMING)
    return head[2], data[head.end() : end], data[end:]


def encode_body(value: Mapping[str, Any]) -> bytes:
    """One JSON object as UTF-8, keys sorted, no spaces; readers accept any spelling. Raises `KernelError` where they would."""
    check_tree(value)
    body = _JSON.encode(value).encode()
    _check_parts(body)
    return body


def _check_parts(body: bytes) -> None:
    if body.count(b",") > MAX_COMMAS or body.count(b"[") + body.count(b"{") > MAX_BRACKETS:
        raise KernelError(ErrorCode.ENVELOPE_TOO_LARGE)


def decode_body(body: bytes) -> dict[str, Any]:
    """One JSON object, read strictly. Raises `KernelError` of the envelope family, whatever the bytes."""
    _check_parts(body)
    try:
        text = body.decode("utf-8", errors="strict")
        value = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_float=_no_number,
            parse_int=_exact_int,
            parse_constant=_no_number,
        )
    except RecursionError:
        raise KernelError(ErrorCode.ENVELOPE_TOO_DEEP) from None
    except (UnicodeDecodeError, json.JSONDecodeError):
        raise KernelError(ErrorCode.ENVELOPE_NOT_JSON) from None
    if not isinstance(value, dict):
        raise KernelError(ErrorCode.ENVELOPE_SHAPE, member="")
    check_tree(value)
    return value


def check_tree(value: object, depth: int = 0) -> None:
    """Return only when the value can travel: objects, lists, NFC text, integers below 2^53, true, false, null."""
    texts: list[str] = []
    _check_shape(value, depth, texts)
    # All texts at once. A newline composes with nothing, so what is between two of them is in NFC if and only if the whole is.
    check_text("\n".join(texts))


def _check_shape(value: object, depth: int, texts: list[str]) -> None:
    """`check_tree` without the texts, which are gathered."""
    if depth > MAX_DEPTH:
        raise KernelError(ErrorCode.ENVELOPE_TOO_DEEP)
    if isinstance(value, str):
        texts.append(value)
    elif value is None or isinstance(value, bool):
        return
    elif isinstance(value, int):
        if abs(value) > MAX_INT:
            raise KernelError(ErrorCode.ENVELOPE_NUMBER)
    elif isinstance(value, (list, tuple)):
        for item in value:
            if isinstance(item, str) and depth < MAX_DEPTH:
                texts.append(item)
            else:
                _check_shape(item, depth + 1, texts)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise KernelError(ErrorCode.ENVELOPE_SHAPE, member=str(key))
            texts.append(key)
            if isinstance(item, str) and depth < MAX_DEPTH:
                texts.append(item)
            else:
                _check_shape(item, depth + 1, texts)
    else:
        # A float, or something JSON does not have: decimals travel as text, so that both sides read one value.
        raise KernelError(ErrorCode.ENVELOPE_NUMBER if isinstance(value, float) else ErrorCode.ENVELOPE_SHAPE)


def check_text(text: str) -> None:
    """Return only for text in NFC, without lone surrogates and without controls other than newline and tab."""
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        raise KernelError(ErrorCode.ENVELOPE_NOT_NFC)
    if _CONTROL.search(text):
        raise KernelError(ErrorCode.ENVELOPE_TEXT)


def check_line(member: str, text: str, limit: int) -> None:
    """Text of one line without controls or marks that turn the reading direction, at most `limit` characters."""
    check_text(text)
    if len(text) > limit or _NOT_IN_A_LINE.search(text):
        _bad(member)


def check_file_name(name: str) -> None:
    """A name that is safe on every file system and cannot leave a folder or deceive about its ending."""
    check_line("name", name, MAX_FILE_NAME)
    bad_edges = name != name.strip() or name.startswith(".") or name.endswith(".")
    if not name or bad_edges or len(name.encode()) > MAX_FILE_NAME or not _FORBIDDEN_IN_NAMES.isdisjoint(name):
        _bad("name")


def members(value: object, names: Sequence[str], member: str) -> list[Any]:
    """The values of an object that has exactly these members. Raises ENVELOPE_SHAPE."""
    if not isinstance(value, dict) or value.keys() != set(names):
        raise KernelError(ErrorCode.ENVELOPE_SHAPE, member=member)
    return [value[name] for name in names]


def instant_text(instant: datetime) -> str:
    """`2026-11-22T08:00:00Z`: UTC, whole seconds."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_instant(member: str, value: object) -> datetime:
    """The instant of its one spelling."""
    text = _matches(member, value, _INSTANT)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        _bad(member)


def check_instant(member: str, instant: datetime) -> None:
    """Return only for an instant that has a spelling: of a known zone, whole seconds, year 2000 or later."""
    if instant.tzinfo is None or instant.microsecond or instant.year < 2000:
        _bad(member)


def read_list(member: str, value: object, limit: int) -> list[Any]:
    """A list of at most `limit`."""
    if not isinstance(value, list):
        raise KernelError(ErrorCode.ENVELOPE_SHAPE, member=member)
    if len(value) > limit:
        _bad(member)
    return value


def read_int(member: str, value: object, low: int, high: int) -> int:
    """An integer within bounds (true and false are none)."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise KernelError(ErrorCode.ENVELOPE_SHAPE, member=member)
    return _in_range(member, value, low, high)


def read_text(member: str, value: object) -> str:
    """Text, of whatever content."""
    if not isinstance(value, str):
        raise KernelError(ErrorCode.ENVELOPE_SHAPE, member=member)
    return value


def read_code(member: str, value: object) -> str:
    """An agency's code."""
    return _matches(member, value, _CODE)


def read_uid(member: str, value: object) -> str:
    """A UUID in its one spelling."""
    return _matches(member, value, _UUID)


def read_digest(member: str, value: object) -> str:
    """A SHA-256 in hexadecimal."""
    return _matches(member, value, _DIGEST)


def read_key_id(member: str, value: object) -> str:
    """A key id."""
    return _matches(member, value, _KEY_ID)


def read_version(value: dict[str, Any]) -> None:
    """Refuse any version but ours before anything else is read."""
    if value.get("version") != VERSION or isinstance(value.get("version"), bool):
        raise KernelError(ErrorCode.ENVELOPE_VERSION)


_MEMBERS: Final = (
    "version",
    "uid",
    "sender",
    "key",
    "recipients",
    "kind",
    "thread",
    "in_reply_to",
    "sequence",
    "previous",
    "reference",
    "summary",
    "issued_at",
    "payload",
    "files",
)


def _as_object(envelope: Envelope) -> dict[str, Any]:
    reference = envelope.reference
    return {
        "version": VERSION,
        "uid": envelope.uid,
        "sender": envelope.sender,
        "key": envelope.key_id,
        "recipients": [{"agency": to.agency, "sequence": to.sequence} for to in envelope.recipients],
        "kind": envelope.kind,
        "thread": envelope.thread,
        "in_reply_to": envelope.in_reply_to,
        "sequence": envelope.sequence,
        "previous": envelope.previous,
        "reference": None
        if reference is None
        else {
            "type": reference.type_code,
            "number": reference.number,
            "symbol": reference.symbol,
            "date": reference.on.isoformat(),
        },
        "summary": envelope.summary,
        "issued_at": instant_text(envelope.issued_at),
        "payload": dict(envelope.payload),
        "files": [
            {"name": entry.name, "media_type": entry.media_type, "size": entry.size, "sha256": entry.sha256}
            for entry in envelope.files
        ],
    }


def _from_object(value: dict[str, Any]) -> Envelope:
    read_version(value)
    (
        _,
        uid,
        sender,
        key,
        recipients,
        kind,
        thread,
        in_reply_to,
        sequence,
        previous,
        reference,
        summary,
        issued_at,
        payload,
        files,
    ) = members(value, _MEMBERS, "")
    if not isinstance(payload, dict):
        raise KernelError(ErrorCode.ENVELOPE_SHAPE, member="payload")
    return Envelope(
        uid=read_uid("uid", uid),
        sender=read_code("sender", sender),
        key_id=read_key_id("key", key),
        recipients=tuple(_recipient(item) for item in read_list("recipients", recipients, MAX_RECIPIENTS)),
        kind=_matches("kind", kind, _KIND),
        thread=None if thread is None else read_uid("thread", thread),
        in_reply_to=None if in_reply_to is None else read_digest("in_reply_to", in_reply_to),
        sequence=read_int("sequence", sequence, 1, MAX_INT),
        previous=None if previous is None else read_digest("previous", previous),
        reference=None if reference is None else _reference(reference),
        summary=read_text("summary", summary),
        issued_at=read_instant("issued_at", issued_at),
        payload=payload,
        files=tuple(_file(item) for item in read_list("files", files, MAX_FILES)),
    )


def _recipient(value: object) -> Recipient:
    agency, sequence = members(value, ("agency", "sequence"), "recipients")
    return Recipient(read_code("recipients", agency), read_int("recipients", sequence, 1, MAX_INT))


def _file(value: object) -> FileEntry:
    name, media_type, size, sha256 = members(value, ("name", "media_type", "size", "sha256"), "files")
    return FileEntry(
        read_text("name", name),
        read_text("media_type", media_type),
        read_int("size", size, 0, MAX_FILE_SIZE),
        read_digest("sha256", sha256),
    )


def _reference(value: object) -> OfficialReference:
    type_code, number, symbol, on = members(value, ("type", "number", "symbol", "date"), "reference")
    day = _matches("reference", on, _DAY)
    try:
        parsed = date.fromisoformat(day)
    except ValueError:
        _bad("reference")
    return OfficialReference(
        read_text("reference", type_code),
        read_int("reference", number, 1, MAX_NUMBER),
        read_text("reference", symbol),
        parsed,
    )


def _check_reference(reference: OfficialReference) -> None:
    _in_range("reference", reference.number, 1, MAX_NUMBER)
    for text, limit in ((reference.type_code, 10), (reference.symbol, 40)):
        check_line("reference", text, limit)
        if not text or any(letter.isspace() for letter in text):
            _bad("reference")


def _matches(member: str, value: object, pattern: re.Pattern[str]) -> str:
    if not isinstance(value, str):
        raise KernelError(ErrorCode.ENVELOPE_SHAPE, member=member)
    if not pattern.match(value):
        _bad(member)
    return value


def _in_range(member: str, value: int, low: int, high: int) -> int:
    if not low <= value <= high:
        _bad(member)
    return value


def _bad(member: str) -> NoReturn:
    raise KernelError(ErrorCode.ENVELOPE_VALUE, member=member)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise KernelError(ErrorCode.ENVELOPE_DUPLICATE_KEY)
    return value


def _no_number(text: str) -> NoReturn:
    del text
    raise KernelError(ErrorCode.ENVELOPE_NUMBER)


def _exact_int(text: str) -> int:
    # Sixteen digits hold 2^53; longer text is refused before it costs anything.
    if len(text) > 17 or text == "-0":
        raise KernelError(ErrorCode.ENVELOPE_NUMBER)
    return int(text)
