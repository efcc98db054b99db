"""Key statements of a partner's agency whose one online key is in bad hands."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.partners import ceremony, servers
from tests.partners.servers import NOW, Estate, Server

from giaoban.agencies.models import Agency
from giaoban.dispatches import keys
from giaoban.kernel import keyring, signing
from giaoban.kernel.keyring import KeyStatement, OnlineKey
from giaoban.partners import statements
from giaoban.partners.models import KeyStatementRow, Partner, PartnerAgency, PartnerFinding


@pytest.fixture
def pair(estate: Estate) -> ceremony.Pair:
    """Two enrolled servers."""
    return ceremony.partners(estate)


def stolen(police: Server) -> tuple[KeyStatement, bytes]:
    """What counts for the police, and the seed of their key in use."""
    with police.here():
        agency = Agency.objects.get(code="CAT", partner_link=None)
        counts = keyring.parse(bytes(statements.ensure(agency, now=NOW).sealed)).statement
        return counts, keys.signing_key(agency).seed


def fresh(counts: KeyStatement, seed: bytes, number: int, own: int, **changes: Any) -> bytes:
    """A statement that brings a key of the thief into use."""
    thief = bytes([own]) * 32
    added = OnlineKey(signing.public_key_of(thief))
    return keyring.seal(replace(counts, number=number, online=(*counts.online, added), **changes), [seed, thief])


def test_a_flood_of_statements_is_cut_off_and_none_counts(pair: ceremony.Pair) -> None:
    counts, seed = stolen(pair.police)
    flood = [fresh(counts, seed, 2 + number, 7) for number in range(40)]

    with pair.military.here():
        partner = Partner.objects.get()
        agency = Agency.objects.get(code="CAT")
        before = KeyStatementRow.objects.filter(agency=agency).count()
        codes = [statements.take_statement(each, partner=partner, now=NOW) for each in flood]
        again = statements.take_statement(flood[0], partner=partner, now=NOW)

        assert codes == [""] * statements.MAX_WAITING + [statements.TOO_MANY] * (40 - statements.MAX_WAITING)
        assert again == "", "one that is kept is known"
        assert KeyStatementRow.objects.filter(agency=agency).count() == before + statements.MAX_WAITING
        assert statements.known(agency) == counts
        assert PartnerAgency.objects.get(agency=agency).frozen_at is None


def test_many_tongues_freeze_the_agency_once_seen_and_fill_nothing(pair: ceremony.Pair) -> None:
    counts, seed = stolen(pair.police)

    with pair.military.here():
        partner = Partner.objects.get()
        agency = Agency.objects.get(code="CAT")
        codes = [
            statements.take_statement(fresh(counts, seed, 2, own), partner=partner, now=NOW) for own in range(1, 30)
        ]

        assert codes == ["", *["keys.forked"] * 28]
        assert KeyStatementRow.objects.filter(agency=agency, number=2).count() == statements.MAX_WAITING
        assert PartnerFinding.objects.count() == statements.MAX_WAITING - 1
        assert PartnerAgency.objects.get(agency=agency).frozen_at is not None


def test_one_partner_brings_no_statement_of_anothers_agency(pair: ceremony.Pair, estate: Estate) -> None:
    third = estate.server("third")
    with third.here():
        servers.administrators("an")
        servers.agency("HQ", "Chi cục Hải quan Nam Vân")
    ceremony.enrol(pair.military, third)
    counts, seed = stolen(pair.police)
    ours = fresh(counts, seed, 2, 7)

    with pair.military.here():
        bringer = Partner.objects.get(agencies__agency__code="HQ")
        before = KeyStatementRow.objects.count()

        assert statements.take_statement(ours, partner=bringer, now=NOW) == "keys.other_agency"
        assert KeyStatementRow.objects.count() == before
