"""What is broken off in the middle, and what must hold afterwards.

`prepare` makes a server ready for the operation and returns facts about it (JSON). `act` does it once and says on the board what it
acknowledges, at the moment a person or a partner would learn of it. `check` is what the next process finds: it looks for what was
acknowledged, does the operation again, and returns a line for everything that is not as it must be. A server is
started and verified before and after each check (`examine`).
"""

from __future__ import annotations

import hashlib
import shutil
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic import BaseModel

if TYPE_CHECKING:
    from faults.places import Place
    from giaoban.agencies.models import Agency
    from giaoban.dispatches.models import Dispatch
    from giaoban.dispatches.services import Act

Facts = dict[str, Any]
Say = Callable[[Any], None]

KIND = "faults.note"
THREAD = UUID("7e9b5b5e-0000-4000-8000-000000000001")
"""Thread of the one dispatch that the operation under test sends."""
AGENCIES = ("CAT", "BCH", "HQ")


class Note(BaseModel):
    """Content of the invented kind."""

    text: str


@dataclass(frozen=True)
class Operation:
    """See the head of this file."""

    name: str
    prepare: Callable[[Place, int], Facts]
    act: Callable[[Place, Facts, Say], None]
    check: Callable[[Place, Facts, list[Any]], list[str]]
    only_sqlite: bool = False
    island: str = ""
    """Which of two partners does it (`islands.py`); empty for a server that is both ends itself."""
    may_repeat: bool = False
    """Whether `act` may be done again by a process that knows nothing of the first try."""


def now() -> datetime:
    """The instant of every operation."""
    from giaoban.common.clock import HANOI

    return datetime(2026, 11, 22, 8, 0, tzinfo=HANOI)


# ---- the invented kind -------------------------------------------------------------------------------------------------------


def connect() -> None:
    """Let this server handle the invented kind beside the real ones."""
    from giaoban.project import wiring

    wiring.KINDS[KIND] = "faults.operations.on_note"
    wiring.connect()


def on_note(received: Any, *, holder: Agency, now: datetime) -> None:
    """An effect that would be there twice if it were brought about twice: one more row, whose key is its own."""
    import secrets

    from django.contrib.sessions.models import Session

    what = f"{holder.code} {received.dispatch.uid}"
    Session.objects.create(session_key=secrets.token_hex(16), session_data=what, expire_date=now)


def effects() -> Counter[str]:
    """(holder, dispatch) → how often it took effect."""
    from django.contrib.sessions.models import Session

    return Counter(Session.objects.values_list("session_data", flat=True))


# ---- servers -----------------------------------------------------------------------------------------------------------------


def migrate() -> None:
    """All tables."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def build(place: Place, seed: int) -> None:
    """Three agencies with keys and a little history. `seed` decides how much of it, so that pages split at other places."""
    from giaoban.agencies.models import Agency
    from giaoban.dispatches import services

    names = {"CAT": "Công an tỉnh", "BCH": "Bộ Chỉ huy Quân sự tỉnh", "HQ": "Chi cục Hải quan"}
    for code, name in names.items():
        made = Agency.objects.create(
            code=code,
            name=f"{name} Nam Vân (dữ liệu mẫu)",
            short_name=code,
            symbol=code,
            level="province",
            seat="Nam Vân",
        )
        services.create_key(made, now=now())
    for number in range(2 + seed % 5):
        send(number, to=("BCH", "HQ") if number % 2 else ("BCH",))
    services.deliver_all(now())


def agency(code: str) -> Agency:
    """One of the three."""
    from giaoban.agencies.models import Agency

    return Agency.objects.get(code=code)


def note(
    number: int = 0,
    *,
    sender: Agency,
    to: Sequence[Agency],
    numbered: bool = True,
    thread: UUID | None = None,
    kind: str = KIND,
    size: int = 600,
) -> Act:
    """What `send` issues: a line of text, with a file of about `size` bytes or none for 0."""
    from giaoban.common.files import Reference, RenderedFile
    from giaoban.dispatches import services

    def render(reference: Reference) -> list[RenderedFile]:
        content = f"%PDF {sender.code} {reference.text} {number}\n".encode()
        return [RenderedFile("van-ban.pdf", "application/pdf", content + b"." * size)]

    return services.Act(
        by=sender,
        kind=kind,
        payload=Note(text=f"nội dung mẫu {number}"),
        recipients=to,
        thread=thread,
        type_code="BC" if numbered else None,
        summary=f"Văn bản mẫu số {number}" if numbered else "",
        render=render if size else None,
    )


def send(
    number: int = 0,
    *,
    sender: str = "CAT",
    to: tuple[str, ...] = ("BCH",),
    numbered: bool = True,
    thread: UUID | None = None,
    at: datetime | None = None,
    kind: str = KIND,
    size: int = 600,
) -> Dispatch:
    """Issue one dispatch with a file."""
    from giaoban.dispatches import services

    act = note(
        number,
        sender=agency(sender),
        to=[agency(code) for code in to],
        numbered=numbered,
        thread=thread,
        kind=kind,
        size=size,
    )
    return services.issue_many([act], now=at or now())[0]


def examine(place: Place, *, strict: bool = False) -> list[str]:
    """Start the server as its worker does and prove everything again. A line for whatever is wrong."""
    from django.db import connection

    from giaoban.dispatches import services
    from giaoban.dispatches.verification import Severity, verify_all

    found: list[str] = []
    if not place.url:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            answer = [row[0] for row in cursor.fetchall()]
            if answer != ["ok"]:
                found.append(f"integrity_check: {answer[:3]}")
    before = {finding.code for finding in verify_all() if finding.severity is Severity.BROKEN}
    services.take_up()
    if before:
        after = [finding for finding in verify_all() if finding.severity is Severity.BROKEN]
        found.extend(f"verify: {finding.code} {finding}" for finding in after)
        if strict:
            found.extend(f"verify before the start: {code}" for code in before)
    return found


def later() -> datetime:
    """After the operation, and after the start of the server, which has looked at the clock."""
    from giaoban.common import clock

    return max(now(), clock.now())


def heal() -> None:
    """Time passes, and the worker works."""
    from giaoban.dispatches import services
    from giaoban.kernel.delivery import CLAIM_LASTS

    at = later()
    for wait in (timedelta(0), CLAIM_LASTS, timedelta(minutes=10), timedelta(hours=1), timedelta(hours=5)):
        at += wait
        services.deliver_all(at)


def effects_are_once(threaded: int) -> Iterator[str]:
    """After all was delivered: each dispatch once at each of its recipients, no more. `threaded` of them in THREAD."""
    from giaoban.dispatches.models import Dispatch, Outbox

    rows = Outbox.objects.filter(dispatch__kind=KIND)
    wanted = Counter(f"{code} {uid}" for code, uid in rows.values_list("recipient__code", "dispatch__uid"))
    found = effects()
    if wanted != found:
        yield f"effects: missing {dict(wanted - found)}, too many {dict(found - wanted)}"
    waiting = list(Outbox.objects.exclude(state__in=["accepted", "refused"]).values_list("id", "state", "reason"))
    if waiting:
        yield f"not delivered: {waiting}"
    many = Dispatch.objects.filter(thread=THREAD).count()
    if many != threaded:
        yield f"{many} dispatches instead of {threaded}"
    references = Counter(Dispatch.objects.exclude(number=None).values_list("sender__code", "year", "symbol", "number"))
    if doubled := [reference for reference, times in references.items() if times > 1]:
        yield f"official number twice: {doubled}"


# ---- send --------------------------------------------------------------------------------------------------------------------


def _nothing(place: Place, seed: int) -> Facts:
    return {"size": 200 + 977 * (seed % 7)}


def _send(place: Place, facts: Facts, say: Say) -> None:
    sent = send(99, to=("BCH", "HQ"), thread=THREAD, size=facts["size"])
    say({"uid": str(sent.uid), "reference": sent.reference})


def _check_sent(place: Place, facts: Facts, said: list[Any]) -> list[str]:
    return list(_sent_is_there(facts, said, lambda: _send(place, facts, lambda value: None)))


def _sent_is_there(facts: Facts, said: list[Any], again: Callable[[], None]) -> Iterator[str]:
    from giaoban.dispatches.models import Dispatch

    there = {(str(uid), ref) for uid, ref in Dispatch.objects.filter(thread=THREAD).values_list("uid", "reference")}
    for each in said:
        if (each["uid"], each["reference"]) not in there:
            yield f"acknowledged and lost: {each}"
    if len(there) > 1:
        yield f"sent {len(there)} times"
    if not there:
        again()
    heal()
    yield from effects_are_once(1)


# ---- the first entry of a year -----------------------------------------------------------------------------------------------


def _next_year(place: Place, facts: Facts, say: Say) -> None:
    sent = send(99, sender="HQ", numbered=False, thread=THREAD, at=now() + timedelta(days=60))
    say({"uid": str(sent.uid), "reference": sent.reference})


def _check_next_year(place: Place, facts: Facts, said: list[Any]) -> list[str]:
    return list(_sent_is_there(facts, said, lambda: _next_year(place, facts, lambda value: None)))


# ---- deliver -----------------------------------------------------------------------------------------------------------------


def _queue(place: Place, seed: int) -> Facts:
    for number in range(1 + seed % 3):
        send(50 + number, to=("BCH", "HQ"))
    send(60, kind="faults.unknown", numbered=False)
    return {}


def _deliver(place: Place, facts: Facts, say: Say) -> None:
    from giaoban.dispatches import services
    from giaoban.dispatches.models import Receipt

    services.deliver_due(now())
    kept = Receipt.objects.filter(holder__code="CAT").order_by("id").values_list("digest", flat=True)
    say({"receipts": list(kept)})


def _check_delivered(place: Place, facts: Facts, said: list[Any]) -> list[str]:
    from giaoban.dispatches.models import Receipt

    kept = set(Receipt.objects.filter(holder__code="CAT").values_list("digest", flat=True))
    lost = [digest for each in said for digest in each["receipts"] if digest not in kept]
    heal()
    return [f"acknowledged receipt lost: {digest}" for digest in lost] + list(effects_are_once(0))


# ---- receive -----------------------------------------------------------------------------------------------------------------


def _one_to_receive(place: Place, seed: int) -> Facts:
    sent = send(70, size=300 + 1311 * (seed % 9))
    return {"digest": sent.digest}


def _receive(place: Place, facts: Facts, say: Say) -> None:
    from giaoban.dispatches import parcels, services
    from giaoban.dispatches.models import Dispatch

    found = Dispatch.objects.get(digest=facts["digest"])
    files = dict(parcels.files_of(found))
    receipt = services.receive(bytes(found.sealed), files, receiver=agency("BCH"), now=now())
    say({"receipt": hashlib.sha256(receipt).hexdigest()})


def _check_received(place: Place, facts: Facts, said: list[Any]) -> list[str]:
    again: list[Any] = []
    _receive(place, facts, again.append)
    _receive(place, facts, again.append)
    found = [f"another receipt than the acknowledged one: {said}" for each in said if each != again[0]]
    if again[0] != again[1]:
        found.append("two receipts for one dispatch")
    heal()
    return found + list(effects_are_once(0))


# ---- accept a receipt --------------------------------------------------------------------------------------------------------


def _one_to_accept(place: Place, seed: int) -> Facts:
    from giaoban.dispatches import parcels, services

    sent = send(70)
    receipt = services.receive(bytes(sent.sealed), parcels.files_of(sent), receiver=agency("BCH"), now=now())
    return {"digest": sent.digest, "receipt": b64encode(receipt).decode()}


def _accept(place: Place, facts: Facts, say: Say) -> None:
    from giaoban.dispatches import services

    services.accept_receipt(b64decode(facts["receipt"]), now=now())
    say("accepted")


def _check_accepted(place: Place, facts: Facts, said: list[Any]) -> list[str]:
    from giaoban.dispatches.models import Outbox, Receipt, RegisterEntry

    found = []
    row = Outbox.objects.get(dispatch__digest=facts["digest"])
    if said and row.state != "accepted":
        found.append(f"an accepted receipt is lost: {row.state}")
    _accept(place, facts, lambda value: None)
    kept = Receipt.objects.filter(holder__code="CAT", dispatch__digest=facts["digest"])
    digests = list(kept.values_list("digest", flat=True))
    if len(digests) != 1 or RegisterEntry.objects.filter(digest__in=digests).count() != 1:
        found.append(f"a receipt is kept {len(digests)} times")
    heal()
    return found + list(effects_are_once(0))


# ---- keys, stored files, start -----------------------------------------------------------------------------------------------


def _one_without_key(place: Place, seed: int) -> Facts:
    from giaoban.agencies.models import Agency

    Agency.objects.create(code="XA", name="Ủy ban xã mẫu", short_name="XA", symbol="UBND", level="commune")
    return {}


def _make_key(place: Place, facts: Facts, say: Say) -> None:
    from giaoban.dispatches import services

    say(services.create_key(agency("XA"), now=now()).key_id)


def _check_key(place: Place, facts: Facts, said: list[Any]) -> list[str]:
    from giaoban.common.errors import RefusedError
    from giaoban.dispatches import keys, services

    try:
        found = keys.signing_key(agency("XA")).key_id
    except RefusedError:
        found = services.create_key(agency("XA"), now=now()).key_id if not said else ""
    if said and said != [found]:
        return [f"the key {said} was acknowledged, and {found or 'none'} is there"]
    send(99, sender="XA", thread=THREAD)
    heal()
    return list(effects_are_once(1))


def _big_content(place: Place, seed: int) -> Facts:
    return {"size": 300_000 + 250_000 * (seed % 4), "fill": 1 + seed % 200}


def _upload(place: Place, facts: Facts, say: Say) -> None:
    from giaoban.common.storage import store_of

    say(store_of("archive").put(bytes([facts["fill"]]) * facts["size"]))


def _check_upload(place: Place, facts: Facts, said: list[Any]) -> list[str]:
    from giaoban.common import clock
    from giaoban.common.storage import StorageError, store_of, sweep_unfinished

    store = store_of("archive")
    found = []
    for sha256 in said:
        try:
            store.check(sha256, facts["size"])
        except StorageError as error:
            found.append(f"acknowledged and lost: {type(error).__name__}")
    again: list[str] = []
    _upload(place, facts, again.append)
    store.check(again[0], facts["size"])
    # A day later, as far as this process can tell: the sweep must take what the crash left, and nothing else.
    sweep_unfinished(older_than=clock.now() + timedelta(days=1))
    whole = list(store.everything())
    if whole != [store.path(again[0])]:
        found.append(f"files: {whole}")
    return found


def _left_in_the_middle(place: Place, seed: int) -> Facts:
    """Claims that nobody holds any more, and a witness that is behind: what a worker leaves that dies while it sends."""
    import os

    from django.db import connections

    from giaoban.dispatches import services, witness
    from giaoban.transports.local.transport import LocalTransport

    before = {path: path.read_bytes() for path in witness.folder().iterdir()}
    for number in range(2):
        send(80 + number, to=("BCH", "HQ"))
    connections["default"].close()
    worker = os.fork()
    if worker == 0:

        def die(self: object, parcels: object, *, now: datetime) -> None:
            os._exit(0)

        LocalTransport.send = die  # type: ignore[method-assign, assignment]
        services.deliver_due(now())
        os._exit(1)
    _, status = os.waitpid(worker, 0)
    if status:
        raise AssertionError("the worker did not send")
    for path, note in before.items():
        path.write_bytes(note)
    return {}


def _start(place: Place, facts: Facts, say: Say) -> None:
    from giaoban.dispatches import services

    services.take_up()
    say("started")


def _check_started(place: Place, facts: Facts, said: list[Any]) -> list[str]:
    heal()
    return list(effects_are_once(0))


# ---- backup and restore ------------------------------------------------------------------------------------------------------


def _target(place: Place) -> Path:
    return place.home.with_name(f"{place.home.name}-backups") / "sao-luu.tar.gz"


def _folder(folder: Path) -> None:
    """The operator's own folder: there, and durably so, before anything is put into it."""
    from giaoban.common.storage import sync_folder

    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def _folder_for_backups(place: Place, seed: int) -> Facts:
    return {}


def _back_up(place: Place, facts: Facts, say: Say) -> None:
    from giaoban.cli import backup

    target = _target(place)
    _folder(target.parent)
    manifest = backup.back_up(place.home, place.url, target, now=now())
    say(sorted(manifest["parts"]))


def _check_backup(place: Place, facts: Facts, said: list[Any]) -> list[str]:
    target = _target(place)
    try:
        return list(_backup_is_there(place, target, said))
    finally:
        shutil.rmtree(target.parent, ignore_errors=True)


def _backup_is_there(place: Place, target: Path, said: list[Any]) -> Iterator[str]:
    if said and not target.exists():
        yield "an acknowledged backup is lost"
    if not target.exists():
        _back_up(place, {}, lambda value: None)
    yield from _opens(place, target)
    if any(path.name.startswith(".backup-") for path in place.home.iterdir()):
        # the next backup sweeps what the one before left
        target.unlink()
        _back_up(place, {}, lambda value: None)
    left = sorted(path.name for path in target.parent.iterdir() if path != target)
    left += sorted(path.name for path in place.home.iterdir() if path.name.startswith(".backup-"))
    if left:
        yield f"left behind: {left}"


def _opens(place: Place, target: Path) -> Iterator[str]:
    """Whether a backup comes back whole: restored and, on SQLite, opened. (A dump is only unpacked and compared.)"""
    import sqlite3

    from giaoban.cli import backup

    new = target.parent / "restored"
    try:
        if place.url:
            new.mkdir()
            backup._unpack(target, new, None)  # noqa: SLF001 - the same comparison, without a second database
            return
        backup.restore(target, new, "")
        with closing(sqlite3.connect(new / backup.DATABASE)) as copy:
            if copy.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                yield "the database in the backup is damaged"
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _a_backup(place: Place, seed: int) -> Facts:
    from giaoban.cli import backup

    made = place.home / "sao-luu.tar.gz"
    backup.back_up(place.home, "", made, now=now())
    return {}


def _restore(place: Place, facts: Facts, say: Say) -> None:
    from giaoban.cli import backup

    new = place.home.with_name(f"{place.home.name}-islands") / "new"
    _folder(new.parent)
    say(sorted(backup.restore(place.home / "sao-luu.tar.gz", new, "")["parts"]))


def _check_restored(place: Place, facts: Facts, said: list[Any]) -> list[str]:
    from django.db import connections

    new = place.home.with_name(f"{place.home.name}-islands") / "new"
    found = []
    try:
        if said and not new.exists():
            found.append("an acknowledged restore is lost")
        if not new.exists():
            _restore(place, facts, lambda value: None)
        connections["default"].close()
        other = type(place)(new)
        other.occupy()
        found += examine(other)
        left = sorted(path.name for path in new.parent.iterdir() if path != new)
        if left:
            found.append(f"left behind: {left}")
        connections["default"].close()
        place.occupy()
    finally:
        shutil.rmtree(new.parent, ignore_errors=True)
    return found


def all_operations() -> dict[str, Operation]:
    """Every operation by its name."""
    from faults import islands

    found = (
        Operation("send", _nothing, _send, _check_sent),
        Operation("new-year", _nothing, _next_year, _check_next_year),
        Operation("deliver", _queue, _deliver, _check_delivered, may_repeat=True),
        Operation("receive", _one_to_receive, _receive, _check_received, may_repeat=True),
        Operation("accept-receipt", _one_to_accept, _accept, _check_accepted, may_repeat=True),
        Operation("make-key", _one_without_key, _make_key, _check_key),
        Operation("upload", _big_content, _upload, _check_upload, may_repeat=True),
        Operation("start", _left_in_the_middle, _start, _check_started, may_repeat=True),
        Operation("backup", _folder_for_backups, _back_up, _check_backup),
        Operation("restore", _a_backup, _restore, _check_restored, only_sqlite=True),
        Operation(
            "export-bundle", islands.letters_to_export, islands.write_bundles, islands.check_written, island="police"
        ),
        Operation(
            "import-bundle",
            islands.no_facts,
            islands.take_bundles,
            islands.check_taken,
            island="military",
            may_repeat=True,
        ),
        Operation(
            "import-receipts",
            islands.no_facts,
            islands.take_bundles,
            islands.check_receipts_taken,
            island="police",
            may_repeat=True,
        ),
    )
    return {each.name: each for each in found}
