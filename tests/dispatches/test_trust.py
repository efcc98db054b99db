"""A key statement takes effect: what is believed before and after, and who signs then."""

from __future__ import annotations

import os

import pytest
from tests.dispatches.houses import NOW, House

from giaoban.agencies.models import AgencyKey
from giaoban.dispatches import keys, seals, services, trust, vault
from giaoban.dispatches.parcels import files_of
from giaoban.dispatches.verification import verify_all
from giaoban.kernel import signing
from giaoban.kernel.errors import ErrorCode, KernelError
from giaoban.kernel.keyring import KeyStatement, OnlineKey, Root
from giaoban.kernel.verify import TrustedKey


def statement(house: House, number: int, *online: OnlineKey, agency: str = "CAT") -> KeyStatement:
    return KeyStatement(agency, number, Root(), online, NOW)


def own_key(house: House) -> bytes:
    return bytes(AgencyKey.objects.filter(agency=house.police).latest("id").public_key)


def fresh_key() -> bytes:
    """A key whose private half lies in the vault of this server."""
    seed = os.urandom(32)
    public_key = signing.public_key_of(seed)
    vault.write(keys.seed_name(signing.key_id(public_key)), seed)
    return public_key


def code_of(statement: KeyStatement, house: House) -> ErrorCode:
    with pytest.raises(KernelError) as caught:
        trust.apply_statement(house.police, statement, now=NOW)
    return caught.value.code


def test_a_new_key_signs_and_the_one_before_is_believed_only_for_what_it_signed_until_then(house: House) -> None:
    old = own_key(house)
    before, late = house.send("trước"), house.send("muộn")
    new = fresh_key()

    trust.apply_statement(
        house.police,
        statement(house, 2, OnlineKey(old, 1, 2, (2026, 5)), OnlineKey(new, 2)),
        now=NOW,
    )

    assert keys.find_key("CAT", signing.key_id(old)) == TrustedKey("CAT", old, 2, (2026, 5), 1)
    assert keys.find_key("CAT", signing.key_id(new)) == TrustedKey("CAT", new, None, None, 2)
    assert house.send("sau").key_id == signing.key_id(new)
    services.receive(bytes(before.sealed), files_of(before), receiver=house.military, now=NOW)
    with pytest.raises(KernelError) as caught:
        services.receive(bytes(late.sealed), files_of(late), receiver=house.military, now=NOW)
    assert caught.value.code is ErrorCode.KEY_REVOKED


def test_the_same_statement_again_changes_nothing_and_an_older_one_is_refused(house: House) -> None:
    said = statement(house, 2, OnlineKey(own_key(house)))
    for _ in range(2):
        trust.apply_statement(house.police, said, now=NOW)
    stood = list(AgencyKey.objects.order_by("id").values())

    assert code_of(statement(house, 1, OnlineKey(own_key(house))), house) is ErrorCode.KEYS_ROLLBACK
    assert list(AgencyKey.objects.order_by("id").values()) == stood


def test_a_statement_of_another_agency_and_a_key_of_another_agency_are_refused(house: House) -> None:
    theirs = bytes(AgencyKey.objects.get(agency=house.military).public_key)

    assert code_of(statement(house, 1, OnlineKey(theirs)), house) is ErrorCode.KEYS_KEY_TWICE
    assert code_of(statement(house, 1, OnlineKey(theirs), agency="BCH"), house) is ErrorCode.KEYS_OTHER_AGENCY
    assert AgencyKey.objects.filter(agency=house.police).count() == 1


def test_an_ended_key_may_be_lost_and_a_key_in_use_may_not(house: House) -> None:
    old, new = own_key(house), fresh_key()
    trust.apply_statement(
        house.police, statement(house, 2, OnlineKey(old, 1, 1, (2026, 0)), OnlineKey(new, 1)), now=NOW
    )
    (vault.folder() / keys.seed_name(signing.key_id(old))).unlink()
    clean = verify_all()
    (vault.folder() / keys.seed_name(signing.key_id(new))).unlink()

    assert (clean, [finding.code for finding in verify_all()]) == ([], ["key.no_seed"])
    assert seals.KEY_NAME in {path.name for path in vault.folder().iterdir()}
