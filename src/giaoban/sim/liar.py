"""A partner that lies: truly enrolled, with a key of its own, and with every packet of the network before its eyes."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from giaoban.kernel import envelope, keyring, receipt, register, signing, status
from giaoban.kernel.bundle import Item, ItemType
from giaoban.kernel.envelope import MAX_INT, Envelope, Recipient
from giaoban.kernel.errors import KernelError
from giaoban.kernel.receipt import Outcome, Receipt, RefusalReason
from giaoban.kernel.status import Grown, Status
from giaoban.kernel.verify import VerifiedDispatch

if TYPE_CHECKING:
    from giaoban.sim.station import Station
    from giaoban.sim.world import World


def attack(world: World, station: Station) -> str:
    """One lie, chosen by the seed, on its way to somebody. Its name, or "" when there was nothing to lie about yet."""
    name = world.chance.choice(NAMES)
    try:
        return name if LIES[name](world, station) else ""
    except KernelError:
        return ""  # the kernel does not even let it be written


def _hand_over(world: World, station: Station, to: str, kind: ItemType, content: bytes) -> bool:
    if to == station.code:
        return False
    tx = station.begin()
    tx.bundle_number += 1
    blob = station.sealed_bundle(tx, to, [(Item.of(kind, content), content)])
    station.disk = tx
    world.post(station, to, blob)
    return True


def _victim(world: World, station: Station, besides: str = "") -> str:
    others = [code for code in world.stations if code not in {station.code, besides}]
    return world.chance.choice(others) if others else ""


def _foreign(world: World, station: Station) -> tuple[bytes, VerifiedDispatch] | None:
    """A dispatch of somebody else, as it passed on the network."""
    seen = [pair for pair in world.passed if pair[1].envelope.sender != station.code]
    return world.chance.choice(seen) if seen else None


def _own(world: World, station: Station) -> VerifiedDispatch | None:
    own = [found for _, found in station.disk.dispatches.values() if found.envelope.sender == station.code]
    return world.chance.choice(own) if own else None


def _say(world: World, station: Station, said: Envelope, to: str) -> bool:
    """Truly signed by the liar: it did say this, whatever it is."""
    sealed = envelope.seal(replace(said, key_id=station.disk.key_id), station.disk.seed)
    world.oracle.sent[envelope.digest_of(sealed)] = station.code
    return _hand_over(world, station, to, ItemType.DISPATCH, sealed)


def _forged_receipt(world: World, station: Station) -> bool:
    """A receipt in the name of the honest receiver, by the liar's key, or in its own name for what was never sent to it."""
    passed = _foreign(world, station)
    if passed is None:
        return False
    said = passed[1].envelope
    receiver = said.recipients[0].agency if world.chance.random() < 0.5 else station.code
    key_id = station.disk.key_id
    if receiver != station.code and world.chance.random() < 0.5:
        key_id = world.stations[receiver].disk.key_id  # names the right key and signs with another
    fake = register.Checkpoint(register.origin(receiver, "in", said.issued_at.year), 9, bytes(32))
    note = register.sign_checkpoint(fake, station.disk.seed)
    if key_id != station.disk.key_id:
        named = world.stations[receiver].disk.keys[receiver, key_id].public_key
        blob = register.note_key_hash(fake.origin, named) + world.chance.randbytes(signing.SIGNATURE_SIZE)
        note = f"{fake.body.decode()}\n— {fake.origin} {base64.b64encode(blob).decode()}\n"
    forged = Receipt(
        receiver=receiver,
        key_id=station.disk.key_id,
        sender=said.sender,
        uid=said.uid,
        digest=passed[1].digest,
        outcome=Outcome.ACCEPTED,
        reason=None,
        duplicate_of=None,
        arrival_number=1,
        position=1,
        checkpoint=note,
        issued_at=said.issued_at,
    )
    sealed = receipt.seal(forged, station.disk.seed)
    if key_id != station.disk.key_id:
        taken = envelope.unframe(sealed, envelope.RECEIPT_TYPE)
        body = taken.body.replace(station.disk.key_id.encode(), key_id.encode())
        sealed = envelope.frame(envelope.RECEIPT_TYPE, body, station.disk.seed)
    return _hand_over(world, station, said.sender, ItemType.RECEIPT, sealed)


def _second_receipt(world: World, station: Station) -> bool:
    """Another statement about a dispatch that it has already answered."""
    for (sender, _), came in station.disk.incoming.items():
        said = receipt.parse(came.receipt)
        if said.outcome is Outcome.ACCEPTED:
            other = replace(
                said, outcome=Outcome.REFUSED, reason=RefusalReason("sim.changed_mind", ""), arrival_number=None
            )
            return _hand_over(world, station, sender, ItemType.RECEIPT, receipt.seal(other, station.disk.seed))
    return False


def _forked_register(world: World, station: Station) -> bool:
    """A second version of its register, of a size it has shown."""
    direction = world.chance.choice(("in", "out"))
    book = station.disk.books.get(direction)
    if book is None:
        return False
    size = max(1, book.tree.size - world.chance.randrange(2))
    fake = register.Checkpoint(book.origin, size, world.chance.randbytes(32))
    note = register.sign_checkpoint(fake, station.disk.seed)
    victim = _victim(world, station)
    said = Status(software="liar", time=station.now(), statements=((victim, 1),), checkpoints=(note,))
    if fake.root[0] % 2:
        said = _rewritten(world, station, victim, fake, said)
    return _hand_over(world, station, victim, ItemType.STATUS, status.encode(said))


def _rewritten(world: World, station: Station, victim: str, fake: register.Checkpoint, said: Status) -> Status:
    """The same with an entry changed that the victim has seen, and grown since: with the best proof that can be made."""
    first = station.disk.wants.get(f"{victim}\n{fake.origin}", 0)
    leaves = station.disk.leaves[fake.origin]
    if not 0 < first <= len(leaves) or fake.origin not in world.stations[victim].disk.held:
        return said
    changed = fake.root[1] % first
    after = (*leaves[:changed], fake.root, *leaves[changed + 1 :], fake.root)
    shown = register.Checkpoint(fake.origin, len(after), register.root_of(after))
    world.oracle.rewritten.add(shown)
    note = register.sign_checkpoint(shown, station.disk.seed)
    path = tuple(register.consistency_proof(first, after))
    return replace(said, checkpoints=(note,), grown=(Grown(note, first, path),))


def _same_name(world: World, station: Station, **changes: object) -> bool:
    said = _own(world, station)
    if said is None:
        return False
    victim = world.chance.choice([to.agency for to in said.envelope.recipients])
    return _say(world, station, replace(said.envelope, payload={"lie": world.step}, **changes), victim)  # type: ignore[arg-type]


def _reused_uid(world: World, station: Station) -> bool:
    """Other bytes under a uid it has used."""
    return _same_name(world, station)


def _reused_sequence(world: World, station: Station) -> bool:
    """Another dispatch under a sequence number it has used, maybe towards somebody else."""
    said = _own(world, station)
    if said is None:
        return False
    to = _victim(world, station)
    number = station.disk.towards.get(to, 0) + world.chance.randrange(1, 3)
    other = replace(said.envelope, uid=world.next_uid(station.code), recipients=(Recipient(to, number),))
    return _say(world, station, other, to)


def _reused_number(world: World, station: Station) -> bool:
    """Another dispatch under an official number it has used."""
    said = _own(world, station)
    if said is None or said.envelope.reference is None:
        return False
    to = _victim(world, station)
    ahead = world.chance.randrange(50, 60)
    other = replace(
        said.envelope,
        uid=world.next_uid(station.code),
        sequence=station.disk.sequence + ahead,
        previous=said.digest,
        recipients=(Recipient(to, station.disk.towards.get(to, 0) + ahead),),
    )
    return _say(world, station, other, to)


def _largest_sequence(world: World, station: Station) -> bool:
    """The largest number there is: the gap below it is one range, and nobody else's numbers move."""
    said = _own(world, station)
    if said is None:
        return False
    to = _victim(world, station)
    other = replace(
        said.envelope,
        uid=world.next_uid(station.code),
        sequence=MAX_INT,
        previous=said.digest,
        reference=None,
        recipients=(Recipient(to, MAX_INT),),
    )
    return _say(world, station, other, to)


def _readdressed(world: World, station: Station) -> bool:
    """A good dispatch of one partner, handed to another that it was not for."""
    passed = _foreign(world, station)
    if passed is None:
        return False
    to = _victim(world, station, besides=passed[1].envelope.sender)
    return bool(to) and _hand_over(world, station, to, ItemType.DISPATCH, passed[0])


def _other_bytes(world: World, station: Station) -> bool:
    """Other bytes under the uid, name and key of an honest sender, signed by the liar."""
    passed = _foreign(world, station)
    if passed is None:
        return False
    said = replace(passed[1].envelope, payload={"lie": world.step})
    key_id = station.disk.key_id if world.chance.random() < 0.5 else said.key_id
    body = envelope.parse_frame(envelope.unframe(passed[0], envelope.DISPATCH_TYPE))
    forged = envelope.seal(replace(body, payload=said.payload, key_id=station.disk.key_id), station.disk.seed)
    taken = envelope.unframe(forged, envelope.DISPATCH_TYPE)
    sealed = envelope.frame(
        envelope.DISPATCH_TYPE,
        taken.body.replace(station.disk.key_id.encode(), key_id.encode()),
        station.disk.seed,
    )
    return _hand_over(world, station, said.recipients[0].agency, ItemType.DISPATCH, sealed)


def _replayed(world: World, station: Station) -> bool:
    """An old bundle of anybody, byte for byte, once more."""
    if not world.captured:
        return False
    to, blob = world.chance.choice(world.captured)
    world.post(station, to, blob)
    return True


def _false_history(world: World, station: Station) -> bool:
    """To one that asks what was seen of it: a dispatch in its name with a number far ahead, by the liar's key."""
    for code, other in world.stations.items():
        if other.disk.mode == "open" or code == station.code:
            continue
        passed = [pair for pair in world.passed if pair[1].envelope.sender == code]
        if not passed:
            continue
        said = passed[-1][1].envelope
        body = envelope.unframe(
            envelope.seal(
                replace(
                    said,
                    sequence=9_000,
                    key_id=station.disk.key_id,
                    sender=station.code,
                    recipients=(Recipient(code, 9_000),),
                ),
                station.disk.seed,
            ),
            envelope.DISPATCH_TYPE,
        ).body
        swapped = body.replace(f'"sender":"{station.code}"'.encode(), f'"sender":"{code}"'.encode())
        swapped = swapped.replace(f'"agency":"{code}"'.encode(), f'"agency":"{station.code}"'.encode())
        swapped = swapped.replace(station.disk.key_id.encode(), other.disk.key_id.encode())
        fake = envelope.frame(envelope.DISPATCH_TYPE, swapped, station.disk.seed)
        tx = station.begin()
        blob = station.compose(tx, code, [])
        partner, _, items = other.open(blob)
        del partner
        known = {(item.type, item.sha256) for item, _ in items}
        item = Item.of(ItemType.DISPATCH, fake)
        if (item.type, item.sha256) not in known:
            items.append((item, fake))
        station.disk = tx
        world.post(station, code, station.sealed_bundle(tx, code, items))
        return True
    return False


def _false_keys(world: World, station: Station) -> bool:
    """A key statement in the name of an honest agency, with the liar's key in it."""
    victim = _victim(world, station)
    third = _victim(world, station, besides=victim) or victim
    statement, _ = world.stations[victim].disk.statements[victim]
    fake = replace(
        statement,
        number=statement.number + 1,
        online=(*statement.online, keyring.OnlineKey(signing.public_key_of(station.disk.seed))),
    )
    return _hand_over(world, station, third, ItemType.KEYS, keyring.seal(fake, [station.disk.seed]))


def _rolled_back_keys(world: World, station: Station) -> bool:
    """Its own first statement once more, in which an ended key is alive."""
    sealed = world.first_statements[station.code]
    return _hand_over(world, station, _victim(world, station), ItemType.KEYS, sealed)


def _thief(world: World, station: Station) -> tuple[str, str, bytes] | None:
    """(agency, somebody who knows that its key has ended, that key): before a partner is told of the end nothing can tell a thief."""
    found = [
        (code, other, seed)
        for code, seeds in world.stolen.items()
        for seed in seeds
        for other in world.stations
        if code not in {station.code, other} and other != station.code
        if (key := world.stations[other].disk.keys.get((code, _id_of(seed)))) is not None
        if key.revoked_from is not None
    ]
    return world.chance.choice(found) if found else None


def _id_of(seed: bytes) -> str:
    return signing.key_id(signing.public_key_of(seed))


def _stolen_key(world: World, station: Station) -> bool:
    """A dispatch in the name of an honest agency, by a key of it that has ended, under its next number."""
    thief = _thief(world, station)
    if thief is None:
        return False
    code, to, seed = thief
    disk = world.stations[code].disk
    said = Envelope(
        uid=world.next_uid(code),
        sender=code,
        key_id=_id_of(seed),
        recipients=(Recipient(to, disk.towards.get(to, 0) + 1),),
        kind="sim.note",
        thread=None,
        in_reply_to=None,
        sequence=disk.sequence + 1,
        previous=disk.tip,
        reference=None,
        summary="",
        issued_at=world.stations[code].now(),
        payload={"lie": world.step},
        files=(),
    )
    return _hand_over(world, station, to, ItemType.DISPATCH, envelope.seal(said, seed))


def _stolen_receipt(world: World, station: Station) -> bool:
    """An acknowledgement in the name of an honest receiver, by a key of it that has ended, for the next place of its register."""
    thief = _thief(world, station)
    if thief is None:
        return False
    code, sender, seed = thief
    waiting = [digest for digest, to in world.stations[sender].disk.unsettled if to == code]
    if not waiting:
        return False
    said = world.stations[sender].disk.dispatches[waiting[0]][1].envelope
    book = world.stations[code].disk.books.get("in")
    size = 1 if book is None else book.tree.size
    year = world.stations[code].now().year if book is None else book.year
    fake = register.Checkpoint(register.origin(code, "in", year), size + 1, world.chance.randbytes(32))
    forged = Receipt(
        receiver=code,
        key_id=_id_of(seed),
        sender=sender,
        uid=said.uid,
        digest=waiting[0],
        outcome=Outcome.ACCEPTED,
        reason=None,
        duplicate_of=None,
        arrival_number=1,
        position=size,
        checkpoint=register.sign_checkpoint(fake, seed),
        issued_at=said.issued_at,
    )
    return _hand_over(world, station, sender, ItemType.RECEIPT, receipt.seal(forged, seed))


LIES: Final[dict[str, Callable[[World, Station], bool]]] = {
    "forged_receipt": _forged_receipt,
    "second_receipt": _second_receipt,
    "forked_register": _forked_register,
    "reused_uid": _reused_uid,
    "reused_sequence": _reused_sequence,
    "reused_number": _reused_number,
    "largest_sequence": _largest_sequence,
    "readdressed": _readdressed,
    "other_bytes": _other_bytes,
    "replayed": _replayed,
    "false_history": _false_history,
    "false_keys": _false_keys,
    "rolled_back_keys": _rolled_back_keys,
    "stolen_key": _stolen_key,
    "stolen_receipt": _stolen_receipt,
}
NAMES: Final = tuple(LIES)
