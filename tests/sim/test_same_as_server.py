"""The simulator is the server: the same functions, and on one schedule the same outcomes, step by step."""

from __future__ import annotations

import ast
import inspect
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.dispatches import handlers
from tests.dispatches.houses import NOW
from tests.sim import courier

from giaoban.kernel import delivery, envelope, receipt
from giaoban.kernel.delivery import Reason, reason_of
from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.sim import disk
from giaoban.sim import station as simulated
from giaoban.sim.station import NOTE, UNKNOWN, Station
from giaoban.sim.world import World

if TYPE_CHECKING:
    from types import ModuleType

    from tests.dispatches.houses import House

    from giaoban.agencies.models import Agency

CODES = ("CAT", "BCH", "HQ")
DECISIONS = {
    "admit",
    "after_try",
    "due_event",
    "enter",
    "name_of",
    "next_reference",
    "next_sequence",
    "official_of",
    "open_book",
    "reconcile",
    "released",
    "settle",
    "statement",
}
RECONCILING = {
    "arrival_of",
    "by_year",
    "claimed",
    "is_foreign",
    "largest",
    "lost",
    "lost_years",
    "may_take_keys",
    "on_ask",
    "on_done",
    "proves_copy",
    "smallest",
    "statement_of_loss",
    "stream_of",
    "to_take_back",
    "unseen_place",
}


@dataclass
class Schedule:
    """What both worlds go through: one list of acts, drawn from a seed."""

    seed: int
    acts: list[tuple[Any, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        chance = random.Random(self.seed)
        issued = 0
        for number in range(30):
            what = chance.random()
            if what < 0.35 or not issued:
                sender, *others = chance.sample(CODES, 3)
                recipients = sorted(others if chance.random() < 0.3 else others[:1])
                kind = chance.choice(("note", "note", "note", "refuse", "unknown"))
                self.acts.append(("issue", sender, recipients, kind, chance.choice((None, "BC", "CV"))))
                issued += 1
            elif what < 0.7:
                self.acts.append(("round", [chance.choice(courier.FATES) for _ in range(40)]))
            elif what < 0.85:
                self.acts.append(("wait", chance.choice((1, 10, 60, 600, 1500))))
            else:
                self.acts.append(("arrive", chance.randrange(issued), chance.choice(CODES), number % 3 == 0))


class Simulated:
    """The acts on three servers of the simulator."""

    def __init__(self) -> None:
        world = World(1)
        world.quiet = True
        self.now = NOW
        self.stations = {code: world._station(code, CODES) for code in CODES}
        for each in self.stations.values():
            each.clock = lambda _station: self.now
        world.oracle.stations = self.stations
        self.issued: list[tuple[str, bytes]] = []

    def issue(self, sender: str, recipients: list[str], kind: str, type_code: str | None) -> object:
        payload = {"do": "refuse"} if kind == "refuse" else {"n": len(self.issued)}
        station = self.stations[sender]
        digest = station.issue(
            recipients, type_code=type_code, payload=payload, kind=UNKNOWN if kind == "unknown" else NOTE
        )
        sealed, found = station.disk.dispatches[digest]
        self.issued.append((sender, sealed))
        said = found.envelope
        return said.sequence, said.reference and said.reference.number, [to.sequence for to in said.recipients]

    def round(self, fates: list[str]) -> None:
        first = self._first_waiting()
        for sender in self.stations.values():
            tx = sender.begin()
            every = list(tx.unsettled)
            # These senders live on one server, where what waits for somebody keeps its place before what others send there as well.
            behind = {key for key in every if self._index(key[0]) > first.get(key[1], len(self.issued))}
            for key in behind:
                del tx.unsettled[key]
            claimed = sender.due(tx)
            tx.unsettled = {key: None for key in every if key in behind or key in tx.unsettled}
            sender.commit(tx)
            for partner, digests in claimed.items():
                for digest in digests:
                    self._carry(sender, partner, digest, fates[self._index(digest)])

    def _first_waiting(self) -> dict[str, int]:
        """Recipient → the oldest dispatch to it that keeps its place."""
        first: dict[str, int] = {}
        for station in self.stations.values():
            for (digest, recipient), row in station.disk.outbox.items():
                if delivery.keeps_place(row.delivery, now=self.now):
                    first[recipient] = min(first.get(recipient, len(self.issued)), self._index(digest))
        return first

    def _carry(self, sender: Station, partner: str, digest: str, fate: str) -> None:
        if fate == courier.LOST:
            sender.record([digest], partner, Reason.PARTNER_UNREACHABLE)
        elif fate == courier.CARRIED:
            sender.record([digest], partner, None)
        else:
            sealed = sender.disk.dispatches[digest][0]
            answer, code = self._receive(partner, courier.damaged(sealed) if fate == courier.DAMAGED else sealed)
            if answer is None:
                sender.record([digest], partner, reason_of(ErrorCode(code)))
                return
            tx = sender.begin()
            sender.accept_receipt(tx, answer)
            sender.commit(tx)

    def _receive(self, receiver: str, sealed: bytes) -> tuple[bytes | None, str]:
        station = self.stations[receiver]
        tx = station.begin()
        try:
            answer = station.receive(tx, sealed)
        except KernelError as error:
            return None, error.code.value
        station.commit(tx)
        return answer, ""

    def arrive(self, number: int, receiver: str, *, damage: bool) -> object:
        sender, sealed = self.issued[number]
        if receiver == sender:
            return "own"
        answer, code = self._receive(receiver, courier.damaged(sealed) if damage else sealed)
        return code if answer is None else told(answer)

    def standing(self) -> object:
        rows = {}
        for station in self.stations.values():
            for (digest, recipient), row in station.disk.outbox.items():
                now = row.delivery
                rows[self._index(digest), recipient] = now.state.value, now.reason and now.reason.value, now.attempts
        sizes = {
            (code, direction): (book.tree.size, book.last_number)
            for code, station in self.stations.items()
            for direction, book in station.disk.books.items()
        }
        return rows, sizes

    def _index(self, digest: str) -> int:
        return next(i for i, (_, sealed) in enumerate(self.issued) if envelope.digest_of(sealed) == digest)


class Served:
    """The same acts through the services of the server, on its database."""

    def __init__(self, house: House) -> None:
        self.now: datetime = NOW
        self.by = {"CAT": house.police_by, "BCH": house.military_by, "HQ": house.stranger_by}
        self.agencies: dict[str, Agency] = {"CAT": house.police, "BCH": house.military, "HQ": house.stranger}
        self.digests: list[str] = []

    def issue(self, sender: str, recipients: list[str], kind: str, type_code: str | None) -> object:
        from giaoban.dispatches import services

        kinds = {"note": "test.note", "refuse": "test.refused", "unknown": "test.nobody_knows"}
        made = services.issue(
            by=self.by[sender],
            now=self.now,
            kind=kinds[kind],
            payload=handlers.Note(text=str(len(self.digests))),
            recipients=[self.agencies[code] for code in recipients],
            type_code=type_code,
            summary="Thử" if type_code else "",
        )
        self.digests.append(made.digest)
        said = envelope.parse(bytes(made.sealed))
        return said.sequence, said.reference and said.reference.number, [to.sequence for to in said.recipients]

    def round(self, fates: list[str]) -> None:
        from giaoban.dispatches import services

        courier.script.append(lambda digest: fates[self.digests.index(digest)])
        services.deliver_due(self.now)
        courier.script.pop()

    def arrive(self, number: int, receiver: str, *, damage: bool) -> object:
        from giaoban.dispatches import services
        from giaoban.dispatches.models import Dispatch
        from giaoban.dispatches.ports import Arrival

        row = Dispatch.objects.select_related("sender").get(digest=self.digests[number])
        if row.sender.code == receiver:
            return "own"
        sealed = bytes(row.sealed)
        arrival = Arrival(courier.damaged(sealed) if damage else sealed, {}, self.agencies[receiver])
        (taken,) = services.receive_many([arrival], now=self.now)
        return taken.code if taken.receipt is None else told(taken.receipt)

    def standing(self) -> object:
        from giaoban.dispatches.models import Outbox, Register

        rows = {
            (self.digests.index(row.dispatch.digest), row.recipient.code): (
                row.state,
                row.reason or None,
                row.attempts,
            )
            for row in Outbox.objects.select_related("dispatch", "recipient")
        }
        sizes = {
            (row.agency.code, str(row.direction)): (row.size, row.last_number)
            for row in Register.objects.select_related("agency")
        }
        return rows, sizes


def told(sealed: bytes) -> tuple[str, int | None, int]:
    """What a receipt says, apart from keys and times."""
    said = receipt.parse(sealed)
    return said.outcome.value, said.arrival_number, said.position


@pytest.mark.parametrize("seed", range(6))
def test_one_schedule_has_the_same_outcomes_in_the_simulator_and_on_the_server(house: House, seed: int) -> None:
    worlds = (Simulated(), Served(house))

    for act, *facts in Schedule(seed).acts:
        if act == "wait":
            for world in worlds:
                world.now += timedelta(minutes=facts[0])
        elif act == "arrive":
            number, receiver, damage = facts
            simulated_answer, served_answer = (w.arrive(number, receiver, damage=damage) for w in worlds)
            assert simulated_answer == served_answer, facts
        else:
            simulated_answer, served_answer = (getattr(world, act)(*facts) for world in worlds)
            assert simulated_answer == served_answer, (act, facts)
        assert worlds[0].standing() == worlds[1].standing(), (act, facts)


def calls_of(kernel: str, *modules: ModuleType) -> set[str]:
    """Functions of this module of the kernel that the sources of these name."""
    return {
        node.attr
        for module in modules
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == kernel
    }


def test_server_and_simulator_take_every_decision_from_the_kernel() -> None:
    from giaoban.dispatches import delivering, issuing, receipting, receiving, recovery, registers, witnessed
    from giaoban.partners import proving, reconcile

    server = calls_of("exchange", delivering, issuing, receipting, receiving, recovery, registers)
    assert server & DECISIONS == DECISIONS
    assert calls_of("exchange", disk, simulated) & DECISIONS == DECISIONS
    assert calls_of("reconciling", proving, reconcile, recovery) & RECONCILING == RECONCILING
    assert calls_of("reconciling", disk, simulated) & RECONCILING == RECONCILING
    assert calls_of("witness", witnessed) >= {"compare", "weigh"}
    assert calls_of("witness", simulated) >= {"compare", "weigh"}
