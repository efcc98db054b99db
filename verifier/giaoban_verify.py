#!/usr/bin/env python3
"""Checks what a Giao Ban server hands out, offline, without trusting that server or its program.

    python giaoban_verify.py evidence FILE [--keys KEYS] [--files DIR]    one dispatch: content, sender, receipts, registers
    python giaoban_verify.py register FILE [--keys KEYS]                  whole registers of an agency

Add --json for programs and --lang en for English. KEYS names the public keys you trust (docs/protocol.md 18.3); compare them with
each agency by telephone, never take them from the file itself. Exit codes: 0 proven; 1 nothing is wrong, but nothing is proven: no
keys were given, or a file cannot be read; 2 wrong usage; 3 the file is false.

Written from docs/protocol.md alone; numbers in comments are its sections. Needs Python 3.9 or later and `cryptography`.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MAX_SEALED, MAX_COMMAS, MAX_BRACKETS = 4 * 1024 * 1024, 500_000, 150_000
MAX_EVIDENCE = 64 * 1024 * 1024
MAX_INT = 2**53 - 1
EMPTY_ROOT = hashlib.sha256(b"").digest()
TYPE = "application/vnd.giaoban.%s+json"
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}\Z")
KIND = re.compile(r"[a-z][a-z0-9_]{0,30}(\.[a-z][a-z0-9_]{0,30}){1,3}\Z")
UID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
HEX64 = re.compile(r"[0-9a-f]{64}\Z")
HEX32 = re.compile(r"[0-9a-f]{32}\Z")
MEDIA = re.compile(r"[a-z0-9][a-z0-9.+-]{0,62}/[a-z0-9][a-z0-9.+-]{0,100}\Z")
ORIGIN = re.compile(r"giaoban/([A-Za-z0-9][A-Za-z0-9._-]{0,39})/(out|in)/([0-9]{4})\Z")
REASON = re.compile(r"[a-z][a-z0-9_]{0,40}(\.[a-z][a-z0-9_]{0,40}){0,3}\Z")
# 3.6: not in one line
UNPRINTABLE = set("\n\t\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
Json = dict[str, Any]


class RefusedError(Exception):
    """The bytes break a rule; `code` says which."""

    def __init__(self, code: str, where: str = "") -> None:
        self.code, self.where = code, where


def need(good: object, code: str, where: str = "") -> None:
    if not good:
        raise RefusedError(code, where)


# --- 4 keys and signatures ----------------------------------------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
# 4.2: public keys whose private halves stand in RFC 8032, and that of 32 zero bytes
PRINTED = """
d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a 3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c
fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025 278117fc144c72340f67d0f2316e8386ceffbf2b2428c9c51fef7c597f1d426e
ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf 3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29
""".split()  # noqa: SIM905
Point = tuple[int, int, int, int]


def _add(a: Point, b: Point) -> Point:
    low, high = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    cross, depth = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = high - low, depth - cross, depth + cross, high + low
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(scalar: int, point: Point) -> Point:
    result: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point, scalar = _add(point, point), scalar >> 1
    return result


@cache
def _examined(key: bytes) -> str:
    """4.2; empty for a sound key, else the code."""
    if len(key) != 32:
        return "key.bad"
    if key.hex() in PRINTED:
        return "key.weak"
    number = int.from_bytes(key, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    squared = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(squared, (P + 3) // 8, P)
    if (x * x - squared) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - squared) % P or (x == 0 and sign):
        return "key.bad"
    x = P - x if x & 1 != sign else x
    for order in (8, L):  # of small order, or outside the subgroup of prime order
        times = _times(order, (x, y, 1, x * y % P))
        if (times[0] % P == 0 and (times[1] - times[2]) % P == 0) is (order == 8):
            return "key.weak"
    return ""


def check_key(key: bytes) -> None:
    need(not _examined(key), _examined(key))


def check_signature(key: bytes, message: bytes, signature: bytes) -> None:
    check_key(key)
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except InvalidSignature:
        raise RefusedError("signature.wrong") from None


def key_id(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()[:32]


def note_hash(origin: str, key: bytes) -> bytes:
    """6.5: the four bytes that name a key in a signature line."""
    return hashlib.sha256(origin.encode() + b"\n\x01" + key).digest()[:4]


def fingerprint(key: bytes) -> str:
    """Twelve groups of five digits to read aloud."""
    digits = f"{int.from_bytes(hashlib.sha256(key).digest(), 'big') % 10**60:060d}"
    return " ".join(digits[at : at + 5] for at in range(0, 60, 5))


class Keys:
    """Public keys by agency and key id, with what is no longer believed of them (18.3)."""

    def __init__(self, rows: list[Json]) -> None:
        self.rows = {(row["agency"], key_id(bytes.fromhex(row["public_key"]))): row for row in rows}
        self.unused = set(self.rows)

    def find(self, agency: str, name: str) -> Json:
        need((agency, name) in self.rows, "key.unknown", agency)
        self.unused.discard((agency, name))
        return self.rows[agency, name]

    def of_note(self, agency: str, origin: str, key_hash: bytes) -> bytes | None:
        """The agency's key that a signature line names (6.5)."""
        for code, name in self.rows:
            key = bytes.fromhex(self.rows[code, name]["public_key"])
            if code == agency and note_hash(origin, key) == key_hash:
                self.unused.discard((code, name))
                return key
        return None


# --- 3 sealed bytes -----------------------------------------------------------------------------------------------------


def unframe(sealed: bytes, kind: str, limit: int = MAX_SEALED) -> tuple[Json, bytes, bytes]:
    """3.1 to 3.3: (body, what is signed, signature)."""
    need(len(sealed) <= limit, "envelope.too_large")
    signed, signature = sealed[:-64], sealed[-64:]
    head = re.match(rb"DSSEv1 ([1-9][0-9]{0,2}) ([\x21-\x7e]+) ([1-9][0-9]{0,8}) ", signed)
    if head is None or len(signature) != 64 or len(head[2]) != int(head[1]):
        raise RefusedError("envelope.framing")
    need(len(signed) - head.end() == int(head[3]), "envelope.framing")
    need(head[2].decode() == TYPE % kind, "envelope.type")
    return read_json(signed[head.end() :]), signed, signature


def read_json(body: bytes) -> Json:
    """3.3 and 3.8: one object, strictly."""
    need(body.count(b",") <= MAX_COMMAS and body.count(b"[") + body.count(b"{") <= MAX_BRACKETS, "envelope.too_large")

    def once(pairs: list[tuple[str, Any]]) -> Json:
        need(len(dict(pairs)) == len(pairs), "envelope.duplicate_key")
        return dict(pairs)

    def no(_text: str) -> NoReturn:
        raise RefusedError("envelope.number")

    def whole(text: str) -> int:
        need(len(text) <= 17 and text != "-0" and abs(int(text)) <= MAX_INT, "envelope.number")
        return int(text)

    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=once, parse_float=no, parse_int=whole, parse_constant=no)
    except RecursionError:
        raise RefusedError("envelope.too_deep") from None
    except ValueError:
        raise RefusedError("envelope.not_json") from None
    need(isinstance(value, dict), "envelope.shape")
    _check_tree(value, 0)
    return dict(value)


def _check_tree(value: object, depth: int) -> None:
    need(depth <= 32, "envelope.too_deep")
    if isinstance(value, str):
        need(unicodedata.is_normalized("NFC", value), "envelope.not_nfc")
        need(not any(unicodedata.category(each) in ("Cc", "Cs") and each not in "\n\t" for each in value), "envelope.text")
    for inner in [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else []:
        _check_tree(inner, depth + 1)


def shape(value: object, members: Json) -> Json:
    """An object with exactly these members. A member is a pattern, the bounds of an integer, a function, or a list of these and None."""
    if not isinstance(value, dict) or set(value) != set(members):
        raise RefusedError("envelope.shape")
    for name, wanted in members.items():
        origin = wanted is ORIGIN and isinstance(value[name], str)
        need(suits(value[name], wanted), "register.checkpoint" if origin else "envelope.value", name)
    return value


def suits(item: Any, wanted: Any) -> bool:
    if isinstance(wanted, list):
        return item is None or suits(item, wanted[0])
    if isinstance(wanted, tuple):
        return type(item) is int and wanted[0] <= item <= wanted[1]
    if isinstance(wanted, re.Pattern):
        return isinstance(item, str) and bool(wanted.match(item))
    return bool(wanted(item))


def is_line(limit: int) -> Callable[[Any], bool]:
    return lambda text: isinstance(text, str) and len(text) <= limit and not set(text) & UNPRINTABLE


def is_when(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    def check(text: Any) -> bool:
        try:
            return bool(pattern.match(text)) and bool(datetime.fromisoformat(text.rstrip("Z")))
        except (TypeError, ValueError):
            return False

    return check


def is_list(low: int, high: int, item: Json) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and low <= len(value) <= high and all(shape(each, item) for each in value)


def is_word(limit: int) -> Callable[[Any], bool]:
    return lambda text: is_line(limit)(text) and text != "" and not any(each.isspace() for each in text)


def is_file_name(name: Any) -> bool:
    edges = is_line(200)(name) and name != "" and name == name.strip() and "." not in (name[0], name[-1])
    return edges and len(name.encode()) <= 200 and not set('/\\:*?"<>|') & set(name)


INSTANT = is_when(re.compile(r"[2-9][0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z"))
DAY = is_when(re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z"))
FILE = {"name": is_file_name, "media_type": MEDIA, "size": (0, 256 * 1024 * 1024), "sha256": HEX64}
DISPATCH = {
    "version": (1, 1), "uid": UID, "sender": CODE, "key": HEX32, "kind": KIND, "thread": [UID], "in_reply_to": [HEX64],
    "recipients": is_list(1, 5000, {"agency": CODE, "sequence": (1, MAX_INT)}), "sequence": (1, MAX_INT), "previous": [HEX64],
    "reference": [lambda value: bool(shape(value, {"type": is_word(10), "number": (1, 999_999), "symbol": is_word(40), "date": DAY}))],
    "summary": is_line(1000), "issued_at": INSTANT, "payload": lambda value: isinstance(value, dict), "files": is_list(0, 200, FILE),
}  # fmt: skip
RECEIPT = {
    "version": (1, 1), "receiver": CODE, "key": HEX32, "sender": CODE, "uid": UID, "digest": HEX64,
    "outcome": re.compile(r"(accepted|refused|duplicate)\Z"), "duplicate_of": [HEX64], "arrival_number": [(1, MAX_INT)],
    "reason": [lambda value: bool(shape(value, {"code": REASON, "text": lambda words: isinstance(words, str) and len(words) <= 2000}))],
    "position": (0, MAX_INT), "checkpoint": lambda note: isinstance(note, str), "issued_at": INSTANT,
}  # fmt: skip
LEAF = {
    "version": (1, 1), "origin": ORIGIN, "position": (0, MAX_INT), "type": re.compile(r"[a-z]{1,20}\Z"), "number": [(1, MAX_INT)],
    "date": DAY, "content": lambda value: isinstance(value, dict),
}  # fmt: skip
CONTENT = {"digest": HEX64, "sender": CODE, "uid": UID, "reference": [is_line(60)], "by": [UID]}


def read_dispatch(sealed: bytes) -> tuple[Json, bytes, bytes]:
    """Steps 1 to 4 of section 5."""
    body, signed, signature = unframe(sealed, "dispatch")
    shape(body, DISPATCH)
    need((body["sequence"] == 1) == (body["previous"] is None), "envelope.value", "previous")
    codes = [each["agency"] for each in body["recipients"]]
    need(codes == sorted(set(codes)) and body["sender"] not in codes, "envelope.value", "recipients")
    names = {each["name"].casefold() for each in body["files"]}
    need(len(names) == len(body["files"]), "envelope.value", "files")
    return body, signed, signature


def check_origin(sealed: bytes, keys: Keys) -> Json:
    """Steps 1 to 6 of section 5: who said exactly this."""
    body, signed, signature = read_dispatch(sealed)
    row = keys.find(body["sender"], body["key"])
    need(row.get("revoked_from") is None or body["sequence"] < row["revoked_from"], "key.revoked", body["sender"])
    need(body["sequence"] >= row.get("valid_from", 1), "key.not_yet", body["sender"])
    check_signature(bytes.fromhex(row["public_key"]), signed, signature)
    return {**body, "digest": hashlib.sha256(sealed).hexdigest()}


def sequence_to(said: Json, agency: str) -> int | None:
    return next((each["sequence"] for each in said["recipients"] if each["agency"] == agency), None)


def check_files(said: Json, files: dict[str, bytes]) -> None:
    """Step 9."""
    need(set(files) <= {each["sha256"] for each in said["files"]}, "verify.file_different")
    for each in said["files"]:
        need(each["sha256"] in files, "verify.file_missing", each["name"])
        content = files[each["sha256"]]
        same = len(content) == each["size"] and hashlib.sha256(content).hexdigest() == each["sha256"]
        need(same, "verify.file_different", each["name"])


# --- 6 registers --------------------------------------------------------------------------------------------------------


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def climb(fn: int, sn: int, start: bytes, path: list[bytes]) -> tuple[bytes, bytes]:
    """The walk of RFC 9162 sections 2.1.3.2 and 2.1.4.2 from a node to the root: the roots of the smaller and of the larger tree."""
    old = new = start
    for each in path:
        need(sn != 0, "register.proof")
        if fn & 1 or fn == sn:
            old, new = node(each, old), node(each, new)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            new = node(new, each)
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0, "register.proof")
    return old, new


def check_inclusion(index: int, size: int, leaf: bytes, path: list[bytes], root: bytes) -> None:
    need(0 <= index < size <= MAX_INT, "register.bad_index")
    need(climb(index, size - 1, leaf, path)[1] == root, "register.proof")


def check_consistency(first: int, first_root: bytes, size: int, root: bytes, path: list[bytes]) -> None:
    """The empty tree begins every tree."""
    need(0 <= first <= size <= MAX_INT, "register.bad_index")
    if first in (0, size):
        same = first_root == (root if first else EMPTY_ROOT) and (size or root == EMPTY_ROOT)
        need(same and not path, "register.proof")
        return
    path = [first_root, *path] if first & (first - 1) == 0 else path
    need(path, "register.proof")
    fn, sn = first - 1, size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    need(climb(fn, sn, path[0], path[1:]) == (first_root, root), "register.proof")


def canonical_base64(value: str, size: int) -> bytes:
    try:
        data = base64.b64decode(value.encode("ascii"), validate=True)
    except ValueError:  # binascii.Error is one
        raise RefusedError("register.checkpoint") from None
    need(len(data) == size and base64.b64encode(data).decode() == value, "register.checkpoint")
    return data


def read_note(note: str) -> tuple[str, int, bytes, bytes, bytes]:
    """6.5: origin, size, root, key hash, signature."""
    lines = note.split("\n")
    need(len(note) <= 1024 and len(lines) == 6 and not lines[3] and not lines[5], "register.checkpoint")
    need(ORIGIN.match(lines[0]) and re.match(r"(0|[1-9][0-9]{0,15})\Z", lines[1]), "register.checkpoint")
    need(int(lines[1]) <= MAX_INT, "register.checkpoint")
    parts = lines[4].split(" ")
    need(len(parts) == 3 and parts[:2] == ["—", lines[0]], "register.checkpoint")
    blob = canonical_base64(parts[2], 68)
    return lines[0], int(lines[1]), canonical_base64(lines[2], 32), blob[:4], blob[4:]


def check_note(note: str, keys: Keys, origin: str = "", missing: str = "key.unknown") -> tuple[str, int, bytes]:
    """A believed checkpoint: origin, size, root. `missing` is the code where no key of the agency is named by it."""
    found, size, root, key_hash, signature = read_note(note)
    need(not origin or found == origin, "register.checkpoint", found)
    key = keys.of_note(found.split("/")[1], found, key_hash)
    if key is None:
        raise RefusedError(missing, found)
    check_signature(key, "".join(f"{each}\n" for each in note.split("\n")[:3]).encode(), signature)
    return found, size, root


def read_leaf(leaf: bytes) -> Json:
    """6.2, in its one spelling."""
    value = shape(read_json(leaf), LEAF)
    spelt = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    need(spelt == leaf, "register.leaf")
    return value


def names_dispatch(entry: Json, said: Json) -> bool:
    """17.6: whether the content of an entry names this dispatch."""
    content = shape(entry["content"], CONTENT)
    named = [content[name] for name in ("digest", "sender", "uid", "reference")]
    return named == [said["digest"], said["sender"], said["uid"], reference_of(said)]


def reference_of(said: Json) -> str | None:
    return None if said["reference"] is None else f"{said['reference']['number']:02d}/{said['reference']['symbol']}"


# --- 7 receipts ---------------------------------------------------------------------------------------------------------


def check_receipt(sealed: bytes, said: Json, keys: Keys, receiver: str | None = None) -> Json:
    """7.3, for the dispatch that was believed, sent to `receiver` (None: to whichever recipient it names)."""
    body, signed, signature = unframe(sealed, "receipt")
    shape(body, RECEIPT)
    by = body["receiver"]
    for name, outcome in (("arrival_number", "accepted"), ("reason", "refused"), ("duplicate_of", "duplicate")):
        need((body[name] is not None) == (body["outcome"] == outcome), "envelope.value", name)
    origin, size, root, key_hash, _ = read_note(body["checkpoint"])
    need(origin.split("/")[1] == by and body["position"] < size, "envelope.value", "checkpoint")
    asked = sequence_to(said, by) is not None if receiver is None else by == receiver
    need(asked, "verify.other_receiver", by)
    row = keys.find(by, body["key"])
    key, limit = bytes.fromhex(row["public_key"]), row.get("revoked_received")
    need(limit is None or [int(origin[-4:]), body["position"]] < limit, "key.revoked", by)
    check_signature(key, signed, signature)
    named = (body["sender"], body["uid"], body["digest"]) == (said["sender"], said["uid"], said["digest"])
    need(named, "verify.other_dispatch")
    need(note_hash(origin, key) == key_hash, "register.checkpoint")
    check_note(body["checkpoint"], keys)
    need("/in/" in origin, "register.checkpoint")
    return {**body, "origin": origin, "size": size, "root": root}


# --- 17 evidence and register extracts ----------------------------------------------------------------------------------


class Parts:
    """17.2: the parts of a container, one after another."""

    def __init__(self, data: bytes, magic: str) -> None:
        head = re.match(rb"([A-Z-]+ 1) ([1-9][0-9]{0,8})\n", data)
        if head is None or head[1] != magic.encode():
            raise RefusedError("evidence.framing")
        self.parts, self.at, at = [], 0, head.end()  # type: list[tuple[str, bytes]], int, int
        pattern = re.compile(rb"([a-z]{1,20}) (0|[1-9][0-9]{0,8})\n")
        for _ in range(int(head[2])):
            part = pattern.match(data, at)
            if part is None:
                raise RefusedError("evidence.framing")
            end = part.end() + int(part[2])
            need(data[end : end + 1] == b"\n", "evidence.framing")
            self.parts.append((part[1].decode(), data[part.end() : end]))
            at = end + 1
        need(at == len(data), "evidence.framing")

    @property
    def next(self) -> str:
        return self.parts[self.at][0] if self.at < len(self.parts) else ""

    def take(self, name: str) -> bytes:
        need(self.next == name, "evidence.order", f"{name}? {self.next}")
        self.at += 1
        return self.parts[self.at - 1][1]

    def text(self, name: str) -> str:
        try:
            return self.take(name).decode("utf-8")
        except UnicodeDecodeError:
            raise RefusedError("evidence.framing") from None

    def path(self) -> list[bytes]:
        data = self.take("path")
        need(len(data) % 32 == 0 and len(data) <= 64 * 32, "evidence.framing")
        return [data[at : at + 32] for at in range(0, len(data), 32)]

    def place(self, checkpoint: bool) -> Json | None:
        """17.4: a place, or nothing."""
        if self.next != "leaf":
            return None
        place: Json = {"leaf": self.take("leaf"), "path": self.path()}
        place["checkpoint"] = self.text("checkpoint") if checkpoint else ""
        place["later"] = (self.text("later"), self.path()) if self.next == "later" else None
        return place

    def keys(self) -> list[Json]:
        """17.3, 17.5 step 1: all `key` parts."""
        rows: list[Json] = []
        while not rows or self.next == "key":
            part = re.match(r"([A-Za-z0-9][A-Za-z0-9._-]{0,39}) ([0-9a-f]{64})\Z", self.text("key"))
            if part is None:
                raise RefusedError("evidence.key")
            rows.append({"agency": part[1], "public_key": part[2]})
        return rows


def believe_keys(inside: list[Json], trusted: Keys | None) -> Keys:
    """17.5 step 3; what the reader knows about a key (18.3) goes with it."""
    names = [(row["agency"], row["public_key"]) for row in inside]
    need(names == sorted(set(names)), "evidence.key")
    rows = []
    for agency, key in ((row["agency"], bytes.fromhex(row["public_key"])) for row in inside):
        check_key(key)
        rows.append({"agency": agency, "public_key": key.hex()} if trusted is None else trusted.find(agency, key_id(key)))
    return Keys(rows)


def check_evidence(data: bytes, trusted: Keys | None, files: dict[str, bytes] | None) -> Json:
    """17.5: what an evidence file proves."""
    need(len(data) <= MAX_EVIDENCE, "evidence.framing")
    parts = Parts(data, "GIAOBAN-EVIDENCE 1")
    sealed, inside, sent, answers = parts.take("dispatch"), parts.keys(), parts.place(checkpoint=True), []
    while parts.next == "receipt":
        answers.append((parts.take("receipt"), parts.place(checkpoint=False)))
    need(not parts.next and (sent or answers), "evidence.order", parts.next)
    keys = believe_keys(inside, trusted)
    said = check_origin(sealed, keys)
    found: Json = {"dispatch": said, "keys": inside, "sent": None, "receipts": []}
    if sent is not None:
        entry = read_leaf(sent["leaf"])
        official = None if said["reference"] is None else said["reference"]["number"]
        ours = entry["type"] == "dispatch" and entry["number"] == official
        need(ours and entry["origin"].startswith(f"giaoban/{said['sender']}/out/"), "evidence.entry")
        found["sent"] = check_place(sent, entry, said, *check_note(sent["checkpoint"], keys, entry["origin"])[1:], keys)
    for sealed, place in answers:
        receipt = check_receipt(sealed, said, keys)
        answer = {name: receipt[name] for name in ("receiver", "outcome", "arrival_number", "position", "origin", "issued_at")}
        if place is not None:
            entry = read_leaf(place["leaf"])
            need(is_entry_of(entry, receipt), "evidence.entry")
            answer["place"] = check_place(place, entry, said, receipt["size"], receipt["root"], keys)
        found["receipts"].append(answer)
    order = [each["agency"] for each in said["recipients"]]
    named = [each["receiver"] for each in found["receipts"]]
    need(named == [code for code in order if code in named], "evidence.order")
    need(not keys.unused, "evidence.key", str(sorted(keys.unused)))
    if files is not None:
        check_files(said, files)
    return {**found, "without_receipt": [code for code in order if code not in named]}


def is_entry_of(entry: Json, receipt: Json) -> bool:
    """17.5 step 6: whether the entry is the one that the receipt states."""
    kind = {"accepted": "dispatch", "refused": "refusal"}.get(receipt["outcome"], "duplicate")
    stated = (receipt["origin"], receipt["position"], kind, receipt["arrival_number"])
    return (entry["origin"], entry["position"], entry["type"], entry["number"]) == stated


def check_place(place: Json, entry: Json, said: Json, size: int, root: bytes, keys: Keys) -> Json:
    """17.6."""
    need(names_dispatch(entry, said), "evidence.entry")
    check_inclusion(entry["position"], size, leaf_hash(place["leaf"]), place["path"], root)
    shown = {**{name: entry[name] for name in ("origin", "position", "number", "date")}, "size": size}
    if place["later"] is not None:
        note, path = place["later"]
        _, later, later_root = check_note(note, keys, entry["origin"])
        need(later > size, "register.proof")
        check_consistency(size, root, later, later_root, path)
        shown["unbroken_until_size"] = later
    return shown


class Tree:
    """The root of all leaves so far."""

    def __init__(self) -> None:
        self.size, self.hashes = 0, []  # type: int, list[bytes]

    def append(self, leaf: bytes) -> None:
        merged, rest = leaf_hash(leaf), self.size
        while rest & 1:
            merged, rest = node(self.hashes.pop(), merged), rest >> 1
        self.hashes.append(merged)
        self.size += 1

    def root(self) -> bytes:
        found = self.hashes[-1] if self.hashes else EMPTY_ROOT
        for each in reversed(self.hashes[:-1]):
            found = node(each, found)
        return found


class Extract:
    """17.8 to 17.10: a register extract, read from its beginning to its end."""

    def __init__(self, data: bytes, trusted: Keys | None) -> None:
        self.parts = Parts(data, "GIAOBAN-REGISTER 1")
        self.keys = believe_keys(self.parts.keys(), trusted)
        self.agency, self.before, self.papers = "", ("", ""), None  # type: str, tuple[str, str], bool | None
        self.registers, self.dispatches, self.previous = [], {}, None  # type: list[Json], dict[str, Json], str | None
        self.last, self.came = {}, {}  # type: dict[Any, int], dict[str, set[int]]
        self.complete, self.first_year = True, ""  # whether the register was opened in this extract, and when it begins
        while self.parts.next or not self.registers:
            self._register(self.parts.text("register"))
        need(not self.keys.unused, "evidence.key", str(sorted(self.keys.unused)))

    def _register(self, origin: str) -> None:
        shape({"origin": origin}, {"origin": ORIGIN})
        _, agency, direction, year = origin.split("/")
        continued = self.before[0] == direction
        need(not self.registers or (agency == self.agency and self.before < (direction, year)), "evidence.order", origin)
        self.agency, self.before = agency, (direction, year)
        tree, signed, self.recovered = Tree(), 0, False
        roots, seen = {}, set()  # type: dict[int, bytes], set[tuple[str, str]]
        while self.parts.next == "leaf":
            leaf = self.parts.take("leaf")
            entry = read_leaf(leaf)
            here = f"{origin} {tree.size}"
            opening = entry["type"] == "opening"
            placed = (entry["origin"], entry["position"], opening) == (origin, tree.size, tree.size == 0)
            need(placed, "register.leaf", here)
            tree.append(leaf)
            if opening:
                self._opening(entry, continued)
            elif entry["type"] == "recovery":
                lost = shape(entry["content"], {"lost": lambda value: True})["lost"]
                need(isinstance(lost, list) and lost and entry["number"] is None, "register.leaf", here)
                self.recovered = True
            else:
                self._entry(entry, direction, here, roots)
                name = (entry["type"], entry["content"]["digest"])
                need(name not in seen, "register.leaf", here)
                seen.add(name)
            if self.parts.next == "checkpoint":
                signed, (_, size, root) = tree.size, check_note(self.parts.text("checkpoint"), self.keys, origin)
                need((size, root) == (tree.size, tree.root()), "register.proof", here)
            if tree.size in roots:
                need(roots[tree.size] == tree.root(), "register.proof", here)
        need(tree.size and signed == tree.size and max(roots, default=0) <= tree.size, "register.proof", origin)
        self.registers.append({"origin": origin, "size": tree.size, "root": tree.root().hex()})

    def _opening(self, entry: Json, continued: bool) -> None:
        previous = shape(entry["content"], {"previous": lambda value: value is None or isinstance(value, dict)})["previous"]
        if continued:
            need(previous == self.registers[-1], "register.chain", entry["origin"])
        else:
            self.complete, self.first_year = previous is None, entry["origin"][-4:]
        need(entry["number"] is None, "register.number", entry["origin"])

    def _entry(self, entry: Json, direction: str, here: str, roots: dict[int, bytes]) -> None:
        kinds = ("dispatch", "refusal", "duplicate") if direction == "in" else ("dispatch", "receipt")
        need(entry["type"] in kinds, "register.leaf", here)
        content = shape(entry["content"], CONTENT)
        counted = content["reference"] if direction == "out" and entry["type"] == "dispatch" else None
        if direction == "in" and entry["type"] == "dispatch":
            self._follows(("arrival", entry["origin"]), entry["number"], "register.number", here)
        elif counted is not None:
            digits, _, symbol = counted.partition("/")
            need(digits == f"{entry['number'] or 0:02d}" and symbol, "register.number", here)
            year = entry["date"][:4]
            self._follows(("official", year, symbol), entry["number"], "register.number", here, self.complete or year >= self.first_year)
        else:
            need(entry["number"] is None, "register.number", here)
        if self.papers is None:
            self.papers = self.parts.next in ("dispatch", "receipt")
        if self.papers:
            self._papers(entry, direction, here, roots)

    def _follows(self, series: Any, value: Any, code: str, here: str, complete: bool = True) -> None:
        """The number is one more than the last of its series, which begins with 1 where its beginning is in the extract."""
        last, begun = self.last.get(series, 0), complete or series in self.last
        good = value is not None and (not begun or (value > last if self.recovered else value == last + 1))
        need(good, code, here)
        self.last[series] = value

    def _papers(self, entry: Json, direction: str, here: str, roots: dict[int, bytes]) -> None:
        """17.10."""
        content = entry["content"]
        if entry["type"] == "receipt":
            sealed = self.parts.take("receipt")
            need(hashlib.sha256(sealed).hexdigest() == content["digest"], "evidence.entry", here)
            said = self.dispatches.get(content["uid"], {})
            if said or self.complete:  # else the dispatch lies in a year before this extract
                named = said and names_dispatch({"content": {**content, "digest": said["digest"]}}, said)
                need(named, "evidence.entry", here)
                check_receipt(sealed, said, self.keys)
            return
        said = check_origin(self.parts.take("dispatch"), self.keys)
        official = None if said["reference"] is None else said["reference"]["number"]
        need(names_dispatch(entry, said) and (direction == "in" or entry["number"] == official), "evidence.entry", here)
        if direction == "in":
            towards = sequence_to(said, self.agency)
            need(towards is not None, "verify.not_addressed", here)
            need(towards not in self.came.setdefault(said["sender"], set()), "register.sequence", here)
            self.came[said["sender"]].add(int(towards or 0))
            receipt = check_receipt(self.parts.take("receipt"), said, self.keys, self.agency)
            if self.recovered:  # an answer from before the loss names a place in the register that was lost
                receipt.update(origin=entry["origin"], position=entry["position"])
            need(is_entry_of(entry, receipt), "evidence.entry", here)
            need(self.recovered or roots.setdefault(receipt["size"], receipt["root"]) == receipt["root"], "register.proof", here)
        else:
            need(said["sender"] == self.agency, "evidence.entry", here)
            follows = said["sequence"] == self.last.get("all", 0) + 1
            self._follows("all", said["sequence"], "register.sequence", here, self.complete)
            need(not follows or self.previous in (None, said["previous"]), "register.sequence", here)
            self.previous, self.dispatches[said["uid"]] = said["digest"], said
            for to in said["recipients"]:
                self._follows(("to", to["agency"]), to["sequence"], "register.sequence", here, self.complete)

    def missing(self) -> dict[str, list[int]]:
        """Numbers of each sender towards the agency that are not here though a later one is; a hundred at most."""
        gaps = {who: sorted(set(range(min(came), max(came))) - came)[:100] for who, came in self.came.items()}
        return {who: numbers for who, numbers in gaps.items() if numbers}


# --- the command line ---------------------------------------------------------------------------------------------------


def load_keys(path: Path) -> Keys:
    return Keys(read_json(path.read_bytes())["keys"])


def load_files(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir() if HEX64.match(each.name)}


def evidence_lines(found: Json, files: bool) -> Iterator[tuple[str, str]]:
    """What is proven and what is not, in Vietnamese and English."""
    said = found["dispatch"]
    who, to, count = said["sender"], ", ".join(each["agency"] for each in said["recipients"]), len(said["files"])
    paper = f"{reference_of(said)} ({said['reference']['date']})" if said["reference"] else said["kind"]
    yield f"Nội dung: {paper}, {who} → {to}: {said['summary']}", f"Content: {paper}, {who} → {to}: {said['summary']}"
    yield f"Mã băm {said['digest']}, ký bởi khóa {said['key']}", f"Digest {said['digest']}, signed with key {said['key']}"
    nowhere = (f"KHÔNG chứng minh vị trí trong sổ đi của {who}", f"The place in the register of {who} is NOT shown")
    yield place_lines(found["sent"]) if found["sent"] else nowhere
    for each in found["receipts"]:
        told = f"{each['receiver']}: {each['outcome']}, № {each['arrival_number'] or '–'}, {each['origin']} #{each['position']}"
        yield f"Biên nhận của {told}", f"Receipt of {told}"
        if "place" in each:
            yield place_lines(each["place"])
    for code in found["without_receipt"]:
        yield f"KHÔNG có biên nhận của {code}", f"There is NO receipt of {code}"
    if count and not files:
        yield f"{count} tệp kèm theo chưa được đối chiếu (--files)", f"{count} files were not compared (--files)"


def place_lines(place: Json) -> tuple[str, str]:
    at, until = f"{place['origin']} #{place['position']}, {place['date']}", place.get("unbroken_until_size", place["size"])
    return f"Sổ {at}: không bị sửa cho đến khi có {until} mục", f"Register {at}: not rewritten up to {until} entries"


def register_lines(found: Extract) -> Iterator[tuple[str, str]]:
    for each in found.registers:
        yield f"Sổ {each['origin']}: {each['size']} mục, nguyên vẹn", f"Register {each['origin']}: {each['size']} entries, intact"
    if not found.papers:
        yield "Không kèm văn bản: chưa đối chiếu chữ ký và thứ tự", "No papers: signatures and sequences not compared"
    for who, numbers in found.missing().items():
        yield f"Chưa thấy từ {who}: {numbers}", f"Not seen from {who}: {numbers}"


def key_lines(rows: list[Json]) -> Iterator[tuple[str, str]]:
    for row in rows:
        told = f"{row['agency']}: {fingerprint(bytes.fromhex(row['public_key']))}"
        yield f"CHƯA đối chiếu khóa của {told}", f"Key NOT compared, {told}"


def main(arguments: list[str]) -> int:
    """One command line; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("evidence", "register"))
    for name in ("file", "--keys", "--files"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--lang", choices=("vi", "en"), default="vi")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    started = time.perf_counter()
    try:
        data = asked.file.read_bytes()
        trusted = None if asked.keys is None else load_keys(asked.keys)
        files = None if asked.files is None else load_files(asked.files)
    except (OSError, ValueError, LookupError, TypeError, RefusedError) as error:
        raise SystemExit(str(error)) from None  # exit code 1
    answer: Json = {"proven": trusted is not None, "error": None}
    try:
        if asked.what == "evidence":
            answer["found"] = check_evidence(data, trusted, files)
            keys, lines = answer["found"]["keys"], list(evidence_lines(answer["found"], files is not None))
        else:
            extract = Extract(data, trusted)
            answer["found"] = {"registers": extract.registers, "papers": extract.papers, "missing": extract.missing()}
            keys, lines = list(extract.keys.rows.values()), list(register_lines(extract))
        doubt = ("KHÔNG THẤY SAI, CHƯA CHỨNG MINH: chưa có khóa tin cậy (--keys)", "SOUND, NOT PROVEN: no trusted --keys")
        lines = [("ĐÃ CHỨNG MINH", "PROVEN"), *lines] if trusted else [doubt, *lines, *key_lines(keys)]
    except RefusedError as error:
        answer.update(proven=False, error={"code": error.code, "where": error.where})
        lines = [(f"SAI: {error.code} {error.where}", f"FALSE: {error.code} {error.where}")]
    answer["milliseconds"] = round((time.perf_counter() - started) * 1000, 1)
    print(json.dumps(answer, ensure_ascii=False) if asked.json else "\n".join(line[asked.lang == "en"] for line in lines))
    return 3 if answer["error"] else int(not answer["proven"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
