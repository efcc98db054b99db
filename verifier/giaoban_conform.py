#!/usr/bin/env python3
"""The conformance command of docs/protocol.md section 18, on top of `giaoban_verify.py`: a second implementation, from the words alone.

    python giaoban_conform.py WHAT [OPTIONS] FILE      one case: prints `accepted` or the code of the refusal, exits 0 or 1

`giaoban_verify.py` has what an outsider needs to check evidence and registers. Here are the rules that only stations need: bundles (11),
key statements (12), offers (13), witnesses (14), recovery statements (15). Run all cases with `python vectors/run.py`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import sys
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path
from typing import Any

import giaoban_verify as base
from giaoban_verify import CODE, HEX32, HEX64, INSTANT, MAX_INT, UID, Json, Keys, RefusedError, is_list, need, shape

KEYS_LIMIT = 64 * 1024
BUNDLE_LIMIT = 512 * 1024 * 1024
ITEM_LIMITS = {  # 11.3, in their order
    "keys": KEYS_LIMIT,
    "status": 4 * 1024 * 1024,
    "recovery": KEYS_LIMIT,
    "receipt": 4 * 1024 * 1024,
    "file": 256 * 1024 * 1024,
    "dispatch": 4 * 1024 * 1024,
}
SIZE = (0, MAX_INT)


# --- 11 bundles ---------------------------------------------------------------------------------------------------------


def check_bundle(data: bytes, key: bytes, receiver: str) -> None:
    """11.5, and the digest of each item."""
    magic = b"GIAOBAN-BUNDLE 1\n"
    need(data.startswith(magic) or magic.startswith(data), "bundle.framing")
    need(len(data) >= 21, "bundle.truncated")
    head = 21 + int.from_bytes(data[17:21], "big")
    need(head - 21 <= 4 * 1024 * 1024 and len(data) <= BUNDLE_LIMIT, "bundle.too_large")
    need(len(data) >= head, "bundle.truncated")
    said, signed, signature = base.unframe(data[21:head], "bundle")
    shape(
        said,
        {
            "version": (1, 1),
            "uid": UID,
            "sender": UID,
            "receiver": UID,
            "key": HEX32,
            "number": (1, MAX_INT),
            "created_at": INSTANT,
            "items": lambda items: isinstance(items, list),
        },
    )
    items = said["items"]
    for item in items:
        shape(item, {"type": lambda name: isinstance(name, str), "size": SIZE, "sha256": HEX64})
        need(item["type"] in ITEM_LIMITS, "bundle.manifest")
        least = 0 if item["type"] == "file" else 1
        need(least <= item["size"] <= ITEM_LIMITS[item["type"]], "bundle.too_large")
    ranks = [list(ITEM_LIMITS).index(item["type"]) for item in items]
    names = {(item["type"], item["sha256"]) for item in items}
    need(len(items) <= 20_000 and ranks == sorted(ranks) and len(names) == len(items), "bundle.manifest")
    need(said["sender"] != said["receiver"], "bundle.manifest")
    ends = list(accumulate((item["size"] for item in items), initial=head))
    need(ends[-1] <= BUNDLE_LIMIT, "bundle.too_large")
    need(ends[-1] <= len(data), "bundle.truncated")
    need(ends[-1] == len(data), "bundle.trailing")
    need(said["receiver"] == receiver, "bundle.not_addressed")
    need(said["key"] == base.key_id(key), "bundle.other_key")
    base.check_signature(key, signed, signature)
    for item, start, end in zip(items, ends, ends[1:]):  # noqa: B905 - one end more than items
        need(hashlib.sha256(data[start:end]).hexdigest() == item["sha256"], "bundle.item_different")


# --- 12 key statements --------------------------------------------------------------------------------------------------

UNTIL = {"year": (2000, 9999), "position": SIZE}
ONLINE = {
    "key": HEX64,
    "from_sequence": (1, MAX_INT),
    "until_sequence": [(1, MAX_INT)],
    "until_received": [lambda place: bool(shape(place, UNTIL))],
}
STATEMENT = {
    "version": (1, 1),
    "agency": CODE,
    "number": (1, 999_999),
    "root": lambda root: bool(shape(root, {"threshold": (0, 9), "keys": lambda keys: isinstance(keys, list)})),
    "online": is_list(1, 64, ONLINE),
    "issued_at": INSTANT,
}


def read_statement(sealed: bytes) -> tuple[Json, bytes, list[tuple[str, bytes]]]:
    """12.1 to 12.4: what it says, what is signed, and (key, signature) of each signer. Nothing verified."""
    need(len(sealed) <= KEYS_LIMIT, "envelope.too_large")
    head = re.match(rb"DSSEv1 ([1-9][0-9]{0,2}) ([\x21-\x7e]+) ([1-9][0-9]{0,8}) ", sealed)
    if head is None or len(head[2]) != int(head[1]):
        raise RefusedError("envelope.framing")
    end = head.end() + int(head[3])
    need(end <= len(sealed), "envelope.framing")
    need(head[2].decode() == base.TYPE % "keys", "envelope.type")
    tail = sealed[end:]
    need(tail and 1 <= tail[0] <= 32 and len(tail) == 1 + 96 * tail[0], "keys.framing")
    signers = [(tail[at : at + 32].hex(), tail[at + 32 : at + 96]) for at in range(1, len(tail), 96)]
    names = [name for name, _ in signers]
    need(names == sorted(set(names)), "keys.framing")
    said = base.read_json(sealed[head.end() : end])
    shape(said, STATEMENT)
    root, online = said["root"], said["online"]
    need(len(root["keys"]) <= 9 and all(base.suits(key, HEX64) for key in root["keys"]), "envelope.value")
    need(1 <= root["threshold"] <= len(root["keys"]) or root == {"threshold": 0, "keys": []}, "keys.root")
    for each in online:
        need((each["until_sequence"] is None) == (each["until_received"] is None), "envelope.value")
    keys = [each["key"] for each in online] + root["keys"]
    need(len(set(keys)) == len(keys), "keys.key_twice")
    return said, sealed[:end], signers


def accept_statement(known: Json | None, sealed: bytes) -> Json:
    """12.5 and 12.6: the statement, when it may take the place of the known one."""
    said, signed, signers = read_statement(sealed)
    if known is not None:
        need(said["agency"] == known["agency"], "keys.other_agency")
        need(said["number"] >= known["number"], "keys.rollback")
        need(said != known, "keys.repeated")
    before = known or {"online": [], "root": {"threshold": 0, "keys": []}}
    named = {name for name, _ in signers}
    old, new = [{each["key"] for each in one["online"]} for one in (before, said)]
    need(named <= {*old, *new, *before["root"]["keys"], *said["root"]["keys"]}, "keys.stranger")
    if known is None:
        need(in_use(said), "keys.no_live_key")
    elif not before["root"]["threshold"]:
        need(named & in_use(before), "keys.too_few_signatures")
    for root in (before["root"], said["root"]) if before["root"] != said["root"] else (before["root"],):
        need(len(named & set(root["keys"])) >= root["threshold"], "keys.too_few_signatures")
    need(named >= in_use(said) - old, "keys.possession")
    for name, signature in signers:
        base.check_signature(bytes.fromhex(name), signed, signature)
    if known is not None:
        need(said["number"] > known["number"], "keys.forked")
        listed = {each["key"]: each for each in said["online"]}
        for each in known["online"]:
            need(each["key"] in listed, "keys.key_vanished")
            now = listed[each["key"]]
            need(now["from_sequence"] == each["from_sequence"] and ends_no_later(each, now), "keys.revived")
    for name in [*sorted(new), *said["root"]["keys"]]:
        base.check_key(bytes.fromhex(name))
    return said


def in_use(statement: Json) -> set[str]:
    return {each["key"] for each in statement["online"] if each["until_sequence"] is None}


def ends_no_later(before: Json, now: Json) -> bool:
    if before["until_sequence"] is None:
        return True
    if now["until_sequence"] is None:
        return False
    places = [(each["until_received"]["year"], each["until_received"]["position"]) for each in (before, now)]
    return bool(now["until_sequence"] <= before["until_sequence"] and places[1] <= places[0])


# --- 13 offers ----------------------------------------------------------------------------------------------------------


def words(limit: int) -> Callable[[Any], bool]:
    return lambda text: base.is_line(limit)(text) and text != "" and text == text.strip()


def is_ascii(text: Any) -> bool:
    return isinstance(text, str) and bool(re.match(r"[\x21-\x7e]{1,300}\Z", text))


LINES = {"name": 200, "short_name": 80, "symbol": 20, "sector": 20, "level": 12, "seat": 120, "head_position": 120}
ADDRESS = {"courier": re.compile(r"[a-z][a-z0-9_]{0,19}\Z"), "address": is_ascii}
AGENCY = {
    "code": CODE,
    "keys": lambda keys: isinstance(keys, str),
    **{name: words(limit) for name, limit in LINES.items()},
}
OFFER = {
    "version": (1, 1),
    "protocol": (1, MAX_INT),
    "uid": UID,
    "name": words(200),
    "key": HEX64,
    "tls_sha256": HEX64,
    "addresses": is_list(0, 16, ADDRESS),
    "agencies": is_list(1, 500, AGENCY),
    "regulations": lambda trees: objects(trees, 200),
    "coordinations": lambda trees: objects(trees, 500),
    "issued_at": INSTANT,
}


def objects(trees: Any, limit: int) -> bool:
    return isinstance(trees, list) and len(trees) <= limit and all(isinstance(each, dict) for each in trees)


def check_offer(sealed: bytes) -> None:
    """13.2, 13.3."""
    need(len(sealed) <= 2 * 1024 * 1024, "offer.too_large")
    said, signed, signature = base.unframe(sealed, "offer")
    need(base.suits(said.get("key"), HEX64), "envelope.value")
    base.check_signature(bytes.fromhex(said["key"]), signed, signature)
    shape(said, OFFER)
    codes = [each["code"] for each in said["agencies"]]
    keys = [said["key"]]
    for each in said["agencies"]:
        statement = accept_statement(None, canonical(each["keys"]))
        need(statement["agency"] == each["code"], "offer.agencies")
        keys += [one["key"] for one in statement["online"]] + statement["root"]["keys"]
    need(codes == sorted(set(codes)), "offer.agencies")
    need(len(set(keys)) == len(keys), "offer.key_twice")


def canonical(text: str) -> bytes:
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, binascii.Error):
        raise RefusedError("envelope.value") from None
    need(base64.b64encode(data).decode() == text, "envelope.value")
    return data


# --- 15 recovery statements ---------------------------------------------------------------------------------------------

LOST = {"origin": base.ORIGIN, "kept_size": SIZE, "kept_root": HEX64, "witnessed_size": SIZE, "witnessed_root": HEX64}
STREAM = {
    "kept": SIZE,
    "witnessed": SIZE,
    "void": is_list(0, 500, {"first": (1, MAX_INT), "last": (1, MAX_INT)}),
}


def check_recovery(sealed: bytes, keys: Keys) -> None:
    """15.3 to 15.5."""
    said, signed, signature = base.unframe(sealed, "recovery", KEYS_LIMIT)
    shape(
        said,
        {
            "version": (1, 1),
            "agency": CODE,
            "key": HEX32,
            "lost": is_list(0, 100, LOST),
            "stream": lambda stream: bool(shape(stream, STREAM)),
            "issued_at": INSTANT,
        },
    )
    stream, least = said["stream"], said["stream"]["kept"] + 1
    for each in said["lost"]:
        empty = each["kept_root"] == base.EMPTY_ROOT.hex()
        need((each["kept_size"] == 0) == empty and each["kept_size"] < each["witnessed_size"], "recovery.register")
    need(stream["kept"] <= stream["witnessed"], "envelope.value")
    for each in stream["void"]:
        need(least <= each["first"] <= each["last"] < stream["witnessed"], "recovery.stream")
        least = each["last"] + 2
    origins = [each["origin"] for each in said["lost"]]
    ours = all(origin.split("/")[1] == said["agency"] for origin in origins)
    need(origins == sorted(set(origins)) and ours, "recovery.register")
    need(said["lost"] or stream["kept"] < stream["witnessed"], "recovery.nothing_lost")
    row = keys.find(said["agency"], said["key"])
    ended = row.get("revoked_from") is not None or row.get("revoked_received") is not None
    need(not ended, "key.revoked")
    need(row.get("valid_from", 1) > stream["witnessed"], "recovery.key")
    base.check_signature(bytes.fromhex(row["public_key"]), signed, signature)


# --- 14 witnesses -------------------------------------------------------------------------------------------------------


def compare(held: tuple[str, int, bytes], shown: tuple[str, int, bytes], *, current: bool) -> None:
    """14.2."""
    need(held[0] == shown[0], "witness.other_origin")
    forked = held[1] == shown[1] and held[2] != shown[2]
    need(not forked and (shown[1] or shown[2] == base.EMPTY_ROOT), "witness.forked")
    need(not current or shown[1] >= held[1], "witness.shrunk")


# --- 18 the command -----------------------------------------------------------------------------------------------------

Options = dict[str, str]


def _key(data: bytes, _options: Options) -> None:
    text = data.decode("latin-1").removesuffix("\n")
    need(re.match(r"([0-9a-fA-F]{2})*\Z", text), "key.bad")
    base.check_key(bytes.fromhex(text))


def _dispatch(data: bytes, options: Options) -> None:
    said = base.check_origin(data, base.load_keys(Path(options["--keys"])))
    need(base.sequence_to(said, options["--receiver"]) is not None, "verify.not_addressed")
    kinds = options.get("--kinds")
    need(kinds is None or said["kind"] in kinds.split(","), "verify.kind_refused")
    base.check_files(said, _files(options) or {})


def _receipt(data: bytes, options: Options) -> None:
    sealed = Path(options["--dispatch"]).read_bytes()
    said = {**base.read_dispatch(sealed)[0], "digest": hashlib.sha256(sealed).hexdigest()}
    base.check_receipt(data, said, base.load_keys(Path(options["--keys"])), options["--receiver"])


def _note(data: bytes, options: Options) -> tuple[str, int, bytes]:
    try:
        note = data.decode()
    except UnicodeDecodeError:
        raise RefusedError("register.checkpoint") from None
    return base.check_note(note, base.load_keys(Path(options["--keys"])), missing="register.checkpoint")


def _inclusion(data: bytes, _options: Options) -> None:
    case = json.loads(data)
    leaf, root = bytes.fromhex(case["leaf"]), bytes.fromhex(case["root"])
    base.check_inclusion(case["index"], case["size"], leaf, _hashes(case), root)


def _consistency(data: bytes, _options: Options) -> None:
    case = json.loads(data)
    first_root, root = bytes.fromhex(case["first_root"]), bytes.fromhex(case["root"])
    base.check_consistency(case["first"], first_root, case["size"], root, _hashes(case))


def _keys(data: bytes, options: Options) -> None:
    known = options.get("--known")
    accept_statement(None if known is None else read_statement(Path(known).read_bytes())[0], data)


def _witness(data: bytes, options: Options) -> None:
    held = _note(Path(options["--held"]).read_bytes(), options)
    compare(held, _note(data, options), current=options.get("--current") == "yes")


def _hashes(case: Json) -> list[bytes]:
    found = [bytes.fromhex(each) for each in case["path"]]
    need(all(len(each) == 32 for each in found), "register.proof")
    return found


def _files(options: Options) -> dict[str, bytes] | None:
    if "--files" not in options:
        return None
    return {path.name: path.read_bytes() for path in Path(options["--files"]).iterdir()}


CASES: dict[str, tuple[str, Callable[[bytes, Options], object]]] = {
    "key": ("", _key),
    "dispatch": ("--receiver --keys --kinds --files", _dispatch),
    "receipt": ("--receiver --keys --dispatch", _receipt),
    "checkpoint": ("--keys", _note),
    "inclusion": ("", _inclusion),
    "consistency": ("", _consistency),
    "evidence": (
        "--keys --files",
        lambda data, options: base.check_evidence(data, base.load_keys(Path(options["--keys"])), _files(options)),
    ),
    "register": ("--keys", lambda data, options: base.Extract(data, base.load_keys(Path(options["--keys"])))),
    "bundle": (
        "--receiver --key",
        lambda data, options: check_bundle(data, bytes.fromhex(options["--key"]), options["--receiver"]),
    ),
    "keys": ("--known", _keys),
    "offer": ("", lambda data, _: check_offer(data)),
    "recovery": ("--keys", lambda data, options: check_recovery(data, base.load_keys(Path(options["--keys"])))),
    "witness": ("--keys --held --current", _witness),
}


def judge(what: str, arguments: list[str]) -> str:
    """`accepted` or the code of the refusal. Raises LookupError for a call that is not of section 18."""
    allowed, check = CASES[what]
    words_, options = list(arguments), {}
    while len(words_) > 1 and words_[0] in allowed.split():
        name, value, *words_ = words_
        options[name] = value
    if len(words_) != 1 or words_[0].startswith("--"):
        raise LookupError(f"{words_}? {allowed}")
    try:
        check(Path(words_[0]).read_bytes(), options)
    except RefusedError as error:
        return error.code
    return "accepted"


def main(arguments: list[str]) -> int:
    try:
        verdict = judge(arguments[0] if arguments else "", arguments[1:])
    except (LookupError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    print(verdict)
    return int(verdict != "accepted")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
