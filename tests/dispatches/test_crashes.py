"""Every point at which the process can die, one after the other: the n-th write for n = 1, 2, 3 … until nothing is left to fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from tests.dispatches import handlers
from tests.dispatches.houses import NOW, House

from giaoban.dispatches import services
from giaoban.dispatches.models import Dispatch, Incoming, Outbox, Receipt
from giaoban.dispatches.verification import verify_all
from giaoban.kernel.delivery import CLAIM_LASTS

pytestmark = pytest.mark.django_db(transaction=True)
WRITES = ("INSERT", "UPDATE", "DELETE")


class DiedError(BaseException):
    """The process ends here: nothing catches it."""


@contextmanager
def failing_at(point: int, error: type[BaseException]) -> Iterator[list[int]]:
    """Let the `point`-th write fail; yields the number of writes seen."""
    seen = [0]

    def wrapper(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().upper().startswith(WRITES):
            seen[0] += 1
            if seen[0] == point:
                raise error("injected")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper):
        yield seen


def fail(act: Callable[[], object], point: int, error: type[BaseException]) -> bool:
    """Do `act` with the failure; whether there was still a write to fail."""
    with failing_at(point, error) as seen:
        try:
            act()
        except (DiedError, OperationalError):
            return True
    return seen[0] >= point


def test_issuing_is_kept_whole_or_not_at_all_wherever_it_dies(committed_house: House) -> None:
    points = 0
    while fail(committed_house.send, points + 1, DiedError):
        points += 1
        assert Dispatch.objects.count() == 0
        assert Outbox.objects.count() == 0
        assert [finding.code for finding in verify_all() if finding.code != "file.stray"] == []

    assert points >= 8
    assert Dispatch.objects.get().reference == "01/BC-CAT"


@pytest.mark.parametrize("error", [DiedError, OperationalError], ids=["process dies", "database fails"])
def test_delivery_resumes_wherever_it_dies_and_takes_effect_once(
    committed_house: House, error: type[BaseException]
) -> None:
    points, now = 0, NOW
    again = True
    while again:
        points += 1
        committed_house.send(f"lần {points}", type_code=None, summary="", render=None)
        committed_house.send("từ chối", kind="test.refused", type_code=None, summary="", render=None)
        handlers.taken.clear()

        again = fail(lambda at=now: services.deliver_all(at), points, error)  # type: ignore[misc]
        now = heal(now)

        assert list(Outbox.objects.exclude(state__in=["accepted", "refused"])) == []
        assert Incoming.objects.count() == Dispatch.objects.count() == Receipt.objects.count() // 2
    assert points >= 15
    assert verify_all() == []


def heal(now: datetime) -> datetime:
    """Time passes, the server is there again."""
    for wait in (CLAIM_LASTS, timedelta(minutes=10), timedelta(hours=1)):
        now += wait
        services.deliver_all(now)
    return now
