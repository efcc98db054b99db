#!/usr/bin/env python3
"""Writes `vectors/`: cases that any implementation of docs/protocol.md must accept, or refuse with the named code.

    python tools/make_vectors.py            write them
    python tools/make_vectors.py --check    exit 1 where a file differs from what would be written

Everything is derived from fixed seeds, so the files change only when the protocol does. Each case is a call of section 18; what must
come of it is what the kernel says today, frozen: a change of the kernel that changes a verdict shows up here.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tools"), str(ROOT / "vectors")]

import run as runner  # type: ignore[import-not-found]  # noqa: E402

import vector_stations  # noqa: E402
import vector_words  # noqa: E402
from giaoban.cli.conformance import judge  # noqa: E402
from giaoban.kernel import envelope, receipt, register, signing  # noqa: E402
from giaoban.kernel.envelope import Envelope, FileEntry, OfficialReference, Recipient  # noqa: E402
from giaoban.kernel.receipt import Outcome, Receipt, RefusalReason  # noqa: E402
from vector_proofs import evidence_cases, register_cases  # noqa: E402
from vector_world import PAPER, public, seed  # noqa: E402

FOLDER = ROOT / "vectors"
KINDS = ["report.submitted", "task.assigned"]
AGENCIES = ("BCH", "CAT", "HQ", "MOI", "XA")
ENDS: dict[str, dict[str, Any]] = {
    "HQ": {"revoked_from": 5},
    "MOI": {"valid_from": 3},
    "XA": {"revoked_received": [2026, 3]},
}
"""What is no longer, or not yet, believed of a key."""
PUBLIC = {code: public(code) for code in AGENCIES}
Case = dict[str, Any]


def good(**changes: Any) -> Envelope:
    values: dict[str, Any] = {
        "uid": "6f9f63b0-6c1e-4a57-9a0e-3f5d1a1f0001",
        "sender": "CAT",
        "key_id": signing.key_id(PUBLIC["CAT"]),
        "recipients": (Recipient("BCH", 1),),
        "kind": "report.submitted",
        "thread": "6f9f63b0-6c1e-4a57-9a0e-3f5d1a1f0002",
        "in_reply_to": None,
        "sequence": 1,
        "previous": None,
        "reference": OfficialReference("BC", 5, "BC-CAT", date(2026, 11, 22)),
        "summary": "Báo cáo kết quả phối hợp quý IV năm 2026",
        "issued_at": datetime(2026, 11, 22, 1, 0, tzinfo=UTC),
        "payload": {"period": "2026-Q4", "values": {"i1": 12, "rate": "98.5"}, "note": None},
        "files": (FileEntry("bao-cao.pdf", "application/pdf", len(PAPER), hashlib.sha256(PAPER).hexdigest()),),
    }
    return Envelope(**{**values, **changes})


def from_hq(sequence: int) -> Envelope:
    return good(
        sender="HQ",
        key_id=signing.key_id(PUBLIC["HQ"]),
        sequence=sequence,
        previous=None if sequence == 1 else "0" * 64,
    )


def signed_body(body: bytes, payload_type: str = envelope.DISPATCH_TYPE, by: str = "CAT") -> bytes:
    signed = signing.pae(payload_type, body)
    return signed + signing.sign(seed(by), signed)


def bent(**changes: Any) -> bytes:
    """A truly signed dispatch with some members replaced; `...` leaves one out."""
    value = json.loads(envelope.unframe(SEALED, envelope.DISPATCH_TYPE).body)
    value.update(changes)
    kept = {name: item for name, item in value.items() if item is not ...}
    return signed_body(json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode())


def with_payload(text: bytes) -> bytes:
    """A truly signed dispatch whose payload is spelt out byte by byte."""
    body = envelope.unframe(SEALED, envelope.DISPATCH_TYPE).body
    start = body.index(b'"payload":')
    end = body.index(b',"previous":')
    return signed_body(body[:start] + b'"payload":' + text + body[end:])


SEALED = envelope.seal(good(), seed("CAT"))
FILES = {hashlib.sha256(PAPER).hexdigest(): PAPER}
REFERENCE = {"type": "BC", "number": 5, "symbol": "BC-CAT", "date": "2026-11-22"}
FILE = {"name": "a.pdf", "media_type": "application/pdf", "size": 1, "sha256": "0" * 64}


def dispatch_cases() -> Iterator[tuple[str, str, bytes, str, dict[str, bytes]]]:
    """(rule, name, sealed bytes, receiver, files)."""

    def of(rule: str, name: str, sealed: bytes, receiver: str = "BCH", files: dict[str, bytes] | None = None) -> Any:
        return rule, name, sealed, receiver, FILES if files is None else files

    def ours(**changes: Any) -> bytes:
        return envelope.seal(good(**changes), seed("CAT"))

    body = envelope.unframe(SEALED, envelope.DISPATCH_TYPE).body
    spaced = json.dumps(json.loads(body), ensure_ascii=False, indent=2).encode()
    escaped = json.dumps(json.loads(body), ensure_ascii=True).encode()
    backwards = json.dumps(dict(reversed(json.loads(body).items())), ensure_ascii=False).encode()
    # accepted
    yield of("3.5", "plain", SEALED)
    yield of("3.4", "with spaces", signed_body(spaced))
    yield of("3.4", "with escapes", signed_body(escaped))
    yield of("3.4", "members in another order", signed_body(backwards))
    yield of("3.5", "no paper form", ours(reference=None, summary="", files=()), files={})
    yield of("3.5", "no thread", ours(thread=None))
    yield of("3.5", "an answer", ours(in_reply_to="a" * 64))
    yield of("3.5", "two recipients, the first", ours(recipients=(Recipient("BCH", 4), Recipient("HQ", 2))))
    yield of("3.5", "two recipients, the second", ours(recipients=(Recipient("BCH", 4), Recipient("HQ", 2))), "HQ")
    yield of("3.5", "second in its stream", ours(sequence=2, previous="b" * 64))
    yield of("3.5", "largest sequence", ours(sequence=envelope.MAX_INT, previous="b" * 64))
    yield of("3.5", "empty payload", ours(payload={}))
    yield of("3.3", "largest integers", ours(payload={"a": envelope.MAX_INT, "b": -envelope.MAX_INT}))
    yield of("3.3", "newline and tab in a text", ours(payload={"a": "một\n\thai"}))
    yield of("3.3", "thirty levels", ours(payload={"a": _nested(30)}))
    yield of(
        "3.5", "largest official number", ours(reference=OfficialReference("QĐ", 999_999, "QĐ-UBND", date(2026, 1, 1)))
    )
    yield of("3.5", "summary of 1000 characters", ours(summary="ộ" * 1000))
    yield of(
        "3.6",
        "file name with spaces and letters",
        ours(files=(FileEntry("Báo cáo quý IV.pdf", "application/pdf", len(PAPER), next(iter(FILES))),)),
    )
    yield of(
        "3.5",
        "two files of one content",
        ours(files=tuple(FileEntry(n, "a/b", len(PAPER), next(iter(FILES))) for n in ("a", "b"))),
    )
    yield of("5.11", "another known kind", ours(kind="task.assigned"))
    yield of("4.4", "before the key was revoked", envelope.seal(from_hq(4), seed("HQ")))
    # 3.1 framing
    yield of("5.2", "nothing", b"")
    yield of("5.2", "one byte too many", SEALED + b"\n")
    yield of("5.2", "one byte too few", SEALED[:-1])
    yield of("5.2", "a space before", b" " + SEALED)
    yield of("5.2", "no signature", SEALED[:-64])
    yield of("5.2", "another scheme", SEALED.replace(b"DSSEv1", b"DSSEv2", 1))
    yield of("5.2", "leading zero in a length", SEALED.replace(b" 37 ", b" 037 ", 1))
    yield of("5.2", "length of the type is wrong", SEALED.replace(b" 37 ", b" 36 ", 1))
    yield of("5.2", "length with a sign", SEALED.replace(b" 37 ", b" +37 ", 1))
    yield of("5.3", "a type nobody knows", signed_body(body, "application/json"))
    yield of("5.3", "a receipt", signed_body(body, envelope.RECEIPT_TYPE))
    # 3.3 body
    yield of("3.3", "a list", signed_body(b"[]"))
    yield of("3.3", "two values", signed_body(body + b"{}"))
    yield of("3.3", "byte order mark", signed_body(b"\xef\xbb\xbf" + body))
    yield of("3.3", "not UTF-8", signed_body(body.replace("Báo".encode(), b"B\xe1o", 1)))
    yield of("3.3", "duplicate key", signed_body(b'{"version":1,' + body[1:]))
    yield of("3.3", "duplicate key by an escape", with_payload(b'{"a":1,"\\u0061":2}'))
    yield of("3.3", "duplicate key inside a list", with_payload(b'{"a":[{"b":1,"b":1}]}'))
    yield of("3.3", "NaN", with_payload(b'{"a":NaN}'))
    yield of("3.3", "infinity", with_payload(b'{"a":-Infinity}'))
    yield of("3.3", "a fraction", with_payload(b'{"a":1.5}'))
    yield of("3.3", "a fraction that is whole", with_payload(b'{"a":1.0}'))
    yield of("3.3", "an exponent", with_payload(b'{"a":1e2}'))
    yield of("3.3", "minus zero", with_payload(b'{"a":-0}'))
    yield of("3.3", "2^53", with_payload(b'{"a":9007199254740992}'))
    yield of("3.3", "minus 2^53", with_payload(b'{"a":-9007199254740992}'))
    yield of("3.3", "2^64", with_payload(b'{"a":18446744073709551616}'))
    yield of("3.3", "text that is not NFC", with_payload('{"a":"o\u0302\u0323"}'.encode()))
    yield of("3.3", "text that is not NFC by escapes", with_payload(b'{"a":"o\\u0302\\u0323"}'))
    yield of("3.3", "key that is not NFC", with_payload('{"o\u0302\u0323":1}'.encode()))
    yield of("3.3", "lone surrogate", with_payload(b'{"a":"\\ud800"}'))
    yield of("3.3", "NUL", with_payload(b'{"a":"\\u0000"}'))
    yield of("3.3", "escape character", with_payload(b'{"a":"\\u001b[2J"}'))
    yield of("3.3", "C1 control", with_payload(b'{"a":"\\u0085"}'))
    yield of("3.3", "too many levels", with_payload(b'{"a":' + b"[" * 40 + b"]" * 40 + b"}"))
    yield of("3.3", "very many levels", with_payload(b'{"a":' + b"[" * 20000 + b"]" * 20000 + b"}"))
    # 3.5 members
    members: dict[str, Case] = {
        "version 2": {"version": 2},
        "version true": {"version": True},
        "version as text": {"version": "1"},
        "no version": {"version": ...},
        "an unknown member": {"extra": 1},
        "a member left out": {"thread": ...},
        "payload is a list": {"payload": []},
        "uid in capitals": {"uid": "6F9F63B0-6C1E-4A57-9A0E-3F5D1A1F0001"},
        "uid without hyphens": {"uid": "6f9f63b06c1e4a579a0e3f5d1a1f0001"},
        "sender with a space": {"sender": "C AT"},
        "sender with a slash": {"sender": "../CAT"},
        "sender with a look-alike letter": {"sender": "СAT"},
        "key id too short": {"key": "00"},
        "kind of one word": {"kind": "report"},
        "kind with a capital": {"kind": "Report.submitted"},
        "kind with a newline": {"kind": "report.submitted\n"},
        "thread is no uid": {"thread": "x"},
        "answer to half a digest": {"in_reply_to": "a" * 32},
        "digest in capitals": {"in_reply_to": "A" * 64},
        "sequence 0": {"sequence": 0},
        "sequence as text": {"sequence": "1"},
        "sequence true": {"sequence": True},
        "second without a previous": {"sequence": 2},
        "first with a previous": {"previous": "0" * 64},
        "no recipients": {"recipients": []},
        "recipients as an object": {"recipients": {}},
        "recipient without sequence": {"recipients": [{"agency": "BCH"}]},
        "recipient with sequence 0": {"recipients": [{"agency": "BCH", "sequence": 0}]},
        "recipient twice": {"recipients": [{"agency": "BCH", "sequence": 1}] * 2},
        "recipients out of order": {"recipients": [{"agency": "HQ", "sequence": 1}, {"agency": "BCH", "sequence": 1}]},
        "sender among the recipients": {
            "recipients": [{"agency": "BCH", "sequence": 1}, {"agency": "CAT", "sequence": 1}]
        },
        "summary of two lines": {"summary": "một\nhai"},
        "summary that turns its direction": {"summary": "abc\u202edef"},
        "summary too long": {"summary": "x" * 1001},
        "summary is null": {"summary": None},
        "instant with an offset": {"issued_at": "2026-11-22T08:00:00+07:00"},
        "instant with a fraction": {"issued_at": "2026-11-22T08:00:00.5Z"},
        "instant that is none": {"issued_at": "2026-02-30T08:00:00Z"},
        "instant before 2000": {"issued_at": "1999-12-31T23:59:59Z"},
        "official number 0": {"reference": {**REFERENCE, "number": 0}},
        "official number too large": {"reference": {**REFERENCE, "number": 1_000_000}},
        "symbol with a space": {"reference": {**REFERENCE, "symbol": "BC CAT"}},
        "no symbol": {"reference": {**REFERENCE, "symbol": ""}},
        "date that is none": {"reference": {**REFERENCE, "date": "2026-11-31"}},
        "reference without a type": {"reference": {"number": 1, "symbol": "CAT", "date": "2026-11-22"}},
    }
    for name, changes in members.items():
        yield of("3.5", name, bent(**changes))
    # 3.6 files
    files: dict[str, Case] = {
        "file name empty": {"name": ""},
        "file name of two dots": {"name": ".."},
        "file name with a path": {"name": "../../etc/passwd"},
        "file name with a backslash": {"name": "a\\b"},
        "file name hidden": {"name": ".ssh"},
        "file name ending with a dot": {"name": "a."},
        "file name with a space at its end": {"name": "a "},
        "file name with a newline": {"name": "a\nb"},
        "file name with a drive": {"name": "C:x"},
        "file name that turns its direction": {"name": "a\u202efdp.exe"},
        "file name over 200 bytes": {"name": "ộ" * 70},
        "size below 0": {"size": -1},
        "size beyond the limit": {"size": envelope.MAX_FILE_SIZE + 1},
        "media type that is none": {"media_type": "pdf"},
        "SHA-256 in capitals": {"sha256": "A" * 64},
    }
    for name, changes in files.items():
        yield of("3.6", name, bent(files=[{**FILE, **changes}]))
    yield of("3.6", "two files of one name", bent(files=[{**FILE, "name": "A.pdf"}, {**FILE, "name": "a.pdf"}]))
    yield of("3.5", "too many files", bent(files=[{**FILE, "name": str(i)} for i in range(201)]))
    # 4, 5 keys and signatures
    yield of(
        "5.5",
        "a key nobody enrolled",
        envelope.seal(good(key_id=signing.key_id(signing.public_key_of(seed("X")))), seed("X")),
    )
    yield of("4.3", "the key of another agency", ours(sender="HQ"))
    yield of("4.4", "after the key was revoked", envelope.seal(from_hq(5), seed("HQ")))
    yield of("12.4", "at the first sequence of a key", _of_new_key(3))
    yield of("12.4", "before the first sequence of a key", _of_new_key(2))
    yield of("5.6", "signed by another key", signed_body(body, by="BCH"))
    yield of("5.6", "a flipped bit in the body", _flipped(SEALED, SEALED.index(b"BC-CAT")))
    yield of("5.6", "a flipped bit in the signature", _flipped(SEALED, len(SEALED) - 1))
    yield of("5.6", "signature plus the order of the group", _malleable(SEALED))
    yield of("4.5", "the signature of a receipt", SEALED[:-64] + signed_body(body, envelope.RECEIPT_TYPE)[-64:])
    yield of("5.7", "for somebody else", SEALED, "HQ")
    yield of("5.11", "a kind that is not allowed", ours(kind="report.burned"))
    yield of("5.10", "a file that did not come", SEALED, files={})
    yield of("5.10", "a file of another content", SEALED, files={next(iter(FILES)): b"x" * len(PAPER)})
    yield of("5.10", "a file cut short", SEALED, files={next(iter(FILES)): PAPER[:-1]})
    yield of("5.10", "a file that is not named", SEALED, files={**FILES, hashlib.sha256(b"x").hexdigest(): b"x"})


def _of_new_key(sequence: int) -> bytes:
    key = signing.key_id(PUBLIC["MOI"])
    return envelope.seal(good(sender="MOI", key_id=key, sequence=sequence, previous="0" * 64), seed("MOI"))


def receipt_cases() -> Iterator[tuple[str, str, bytes]]:
    """(rule, name, sealed bytes): receipts for the dispatch "plain", sent to BCH."""

    def note(agency: str = "BCH", direction: str = "in", size: int = 3, by: str | None = None) -> str:
        checkpoint = register.Checkpoint(f"giaoban/{agency}/{direction}/2026", size, bytes(range(32)))
        return register.sign_checkpoint(checkpoint, seed(by or agency))

    said = Receipt(
        receiver="BCH",
        key_id=signing.key_id(PUBLIC["BCH"]),
        sender="CAT",
        uid=good().uid,
        digest=envelope.digest_of(SEALED),
        outcome=Outcome.ACCEPTED,
        reason=None,
        duplicate_of=None,
        arrival_number=2,
        position=2,
        checkpoint=note(),
        issued_at=datetime(2026, 11, 22, 1, 5, tzinfo=UTC),
    )

    def ours(**changes: Any) -> bytes:
        return receipt.seal(replace(said, **changes), seed("BCH"))

    plain = ours()
    body = envelope.unframe(plain, envelope.RECEIPT_TYPE).body

    def bend(**changes: Any) -> bytes:
        value = {**json.loads(body), **changes}
        kept = {name: item for name, item in value.items() if item is not ...}
        return signed_body(json.dumps(kept, ensure_ascii=False).encode(), envelope.RECEIPT_TYPE, "BCH")

    refusal = RefusalReason("report.closed", "Kỳ báo cáo đã khóa.")
    yield "7.1", "accepted", plain
    yield "7.2", "refused", ours(outcome=Outcome.REFUSED, reason=refusal, arrival_number=None)
    yield "7.2", "duplicate", ours(outcome=Outcome.DUPLICATE, duplicate_of="c" * 64, arrival_number=None)
    yield "7.1", "first entry of a register", ours(position=1, checkpoint=note(size=2), arrival_number=1)
    yield "7.3", "a dispatch", SEALED
    yield "7.3", "cut short", plain[:-1]
    yield (
        "7.3",
        "by somebody else",
        receipt.seal(
            replace(said, receiver="HQ", key_id=signing.key_id(PUBLIC["HQ"]), checkpoint=note("HQ")), seed("HQ")
        ),
    )
    yield "7.3", "signed by somebody else", signed_body(body, envelope.RECEIPT_TYPE, "CAT")
    yield "7.3", "for another sender", ours(sender="HQ")
    yield "7.3", "for another uid", ours(uid="6f9f63b0-6c1e-4a57-9a0e-3f5d1a1f0009")
    yield "7.3", "for other bytes", ours(digest="0" * 64)
    yield "7.3", "checkpoint by another key", bend(checkpoint=note(by="CAT"))
    yield "7.3", "checkpoint of the outgoing register", ours(checkpoint=note(direction="out"))
    yield "7.1", "checkpoint of another agency", bend(checkpoint=note("HQ"))
    yield "7.1", "checkpoint too small for the position", bend(position=3)
    yield "7.1", "accepted without a number", bend(arrival_number=None)
    yield "7.1", "accepted with a reason", bend(reason={"code": "a.b", "text": ""})
    yield "7.1", "refused without a reason", bend(outcome="refused", arrival_number=None)
    yield "7.1", "duplicate of nothing", bend(outcome="duplicate", arrival_number=None)
    yield "7.2", "an outcome nobody knows", bend(outcome="maybe")
    yield "7.1", "arrival number 0", bend(arrival_number=0)
    yield (
        "7.1",
        "reason code with a space",
        bend(outcome="refused", arrival_number=None, reason={"code": "a b", "text": ""}),
    )
    yield "3.3", "an unknown member", bend(extra=1)
    yield "3.3", "version 2", bend(version=2)


def ended_receipt_cases() -> Iterator[tuple[str, str, bytes, bytes]]:
    """(rule, name, dispatch, receipt) by XA, whose key is not believed from entry 3 of 2026 on."""
    dispatch = envelope.seal(good(recipients=(Recipient("XA", 1),)), seed("CAT"))

    def by_old_key(year: int, position: int) -> bytes:
        checkpoint = register.Checkpoint(f"giaoban/XA/in/{year}", position + 1, bytes(range(32)))
        said = Receipt(
            receiver="XA",
            key_id=signing.key_id(PUBLIC["XA"]),
            sender="CAT",
            uid=good().uid,
            digest=envelope.digest_of(dispatch),
            outcome=Outcome.ACCEPTED,
            reason=None,
            duplicate_of=None,
            arrival_number=1,
            position=position,
            checkpoint=register.sign_checkpoint(checkpoint, seed("XA")),
            issued_at=datetime(2026, 11, 22, 1, 5, tzinfo=UTC),
        )
        return receipt.seal(said, seed("XA"))

    yield "12.4", "place before the end of the key", dispatch, by_old_key(2026, 2)
    yield "12.4", "year before the end of the key", dispatch, by_old_key(2025, 900)
    yield "12.4", "place at the end of the key", dispatch, by_old_key(2026, 3)
    yield "12.4", "year after the end of the key", dispatch, by_old_key(2027, 1)


def checkpoint_cases() -> Iterator[tuple[str, str, str]]:
    """(rule, name, note): by the key of BCH."""
    good_note = register.sign_checkpoint(register.Checkpoint("giaoban/BCH/in/2026", 3, bytes(range(32))), seed("BCH"))
    empty = register.sign_checkpoint(register.Checkpoint("giaoban/BCH/out/2026", 0, register.EMPTY_ROOT), seed("BCH"))
    other = register.sign_checkpoint(register.Checkpoint("giaoban/BCH/in/2026", 3, bytes(range(32))), seed("CAT"))
    yield "6.5", "plain", good_note
    yield "6.5", "of an empty register", empty
    yield "6.5", "by another key", other
    yield "6.5", "another size", good_note.replace("\n3\n", "\n4\n")
    yield "6.5", "size with a leading zero", good_note.replace("\n3\n", "\n03\n")
    yield "6.5", "size with a sign", good_note.replace("\n3\n", "\n+3\n")
    yield "6.5", "size in other digits", good_note.replace("\n3\n", "\n３\n")
    yield "6.5", "another year", good_note.replace("2026", "2027")
    yield "6.5", "a year of two digits", good_note.replace("2026", "26")
    yield "6.5", "another direction", good_note.replace("/in/", "/by/")
    yield "6.5", "a hyphen for the dash", good_note.replace("—", "-")
    yield "6.5", "no newline at the end", good_note[:-1]
    yield "6.5", "two newlines at the end", good_note + "\n"
    yield "6.5", "two signature lines", good_note + good_note.split("\n")[4] + "\n"
    yield "6.5", "no empty line", good_note.replace("\n\n", "\n")
    yield "6.5", "carriage returns", good_note.replace("\n", "\r\n")
    yield "6.5", "root without padding", good_note.replace("=\n\n", "\n\n")
    yield "6.5", "a flipped bit in the root", good_note.replace("AAEC", "AAED")
    yield "6.5", "name of the signature differs", good_note.replace("— giaoban/BCH/in", "— giaoban/BCH/out")
    yield "6.5", "nothing", ""


def merkle_cases() -> dict[str, Any]:
    """Roots, inclusion and consistency proofs over eight known leaves."""
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    leaves = [register.leaf_hash(bytes.fromhex(text)) for text in inputs]
    return {
        "leaves": inputs,
        "roots": [register.root_of(leaves[:size]).hex() for size in range(9)],
        "inclusion": [
            {"index": index, "size": size, "proof": [h.hex() for h in register.inclusion_proof(index, leaves[:size])]}
            for size in range(1, 9)
            for index in range(size)
        ],
        "consistency": [
            {"first": first, "size": size, "proof": [h.hex() for h in register.consistency_proof(first, leaves[:size])]}
            for size in range(1, 9)
            for first in range(1, size + 1)
        ],
    }


def key_cases() -> Iterator[tuple[str, str, bytes]]:
    """(rule, name, public key in hexadecimal)."""
    keys = {
        "sound": PUBLIC["CAT"].hex(),
        "sound, with a newline": PUBLIC["CAT"].hex() + "\n",
        "identity": "0100000000000000000000000000000000000000000000000000000000000000",
        "order four": "0000000000000000000000000000000000000000000000000000000000000000",
        "order two": "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "order eight": "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "order eight, negative": "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "y is p": "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "minus zero": "0100000000000000000000000000000000000000000000000000000000000080",
        "not on the curve": "0200000000000000000000000000000000000000000000000000000000000000",
        "printed in RFC 8032": "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "of the seed of zeros": "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29",
        "too short": "00" * 31,
        "too long": "07" * 33,
        "not hexadecimal": "xy" * 32,
    }
    for name, text in keys.items():
        yield "4.2", name, text.encode()


def proof_cases() -> Iterator[tuple[str, str, str, bytes]]:
    """(what, rule, name, JSON): some of the proofs of `merkle.json`, whole and bent."""
    leaves = [register.leaf_hash(bytes([number])) for number in range(11)]
    roots = [register.root_of(leaves[:size]).hex() for size in range(12)]

    def included(name: str, index: int, size: int, /, **changes: Any) -> tuple[str, str, str, bytes]:
        path = [each.hex() for each in register.inclusion_proof(index, leaves[:size])]
        value = {"index": index, "size": size, "leaf": leaves[index].hex(), "path": path, "root": roots[size]}
        return "inclusion", "6.3", name, json.dumps({**value, **changes}).encode()

    def grown(name: str, first: int, size: int, /, **changes: Any) -> tuple[str, str, str, bytes]:
        path = [each.hex() for each in register.consistency_proof(first, leaves[:size])] if first else []
        value = {"first": first, "first_root": roots[first], "size": size, "root": roots[size], "path": path}
        return "consistency", "6.3", name, json.dumps({**value, **changes}).encode()

    for index, size in ((0, 1), (0, 2), (6, 7), (7, 8), (8, 9), (3, 11), (10, 11)):
        yield included(f"entry {index} of {size}", index, size)
    path = [each.hex() for each in register.inclusion_proof(3, leaves)]
    yield included("position beyond the size", 3, 11, index=11)
    yield included("position below 0", 3, 11, index=-1)
    yield included("another position", 3, 11, index=2)
    yield included("another size", 3, 11, size=4)
    yield included("another leaf", 3, 11, leaf=leaves[4].hex())
    yield included("another root", 3, 11, root=roots[10])
    yield included("a hash too few", 3, 11, path=path[:-1])
    yield included("a hash too many", 3, 11, path=[*path, roots[0]])
    yield included("hashes in another order", 3, 11, path=path[::-1])
    yield included("a hash of 31 bytes", 3, 11, path=[path[0][:-2], *path[1:]])
    for first, size in ((0, 0), (0, 5), (1, 2), (4, 8), (3, 7), (7, 7), (8, 11), (10, 11)):
        yield grown(f"{first} grown to {size}", first, size)
    path = [each.hex() for each in register.consistency_proof(7, leaves)]
    yield grown("a tree that shrank", 7, 11, first=11, size=7)
    yield grown("another first root", 7, 11, first_root=roots[6])
    yield grown("another second root", 7, 11, root=roots[10])
    yield grown("a step too few", 7, 11, path=path[:-1])
    yield grown("a step too many", 7, 11, path=[*path, roots[0]])
    yield grown("no proof", 7, 11, path=[])
    yield grown("a proof where none is needed", 7, 7, path=path)
    yield grown("the same size and another root", 7, 7, first_root=roots[6])


TRUSTED = {"--keys": {"trusted": True}}


def drafts() -> Iterator[tuple[str, str, str, dict[str, Any], bytes]]:
    """(what, rule, name, options, input) of every case."""
    for rule, name, content in key_cases():
        yield "key", rule, name, {}, content
    for rule, name, sealed, receiver, files in dispatch_cases():
        options: dict[str, Any] = {"--receiver": receiver, **TRUSTED, "--kinds": ",".join(KINDS)}
        if files:
            options["--files"] = {"files": {sha256: _b64(content) for sha256, content in files.items()}}
        yield "dispatch", rule, name, options, sealed
    for rule, name, sealed in receipt_cases():
        beside = {"file": _b64(SEALED)}
        yield "receipt", rule, name, {**TRUSTED, "--receiver": "BCH", "--dispatch": beside}, sealed
    for rule, name, dispatch, sealed in ended_receipt_cases():
        yield (
            "receipt",
            rule,
            name,
            {**TRUSTED, "--receiver": "XA", "--dispatch": {"file": _b64(dispatch)}},
            sealed,
        )
    for rule, name, note in checkpoint_cases():
        yield "checkpoint", rule, name, TRUSTED, note.encode()
    yield "checkpoint", "6.5", "not UTF-8", TRUSTED, b"\xff\xfe"
    for what, rule, name, content in proof_cases():
        yield what, rule, name, {}, content
    for rule, name, content, held in evidence_cases():
        folder = {} if held is None else {"--files": {"files": {name: _b64(each) for name, each in held.items()}}}
        yield "evidence", rule, name, {**TRUSTED, **folder}, content
    for rule, name, content in register_cases():
        yield "register", rule, name, TRUSTED, content
    yield from vector_stations.drafts(TRUSTED)


def trusted() -> dict[str, Any]:
    """The keys of all cases (18.3)."""
    plain = {"valid_from": 1, "revoked_from": None, "revoked_received": None}
    rows = [{"agency": code, "public_key": PUBLIC[code].hex(), **plain, **ENDS.get(code, {})} for code in AGENCIES]
    return {"keys": rows}


def verdict(what: str, case: Case) -> str:
    """What the kernel says."""
    with tempfile.TemporaryDirectory() as folder:
        return judge(what, runner.lay_out(case, Path(folder)))


def build() -> dict[str, str]:
    """Path in `vectors/` → text."""
    # The cases name the file of trusted keys, which must stand there before any of them can be judged.
    (FOLDER / "cases").mkdir(parents=True, exist_ok=True)
    files = {"trusted.json": written(trusted()), "merkle.json": written(merkle_cases())}
    files["seeds.json"] = written({name: seed(name).hex() for name in (*AGENCIES, *vector_stations.NAMES)})
    if not (FOLDER / "trusted.json").exists() or (FOLDER / "trusted.json").read_text() != files["trusted.json"]:
        (FOLDER / "trusted.json").write_text(files["trusted.json"], encoding="utf-8")
    cases: dict[str, list[Case]] = {}
    for what, rule, name, options, content in drafts():
        case: Case = {"rule": rule, "name": name, "options": options, "input": _b64(content)}
        expect = verdict(what, case)
        why = vector_words.why(expect, rule)
        cases.setdefault(what, []).append({"rule": rule, "name": name, "expect": expect, "why": why, **case})
    return {**files, **{f"cases/{what}.json": written(found) for what, found in cases.items()}}


def written(value: Any) -> str:
    """As it stands in the file."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def main() -> int:
    """Write or compare."""
    check = "--check" in sys.argv[1:]
    different = []
    files = build()
    for name, text in files.items():
        path = FOLDER / name
        if not check:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            different.append(name)
    there = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.json")}
    different += sorted(there - files.keys())
    for name in different:
        sys.stderr.write(f"vectors/{name} is not what tools/make_vectors.py writes\n")
    return 1 if different else 0


def _nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def _flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def _malleable(sealed: bytes) -> bytes:
    """The same signature with S + L: RFC 8032 section 5.1.7 refuses it, some libraries did not."""
    scalar = int.from_bytes(sealed[-32:], "little") + 2**252 + 27742317777372353535851937790883648493
    return sealed[:-32] + scalar.to_bytes(32, "little")


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


if __name__ == "__main__":
    sys.exit(main())
