"""What a third server may do with proofs of registers that are not its own: nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.partners.servers import NOW, Estate, Server
from tests.partners.test_reconcile_more import called, three
from tests.transports import stations
from tests.transports.stations import LATER, send

from giaoban.agencies.models import Agency
from giaoban.dispatches import keys, witnessed
from giaoban.dispatches.models import WitnessedCheckpoint
from giaoban.kernel import register, status
from giaoban.kernel.bundle import ItemType
from giaoban.kernel.status import MAX_GROWN, MAX_PATH, Grown
from giaoban.partners import exchange, station
from giaoban.partners.models import Partner, PartnerAgency, PartnerFinding

OF_MILITARY = "giaoban/BCH/out/2026"


def held(server: Server) -> list[tuple[str, int, int]]:
    """(origin, size of the anchor, size of the newest) of what this server holds."""
    with server.here():
        found = witnessed.registers(WitnessedCheckpoint.objects.all())
        return [(each.origin, each.anchor.size, each.newest.size) for each in found]


def accused(server: Server) -> list[str]:
    """What was found about anybody, and who is held for it."""
    with server.here():
        stopped = PartnerAgency.objects.filter(frozen_at__isnull=False).values_list("agency__code", flat=True)
        return [*PartnerFinding.objects.values_list("code", flat=True), *stopped]


def says(liar: Server, victim: Server, grown: tuple[Grown, ...]) -> list[str]:
    """The liar's next bundle has a status with these proofs; what was not believed of it."""
    with victim.here():
        uid = station.identity(now=LATER).uid
    with liar.here():
        composed = exchange.compose(Partner.objects.get(uid=uid), parcels=[], now=LATER)
        content = b"".join(composed.pieces())
        composed.close()
    manifest, parts = stations.taken_apart(content)
    said = status.parse(next(part for item, part in parts if item.type is ItemType.STATUS))
    lie = status.encode(replace(said, checkpoints=tuple(each.note for each in grown), grown=grown))
    made = [(item.type, lie if item.type is ItemType.STATUS else part) for item, part in parts]
    taken = stations.read(victim, stations.put_together(liar, manifest, made), now=LATER)
    return taken.not_believed


@pytest.fixture
def servers(estate: Estate) -> Iterator[tuple[Server, Server, Server]]:
    """The police hold a register of the military; the border guard is the liar."""
    with stations.wired():
        police, military, guard = three(estate)
        send(military, to=["CAT"])
        for _visit in range(3):
            called(military, police, now=NOW)
        yield police, military, guard


def true_note(military: Server, root: bytes, size: int) -> str:
    """Truly signed by the military: their key was stolen, or they work with the liar."""
    with military.here():
        key = keys.signing_key(Agency.objects.get(code="BCH"))
    return register.sign_checkpoint(register.Checkpoint(OF_MILITARY, size, root), key.seed)


def test_a_third_server_cannot_accuse_another_nor_move_its_anchor(servers: tuple[Server, Server, Server]) -> None:
    police, military, guard = servers
    before = held(police)
    (anchor,) = [size for origin, size, _newest in before if origin == OF_MILITARY]
    note = true_note(military, b"\x07" * 32, anchor + 1)

    refused = says(guard, police, (Grown(note, anchor, (b"\x01" * 32,)),))

    assert refused == []
    assert held(police) == before
    assert accused(police) == []


def test_as_many_bad_proofs_as_fit_accuse_the_liar_once(servers: tuple[Server, Server, Server]) -> None:
    police, military, _guard = servers
    (anchor,) = [size for origin, size, _newest in held(police) if origin == OF_MILITARY]
    flood = tuple(
        Grown(true_note(military, bytes([number % 256]) * 32, anchor + 1 + number), anchor, (b"\x01" * 32,) * MAX_PATH)
        for number in range(MAX_GROWN)
    )

    says(military, police, flood)

    assert accused(police) == ["witness.unproven", "BCH"]
    assert [size for origin, size, _newest in held(police) if origin == OF_MILITARY] == [anchor]
    with police.here():
        assert WitnessedCheckpoint.objects.filter(agency__code="BCH", direction="out").count() == 2


def test_more_proofs_than_fit_make_a_status_that_is_not_read(servers: tuple[Server, Server, Server]) -> None:
    police, military, _guard = servers
    before = held(police)

    refused = says(military, police, (Grown("x", 1, ()),) * (MAX_GROWN + 1))

    assert refused == ["envelope.value"]
    assert held(police) == before
