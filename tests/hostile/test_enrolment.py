"""Offers made by hand: by the thief of a key, and with another certificate than the enrolled one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.partners import ceremony
from tests.partners.servers import NOW, Estate, administrators, agency

from giaoban.agencies.models import Agency
from giaoban.common.errors import RefusedError
from giaoban.dispatches import keys
from giaoban.kernel import enrolment, signing
from giaoban.partners import services, station
from giaoban.partners.models import Partner


@pytest.fixture
def pair(estate: Estate) -> ceremony.Pair:
    """Two enrolled servers."""
    return ceremony.partners(estate)


def test_the_key_of_an_agency_is_no_station_key(pair: ceremony.Pair, estate: Estate) -> None:
    thief = estate.server("thief")
    with pair.military.here():
        stolen = keys.signing_key(Agency.objects.get(code="BCH")).seed
    with thief.here():
        administrators("an")
        agency("HQ", "Chi cục Hải quan Nam Vân")
        made = services.make_offer(now=NOW).offer
    sealed = enrolment.seal(replace(made, public_key=signing.public_key_of(stolen)), stolen)

    with pair.police.here():
        found = services.read_offer(sealed, by=ceremony.person("an"), now=NOW)

        assert [(each.code, each.weight.value) for each in found.findings] == [("offer.key_known", "blocks")]


def test_another_certificate_is_never_taken_by_one_person(pair: ceremony.Pair) -> None:
    with pair.military.here():
        made = services.make_offer(now=NOW).offer
        seed = station.identity(now=NOW).seed
    sealed = enrolment.seal(replace(made, tls_sha256="ab" * 32), seed)

    with pair.police.here():
        before = Partner.objects.get().tls_sha256
        found = services.read_offer(sealed, by=ceremony.person("an"), now=NOW)
        with pytest.raises(RefusedError) as refused:
            services.update(found.row, by=ceremony.person("an"), now=NOW)

        assert ("offer.certificate", "alarm") in [(each.code, each.weight.value) for each in found.findings]
        assert refused.value.code == "offer.not_update"
        assert Partner.objects.get().tls_sha256 == before
