"""Situations in which the simulator once found a broken promise, played by hand: the seeds play other runs since the rules were mended."""

from __future__ import annotations

from dataclasses import replace

import pytest

from giaoban.kernel import status
from giaoban.kernel.bundle import Item, ItemType
from giaoban.kernel.envelope import Envelope
from giaoban.kernel.status import Stream
from giaoban.sim.disk import Disk
from giaoban.sim.station import Station
from giaoban.sim.world import World

NONCE = "00000000-0000-4000-8000-0000000000a%d"


class Servers:
    """Servers of the simulator without faults; bundles go from hand to hand."""

    def __init__(self, *codes: str) -> None:
        self.world = World(1)
        self.world.quiet = True
        self.heard: list[tuple[str, str]] = []
        self.at = {code: self._server(code, codes) for code in codes}

    def _server(self, code: str, codes: tuple[str, ...]) -> Station:
        server = self.world._station(code, codes)
        server.observe = lambda station, what, _facts: self.heard.append((station.code, what))
        return server

    def copy_of(self, code: str) -> Station:
        """A second server of this agency, as a copied machine would be."""
        twin = self._server(code, tuple(self.at))
        twin.disk = self.at[code].disk
        return twin

    def restore(self, code: str, backup: Disk, time: int = 1) -> Station:
        """The server as it was, which asks."""
        server = self.at[code]
        server.disk = backup
        server.start_recovery(NONCE % time)
        return server

    def hand(self, blob: bytes, to: str) -> bytes:
        """A bundle is taken in; the answer."""
        _, reply = self.at[to].take_in(blob, answer=True)
        assert reply is not None
        return reply

    def call(self, asker: str, other: str) -> None:
        """One call, with everything that waits."""
        self.at[asker].take_in(self.hand(write(self.at[asker], other), other), answer=False)

    def issue(self, code: str, *to: str) -> str:
        """A dispatch with an official number."""
        return self.at[code].issue(list(to), type_code="BC", payload={"n": len(self.heard)})


def write(server: Station, to: str) -> bytes:
    """A bundle with everything that waits for this partner."""
    tx = server.begin()
    waiting = [digest for digest, recipient in tx.unsettled if recipient == to] if tx.mode == "open" else []
    server.mark_taken(tx, waiting, to)
    blob = server.compose(tx, to, waiting)
    server.commit(tx)
    return blob


def said(server: Station, digest: str) -> Envelope:
    return server.disk.dispatches[digest][1].envelope


@pytest.mark.parametrize("late", [False, True])
def test_a_lost_key_statement_that_is_still_under_way_counts_nowhere(late: bool) -> None:
    """Seed 7789: it had the number of the one after the loss, was taken first, and the restored server was never believed again."""
    servers = Servers("BCH", "CAT")
    cat, bch = servers.at["CAT"], servers.at["BCH"]
    backup = cat.disk
    cat.rotate()
    stick = write(cat, "BCH")
    servers.restore("CAT", backup)

    answer = servers.hand(write(cat, "BCH"), "BCH")
    if not late:
        servers.hand(stick, "BCH")
    cat.take_in(answer, answer=False)
    assert cat.finish_recovery(["BCH"])
    servers.call("CAT", "BCH")
    if late:
        servers.hand(stick, "BCH")
    digest = servers.issue("CAT", "BCH")
    servers.call("CAT", "BCH")

    assert bch.disk.statements["CAT"][0] == cat.disk.statements["CAT"][0]
    assert bch.disk.statements["CAT"][0].number > 2  # no second tongue under the number of the lost one
    assert cat.disk.receipts.keys() == {(digest, "BCH")}


def test_keys_that_were_lost_come_back_from_the_partner() -> None:
    """What was signed with them could not be read otherwise, and its numbers would be given again."""
    servers = Servers("BCH", "CAT")
    cat, bch = servers.at["CAT"], servers.at["BCH"]
    backup = cat.disk
    cat.rotate()
    digest = servers.issue("CAT", "BCH")
    servers.call("CAT", "BCH")
    servers.restore("CAT", backup)

    servers.call("CAT", "BCH")
    assert cat.finish_recovery(["BCH"])
    again = servers.issue("CAT", "BCH")
    servers.call("CAT", "BCH")
    servers.call("BCH", "CAT")

    assert (said(cat, digest).sequence, said(cat, again).sequence) == (1, 2)
    assert bch.disk.statements["CAT"][0] == cat.disk.statements["CAT"][0]
    assert {key for key, _ in cat.disk.receipts} == {digest, again}


def test_a_partner_that_was_left_out_makes_nobody_believe_in_a_second_server() -> None:
    """Seed 5895: its number of our key statement was the new one's, so what it holds of the lost register was taken for a copy's."""
    servers = Servers("BCH", "CAT")
    cat = servers.at["CAT"]
    backup = cat.disk
    servers.issue("CAT", "BCH")
    servers.call("CAT", "BCH")
    cat.rotate()
    servers.call("CAT", "BCH")
    servers.restore("CAT", backup)

    assert cat.finish_recovery([])
    servers.call("BCH", "CAT")

    assert ("CAT", "doubled") not in servers.heard


def test_a_number_that_was_given_up_makes_nobody_believe_in_a_second_server() -> None:
    """Seed 16849: a partner that people left out shows its dispatch when all is over."""
    servers = Servers("BCH", "CAT", "HQ")
    cat = servers.at["CAT"]
    backup = cat.disk
    servers.issue("CAT", "BCH")
    servers.call("CAT", "BCH")
    servers.issue("CAT", "HQ")
    servers.call("CAT", "HQ")
    servers.restore("CAT", backup)

    late = servers.hand(write(cat, "BCH"), "BCH")
    servers.call("CAT", "HQ")
    assert cat.finish_recovery(["HQ"])
    cat.take_in(late, answer=False)

    assert cat.disk.void == {1}
    assert ("CAT", "doubled") not in servers.heard


def test_what_a_copy_sent_to_somebody_we_never_wrote_to_is_found() -> None:
    """Seed 20306: it came after the copy had been found and switched off, under a number that we had used towards another."""
    servers = Servers("BCH", "CAT", "HQ")
    cat, copy = servers.at["CAT"], servers.copy_of("CAT")
    servers.issue("CAT", "BCH")
    servers.call("CAT", "BCH")
    foreign = copy.issue(["HQ"], type_code=None, payload={"n": "foreign"})
    stick = write(copy, "HQ")
    servers.restore("CAT", cat.disk)
    for partner in ("BCH", "HQ"):
        servers.call("CAT", partner)
    assert cat.finish_recovery(["BCH", "HQ"])
    for partner in ("BCH", "HQ"):
        servers.call("CAT", partner)

    servers.hand(stick, "HQ")
    servers.call("HQ", "CAT")
    before = ("CAT", "doubled") in servers.heard
    servers.call("CAT", "HQ")

    assert foreign in servers.at["HQ"].disk.dispatches
    assert not before
    assert ("CAT", "doubled") in servers.heard


@pytest.mark.parametrize("ended", [False, True])
def test_an_acknowledgement_by_a_copy_is_found_by_the_partners_checkpoint(ended: bool) -> None:
    """Also when our key was changed before anybody compared: what it signed before its end was said in our name."""
    servers = Servers("BCH", "CAT")
    cat, copy = servers.at["CAT"], servers.copy_of("CAT")
    servers.issue("BCH", "CAT")
    _, reply = copy.take_in(write(servers.at["BCH"], "CAT"), answer=True)
    assert reply is not None
    servers.hand(reply, "BCH")
    if ended:
        cat.rotate()

    servers.call("BCH", "CAT")

    assert ("CAT", "doubled") in servers.heard


def test_a_receipt_by_a_copy_for_a_place_that_was_given_is_found_also_when_the_key_was_changed() -> None:
    """Seed 104359: the place of each lies before the end of the key; only the checkpoints contradict each other."""
    servers = Servers("BCH", "CAT")
    cat, bch, copy = servers.at["CAT"], servers.at["BCH"], servers.copy_of("CAT")
    servers.issue("BCH", "CAT")
    servers.call("BCH", "CAT")
    second = servers.issue("BCH", "CAT")
    _, reply = copy.take_in(write(bch, "CAT"), answer=True)
    assert reply is not None
    cat.rotate()
    servers.call("CAT", "BCH")

    bch.take_in(reply, answer=False)
    servers.call("BCH", "CAT")

    assert (second, "CAT") not in bch.disk.receipts
    assert ("BCH", "forked") in servers.heard
    assert ("CAT", "doubled") in servers.heard


def test_a_claim_without_proof_changes_nothing() -> None:
    """A partner that says it has more of us than we sent is asked for it, and shows nothing."""
    servers = Servers("BCH", "CAT")
    cat, bch = servers.at["CAT"], servers.at["BCH"]
    tx = bch.begin()
    honest = status.parse(bch.status(tx, "CAT"))
    claim = status.encode(replace(honest, streams=(Stream("BCH", "CAT", 7, ()),)))
    cat.take_in(bch.sealed_bundle(tx, "CAT", [(Item.of(ItemType.STATUS, claim), claim)]), answer=False)

    asked = "BCH" in cat.disk.probing
    servers.call("CAT", "BCH")

    assert asked
    assert ("CAT", "doubled") not in servers.heard
    assert "BCH" not in cat.disk.probing


@pytest.mark.parametrize("stick", [False, True])
def test_one_that_is_restored_learns_that_what_it_held_for_has_long_ended(stick: bool) -> None:
    """Seed 10547: its backup held the other for a reconciliation that was followed by another, so the end it waited for was never named again;
    until a stick from between the two brought it, with a key that was lost, and the one in use was never believed again.
    """
    servers = Servers("BCH", "CAT")
    cat, bch = servers.at["CAT"], servers.at["BCH"]
    servers.restore("CAT", cat.disk, 1)
    servers.call("CAT", "BCH")
    holding = bch.disk
    assert cat.finish_recovery(["BCH"])
    servers.call("CAT", "BCH")
    kept = cat.disk
    cat.rotate()
    servers.issue("CAT", "BCH")
    between = write(cat, "BCH")
    servers.restore("CAT", kept, 2)
    servers.call("CAT", "BCH")
    assert cat.finish_recovery(["BCH"])
    servers.call("CAT", "BCH")

    servers.restore("BCH", holding, 3)
    servers.call("BCH", "CAT")
    assert bch.finish_recovery(["CAT"])
    servers.call("BCH", "CAT")
    if stick:
        servers.hand(between, "BCH")
    digest = servers.issue("CAT", "BCH")
    servers.call("CAT", "BCH")

    assert bch.disk.statements["CAT"][0] == cat.disk.statements["CAT"][0]
    assert [found.digest for _, found in bch.disk.dispatches.values()] == [digest]
