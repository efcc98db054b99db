"""Rounds: ask the partners that can be reached, look into folders, read brokers. One thread watches; each visit has a thread of its
own, and one that waits for the other side holds up nobody (`dispatches/slots.py`).

Deliveries go by themselves (`dispatches/jobs.py`); this is for what nobody sends: dispatches that wait to be collected, receipts that
came in by a route without an answer, key statements, and the sign of life that tells both sides what is missing. A partner that
cannot be reached is looked for at least every `PROBE_SECONDS`, and at once when it calls us; when it answers, what waits for it leaves
(`partners/waking.py`).
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Final, Protocol, cast

from django.db import DatabaseError, close_old_connections

from giaoban.common import clock
from giaoban.dispatches import ports, slots
from giaoban.kernel.delivery import Reason
from giaoban.partners import exchange, reconcile, waking
from giaoban.partners.enums import Courier, PartnerState
from giaoban.partners.models import Contact, Partner, Route
from giaoban.transports.https import client
from giaoban.transports.https.client import CallError
from giaoban.transports.nats.broker import BrokerError

LOG: Final = logging.getLogger(__name__)
POLL_SECONDS: Final = 15.0
"""Between two visits where something may wait."""
QUIET_SECONDS: Final = 300.0
"""Between two visits that are a sign of life only."""
BROKER_SECONDS: Final = 2.0
TICK: Final = 1.0
PROBE_SECONDS: Final = 120.0
"""Between two visits of a partner that cannot be reached: the longest that one that has returned is not noticed."""
AT_ONCE: Final = 8
"""Visits by one courier that read and write at the same time; a share or a broker that hangs delays no visit by another."""


class Visitor(Protocol):
    """A courier that can fetch."""

    def visit(self, partner: Partner, *, now: datetime) -> int:
        """Fetch what waits and give what is due. Dispatches brought."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What became of a visit."""

    partner: Partner
    courier: str
    brought: int = 0
    failure: str = ""
    """A `kernel.delivery.Reason`; empty when all went well."""
    detail: str = ""


def visit(partner: Partner, courier: str, *, now: datetime) -> Visit:
    """One visit by one courier. Never raises for what the other side or the way does."""
    visitor = cast("Visitor", dict(ports.transports_in_order())[courier])
    try:
        brought = visitor.visit(partner, now=now)
        if courier != Courier.HTTPS:  # which has noted each of its calls
            exchange.note(partner, None, courier=courier, now=now)
        return Visit(partner, courier, brought)
    except CallError as error:
        return Visit(partner, courier, failure=error.reason.value, detail=error.detail)
    except BrokerError as error:
        exchange.note(partner, Reason.PARTNER_UNREACHABLE, courier=courier, now=now)
        return Visit(partner, courier, failure=Reason.PARTNER_UNREACHABLE.value, detail=str(error))
    except OSError as error:
        exchange.note(partner, Reason.PARTNER_UNREACHABLE, courier=courier, now=now)
        return Visit(partner, courier, failure=Reason.PARTNER_UNREACHABLE.value, detail=client.name_of(error))


def visits_of(partner: Partner) -> list[str]:
    """The couriers that can visit this partner, each once, in order."""
    rows = Route.objects.filter(partner=partner, transport__in=exchange.CALLING).order_by("position")
    return list(dict.fromkeys(rows.values_list("transport", flat=True)))


VISITED: Final = (PartnerState.ACTIVE, PartnerState.FROZEN)
"""Those exchanged with, and frozen ones, which must be able to say that all is well again."""


def visited() -> list[Partner]:
    """Partners that are visited."""
    return list(Partner.objects.filter(state__in=VISITED).order_by("pk"))


def ways() -> list[tuple[Partner, str]]:
    """Every partner that is visited with each courier, in one statement however many there are."""
    routes = Route.objects.filter(transport__in=exchange.CALLING, partner__state__in=VISITED).select_related("partner")
    return list(
        {
            (row.partner_id, row.transport): (row.partner, row.transport)
            for row in routes.order_by("partner", "position")
        }.values()
    )


def pause_after(partner: Partner, courier: str) -> float:
    """Seconds until the next visit is worth while."""
    if courier == Courier.NATS:
        return BROKER_SECONDS
    if courier == Courier.FOLDER or reconcile.is_frozen() or exchange.is_due(partner):
        return POLL_SECONDS
    hopes = Contact.objects.filter(partner=partner, status__collects=True).exists()
    return POLL_SECONDS if hopes else QUIET_SECONDS


class Rounds:
    """Visits until it is stopped. Two servers on one database visit twice; nothing is doubled by it."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="giaoban-rounds", daemon=True)
        self._slots = {courier: threading.BoundedSemaphore(AT_ONCE) for courier in exchange.CALLING}
        self._due: dict[tuple[int, str], float] = {}
        self._ended: dict[tuple[int, str], float] = {}
        self._failed: dict[tuple[int, str], int] = {}
        """Visits that failed one after the other."""
        self._busy: set[tuple[int, str]] = set()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, *, wait_seconds: float = 5.0) -> None:
        """End; a visit in hand is left to itself, its repeats are harmless."""
        self._stop.set()
        self._thread.join(wait_seconds)

    def _run(self) -> None:
        while not self._stop.wait(TICK):
            try:
                close_old_connections()
                self._round()
            except Exception:  # the last resort of a thread that must not die
                LOG.exception("a round of visits failed")

    def _round(self) -> None:
        moment = monotonic()
        called = waking.take_heard()
        for partner, courier in ways():
            key = (partner.pk, courier)
            if partner.pk in called and key in self._ended:
                self._due[key] = min(self._due.get(key, 0.0), self._ended[key] + POLL_SECONDS)
            if key not in self._busy and self._due.get(key, 0.0) <= moment:
                self._busy.add(key)
                threading.Thread(
                    target=self._visit, args=(partner, courier), name=f"giaoban-visit-{partner.uid}", daemon=True
                ).start()

    def _visit(self, partner: Partner, courier: str) -> None:
        key = (partner.pk, courier)
        with slots.at_work(self._slots[Courier(courier)], slow=self._failed.get(key, 0) > 0):
            self._visit_now(partner, courier)

    def _visit_now(self, partner: Partner, courier: str) -> None:
        key = (partner.pk, courier)
        pause = POLL_SECONDS
        try:
            found = visit(partner, courier, now=clock.now())
            self._failed[key] = self._failed.get(key, 0) + 1 if found.failure else 0
            # No load comes of partners that are gone, however many they are.
            rarer = min(POLL_SECONDS * 2 ** min(self._failed[key] - 1, 9), PROBE_SECONDS)
            pause = rarer if found.failure else pause_after(partner, courier)
            if found.brought:
                LOG.info("collected", extra={"partner": str(partner.uid), "courier": courier, "brought": found.brought})
        except DatabaseError:
            LOG.warning("a visit found the database busy")
        except Exception:  # one partner's trouble is nobody else's
            LOG.exception("a visit failed")
        finally:
            self._ended[key] = monotonic()
            self._due[key] = self._ended[key] + pause
            self._busy.discard(key)
