"""Keys that change: rotated, stolen, revoked, recovered with the offline root. What was valid stays believed, what came after does not."""

from __future__ import annotations

import os
import random  # noqa: TID251 - seeded
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from tests.partners import ceremony, post
from tests.partners.servers import NOW, Estate, Server, administrators, agency

from giaoban.agencies.models import Agency, AgencyKey
from giaoban.common.errors import RefusedError
from giaoban.dispatches import keys
from giaoban.dispatches import services as dispatches
from giaoban.dispatches.models import Incoming, Outbox, Stream
from giaoban.dispatches.ports import Arrival
from giaoban.kernel import envelope, signing
from giaoban.kernel.envelope import Envelope, Recipient
from giaoban.partners import officers, services, statements
from giaoban.partners.border import KIND_HELLO, Hello
from giaoban.partners.models import AppliedStatement, KeyStatementRow, PartnerAgency, PartnerFinding, StatementDue
from giaoban.partners.officers import Paper

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

SEED = 20261122
SCENARIOS = int(os.environ.get("KEY_LIVES", "12"))
"""Seeded lives in one run; `KEY_LIVES=200` is what docs/operate/keys.md reports."""
STEPS = 12
PHRASES = ["ba sĩ quan giữ khóa một", "ba sĩ quan giữ khóa hai", "ba sĩ quan giữ khóa ba"]
ACTS = ("send", "send", "deliver", "rotate", "revoke", "new_root", "tell", "tell", "forge", "enrol_again")


def own(code: str) -> Agency:
    return Agency.objects.get(code=code)


def send(count: int = 1) -> set[str]:
    """Dispatches of the police to the military; their uids. One stands in the police's server."""
    nothing = ["00000"] * 12
    said = Hello(station=uuid4(), own=nothing, heard=nothing)
    return {
        str(dispatches.issue(by=own("CAT"), now=NOW, kind=KIND_HELLO, payload=said, recipients=[own("BCH")]).uid)
        for _each in range(count)
    }


def forged(seed: bytes, *, sequence: int) -> bytes:
    """What a thief with a key of the police can seal."""
    said = Envelope(
        uid=str(uuid4()),
        sender="CAT",
        key_id=signing.key_id(signing.public_key_of(seed)),
        recipients=(Recipient("BCH", sequence),),
        kind=KIND_HELLO,
        thread=None,
        in_reply_to=None,
        sequence=sequence,
        previous="0" * 64,
        reference=None,
        summary="",
        issued_at=NOW.astimezone(UTC).replace(microsecond=0),
        payload={"station": str(uuid4()), "own": ["00000"] * 12, "heard": ["00000"] * 12},
        files=(),
    )
    return envelope.seal(said, seed)


def answer_to(server: Server, sealed: bytes) -> str:
    """The code with which the military refuses a dispatch of the police, or "accepted"."""
    with server.here():
        (taken,) = dispatches.receive_many([Arrival(sealed, {}, own("BCH"))], now=NOW)
        return taken.code if taken.receipt is None else "accepted"


def approve_all(server: Server) -> None:
    """Two people of the military approve what waits for them. What rests on a statement that is still missing they cannot approve yet."""
    refused = set()
    with server.here():
        for row in statements.waiting(own("CAT")):
            for name in ("an", "chi"):
                if row not in statements.waiting(own("CAT")):
                    continue  # a later statement has taken its place
                try:
                    services.approve_statement(row, by=ceremony.person(name), now=NOW)
                except RefusedError as error:
                    refused.add(error.code)
    assert refused <= {"keys.refused", "keys.approved"}


@dataclass
class Life:
    """One seeded life of the police's keys, with the military as a partner that is not always told at once."""

    pair: ceremony.Pair
    rng: random.Random
    stolen: list[tuple[bytes, int]] = field(default_factory=list)
    """Seeds in a thief's hands, each with the first sequence at which it is revoked."""
    officers: list[tuple[bytes, str]] = field(default_factory=list)
    """Files and passphrases of the root; empty without one."""
    sent: set[str] = field(default_factory=set)
    forgeries: int = 0

    def live(self) -> None:
        for _step in range(STEPS):
            getattr(self, self.rng.choice(ACTS))()
        self.tell()
        self.deliver()
        self.forge()

    def send(self) -> None:
        with self.pair.police.here():
            self.sent |= send(self.rng.randint(1, 3))

    def deliver(self) -> None:
        with self.pair.police.here():
            dispatches.deliver_all(NOW)

    def tell(self) -> None:
        """The statements reach the partner, its people approve what needs them, and it says so, until nothing is due.

        A statement signed by a key or a root that only the one before it names is refused until that one counts, and comes again.
        """
        for _round in range(STEPS + 1):
            codes = set(post.bring_statements(self.pair.police, self.pair.military, now=NOW))
            assert codes <= {"", "keys.rollback", "keys.too_few_signatures", "keys.stranger"}
            approve_all(self.pair.military)
            with self.pair.police.here():
                if not StatementDue.objects.exists():
                    return
        raise AssertionError("a statement never came to count")

    def rotate(self) -> None:
        with self.pair.police.here():
            self.sign(services.rotate_key(own("CAT"), by=ceremony.person("an"), now=NOW))

    def revoke(self) -> None:
        """A thief was seen: the key in use is revoked from the next dispatch on."""
        with self.pair.police.here():
            present = keys.signing_key(own("CAT"))
            next_sequence = Stream.objects.get(sender=own("CAT")).sequence + 1
            self.sign(services.revoke_key(own("CAT"), present.key_id, by=ceremony.person("an"), now=NOW))
        self.stolen.append((present.seed, next_sequence))

    def new_root(self) -> None:
        with self.pair.police.here():
            held, paper = services.make_root(
                own("CAT"), passphrases=PHRASES, threshold=2, by=ceremony.person("an"), now=NOW
            )
            fresh = [(officer.pem, phrase) for officer, phrase in zip(held, PHRASES, strict=True)]
            for pem, phrase in self.rng.sample(fresh, 2):
                paper = paper.signed_by(officers.read_key(pem, phrase))
            self.sign(paper)
            self.officers = fresh

    def forge(self) -> None:
        """The thief tries each stolen key from its revoked number on, where the partner knows of the revocation."""
        with self.pair.military.here():
            ended = {row.key_id: row.revoked_from for row in AgencyKey.objects.filter(agency__code="CAT")}
        for seed, sequence in self.stolen:
            if ended.get(signing.key_id(signing.public_key_of(seed))) is None:
                continue
            for ahead in (0, 1, 1000):
                assert answer_to(self.pair.military, forged(seed, sequence=sequence + ahead)) == "key.revoked"
                self.forgeries += 1

    def enrol_again(self) -> None:
        """The partner reads the present offer once more: digits where keys changed, nothing to type where they did not."""
        self.tell()
        with self.pair.police.here():
            made = services.make_offer(now=NOW)
        with self.pair.military.here():
            read = services.read_offer(made.sealed, by=ceremony.person("an"), now=NOW)
            assert read.is_update
            services.update(read.row, by=ceremony.person("an"), now=NOW)

    def sign(self, made: KeyStatementRow | Paper) -> None:
        """Where there is a root, two of its officers sign, whoever is in today."""
        if isinstance(made, Paper):
            for pem, phrase in self.rng.sample(self.officers, 2) if self.officers else ():
                made = made.signed_by(officers.read_key(pem, phrase))
            services.apply_paper(own("CAT"), made, by=ceremony.person("an"), now=NOW)


@pytest.fixture(scope="module")
def enrolled(empty_database: tuple[Path, str], django_db_blocker: DjangoDbBlocker) -> Iterator[ceremony.Pair]:
    """Two partners whose greetings have gone; to be copied, not used."""
    folder, template = empty_database
    with django_db_blocker.unblock():
        pair = ceremony.partners(Estate(folder, template))
        with post.delivered(CAT=pair.police, BCH=pair.military):
            for server in pair:
                with server.here():
                    dispatches.deliver_all(NOW)
        yield pair


@pytest.fixture
def pair(enrolled: ceremony.Pair, tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[ceremony.Pair]:
    """Two partners of this test alone, with a postman between them."""
    with django_db_blocker.unblock():
        made = ceremony.Pair(enrolled.police.copy(tmp_path), enrolled.military.copy(tmp_path))
        with post.delivered(CAT=made.police, BCH=made.military):
            yield made
        for server in made:
            server.close()


def test_compromise_revoke_recover_resume(pair: ceremony.Pair) -> None:
    """The exercise of docs/operate/keys.md, with an offline root of two out of three officers."""
    life = Life(pair, random.Random(SEED))
    life.new_root()
    life.send()
    life.tell()
    life.deliver()

    # a thief copies the online key and speaks at once; then people notice
    with pair.police.here():
        stolen = keys.signing_key(own("CAT")).seed
        first_bad = Stream.objects.get(sender=own("CAT")).sequence + 1
    life.revoke()
    life.tell()  # signed by the root: counts there without anybody's approval
    with pair.military.here():
        assert statements.waiting(own("CAT")) == []
        assert statements.known(own("CAT")) is not None
    refused = answer_to(pair.military, forged(stolen, sequence=first_bad))

    # resume with the new key
    life.send()
    life.deliver()

    assert refused == "key.revoked"
    with pair.military.here():
        assert set(map(str, Incoming.objects.values_list("uid", flat=True))) >= life.sent
    with pair.police.here():
        assert set(Outbox.objects.values_list("state", flat=True)) == {"accepted"}


def test_officers_recover_an_agency_whose_server_burned(
    pair: ceremony.Pair, empty_database: tuple[Path, str], tmp_path: Path
) -> None:
    """Every online key is gone; a new server makes one, and the root vouches for it: it counts there without anybody's approval."""
    life = Life(pair, random.Random(SEED))
    life.new_root()
    life.send()
    life.tell()
    life.deliver()
    with pair.police.here():
        last = bytes(AppliedStatement.objects.get(agency=own("CAT")).statement.sealed)
        burned, first_unseen = keys.signing_key(own("CAT")), Stream.objects.get(sender=own("CAT")).sequence + 1
    (tmp_path / "new").mkdir()
    fresh = Estate(tmp_path / "new", empty_database[1]).server("police_new")

    with fresh.here():
        (someone,) = administrators("an")
        agency("CAT", "Công an tỉnh Nam Vân")
        paper = services.recover(
            own("CAT"), last, from_sequence=first_unseen, from_received=(2026, 500), by=someone, now=NOW
        )
        for pem, phrase in life.officers[1:]:
            paper = paper.signed_by(officers.read_key(pem, phrase))
        Stream.objects.update(sequence=first_unseen - 1)  # what reconciling with the partners does
        sealed = bytes(services.apply_paper(own("CAT"), paper, last=last, by=someone, now=NOW).sealed)
        present = keys.signing_key(own("CAT"))
    fresh.close()

    with pair.military.here():
        partner = PartnerAgency.objects.get(agency__code="CAT").partner
        code = statements.take_statement(sealed, partner=partner, now=NOW)
        ended = dict(AgencyKey.objects.filter(agency__code="CAT").values_list("key_id", "revoked_from"))
    assert (code, ended[burned.key_id], ended[present.key_id]) == ("", first_unseen, None)
    assert answer_to(pair.military, forged(burned.seed, sequence=first_unseen)) == "key.revoked"


def test_a_statement_without_a_root_waits_for_two_people(pair: ceremony.Pair) -> None:
    with pair.police.here():
        services.rotate_key(own("CAT"), by=ceremony.person("an"), now=NOW)
        send()
    post.bring_statements(pair.police, pair.military, now=NOW)
    with pair.police.here():
        dispatches.deliver_all(NOW)
        before = Outbox.objects.order_by("-pk").values_list("state", "reason").first()
    with pair.military.here():
        (row,) = statements.waiting(own("CAT"))
        first = services.approve_statement(row, by=ceremony.person("an"), now=NOW)
        with pytest.raises(RefusedError) as twice:
            services.approve_statement(row, by=ceremony.person("an"), now=NOW)
        second = services.approve_statement(row, by=ceremony.person("binh"), now=NOW)
    post.bring_statements(pair.police, pair.military, now=NOW)
    with pair.police.here():
        dispatches.deliver_all(NOW)
        after = Outbox.objects.order_by("-pk").values_list("state", flat=True).first()

    assert (before, first, twice.value.code, second, after) == (
        ("needs_person", "key_not_known_there"),
        False,
        "keys.approved",
        True,
        "accepted",
    )


def test_two_statements_under_one_number_freeze_the_agency(pair: ceremony.Pair, tmp_path: Path) -> None:
    """Somebody copied the police's server; both rotate."""
    (tmp_path / "clone").mkdir()
    clone = pair.police.copy(tmp_path / "clone")
    for server in (pair.police, clone):
        with server.here():
            services.rotate_key(own("CAT"), by=ceremony.person("an"), now=NOW)
    post.bring_statements(pair.police, pair.military, now=NOW)
    approve_all(pair.military)

    codes = post.bring_statements(clone, pair.military, now=NOW)

    with pair.military.here():
        assert codes == ["keys.rollback", "keys.forked"]  # the first statement, which everybody knows, came along
        assert list(PartnerFinding.objects.values_list("code", "freezes")) == [("keys.forked", True)]
        assert PartnerAgency.objects.get(agency__code="CAT").frozen_at == NOW
        finding = PartnerFinding.objects.get()
        goes_on = [services.decide_finding(finding, by=ceremony.person(name), now=NOW) for name in ("an", "binh")]
        assert goes_on == [False, True]
        assert PartnerAgency.objects.get(agency__code="CAT").frozen_at is None
    clone.close()


def test_a_partner_cannot_speak_for_an_agency_that_is_not_its_own(pair: ceremony.Pair) -> None:
    with pair.military.here():
        sealed = bytes(statements.ensure(own("BCH"), now=NOW).sealed)
        partner = PartnerAgency.objects.get(agency__code="CAT").partner

        assert statements.take_statement(sealed, partner=partner, now=NOW) == "keys.other_agency"


def test_a_statement_made_before_more_was_sent_is_not_applied(pair: ceremony.Pair) -> None:
    life = Life(pair, random.Random(SEED))
    life.new_root()
    with pair.police.here():
        present = keys.signing_key(own("CAT"))
        paper = services.revoke_key(own("CAT"), present.key_id, by=ceremony.person("an"), now=NOW)
        assert isinstance(paper, Paper)
        for pem, phrase in life.officers[:2]:
            paper = paper.signed_by(officers.read_key(pem, phrase))
        send()

        with pytest.raises(RefusedError) as refused:
            services.apply_paper(own("CAT"), paper, by=ceremony.person("an"), now=NOW)

        assert refused.value.code == "keys.stale"
        assert keys.signing_key(own("CAT")).key_id == present.key_id


def test_one_officer_alone_changes_nothing(pair: ceremony.Pair) -> None:
    life = Life(pair, random.Random(SEED))
    life.new_root()
    with pair.police.here():
        paper = services.rotate_key(own("CAT"), by=ceremony.person("an"), now=NOW)
        assert isinstance(paper, Paper)
        pem, phrase = life.officers[0]

        with pytest.raises(RefusedError) as refused:
            services.apply_paper(
                own("CAT"), paper.signed_by(officers.read_key(pem, phrase)), by=ceremony.person("an"), now=NOW
            )

        assert (refused.value.code, "keys.too_few_signatures" in str(refused.value.why)) == ("keys.refused", True)


@pytest.mark.parametrize("seed", range(SEED, SEED + SCENARIOS))
def test_seeded_lives_lose_nothing_valid_and_accept_nothing_revoked(pair: ceremony.Pair, seed: int) -> None:
    """Goal R8 of the security reference: 0 accepted after the revocation point, 0 valid lost."""
    life = Life(pair, random.Random(seed))

    life.live()

    with pair.military.here():
        came = set(
            map(str, Incoming.objects.filter(sender__code="CAT", outcome="accepted").values_list("uid", flat=True))
        )
    assert life.sent <= came
    assert len(came) == len(life.sent) + 1  # the greeting
