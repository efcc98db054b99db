"""Cases of evidence files and register extracts (docs/protocol.md section 17), cut from a small true world."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from giaoban.kernel import envelope, evidence, exchange, register
from giaoban.kernel.evidence import EVIDENCE_MAGIC, EXTRACT_MAGIC, Answer, Evidence, Later, Part, Place
from vector_world import PAPER, START, Sent, World, Year, public, seed

NEXT_YEAR = datetime(2027, 1, 5, 1, 0, tzinfo=UTC)
FILES = {hashlib.sha256(PAPER).hexdigest(): PAPER}
Files = dict[str, bytes] | None


def _world(*, ahead: int = 0) -> tuple[World, list[Sent]]:
    """CAT sends to BCH, to both, to BCH without number; BCH answers."""
    world = World(ahead=ahead)
    sent = [
        world.send("CAT", "BCH"),
        world.send("CAT", "BCH", "HQ", refused=("HQ",)),
        world.send("BCH", "CAT"),
        world.send("CAT", "BCH", paper=None),
        world.send("CAT", "BCH", "HQ", silent=("HQ",)),
    ]
    return world, sent


def _note(origin: str, size: int, root: bytes, key: str) -> str:
    return register.sign_checkpoint(register.Checkpoint(origin, size, root), seed(key))


def evidence_cases() -> Iterator[tuple[str, str, bytes, Files]]:
    """(rule, name, file, files at hand)."""
    world, sent = _world()
    first, both, answer, machine, waiting = sent
    shown = world.evidence(both, own="CAT")
    good = evidence.write(shown)

    def bent(found: Evidence = shown, **changes: Any) -> bytes:
        return evidence.write(replace(found, **changes))

    # accepted
    yield "17.4", "the sender's, two recipients, one refused", good, None
    yield "17.4", "the sender's, one recipient", evidence.write(world.evidence(first, own="CAT")), None
    yield "17.4", "without a later checkpoint", evidence.write(world.evidence(first, own="CAT", later=False)), None
    yield "17.4", "one recipient has not answered", evidence.write(world.evidence(waiting, own="CAT")), None
    yield "17.4", "no paper form", evidence.write(world.evidence(machine, own="CAT")), None
    yield "17.4", "the receiver's", evidence.write(world.evidence(first, own="BCH")), None
    yield (
        "17.4",
        "the receiver's, without a later checkpoint",
        evidence.write(world.evidence(first, own="BCH", later=False)),
        None,
    )
    yield "17.4", "a receiver that refused", evidence.write(world.evidence(both, own="HQ")), None
    yield "17.4", "the places in all registers", evidence.write(world.evidence(both, own="CAT", places=True)), None
    yield "17.4", "of an answer", evidence.write(world.evidence(answer, own="BCH")), None
    yield (
        "17.4",
        "no receipt, only the sender's place",
        bent(answers=(), keys=tuple(key for key in shown.keys if key[0] == "CAT")),
        None,
    )
    yield "17.4", "only a receipt", evidence.write(world.evidence(first, own="BCH", places=False)), None
    yield "17.5", "the files are at hand", good, FILES
    batch, sent_in_batch = _world(ahead=3)
    yield "17.7", "signed some entries later", evidence.write(batch.evidence(sent_in_batch[0], own="CAT")), None
    years = World()
    years.send("CAT", "BCH")
    late = years.send("CAT", "BCH", at=NEXT_YEAR)
    yield "17.5", "of the second year", evidence.write(years.evidence(late, own="CAT")), None
    # 17.2 framing
    count = good.index(b"\n")
    yield "17.2", "nothing", b"", None
    yield "17.2", "another version", good.replace(b"EVIDENCE 1", b"EVIDENCE 2", 1), None
    yield "17.2", "a register extract", good.replace(b"EVIDENCE", b"REGISTER", 1), None
    yield "17.2", "a part more than there is", _counted(good, 1), None
    yield "17.2", "a part less than there is", _counted(good, -1), None
    yield "17.2", "no parts", b"GIAOBAN-EVIDENCE 1 0\n", None
    yield "17.2", "count with a leading zero", good[:19] + b"0" + good[19:], None
    yield "17.2", "length with a leading zero", good.replace(b"\ndispatch ", b"\ndispatch 0", 1), None
    yield "17.2", "a byte before", b" " + good, None
    yield "17.2", "a byte behind", good + b"\n", None
    yield "17.2", "no newline at the end", good[:-1], None
    yield "17.2", "cut in the middle", good[: len(good) // 2], None
    yield "17.2", "a carriage return", good[:count] + b"\r" + good[count:], None
    # 17.3, 17.4 parts
    parts = evidence.split_parts(EVIDENCE_MAGIC, good, None)

    def joined(found: Sequence[Part]) -> bytes:
        return evidence.join_parts(EVIDENCE_MAGIC, found)

    names = [name for name, _ in parts]
    leaf, note, later, answered = (names.index(name) for name in ("leaf", "checkpoint", "later", "receipt"))
    yield "17.4", "keys before the dispatch", joined([*parts[1:4], parts[0], *parts[4:]]), None
    yield "17.4", "no key", joined([parts[0], *parts[4:]]), None
    yield "17.4", "two dispatches", joined([parts[0], *parts]), None
    yield "17.4", "nothing but a dispatch and a key", joined([parts[0], parts[2]]), None
    yield "17.4", "a part nobody knows", joined([*parts, ("note", b"x")]), None
    yield "17.4", "a leaf without a path", joined([*parts[: leaf + 1], *parts[leaf + 2 :]]), None
    yield "17.4", "a place without a checkpoint", joined([*parts[:note], *parts[note + 1 :]]), None
    yield "17.4", "a later checkpoint without a path", joined([*parts[: later + 1], *parts[later + 2 :]]), None
    yield (
        "17.4",
        "receipts before the sender's place",
        joined([*parts[:leaf], *parts[answered:], *parts[leaf:answered]]),
        None,
    )
    yield "17.4", "receipts in another order", bent(answers=shown.answers[::-1]), None
    yield "17.4", "a receipt twice", bent(answers=(shown.answers[0], *shown.answers)), None
    yield "17.3", "path of 31 bytes", joined([*parts[: leaf + 1], ("path", b"x" * 31), *parts[leaf + 2 :]]), None
    yield "17.3", "path too long", joined([*parts[: leaf + 1], ("path", b"x" * 32 * 65), *parts[leaf + 2 :]]), None
    yield (
        "17.3",
        "checkpoint that is not text",
        joined([*parts[:note], ("checkpoint", b"\xff"), *parts[note + 1 :]]),
        None,
    )
    # 17.5.3 keys
    upper = ("key", parts[1][1].upper())
    yield "17.3", "key in capitals", joined([parts[0], upper, *parts[2:]]), None
    yield "17.3", "key without an agency", joined([parts[0], ("key", b"00" * 32), *parts[2:]]), None
    yield "17.5", "keys out of order", joined([parts[0], parts[2], parts[1], *parts[3:]]), None
    yield "17.5", "a key twice", joined([parts[0], parts[1], *parts[1:]]), None
    yield "17.5", "a key that nothing needs", bent(keys=tuple(sorted([*shown.keys, ("XA", public("XA"))]))), None
    yield "17.5", "a key nobody enrolled", _by_stranger(), None
    yield "17.5", "a key enrolled for another agency", bent(keys=(*shown.keys[:2], ("HQ", public("XA")))), None
    yield "17.5", "a weak key", bent(keys=(*shown.keys, ("XA", b"\x01" + bytes(31)))), None
    yield "17.5", "a key missing", bent(keys=shown.keys[1:]), None
    # 17.5.4 the dispatch
    yield "17.5", "a bit of the dispatch", bent(dispatch=_flip(shown.dispatch, 200)), None
    yield "17.5", "signature of the dispatch", bent(dispatch=_flip(shown.dispatch, len(shown.dispatch) - 3)), None
    yield "17.5", "another dispatch", bent(dispatch=first.sealed), None
    yield "17.5", "a receipt for a dispatch", bent(dispatch=shown.answers[0].receipt), None
    old = World()
    last = [old.send("HQ", "BCH") for _ in range(5)][-1]
    yield "17.5", "signed after the key was revoked", evidence.write(old.evidence(last, own="HQ")), None
    # 17.5.5 the sender's place
    place = shown.sent
    assert place is not None
    other = world.evidence(first, own="CAT").sent
    book = world.book("BCH", "in").years[0]
    incoming = world.place(book, 2, "BCH", size=3, later=None, note=True)
    yield "17.5", "the entry of another dispatch", bent(sent=other), None
    yield "17.5", "an entry of an incoming register", bent(sent=incoming), None
    yield (
        "17.5",
        "the entry of a receipt",
        bent(sent=world.place(both.year, both.position + 1, "CAT", size=6, later=None, note=True)),
        None,
    )
    yield "17.6", "leaf with a space", bent(sent=replace(place, leaf=place.leaf.replace(b",", b", ", 1))), None
    yield "17.6", "leaf with another number", bent(sent=_own_tree(both, number=9)), None
    yield "17.6", "leaf without a number", bent(sent=_own_tree(both, number=None)), None
    yield "17.6", "leaf with another reference", bent(sent=_own_tree(both, reference="2/BC-CAT")), None
    yield "17.6", "leaf with another digest", bent(sent=_own_tree(both, digest="0" * 64)), None
    yield "17.6", "leaf of another sender", bent(sent=_own_tree(both, sender="BCH")), None
    yield "17.6", "leaf by no person", bent(sent=_own_tree(both, by="Nguyễn")), None
    yield "17.6", "leaf of another type", bent(sent=_own_tree(both, kind="refusal")), None
    yield (
        "17.6",
        "another position",
        bent(sent=replace(place, leaf=place.leaf.replace(b'"position":3', b'"position":2'))),
        None,
    )
    origin, size, root = both.year.origin, 4, register.root_of(both.year.hashes[:4])
    yield (
        "17.5",
        "checkpoint by another agency",
        bent(sent=replace(place, checkpoint=_note(origin, size, root, "BCH"))),
        None,
    )
    yield (
        "17.5",
        "checkpoint of another register",
        bent(sent=replace(place, checkpoint=_note(origin.replace("2026", "2025"), size, root, "CAT"))),
        None,
    )
    yield (
        "17.5",
        "checkpoint with another root",
        bent(sent=replace(place, checkpoint=_note(origin, size, bytes(32), "CAT"))),
        None,
    )
    yield (
        "17.5",
        "checkpoint not greater than the position",
        bent(sent=replace(place, checkpoint=_note(origin, 3, root, "CAT"))),
        None,
    )
    yield (
        "17.5",
        "checkpoint with a bent signature",
        bent(sent=replace(place, checkpoint=place.checkpoint.replace("\n4\n", "\n5\n"))),
        None,
    )
    yield "17.6", "path with a hash too few", bent(sent=replace(place, path=place.path[:-1])), None
    yield "17.6", "path with a hash too many", bent(sent=replace(place, path=(*place.path, bytes(32)))), None
    yield "17.6", "path in another order", bent(sent=replace(place, path=place.path[::-1])), None
    grown = place.later
    assert grown is not None
    full = len(both.year.leaves)

    def later_note(size: int, root: bytes, key: str = "CAT", origin: str = origin) -> bytes:
        return bent(sent=replace(place, later=Later(_note(origin, size, root, key), grown.path)))

    true = register.root_of(both.year.hashes)
    yield (
        "17.6",
        "later checkpoint of the same size",
        bent(sent=replace(place, later=Later(place.checkpoint, ()))),
        None,
    )
    yield "17.6", "later checkpoint that is smaller", later_note(2, register.root_of(both.year.hashes[:2])), None
    yield "17.6", "later checkpoint of a forked register", later_note(full, bytes(32)), None
    yield "17.6", "later checkpoint by another agency", later_note(full, true, "BCH"), None
    yield "17.6", "later checkpoint of another register", later_note(full, true, origin="giaoban/CAT/in/2026"), None
    yield (
        "17.6",
        "later checkpoint with a bent proof",
        bent(sent=replace(place, later=replace(grown, path=grown.path[::-1]))),
        None,
    )
    # 17.5.6 receipts
    stranger = World().send("CAT", "XA")
    yield (
        "17.5",
        "a receipt by somebody it was not sent to",
        bent(answers=(Answer(stranger.receipts["XA"][0]),), keys=(("CAT", public("CAT")), ("XA", public("XA")))),
        None,
    )
    yield "17.5", "a receipt for another dispatch", bent(answers=(Answer(first.receipts["BCH"][0]),)), None
    yield (
        "17.5",
        "a bit of a receipt",
        bent(answers=(Answer(_flip(shown.answers[0].receipt, 300)), shown.answers[1])),
        None,
    )
    yield "17.5", "a dispatch for a receipt", bent(answers=(Answer(first.sealed),)), None
    places = world.evidence(both, own="CAT", places=True)
    refusal, accepted = places.answers[1], places.answers[0]
    yield (
        "17.5",
        "the receiver's entry of another dispatch",
        bent(
            places,
            answers=(replace(accepted, place=world.place(book, 1, "BCH", size=3, later=None, note=False)), refusal),
        ),
        None,
    )
    yield (
        "17.5",
        "the place of another receiver",
        bent(places, answers=(replace(accepted, place=refusal.place), refusal)),
        None,
    )
    yield (
        "17.5",
        "the receiver's entry with another arrival number",
        bent(places, answers=(_answered(both, 2, number=7), refusal)),
        None,
    )
    yield (
        "17.5",
        "the receiver's entry as a refusal",
        bent(places, answers=(_answered(both, 2, kind="refusal"), refusal)),
        None,
    )
    yield (
        "17.5",
        "the receiver's tree is not that of the receipt",
        bent(places, answers=(_answered(both, 2), refusal)),
        None,
    )
    # 17.5.8 files
    yield "17.5", "a file is missing", good, {}
    yield "17.5", "a file is another", good, {next(iter(FILES)): PAPER + b" "}
    yield "17.5", "a file too many", good, {**FILES, hashlib.sha256(b"x").hexdigest(): b"x"}


def _counted(data: bytes, change: int) -> bytes:
    head, _, rest = data.partition(b"\n")
    magic, _, count = head.rpartition(b" ")
    return b"%s %d\n%s" % (magic, int(count) + change, rest)


def _flip(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def _by_stranger() -> bytes:
    world = World()
    return evidence.write(world.evidence(world.send("LA", "BCH"), own="LA"))


def _leaf(sent: Sent, origin: str, kind: str, number: int | None, position: int, **content: Any) -> bytes:
    named = {
        "digest": envelope.digest_of(sent.sealed),
        "sender": sent.said.sender,
        "uid": sent.said.uid,
        "reference": evidence.reference_text(sent.said),
        "by": None,
    }
    return exchange.leaf_of(origin, position, kind, number, START.date(), {**named, **content})


def _own_tree(sent: Sent, *, kind: str = "dispatch", number: int | None = 2, **content: Any) -> Place:
    """A register of the sender's own making, truly signed, whose entry 1 says something else of the dispatch."""
    leaves = [b"{}", _leaf(sent, sent.year.origin, kind, number, 1, **content)]
    year = Year(sent.year.origin, leaves)
    return Place(leaves[1], (year.hashes[0],), year.note(2, "CAT"))


def _answered(sent: Sent, position: int, *, kind: str = "dispatch", number: int | None = 2) -> Answer:
    """The receipt of BCH beside an entry that says something else, or beside a proof of another tree."""
    sealed, year, _ = sent.receipts["BCH"]
    leaf = _leaf(sent, year.origin, kind, number, position)
    path = register.inclusion_proof(position, year.hashes[: position + 1])
    return Answer(sealed, Place(leaf, (*path, bytes(32))))


# --- register extracts ------------------------------------------------------------------------------------------------


def _small() -> World:
    world = World()
    world.send("CAT", "BCH")
    world.send("BCH", "CAT")
    return world


def _again(number: int = 2) -> World:
    """BCH lost its last arrival, states the loss and registers it again with the receipt it gave."""
    world = World()
    world.send("CAT", "BCH")
    sent = world.send("CAT", "BCH")
    book = world.book("BCH", "in")
    year = book.years[0]
    lost = {
        "origin": year.origin,
        "kept_size": 2,
        "kept_root": register.root_of(year.hashes[:2]).hex(),
        "witnessed_size": 3,
    }
    stated = {**lost, "witnessed_root": register.root_of(year.hashes).hex()}
    papers = year.papers[2]
    year.leaves, year.papers = year.leaves[:2], year.papers[:2]
    book.enter("recovery", None, START.date(), {"lost": [stated]}, [])
    book.arrivals = number - 1
    book.enter("dispatch", None, START.date(), _named(sent), papers)
    return world


def _two_years() -> World:
    world = World()
    world.send("CAT", "BCH")
    world.send("CAT", "BCH", at=NEXT_YEAR)
    return world


def register_cases() -> Iterator[tuple[str, str, bytes]]:
    """(rule, name, extract)."""
    world, _ = _world()
    small = _small()
    # accepted
    yield "17.8", "both registers with papers", small.extract("CAT")
    yield "17.8", "entries alone", small.extract("CAT", papers=False)
    yield "17.8", "refusals, acts without number, two recipients", world.extract("CAT")
    yield "17.8", "the register of a receiver that refused", world.extract("HQ")
    yield "17.8", "signed after every third entry", world.extract("CAT", every=3)
    yield "17.8", "two years", _two_years().extract("CAT")
    yield "17.8", "from the second year on", _without_years(_two_years(), "CAT")
    yield "17.8", "an incoming register alone", world.extract("HQ", papers=False)
    lost = _small()
    book = lost.book("CAT", "out")
    entry = {"origin": book.years[-1].origin, "kept_size": 2, "kept_root": "0" * 64, "witnessed_size": 5}
    book.enter("recovery", None, START.date(), {"lost": [{**entry, "witnessed_root": "1" * 64}]}, [])
    lost.sequences["CAT", ""] += 3
    lost.sequences["CAT", "BCH"] += 2
    lost.numbers["CAT", 2026, "BC-CAT"] += 3
    lost.send("CAT", "BCH")
    yield "17.10", "numbers left out after a stated loss", lost.extract("CAT")
    yield "17.10", "an arrival that was lost and registered again", _again().extract("BCH")
    yield "17.10", "an arrival registered again under another number", _again(number=9).extract("BCH")
    gap = _small()
    gap.sequences["CAT", "BCH"] += 1
    gap.send("CAT", "BCH")
    yield "17.10", "a sender's number towards the agency has not come", gap.extract("BCH")
    # parts
    data = small.extract("CAT")

    def bent(change: Callable[[list[Part]], object], data: bytes = data) -> bytes:
        parts = evidence.split_parts(EXTRACT_MAGIC, data, None)
        change(parts)
        return evidence.join_parts(EXTRACT_MAGIC, parts)

    def at(name: str, nth: int = 0, data: bytes = data) -> int:
        parts = evidence.split_parts(EXTRACT_MAGIC, data, None)
        return [index for index, part in enumerate(parts) if part[0] == name][nth]

    yield "17.2", "nothing", b""
    yield "17.2", "a byte behind", data + b" "
    yield "17.2", "an evidence file", data.replace(b"REGISTER", b"EVIDENCE", 1)
    yield "17.8", "no key", bent(lambda parts: parts.__delitem__(slice(0, 2)))
    yield "17.8", "no register", bent(lambda parts: parts.__delitem__(slice(2, None)))
    yield "17.8", "a register without entries", bent(lambda parts: parts.append(("register", b"giaoban/CAT/out/2027")))
    yield "17.8", "a register of another agency", _joined(small, "CAT", "BCH")
    yield "17.8", "outgoing before incoming", _turned(small)
    yield "17.8", "the same register twice", bent(lambda parts: parts.extend(parts[at("register", 1) :]))
    yield "17.8", "later years first", _years_turned(_two_years(), "CAT")
    yield "17.8", "an entry without its papers", bent(lambda parts: parts.pop(at("receipt", 1)))
    yield (
        "17.8",
        "papers where there were none",
        bent(lambda parts: parts.insert(at("checkpoint"), ("receipt", b"")), small.extract("CAT", papers=False)),
    )
    yield "17.8", "last entry not signed", bent(lambda parts: parts.pop(at("checkpoint", -1)))
    yield (
        "17.8",
        "a name that is no register",
        bent(lambda parts: parts.__setitem__(at("register"), ("register", b"giaoban/CAT/by/2026"))),
    )
    yield "17.5", "a key that nothing needs", bent(lambda parts: parts.insert(2, evidence.key_part("XA", public("XA"))))
    yield "17.5", "a key missing", bent(lambda parts: parts.pop(0))
    # 17.9
    yield (
        "17.9",
        "an entry taken out",
        bent(lambda parts: parts.__delitem__(slice(at("leaf", 3), at("leaf", 4))), world.extract("CAT", papers=False)),
    )
    yield (
        "17.9",
        "an entry changed",
        bent(
            lambda parts: parts.__setitem__(
                at("leaf", 1), ("leaf", parts[at("leaf", 1)][1].replace(b'"number":1', b'"number":2'))
            )
        ),
    )
    yield (
        "17.9",
        "an entry with a space",
        bent(lambda parts: parts.__setitem__(at("leaf", 1), ("leaf", parts[at("leaf", 1)][1] + b" "))),
    )
    yield (
        "17.9",
        "a checkpoint of another size",
        bent(lambda parts: parts.__setitem__(at("checkpoint", 0), parts[at("checkpoint", 1)])),
    )
    yield (
        "17.9",
        "a checkpoint by another agency",
        bent(
            lambda parts: parts.__setitem__(
                at("checkpoint"), ("checkpoint", small.book("CAT", "in").years[0].note(1, "BCH").encode())
            )
        ),
    )
    yield (
        "17.9",
        "a checkpoint of another root",
        bent(
            lambda parts: parts.__setitem__(
                at("checkpoint"), ("checkpoint", _note("giaoban/CAT/in/2026", 1, bytes(32), "CAT").encode())
            )
        ),
    )
    yield (
        "17.9",
        "a checkpoint with a bent signature",
        bent(
            lambda parts: parts.__setitem__(
                at("checkpoint"), ("checkpoint", _bent_signature(parts[at("checkpoint")][1]))
            )
        ),
    )
    for rule, name, forge in _forgeries():
        made = _small() if "year" not in name else _two_years()
        yield rule, name, forge(made)


def _forgeries() -> list[tuple[str, str, Callable[[World], bytes]]]:
    """Registers kept wrongly by their own agency: every signature is true."""
    day = START.date()

    def opened_twice(world: World) -> bytes:
        world.book("CAT", "out")._append("opening", None, day, {"previous": None}, [])  # noqa: SLF001
        return world.extract("CAT")

    def no_opening(world: World) -> bytes:
        year = world.book("CAT", "out").years[0]
        year.leaves, year.papers = year.leaves[1:], year.papers[1:]
        return world.extract("CAT", papers=False)

    def wrong_position(world: World) -> bytes:
        year = world.book("CAT", "out").years[0]
        year.leaves.append(year.leaves[1].replace(b'"position":1', b'"position":9'))
        year.papers.append([])
        return world.extract("CAT", papers=False)

    def other_origin(world: World) -> bytes:
        year = world.book("CAT", "out").years[0]
        year.leaves[-1] = year.leaves[-1].replace(b"CAT/out", b"CAT/in")
        return world.extract("CAT", papers=False)

    def twice(world: World) -> bytes:
        year = world.book("CAT", "in").years[0]
        value = {**json.loads(year.leaves[1]), "position": 2, "number": 2}
        year.leaves.append(envelope.encode_body(value))
        year.papers.append([])
        return world.extract("CAT", papers=False)

    def unknown_type(world: World) -> bytes:
        content = json.loads(world.book("CAT", "in").years[0].leaves[1])["content"]
        world.book("CAT", "in").enter("receipt", None, day, {**content, "digest": "0" * 64}, [])
        return world.extract("CAT", papers=False)

    def empty_loss(world: World) -> bytes:
        world.book("CAT", "out").enter("recovery", None, day, {"lost": []}, [])
        return world.extract("CAT")

    def skip_arrival(world: World) -> bytes:
        world.book("BCH", "in").arrivals += 1
        world.send("CAT", "BCH")
        return world.extract("BCH")

    def repeat_arrival(world: World) -> bytes:
        world.book("BCH", "in").arrivals -= 1
        world.send("CAT", "BCH")
        return world.extract("BCH")

    def numbered_refusal(world: World) -> bytes:
        content = json.loads(world.book("CAT", "in").years[0].leaves[1])["content"]
        world.book("CAT", "in").enter("refusal", 2, day, {**content, "digest": "0" * 64}, [])
        return world.extract("CAT", papers=False)

    def skip_official(world: World) -> bytes:
        world.numbers["CAT", 2026, "BC-CAT"] += 1
        world.send("CAT", "BCH")
        return world.extract("CAT")

    def repeat_official(world: World) -> bytes:
        world.numbers["CAT", 2026, "BC-CAT"] -= 1
        world.send("CAT", "BCH")
        return world.extract("CAT")

    def numbered_machine_act(world: World) -> bytes:
        content = json.loads(world.book("CAT", "out").years[0].leaves[1])["content"]
        world.book("CAT", "out").enter("dispatch", 2, day, {**content, "digest": "0" * 64, "reference": None}, [])
        return world.extract("CAT", papers=False)

    def chain(**changes: Any) -> Callable[[World], bytes]:
        def forge(world: World) -> bytes:
            year = world.book("CAT", "out").years[1]
            value = json.loads(year.leaves[0])
            previous = {**value["content"]["previous"], **changes} if changes else None
            year.leaves[0] = envelope.encode_body({**value, "content": {"previous": previous}})
            return world.extract("CAT", papers=False)

        return forge

    def skip_sequence(world: World) -> bytes:
        world.sequences["CAT", ""] += 1
        world.send("CAT", "BCH")
        return world.extract("CAT")

    def skip_towards(world: World) -> bytes:
        world.sequences["CAT", "BCH"] += 1
        world.send("CAT", "BCH")
        return world.extract("CAT")

    def fork(world: World) -> bytes:
        world.send("CAT", "BCH", previous="0" * 64)
        return world.extract("CAT")

    def towards_twice(world: World) -> bytes:
        world.sequences["CAT", "BCH"] -= 1
        world.send("CAT", "BCH")
        return world.extract("BCH")

    def swap_papers(world: World) -> bytes:
        world.send("CAT", "BCH")
        papers = world.book("CAT", "out").years[0].papers
        papers[1], papers[3] = papers[3], papers[1]
        return world.extract("CAT")

    def swap_answers(world: World) -> bytes:
        world.send("CAT", "BCH")
        papers = world.book("BCH", "in").years[0].papers
        papers[1][1], papers[2][1] = papers[2][1], papers[1][1]
        return world.extract("BCH")

    def not_ours(world: World) -> bytes:
        sent = World().send("CAT", "HQ")
        world.book("BCH", "in").enter("dispatch", None, day, _named(sent), [("dispatch", sent.sealed)])
        return world.extract("BCH")

    def not_by_us(world: World) -> bytes:
        sent = World().send("BCH", "HQ")
        world.book("CAT", "out").enter("dispatch", 1, day, _named(sent), [("dispatch", sent.sealed)])
        return world.extract("CAT")

    def other_register(world: World) -> bytes:
        """The receipts were given for a register that was thrown away."""
        year = world.book("BCH", "in").years[0]
        value = json.loads(year.leaves[0])
        year.leaves[0] = envelope.encode_body({**value, "date": "2026-01-01"})
        return world.extract("BCH")

    return [
        ("17.9", "opened twice", opened_twice),
        ("17.9", "never opened", no_opening),
        ("17.9", "a position left out", wrong_position),
        ("17.9", "an entry of another register", other_origin),
        ("17.9", "one dispatch registered twice", twice),
        ("17.9", "a receipt in an incoming register", unknown_type),
        ("17.9", "a loss of nothing", empty_loss),
        ("17.9", "an arrival number left out", skip_arrival),
        ("17.9", "an arrival number twice", repeat_arrival),
        ("17.9", "a refusal with a number", numbered_refusal),
        ("17.9", "an official number left out", skip_official),
        ("17.9", "an official number twice", repeat_official),
        ("17.9", "a number without a reference", numbered_machine_act),
        ("17.9", "the second year begins with another root", chain(root="0" * 64)),
        ("17.9", "the second year begins with another size", chain(size=2)),
        ("17.9", "the second year follows another register", chain(origin="giaoban/CAT/in/2026")),
        ("17.9", "the second year follows a register that cannot be", chain(origin="giaoban/?/xx/99999")),
        ("17.9", "the second year begins anew", chain()),
        ("17.10", "a sequence left out", skip_sequence),
        ("17.10", "a sequence to a recipient left out", skip_towards),
        ("17.10", "the stream forks", fork),
        ("17.10", "a sequence towards the agency twice", towards_twice),
        ("17.10", "papers of another entry", swap_papers),
        ("17.10", "the answer to another dispatch", swap_answers),
        ("17.10", "a dispatch for somebody else", not_ours),
        ("17.10", "a dispatch by somebody else", not_by_us),
        ("17.10", "answers of a register that was thrown away", other_register),
    ]


def _named(sent: Sent) -> dict[str, Any]:
    return {
        "digest": envelope.digest_of(sent.sealed),
        "sender": sent.said.sender,
        "uid": sent.said.uid,
        "reference": evidence.reference_text(sent.said),
        "by": None,
    }


def _joined(world: World, *agencies: str) -> bytes:
    """Registers of several agencies in one extract."""
    parts = [evidence.split_parts(EXTRACT_MAGIC, world.extract(code), None) for code in agencies]
    keys = sorted({part for found in parts for part in found if part[0] == "key"})
    return evidence.join_parts(EXTRACT_MAGIC, keys + [part for found in parts for part in found if part[0] != "key"])


def _registers(data: bytes) -> tuple[list[Part], list[list[Part]]]:
    """Keys, and the parts of each register."""
    keys: list[Part] = []
    found: list[list[Part]] = []
    for part in evidence.split_parts(EXTRACT_MAGIC, data, None):
        if part[0] == "key":
            keys.append(part)
        elif part[0] == "register":
            found.append([part])
        else:
            found[-1].append(part)
    return keys, found


def _turned(world: World) -> bytes:
    keys, found = _registers(world.extract("CAT"))
    return evidence.join_parts(EXTRACT_MAGIC, [*keys, *found[1], *found[0]])


def _years_turned(world: World, agency: str) -> bytes:
    keys, found = _registers(world.extract(agency, papers=False))
    return evidence.join_parts(EXTRACT_MAGIC, [*keys, *(part for each in found[::-1] for part in each)])


def _without_years(world: World, agency: str) -> bytes:
    keys, found = _registers(world.extract(agency))
    return evidence.join_parts(EXTRACT_MAGIC, [*keys, *found[-1]])


def _bent_signature(note: bytes) -> bytes:
    """The same note with the first bit of its signature turned."""
    stated, key_hash, signature = register.parse_checkpoint(note.decode())
    blob = base64.b64encode(key_hash + bytes([signature[0] ^ 1]) + signature[1:]).decode()
    return f"{stated.body.decode()}\n— {stated.origin} {blob}\n".encode()
