"""How a stranger becomes a partner, and everything that must not make one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.partners import ceremony, post
from tests.partners.servers import NOW, Estate, Server, administrators, agency

from giaoban.agencies.models import Agency, AgencyKey, Person
from giaoban.common.errors import RefusedError
from giaoban.dispatches import keys, vault
from giaoban.dispatches import services as dispatches
from giaoban.dispatches.models import Incoming, Outbox
from giaoban.kernel import signing
from giaoban.partners import queries, routing, services
from giaoban.partners.models import Approval, Partner, PartnerAgency, Route
from giaoban.regulations.models import ContentArea, Coordination, Indicator, Party, Regulation, TimeLimit

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker


def test_two_strangers_become_partners_and_greet_one_another(estate: Estate) -> None:
    pair = ceremony.partners(estate)

    with post.delivered(CAT=pair.police, BCH=pair.military):
        for server in pair:
            with server.here():
                dispatches.deliver_all(NOW)

    for server, own, other in ((pair.police, "CAT", "BCH"), (pair.military, "BCH", "CAT")):
        with server.here():
            sent = Outbox.objects.get()
            came = Incoming.objects.get()
            assert (sent.recipient.code, sent.state, sent.dispatch.kind) == (other, "accepted", "exchange.hello")
            assert (came.sender.code, came.holder.code, came.arrival_number) == (other, own, 1)


def test_wrong_digits_are_refused_and_stay_on_record(estate: Estate) -> None:
    pair = ceremony.fresh(estate)
    with pair.military.here():
        made = services.make_offer(now=NOW)
    with pair.police.here():
        read = services.read_offer(made.sealed, by=ceremony.person("an"), now=NOW)

        with pytest.raises(RefusedError) as refused:
            services.approve(
                read.row,
                made.fingerprint[:35].translate(str.maketrans("0123456789", "1234567890")),
                by=ceremony.person("an"),
                now=NOW,
            )

        assert refused.value.code == "offer.digits"
        assert list(Approval.objects.values_list("what", flat=True)) == ["read", "wrong"]
        assert Partner.objects.get().state == "proposed"
        assert Agency.objects.filter(code="BCH").count() == 0
        assert AgencyKey.objects.filter(agency__code="BCH").count() == 0


@pytest.fixture(scope="module")
def strangers(empty_database: tuple[Path, str], django_db_blocker: DjangoDbBlocker) -> Iterator[ceremony.Pair]:
    """Two servers that do not know one another; to be copied."""
    home, template = empty_database
    with django_db_blocker.unblock():
        yield ceremony.fresh(Estate(home, template))


@pytest.fixture
def pair(strangers: ceremony.Pair, tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[ceremony.Pair]:
    """Copies of this test alone."""
    with django_db_blocker.unblock():
        made = ceremony.Pair(strangers.police.copy(tmp_path), strangers.military.copy(tmp_path))
        yield made
        for server in made:
            server.close()


def offer_of(server: Server) -> services.MadeOffer:
    with server.here():
        return services.make_offer(now=NOW)


def read(sealed: bytes) -> services.ReadOffer:
    return services.read_offer(sealed, by=ceremony.person("an"), now=NOW)


def codes(found: services.ReadOffer) -> list[tuple[str, str]]:
    return sorted((each.code, each.weight.value) for each in found.findings)


def type_both(found: services.ReadOffer) -> Partner:
    digits = found.row.fingerprint
    services.approve(found.row, digits[:30], by=ceremony.person("an"), now=NOW)
    return services.approve(found.row, digits[30:], by=ceremony.person("binh"), now=NOW)


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(RefusedError) as refused:
        act()
    return refused.value.code


def test_one_person_alone_enrols_nobody(pair: ceremony.Pair) -> None:
    made = offer_of(pair.military)
    with pair.police.here():
        found = read(made.sealed)
        services.approve(found.row, found.row.fingerprint[:30], by=ceremony.person("an"), now=NOW)

        code = refusal(
            lambda: services.approve(found.row, found.row.fingerprint[30:], by=ceremony.person("an"), now=NOW)
        )

        assert (code, Partner.objects.get().state) == ("offer.same_person", "proposed")


def test_only_administrators_of_the_server_decide(pair: ceremony.Pair) -> None:
    made = offer_of(pair.military)
    with pair.police.here():
        found = read(made.sealed)
        Person.objects.filter(username="chi").update(is_server_admin=False)
        somebody = ceremony.person("chi")

        refusals = {
            refusal(lambda: services.read_offer(made.sealed, by=somebody, now=NOW)),
            refusal(lambda: services.approve(found.row, found.row.fingerprint[:30], by=somebody, now=NOW)),
            refusal(lambda: services.set_addresses([], by=somebody, now=NOW)),
            refusal(lambda: services.suspend(found.partner, by=somebody, now=NOW)),
            refusal(lambda: services.set_routes(found.partner, [], by=somebody, now=NOW)),
            refusal(lambda: services.rotate_key(Agency.objects.get(code="CAT"), by=somebody, now=NOW)),
        }

        assert refusals == {"access.directory"}


def test_our_own_offer_makes_no_partner(pair: ceremony.Pair) -> None:
    made = offer_of(pair.police)
    with pair.police.here():
        found = read(made.sealed)

        assert ("offer.own", "blocks") in codes(found)
        assert ("offer.agency_here", "blocks") in codes(found)
        assert refusal(lambda: type_both(found)) == "offer.blocked"


def test_an_agency_that_lives_here_is_never_taken_from_a_partner(pair: ceremony.Pair) -> None:
    with pair.military.here():
        agency("CAT", "Công an tỉnh Nam Vân")
    made = offer_of(pair.military)
    with pair.police.here():
        found = read(made.sealed)

        assert codes(found) == [("offer.agency_here", "blocks")]
        assert refusal(lambda: type_both(found)) == "offer.blocked"


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("CAT-2", "Công an tỉnh Nam Vân"),
        ("CAT-2", "CÔNG AN TỈNH NAM VÂN"),
        ("cat", "Sở Y tế"),
        ("CAT-2", "Công \u0430n t\u1ec9nh Nam V\u00e2n"),
    ],
)
def test_names_and_codes_that_look_alike_are_an_alarm(pair: ceremony.Pair, code: str, name: str) -> None:
    with pair.military.here():
        agency(code, name)
    made = offer_of(pair.military)
    with pair.police.here():
        assert codes(read(made.sealed)) == [("offer.agency_alike", "alarm")]


def test_a_key_of_another_is_never_enrolled(pair: ceremony.Pair, estate: Estate) -> None:
    """A third server presents the military's agency key under its own agency."""
    ceremony.enrol(pair.police, pair.military)
    thief = estate.server("thief")
    with pair.military.here():
        seed = keys.signing_key(Agency.objects.get(code="BCH")).seed
    with thief.here():
        administrators("an")
        made_agency = agency("HQ", "Chi cục Hải quan Nam Vân")
        row = AgencyKey.objects.get(agency=made_agency)
        key_id = signing.key_id(signing.public_key_of(seed))
        vault.write(keys.seed_name(key_id), seed)
        AgencyKey.objects.filter(pk=row.pk).update(key_id=key_id, public_key=signing.public_key_of(seed))
    made = offer_of(thief)
    with pair.police.here():
        found = read(made.sealed)

        assert codes(found) == [("offer.key_known", "blocks")]
    thief.close()


def test_changed_keys_of_an_enrolled_partner_need_the_digits_again(pair: ceremony.Pair) -> None:
    ceremony.enrol(pair.police, pair.military)
    with pair.military.here():
        services.rotate_key(Agency.objects.get(code="BCH"), by=ceremony.person("an"), now=NOW)
    made = offer_of(pair.military)
    with pair.police.here():
        before = set(AgencyKey.objects.filter(agency__code="BCH").values_list("key_id", flat=True))
        found = read(made.sealed)
        untouched = set(AgencyKey.objects.filter(agency__code="BCH").values_list("key_id", flat=True))
        refused = refusal(lambda: services.update(found.row, by=ceremony.person("an"), now=NOW))
        type_both(found)
        after = set(AgencyKey.objects.filter(agency__code="BCH").values_list("key_id", flat=True))

        assert (codes(found), before == untouched, refused) == ([("offer.keys_next", "note")], True, "offer.not_update")
        assert (len(before), len(after), before < after) == (1, 2, True)


def test_an_older_offer_never_brings_older_keys_back(pair: ceremony.Pair) -> None:
    old = offer_of(pair.military)
    with pair.military.here():
        services.rotate_key(Agency.objects.get(code="BCH"), by=ceremony.person("an"), now=NOW)
    ceremony.enrol(pair.police, pair.military)
    with pair.police.here():
        found = read(old.sealed)

        assert ("offer.rollback", "blocks") in codes(found)
        assert refusal(lambda: type_both(found)) == "offer.blocked"


def test_only_the_last_offer_that_was_read_can_be_approved(pair: ceremony.Pair) -> None:
    first = offer_of(pair.military)
    with pair.military.here():
        agency("BCH-2", "Ban Chỉ huy Quân sự huyện")
    second = offer_of(pair.military)
    with pair.police.here():
        before, after = read(first.sealed), read(second.sealed)

        assert refusal(lambda: type_both(before)) == "offer.old"
        assert type_both(after).state == "active"
        assert refusal(lambda: type_both(after)) == "offer.done"


def test_every_bent_byte_of_an_offer_is_refused_or_changes_its_digits(pair: ceremony.Pair) -> None:
    made = offer_of(pair.military)
    with pair.police.here():
        accepted = []
        for place in range(0, len(made.sealed), 7):
            bent = bytearray(made.sealed)
            bent[place] ^= 1
            with suppress(RefusedError):
                accepted.append(services.read_offer(bytes(bent), by=ceremony.person("an"), now=NOW))

        assert accepted == []
        assert Partner.objects.count() == 0


def test_regulations_and_coordinations_are_added_and_never_overwritten(pair: ceremony.Pair) -> None:
    with pair.military.here():
        regulation = Regulation.objects.create(
            kind="Nghị định",
            number="03/2019/NĐ-CP",
            title="về phối hợp",
            issuer="Chính phủ",
            issued_on=date(2019, 9, 5),
        )
        area = ContentArea.objects.create(regulation=regulation, code="trao-doi", name="Trao đổi thông tin", position=1)
        Indicator.objects.create(regulation=regulation, area=area, code="tin", name="Số tin", unit="tin", position=1)
        TimeLimit.objects.create(regulation=regulation, urgency="normal", working_days=7)
        made_row = Coordination.objects.create(name="Công an – Quân sự", regulation=regulation, level="province")
        Party.objects.create(coordination=made_row, agency=Agency.objects.get(code="BCH"), is_co_chair=True, position=1)
    ceremony.enrol(pair.police, pair.military)
    with pair.police.here():
        there = Coordination.objects.get(uid=made_row.uid)
        assert (there.name, there.regulation.number, there.regulation.indicators.get().area.code) == (
            "Công an – Quân sự",
            "03/2019/NĐ-CP",
            "trao-doi",
        )
        assert list(there.parties.values_list("agency__code", "is_co_chair")) == [("BCH", True)]
        Coordination.objects.update(name="Tên của chúng tôi")
    with pair.military.here():
        services.set_addresses([("https", "https://other.example:8441")], by=ceremony.person("an"), now=NOW)
    made = offer_of(pair.military)
    with pair.police.here():
        found = read(made.sealed)
        services.update(found.row, by=ceremony.person("an"), now=NOW)

        assert (found.is_update, Coordination.objects.get().name) == (True, "Tên của chúng tôi")
        assert list(Route.objects.order_by("position").values_list("address", flat=True)) == [
            "https://military.example:8441",
            "https://other.example:8441",
        ]


def test_a_regulation_that_contradicts_ours_stops_the_enrolment_and_is_named(pair: ceremony.Pair) -> None:
    for server, day in ((pair.police, 5), (pair.military, 6)):
        with server.here():
            row = Regulation.objects.create(
                kind="Nghị định",
                number="03/2019/NĐ-CP",
                title="về phối hợp",
                issuer="Chính phủ",
                issued_on=date(2019, 9, day),
            )
            one = Coordination.objects.create(name="Phối hợp", regulation=row, level="province")
            Party.objects.create(coordination=one, agency=Agency.objects.get(), position=1)
    made = offer_of(pair.military)
    with pair.police.here():
        found = read(made.sealed)

        assert ("offer.regime", "blocks") in codes(found)
        assert "03/2019/NĐ-CP" in str(found.findings[0].text)


@pytest.mark.parametrize(
    "address",
    [
        ("https", "http://x:1"), ("https", "https://x"), ("https", "https://u@x:1"), ("https", "https://x:1/a"),
        ("https", "https://x:1?q=1"), ("https", "https://x:99999999"), ("https", "https://:1"), ("folder", "a/b"),
        ("folder", "/a/../b"), ("folder", "/a\x00"), ("nats", "https://x:1"), ("ftp", "ftp://x:1"), ("https", "https://" + "a" * 400 + ":1"),
    ],
)  # fmt: skip
def test_addresses_that_cannot_be_are_refused(pair: ceremony.Pair, address: tuple[str, str]) -> None:
    with pair.police.here():
        assert refusal(lambda: services.set_addresses([address], by=ceremony.person("an"), now=NOW)) == "route.address"


def test_nothing_of_a_stranger_is_believed_before_the_second_half(pair: ceremony.Pair) -> None:
    made = offer_of(pair.military)
    with pair.police.here():
        found = read(made.sealed)
        services.approve(found.row, found.row.fingerprint[:30], by=ceremony.person("an"), now=NOW)

        assert Agency.objects.filter(code="BCH").exists() is False
        assert Route.objects.count() == 0
        assert PartnerAgency.objects.count() == 0
        assert AgencyKey.objects.exclude(agency__code="CAT").count() == 0


def test_no_key_of_ours_is_made_for_a_partners_agency(pair: ceremony.Pair) -> None:
    ceremony.enrol(pair.police, pair.military)
    with pair.police.here():
        theirs = Agency.objects.get(code="BCH")

        assert keys.lives_here(theirs) is False
        assert routing.routing_of(theirs).routes == ("https",)
        assert routing.routing_of(Agency.objects.get(code="CAT")).routes == ("local",)
        assert [each.code for each in queries.local_agencies()] == ["CAT"]
