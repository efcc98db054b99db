"""A server keeps what a partner's register was, and is shown that it has only grown: honest growth is proven, a rewritten register is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from tests.partners.servers import NOW, Server
from tests.transports import stations
from tests.transports.stations import LATER, Pair, exchanged, read, send, write

from giaoban.agencies.models import Agency, Person
from giaoban.dispatches import keys, witnessed
from giaoban.dispatches.models import RegisterEntry, WitnessedCheckpoint
from giaoban.dispatches.verification import Severity, verify_all
from giaoban.kernel import register, status
from giaoban.kernel.bundle import ItemType
from giaoban.kernel.status import Grown, Status
from giaoban.partners import doctor, proving, queries, services
from giaoban.partners.models import Contact, Partner, PartnerAgency, PartnerFinding

OUT = "giaoban/CAT/out/2026"


def held(server: Server, origin: str = OUT) -> tuple[int, int]:
    """Sizes of the anchor and of the newest checkpoint that this server holds of a register."""
    with server.here():
        (found,) = [each for each in witnessed.registers(WitnessedCheckpoint.objects.all()) if each.origin == origin]
        return found.anchor.size, found.newest.size


def said_in(content: bytes) -> Status:
    """The status of a bundle."""
    return status.parse(stations.only(content, ItemType.STATUS)[0])


def grow(pair: Pair, count: int = 1, *, now: datetime = NOW) -> None:
    """The police send, all is acknowledged, and their next quiet status comes."""
    for _each in range(count):
        send(pair.police, now=now)
    exchanged(pair.police, pair.military, now=now)


def with_status(server: Server, content: bytes, change: Callable[[Status], Status]) -> bytes:
    """The same bundle with another status: what a lying partner can make."""
    manifest, parts = stations.taken_apart(content)
    made = [
        (item.type, status.encode(change(status.parse(part))) if item.type is ItemType.STATUS else part)
        for item, part in parts
    ]
    return stations.put_together(server, manifest, made)


def findings(server: Server) -> list[str]:
    """Codes of what was found about the partner."""
    with server.here():
        return list(PartnerFinding.objects.values_list("code", flat=True))


def is_held(server: Server) -> bool:
    """Whether exchange with the partner's agency has stopped."""
    with server.here():
        return PartnerAgency.objects.filter(frozen_at__isnull=False).exists()


def leaves_of(server: Server, origin: str = OUT) -> list[bytes]:
    """Leaf hashes of a register that lives here."""
    _prefix, code, direction, year = origin.split("/")
    with server.here():
        rows = RegisterEntry.objects.filter(agency__code=code, direction=direction, year=int(year))
        return [bytes.fromhex(leaf) for leaf in rows.order_by("position").values_list("leaf_hash", flat=True)]


def rewritten(server: Server, entry: int, first: int, more: int = 1) -> Grown:
    """Our register with this entry changed, and grown since, truly signed; with the best proof that can be made of it."""
    leaves = leaves_of(server)
    leaves[entry] = b"\x07" * 32
    leaves += [register.leaf_hash(b"%d" % number) for number in range(more)]
    shown = register.Checkpoint(OUT, len(leaves), register.root_of(leaves))
    with server.here():
        key = keys.signing_key(Agency.objects.get(code="CAT"))
    return Grown(register.sign_checkpoint(shown, key.seed), first, tuple(register.consistency_proof(first, leaves)))


def lie(pair: Pair, grown: Grown, *, now: datetime = NOW) -> None:
    """The police show this in their next status."""
    content = write(pair.police, now=now)
    read(
        pair.military,
        with_status(pair.police, content, lambda said: replace(said, checkpoints=(grown.note,), grown=(grown,))),
        now=now,
    )


@pytest.fixture
def known(pair: Pair) -> Pair:
    """The military holds the outgoing register of the police, and the police know from where to prove."""
    grow(pair)
    exchanged(pair.police, pair.military)
    exchanged(pair.police, pair.military)
    return pair


def test_honest_growth_is_proven_and_moves_the_anchor(known: Pair) -> None:
    before = held(known.military)

    grow(known, 3)
    exchanged(known.police, known.military)

    after = held(known.military)
    assert before[0] == before[1]
    assert after[0] == after[1] == len(leaves_of(known.police)) > before[0]
    assert findings(known.military) == []
    with known.military.here():
        assert [each for each in verify_all() if each.severity is Severity.BROKEN] == []


def test_a_register_that_only_receipts_show_is_proven_too(pair: Pair) -> None:
    """The incoming register is stated in no status: its anchor is asked for, and its proof brings the note along."""
    origin = "giaoban/BCH/in/2026"
    for _day in range(3):
        grow(pair)
    between = held(pair.police, origin)

    exchanged(pair.police, pair.military)

    assert between[0] < between[1]
    assert held(pair.police, origin) == (between[1], between[1])


@pytest.mark.parametrize("place", [0, 1, -1])
@pytest.mark.parametrize("more", [1, 4])
def test_a_register_that_was_rewritten_and_grew_is_found_at_the_next_status(known: Pair, place: int, more: int) -> None:
    grow(known, 2)
    exchanged(known.police, known.military)
    anchor, _newest = held(known.military)

    lie(known, rewritten(known.police, place % anchor, anchor, more))
    lie(known, rewritten(known.police, place % anchor, anchor, more + 1))

    assert findings(known.military) == ["witness.unproven"]
    assert is_held(known.military)
    assert held(known.military) == (anchor, anchor)


def test_both_notes_are_kept_and_people_may_go_on_from_what_is_believed(known: Pair) -> None:
    anchor, _newest = held(known.military)
    grown = rewritten(known.police, 0, anchor)
    lie(known, grown)
    with known.military.here():
        notes = set(
            WitnessedCheckpoint.objects.filter(agency__code="CAT", direction="out").values_list("note", flat=True)
        )
        finding = PartnerFinding.objects.get()
        people = Person.objects.filter(is_server_admin=True).order_by("pk")[:2]
        decided = [services.decide_finding(finding, by=person, now=LATER) for person in people]
    goes_on = not is_held(known.military)
    grow(known, now=LATER)
    exchanged(known.police, known.military, now=LATER)
    after = held(known.military)
    lie(known, rewritten(known.police, 0, after[0]), now=LATER + timedelta(hours=1))

    assert grown.note in notes
    assert len(notes) == 2
    assert decided == [False, True]
    assert goes_on
    assert after[0] == after[1] > anchor
    assert findings(known.military) == ["witness.unproven", "witness.unproven"]


def test_a_proof_that_is_lost_is_given_again(known: Pair) -> None:
    grow(known)
    lost = said_in(write(known.police)).grown
    again = write(known.police)

    read(known.military, again)

    assert lost == said_in(again).grown != ()
    assert held(known.military)[0] == len(leaves_of(known.police))


def test_a_status_that_comes_twice_late_or_out_of_order_changes_nothing(known: Pair) -> None:
    grow(known)
    first = write(known.police)
    grow(known)
    second = write(known.police)
    read(known.military, second)
    after = held(known.military)

    for late in (first, second, first):
        read(known.military, late)

    assert said_in(first).grown[0].first == said_in(second).grown[0].first
    assert held(known.military) == after == (len(leaves_of(known.police)),) * 2
    assert findings(known.military) == []


def test_a_bad_proof_in_an_older_bundle_accuses_nobody(known: Pair) -> None:
    """It may have been made before what we know."""
    anchor, _newest = held(known.military)
    grown = rewritten(known.police, 0, anchor)
    old = with_status(known.police, write(known.police), lambda said: replace(said, checkpoints=(), grown=(grown,)))
    read(known.military, write(known.police))

    read(known.military, old)

    assert findings(known.military) == []
    assert held(known.military) == (anchor, anchor)


def test_a_proof_of_another_agency_or_by_another_key_is_passed_over(known: Pair) -> None:
    anchor, newest = held(known.military)
    note = rewritten(known.police, 0, anchor).note
    shown = register.parse_checkpoint(note)[0]
    foreign = register.sign_checkpoint(replace(shown, origin="giaoban/BCH/out/2026"), b"\x01" * 32)
    other = register.sign_checkpoint(shown, b"\x02" * 32)

    lie(known, Grown(foreign, anchor, ()))
    lie(known, Grown(other, anchor, ()))
    lie(known, Grown("no note", anchor, ()))

    assert findings(known.military) == []
    assert held(known.military) == (anchor, newest)


def silent_growth(pair: Pair, count: int, *, now: datetime) -> None:
    """So many statuses of a program that does not prove."""
    for _each in range(count):
        content = write(pair.police, now=now)
        read(pair.military, with_status(pair.police, content, lambda said: replace(said, grown=())), now=now)


def named(server: Server, *, now: datetime) -> list[str]:
    """What the doctor says of proofs, in words."""
    with server.here():
        found = doctor.examine(now=now, reach=lambda *_facts, **_more: "")
        return [str(each.what) for each in found if each.code == "partner.unproven"]


def test_who_never_proves_is_named_after_a_week_and_some_statuses_and_not_when_it_has(known: Pair) -> None:
    week = NOW + queries.UNPROVEN_AFTER
    grow(known)
    silent_growth(known, queries.UNPROVEN_STATUSES - 1, now=NOW)
    too_few = named(known.military, now=week)
    silent_growth(known, 1, now=NOW)
    too_early = named(known.military, now=week - timedelta(minutes=1))
    late = named(known.military, now=week)
    exchanged(known.police, known.military, now=week)

    assert too_few == too_early == []
    assert len(late) == 1
    assert "CAT/out/2026" in late[0]
    assert named(known.military, now=week + timedelta(days=1)) == []
    assert findings(known.military) == []


def test_nothing_is_proven_in_a_bundle_that_carries_work_nor_what_is_proven_already(known: Pair) -> None:
    grow(known)
    send(known.police)
    busy = said_in(write(known.police))
    exchanged(known.police, known.military, now=LATER)
    exchanged(known.police, known.military, now=LATER)
    exchanged(known.police, known.military, now=LATER)

    assert busy.grown == ()
    assert said_in(write(known.police, now=LATER)).grown == ()


def test_a_large_register_is_proven_once_in_an_hour(known: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proving, "ENTRIES_AT_ONCE", 3)
    grow(known)
    times = (NOW, NOW + timedelta(minutes=59), NOW + proving.AT_MOST_EVERY, NOW + timedelta(minutes=61))

    proofs = [bool(said_in(write(known.police, now=at)).grown) for at in times]

    assert proofs == [True, False, True, False]


def test_an_old_copy_proves_nothing_of_what_it_never_was(known: Pair) -> None:
    """What the partner holds of us is not ours: there is no proof, and never a false one."""
    grow(known)
    with known.police.here():
        partner = Partner.objects.get()
        contact = Contact.objects.get(partner=partner)
        key = keys.signing_key(Agency.objects.get(code="CAT"))
        other = register.sign_checkpoint(register.Checkpoint(OUT, 2, b"\x05" * 32), key.seed)
        contact.status["holds"] = [other]
        contact.save()

    assert said_in(write(known.police)).grown == ()


def test_a_quiet_visit_costs_no_more_statements_when_all_is_proven(known: Pair) -> None:
    """The proof is a matter of growth: who has nothing to prove reads no register."""
    grow(known)
    for _visit in range(3):
        exchanged(known.police, known.military, now=LATER)
    with known.police.here(), CaptureQueriesContext(connections["default"]) as asked:
        partner = Partner.objects.get()
        contact = Contact.objects.get(partner=partner)
        assert proving.grown(contact, [], now=LATER) == ()

    assert [each for each in asked.captured_queries if "registerentry" in each["sql"]] == []
