"""Somebody who owns the database changes whom we believe: `giaoban verify` finds it, and finds nothing where nothing was changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from tests.partners import ceremony
from tests.partners.servers import Estate

from giaoban.agencies.models import AgencyKey
from giaoban.dispatches import seals
from giaoban.partners import guards
from giaoban.partners.models import AppliedStatement, Approval, KeyStatementRow, Partner, ReceivedOffer, Route
from giaoban.partners.verification import verify_partners

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker


@pytest.fixture(scope="module")
def enrolled(empty_database: tuple[Path, str], django_db_blocker: DjangoDbBlocker) -> Iterator[ceremony.Pair]:
    """Two partners; to be copied."""
    home, template = empty_database
    with django_db_blocker.unblock():
        yield ceremony.partners(Estate(home, template))


@pytest.fixture
def police(enrolled: ceremony.Pair, tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """One stands in the police's server, a copy of this test alone."""
    with django_db_blocker.unblock():
        server = enrolled.police.copy(tmp_path)
        with server.here():
            yield
        server.close()


def past_the_guards(change: Callable[[], object]) -> Callable[[], None]:
    """The change of somebody who knows how to drop a trigger, and puts it back."""

    def changed() -> None:
        guards.drop(connection)
        change()
        guards.create(connection)

    return changed


def bent(row: ReceivedOffer | KeyStatementRow) -> None:
    sealed = bytearray(bytes(row.sealed))
    sealed[60] ^= 1
    type(row).objects.filter(pk=row.pk).update(sealed=bytes(sealed))


def resealed_partner(**values: object) -> None:
    """Even with the key of the seals."""
    row = Partner.objects.get()
    for name, value in values.items():
        setattr(row, name, value)
    seals.seal(row).save()


theirs = AgencyKey.objects.filter(agency__code="BCH")
CHANGES: dict[str, tuple[Callable[[], object], list[str]]] = {
    "a guard is dropped": (lambda: guards.drop(connection), ["partners.guard"] * len(guards.TABLES)),
    "the offer is bent": (past_the_guards(lambda: bent(ReceivedOffer.objects.get())), ["partners.offer"]),
    "another station key": (
        lambda: Partner.objects.update(station_key="ab" * 32),
        ["partners.partner", "partners.key"],
    ),
    "another station key, sealed": (lambda: resealed_partner(station_key="ab" * 32), ["partners.key"]),
    "another certificate, sealed": (lambda: resealed_partner(tls_sha256="0" * 64), ["partners.key"]),
    "resumed by hand": (lambda: Partner.objects.update(state="suspended"), ["partners.partner"]),
    "nobody approved": (past_the_guards(lambda: Approval.objects.all().delete()), ["partners.approval"]),
    "one person approved": (
        past_the_guards(lambda: Approval.objects.update(person=ceremony.person("an"))),
        ["partners.approval"],
    ),
    "another address": (lambda: Route.objects.update(address="https://khac.example:1"), ["partners.route"]),
    "a statement is bent": (
        past_the_guards(lambda: bent(KeyStatementRow.objects.get(agency__code="BCH"))),
        ["partners.statement", "partners.agency_key"],
    ),
    "another statement counts": (
        lambda: AppliedStatement.objects.filter(agency__code="BCH").update(
            statement=KeyStatementRow.objects.get(agency__code="CAT")
        ),
        ["partners.applied", "partners.agency_key"],
    ),
    "no statement counts": (
        lambda: AppliedStatement.objects.filter(agency__code="BCH").delete(),
        ["partners.agency_key"],
    ),
    "a key is revived": (
        lambda: theirs.update(revoked_from=5, revoked_in_year=2026, revoked_in_position=1),
        ["partners.agency_key"],
    ),
    "a key is swapped": (lambda: theirs.update(public_key=bytes(range(32))), ["partners.agency_key"]),
    "a key begins otherwise": (lambda: theirs.update(valid_from=7), ["partners.agency_key"]),
}


@pytest.mark.usefixtures("police")
def test_nothing_is_found_where_nothing_was_changed() -> None:
    assert [str(each) for each in verify_partners()] == []


@pytest.mark.usefixtures("police")
@pytest.mark.parametrize("name", CHANGES)
def test_each_change_behind_the_services_is_found(name: str) -> None:
    change, codes = CHANGES[name]

    change()

    assert [each.code for each in verify_partners()] == codes
