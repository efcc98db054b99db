"""Judging single cases with the kernel alone: the conformance command of docs/protocol.md section 18."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from giaoban.kernel import (
    bundle,
    enrolment,
    envelope,
    evidence,
    extract,
    keyring,
    recovery,
    register,
    signing,
    verify,
    witness,
)
from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.kernel.policy import KnownKinds, UnsafeAllowEverything
from giaoban.kernel.verify import TrustedKey

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from giaoban.kernel.policy import Policy
    from giaoban.kernel.verify import KeyFinder

ACCEPTED: Final = "accepted"
Options = dict[str, str]


class UnknownCaseError(Exception):
    """A kind of case or an option that section 18 does not name."""


class _FoundError(Exception):
    """A finding that is no refusal of the kernel."""


def judge(what: str, arguments: Sequence[str]) -> str:
    """`accepted`, or the code of the refusal. Raises UnknownCaseError for a call that is not of section 18."""
    if what not in CASES:
        raise UnknownCaseError(f"{what}? {', '.join(CASES)}")
    allowed, case = CASES[what]
    data, options = _split(arguments, allowed.split())
    try:
        case(data, options)
    except KernelError as error:
        return error.code.value
    except _FoundError as error:
        return str(error)
    return ACCEPTED


def read_keys(path: str) -> list[TrustedKey]:
    """The keys of a file of 18.3."""
    found = []
    for row in envelope.decode_body(Path(path).read_bytes())["keys"]:
        ended = row.get("revoked_received")
        found.append(
            TrustedKey(
                row["agency"],
                bytes.fromhex(row["public_key"]),
                revoked_from=row.get("revoked_from"),
                revoked_received=None if ended is None else (ended[0], ended[1]),
                valid_from=row.get("valid_from", 1),
            )
        )
    return found


def _key(data: bytes, options: Options) -> None:
    del options
    try:
        key = bytes.fromhex(data.decode("ascii").removesuffix("\n"))
    except ValueError:
        raise KernelError(ErrorCode.KEY_BAD, why="hexadecimal") from None
    signing.check_public_key(key)


def _dispatch(data: bytes, options: Options) -> None:
    kinds = options.get("--kinds")
    policy: Policy = UnsafeAllowEverything() if kinds is None else KnownKinds(frozenset(kinds.split(",")))
    files = _files(options) or {}
    verify.verify_dispatch(data, receiver=options["--receiver"], keys=_finder(options), policy=policy, files=files)


def _receipt(data: bytes, options: Options) -> None:
    sealed = Path(options["--dispatch"]).read_bytes()
    said = envelope.parse(sealed)
    verify.verify_receipt(
        data,
        sender=said.sender,
        uid=said.uid,
        digest=envelope.digest_of(sealed),
        receiver=options["--receiver"],
        keys=_finder(options),
    )


def _checkpoint(data: bytes, options: Options) -> None:
    _believed(data, read_keys(options["--keys"]))


def _believed(data: bytes, keys: Sequence[TrustedKey]) -> register.Checkpoint:
    """The checkpoint of a note, by the key of its agency that it names."""
    try:
        note = data.decode()
    except UnicodeDecodeError:
        raise KernelError(ErrorCode.REGISTER_CHECKPOINT, why="text") from None
    stated, key_hash, _ = register.parse_checkpoint(note)
    for key in keys:
        if key.agency == stated.agency and register.note_key_hash(stated.origin, key.public_key) == key_hash:
            return register.check_checkpoint(note, key.public_key)
    raise KernelError(ErrorCode.REGISTER_CHECKPOINT, why="key")


def _inclusion(data: bytes, options: Options) -> None:
    del options
    case = json.loads(data)
    leaf, root = bytes.fromhex(case["leaf"]), bytes.fromhex(case["root"])
    register.check_inclusion(case["index"], case["size"], leaf, _path(case), root)


def _consistency(data: bytes, options: Options) -> None:
    del options
    case = json.loads(data)
    first_root, root = bytes.fromhex(case["first_root"]), bytes.fromhex(case["root"])
    register.check_consistency(case["first"], first_root, case["size"], root, _path(case))


def _evidence(data: bytes, options: Options) -> None:
    evidence.check(data, keys=_finder(options), files=_files(options))


def _register(data: bytes, options: Options) -> None:
    extract.check(data, keys=_finder(options))


def _bundle(data: bytes, options: Options) -> None:
    size = bundle.head_size(data[: bundle.HEAD_PREFIX])
    opened = bundle.parse_head(data[:size], len(data))
    manifest = bundle.check_manifest(opened, public_key=bytes.fromhex(options["--key"]), receiver=options["--receiver"])
    for item, start in zip(manifest.items, opened.offsets, strict=True):
        bundle.check_item(item, data[start : start + item.size])


def _keys(data: bytes, options: Options) -> None:
    known = options.get("--known")
    before = None if known is None else keyring.parse(Path(known).read_bytes()).statement
    keyring.accept(before, data)


def _offer(data: bytes, options: Options) -> None:
    del options
    enrolment.parse(data)


def _recovery(data: bytes, options: Options) -> None:
    recovery.check(data, keys=_finder(options))


def _witness(data: bytes, options: Options) -> None:
    keys = read_keys(options["--keys"])
    held = _believed(Path(options["--held"]).read_bytes(), keys)
    found = witness.compare(held, _believed(data, keys), is_current=options.get("--current") == "yes")
    if found.is_broken:
        raise _FoundError(f"witness.{found.value}")


CASES: Final[dict[str, tuple[str, Callable[[bytes, Options], None]]]] = {
    "key": ("", _key),
    "dispatch": ("--receiver --keys --kinds --files", _dispatch),
    "receipt": ("--receiver --keys --dispatch", _receipt),
    "checkpoint": ("--keys", _checkpoint),
    "inclusion": ("", _inclusion),
    "consistency": ("", _consistency),
    "evidence": ("--keys --files", _evidence),
    "register": ("--keys", _register),
    "bundle": ("--receiver --key", _bundle),
    "keys": ("--known", _keys),
    "offer": ("", _offer),
    "recovery": ("--keys", _recovery),
    "witness": ("--keys --held --current", _witness),
}
"""Kind of case → the options it knows, and what judges it."""


def _split(arguments: Sequence[str], allowed: Sequence[str]) -> tuple[bytes, Options]:
    options: Options = {}
    names: list[str] = []
    left = list(arguments)
    while left:
        word = left.pop(0)
        if not word.startswith("--"):
            names.append(word)
        elif word in allowed and left:
            options[word] = left.pop(0)
        else:
            raise UnknownCaseError(f"{word}? {' '.join(allowed)}")
    if len(names) != 1:
        raise UnknownCaseError("FILE?")
    return Path(names[0]).read_bytes(), options


def _finder(options: Options) -> KeyFinder:
    known = {(key.agency, key.key_id): key for key in read_keys(options["--keys"])}
    return lambda agency, key_id: known.get((agency, key_id))


def _files(options: Options) -> dict[str, bytes] | None:
    """The files of a folder by the names they bear; None where no folder was given."""
    if "--files" not in options:
        return None
    return {path.name: path.read_bytes() for path in Path(options["--files"]).iterdir()}


def _path(case: dict[str, Any]) -> list[bytes]:
    return [bytes.fromhex(value) for value in case["path"]]
