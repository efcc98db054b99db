"""Two servers that have become partners, each in a place of its own, and the bundles one would carry to the other on a stick.

Every step is a process standing in its server; what it hands on goes through the board, as it would by phone or by stick.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from faults import operations, places
from faults.places import Place

if TYPE_CHECKING:
    from collections.abc import Callable

    from faults.operations import Facts, Say

STICK = "stick"
"""Folder beside the data of a server that stands for the stick in its slot. In GIAOBAN_HOME, so that a copy of the server has it too."""
ISLANDS = {"police": ("CAT", "Công an tỉnh Nam Vân"), "military": ("BCH", "Bộ Chỉ huy Quân sự tỉnh Nam Vân")}


@dataclass(frozen=True)
class Islands:
    """The two, ready: at the military lies a bundle of dispatches, at the police the bundle with the receipts for them."""

    police: Place
    military: Place

    def of(self, name: str) -> Place:
        """One of them."""
        return self.police if name == "police" else self.military

    def leave(self) -> None:
        """Remove both."""
        self.police.leave()
        self.military.leave()


def enrolled(
    empty: Place,
    say_in: Callable[[Place, Callable[[Place, Say], None]], list[Any]],
    *,
    addresses: dict[str, str],
    routes: dict[str, tuple[str, str]],
) -> dict[str, Place]:
    """From a migrated, empty server: two that have become partners. `say_in` runs a step in a process standing in a place.

    `addresses`: what each offers; `routes`: courier and address by which each sends to the other.
    """
    there = {name: empty.copy(name) for name in ISLANDS}
    offers = {}
    for name, place in there.items():
        offers[name] = say_in(place, partial(_found, name=name, address=addresses[name]))[0]
    for name, other in (("police", "military"), ("military", "police")):
        say_in(there[name], partial(_enrol, offer=offers[other], route=routes[name]))
    return there


def make(empty: Place, say_in: Callable[[Place, Callable[[Place, Say], None]], list[Any]], seed: int) -> Islands:
    """The two with their bundles."""
    addresses = {name: f"https://{name}.example:8441" for name in ISLANDS}
    there = enrolled(empty, say_in, addresses=addresses, routes=dict.fromkeys(ISLANDS, ("medium", "/media/usb")))
    police, military = there["police"], there["military"]
    hello = say_in(police, _export)[0]
    answer = say_in(military, partial(_import_and_export, bundles=hello))[0]
    answer = say_in(police, partial(_import_and_export, bundles=answer))[0]
    say_in(military, partial(_import, bundles=answer))
    dispatches = say_in(police, partial(_write_letters, seed=seed))[0]
    say_in(military, partial(_put, bundles=dispatches))
    with places.copied(military, "messenger") as copy:
        receipts = say_in(copy, partial(_import_and_export, bundles=dispatches))[0]
    say_in(police, partial(_put, bundles=receipts))
    return Islands(police, military)


def _found(place: Place, say: Say, *, name: str, address: str) -> None:
    from giaoban.agencies.models import Agency, Person
    from giaoban.dispatches import services as dispatches
    from giaoban.partners import services

    for username in ("an", "binh"):
        Person.objects.create_person(username, f"Quản trị {username}", "một câu rất dài đấy", is_server_admin=True)
    code, title = ISLANDS[name]
    made = Agency.objects.create(
        code=code, name=title, short_name=title, symbol=code, level="province", seat="Nam Vân", head_position="GIÁM ĐỐC"
    )
    dispatches.create_key(made, now=operations.now())
    services.set_addresses([("https", address)], by=Person.objects.get(username="an"), now=operations.now())
    offer = services.make_offer(now=operations.now())
    say({"sealed": b64encode(offer.sealed).decode(), "fingerprint": offer.fingerprint})


def _enrol(place: Place, say: Say, *, offer: dict[str, str], route: tuple[str, str]) -> None:
    from giaoban.agencies.models import Person
    from giaoban.partners import services
    from giaoban.partners.models import Partner

    an, binh = Person.objects.get(username="an"), Person.objects.get(username="binh")
    read = services.read_offer(b64decode(offer["sealed"]), by=an, now=operations.now())
    groups = offer["fingerprint"].split(" ")
    services.approve(read.row, " ".join(groups[:6]), by=an, now=operations.now())
    services.approve(read.row, " ".join(groups[6:]), by=binh, now=operations.now())
    services.set_routes(Partner.objects.get(), [route], by=an, now=operations.now())


def export_all(stick: Path, *, now: Any = None) -> list[str]:
    """Write everything that waits for the partner into `stick`; the names."""
    from giaoban.dispatches import services
    from giaoban.partners.models import Partner
    from giaoban.transports.folder import transport

    at = now or operations.now()
    services.deliver_all(at)
    stick.mkdir(exist_ok=True)
    return [path.name for path in transport.export(Partner.objects.get(), stick, now=at).paths]


def import_all(stick: Path) -> list[Any]:
    """Take in every bundle that lies there."""
    from giaoban.transports.folder import files

    return list(files.take_folder(stick, now=operations.now()))


def _export(place: Place, say: Say) -> None:
    stick = place.home / STICK
    say({name: b64encode((stick / name).read_bytes()).decode() for name in export_all(stick)})
    for path in stick.iterdir():
        path.unlink()


def _put(place: Place, say: Say, *, bundles: dict[str, str]) -> None:
    from giaoban.common.storage import sync_folder

    stick = place.home / STICK
    stick.mkdir(exist_ok=True)
    for name, content in bundles.items():
        (stick / name).write_bytes(b64decode(content))
    sync_folder(stick)


def _import(place: Place, say: Say, *, bundles: dict[str, str]) -> None:
    _put(place, say, bundles=bundles)
    stick = place.home / STICK
    for found in import_all(stick):
        if found.fate not in {"taken", "repeated"}:
            raise AssertionError(f"{found.name}: {found.fate} {found.code}")
    for path in stick.iterdir():
        path.unlink()


def _import_and_export(place: Place, say: Say, *, bundles: dict[str, str]) -> None:
    _import(place, say, bundles=bundles)
    _export(place, say)


def _write_letters(place: Place, say: Say, *, seed: int) -> None:
    for number in range(3 + seed % 4):
        operations.send(number, to=("BCH",), numbered=number % 2 == 0)
    _export(place, say)


# ---- the operations ----------------------------------------------------------------------------------------------------------


def no_facts(place: Place, seed: int) -> Facts:
    """The stick is in its slot already."""
    return {}


def letters_to_export(place: Place, seed: int) -> Facts:
    """More that waits for the partner."""
    for number in range(2 + seed % 3):
        operations.send(40 + number, to=("BCH",), numbered=number % 2 == 0)
    for path in (place.home / STICK).iterdir():
        path.unlink()
    return {}


def take_bundles(place: Place, facts: Facts, say: Say) -> None:
    """Import the stick; each bundle is acknowledged as it was taken in, with the receipts that are due for what it brought."""
    from giaoban.transports.folder import files

    for found in files.take_folder(place.home / STICK, now=operations.now()):
        if found.taken is not None:
            say({"receipts": _receipts_due(), "accepted": found.taken.accepted})
    say({"receipts": _receipts_due(), "accepted": 0})


def _receipts_due() -> list[str]:
    """The digests of the receipts that are owed to the other side, as they are committed."""
    from giaoban.partners.models import ReceiptDue

    return [_digest(bytes(row.receipt.sealed)) for row in ReceiptDue.objects.select_related("receipt")]


def check_taken(place: Place, facts: Facts, said: list[Any]) -> list[str]:
    """Import again; each letter of the other side has taken effect once, and what goes back has the acknowledged receipts."""
    from giaoban.dispatches.models import Incoming

    wrong = _not_taken(place.home / STICK)
    incoming = Incoming.objects.filter(dispatch__kind=operations.KIND)
    wanted = sorted(f"BCH {uid}" for uid in incoming.values_list("uid", flat=True))
    effects = sorted(operations.effects().elements())
    if not wanted or wanted != effects:
        wrong.append(f"effects {effects} of {wanted}")
    back = place.home / "back"
    export_all(back)
    carried = {_digest(receipt) for receipt in _items(back, "receipt")}
    acknowledged = {digest for each in said for digest in each["receipts"]}
    if len(carried) < len(wanted) or not acknowledged <= carried:
        wrong.append(f"receipts that go back: {len(carried)} of {len(wanted)}, missing {acknowledged - carried}")
    return wrong


def _not_taken(stick: Path) -> list[str]:
    """What an import, done twice, does not take in."""
    return [
        f"{found.name}: {found.fate} {found.code}"
        for found in (*import_all(stick), *import_all(stick))
        if found.fate not in {"taken", "repeated"}
    ]


def check_receipts_taken(place: Place, facts: Facts, said: list[Any]) -> list[str]:
    """Import again; every letter is accepted, each receipt kept once."""
    from giaoban.dispatches.models import Outbox, Receipt

    wrong = []
    letters = Outbox.objects.filter(dispatch__kind=operations.KIND)
    before = letters.filter(state="accepted").count()
    if sum(each["accepted"] for each in said) > before:
        wrong.append(f"only {before} of the acknowledged receipts are there")
    wrong.extend(_not_taken(place.home / STICK))
    if open_ones := list(letters.exclude(state="accepted").values_list("id", "state", "reason")):
        wrong.append(f"not accepted: {open_ones}")
    if Receipt.objects.filter(dispatch__kind=operations.KIND).count() != letters.count():
        wrong.append("a receipt is missing or doubled")
    return wrong


def write_bundles(place: Place, facts: Facts, say: Say) -> None:
    """Export to the stick."""
    say(export_all(place.home / STICK))


def check_written(place: Place, facts: Facts, said: list[Any]) -> list[str]:
    """What was acknowledged lies there whole; what was not goes with a later export. In the end every letter has gone."""
    from giaoban.dispatches.models import Dispatch, Outbox
    from giaoban.kernel import delivery

    stick = place.home / STICK
    wrong = [f"acknowledged and lost: {name}" for each in said for name in each if not (stick / name).exists()]
    export_all(stick)
    later = operations.later() + delivery.RECEIPT_LASTS * 2
    export_all(stick, now=later)
    gone = {_digest(sealed) for sealed in _items(stick, "dispatch")}
    waiting = set(Outbox.objects.exclude(state__in=["accepted", "refused"]).values_list("dispatch_id", flat=True))
    letters = set(Dispatch.objects.filter(pk__in=waiting).values_list("digest", flat=True))
    if letters - gone:
        wrong.append(f"{len(letters - gone)} of {len(letters)} letters are in no bundle")
    return wrong


def _items(folder: Path, sort: str) -> list[bytes]:
    """The content of all items of one sort in all bundles of a folder. A bundle that does not open is an error."""
    from giaoban.kernel import bundle

    found = []
    for path in sorted(folder.glob("*.gbb")):
        content = path.read_bytes()
        opened = bundle.parse_head(content[: bundle.head_size(content[: bundle.HEAD_PREFIX])], len(content))
        for item, offset in zip(opened.manifest.items, opened.offsets, strict=True):
            if item.type == sort:
                found.append(content[offset : offset + item.size])
    return found


def _digest(sealed: bytes) -> str:
    from giaoban.kernel import envelope

    return envelope.digest_of(sealed)
