"""Two servers that have become partners, as people do it. Done once in a session, then copied: keys and passwords take their time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tests.partners.servers import NOW, Estate, Server, administrators, agency, keep

from giaoban.agencies.models import Person
from giaoban.partners import services
from giaoban.partners.models import Partner


@dataclass
class Pair:
    """A police and a military server."""

    police: Server
    military: Server

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter((self.police, self.military))


_kept: dict[str, Pair] = {}
"""What was made in this session, to be copied."""


def fresh(estate: Estate) -> Pair:
    """Two servers with one agency and three administrators each, strangers to one another."""
    return _copied(estate, "strangers", _strangers)


def partners(estate: Estate) -> Pair:
    """Two servers, each enrolled at the other."""
    return _copied(estate, "partners", _partners)


def _copied(estate: Estate, name: str, make: Callable[[Estate], Pair]) -> Pair:
    if name not in _kept:
        _kept[name] = make(Estate(keep(name), estate.template))
        for server in _kept[name]:
            server.keep()
    return Pair(*(estate.copy(server) for server in _kept[name]))


def _strangers(estate: Estate) -> Pair:
    police, military = estate.server("police"), estate.server("military")
    for server, code, name in (
        (police, "CAT", "Công an tỉnh Nam Vân"),
        (military, "BCH", "Bộ Chỉ huy Quân sự tỉnh Nam Vân"),
    ):
        with server.here():
            one, *_others = administrators("an", "binh", "chi")
            agency(code, name)
            services.set_addresses([("https", f"https://{server.name}.example:8441")], by=one, now=NOW)
    return Pair(police, military)


def person(name: str) -> Person:
    """One of the administrators of the server one stands in."""
    return Person.objects.get(username=name)


def enrol(here: Server, there: Server, *, now: datetime = NOW) -> Partner:
    """`here` reads the offer of `there`; two people type what they hear."""
    with there.here():
        made = services.make_offer(now=now)
    with here.here():
        read = services.read_offer(made.sealed, by=person("an"), now=now)
        digits = made.fingerprint.split(" ")
        services.approve(read.row, " ".join(digits[:6]), by=person("an"), now=now)
        return services.approve(read.row, "".join(digits[6:]), by=person("binh"), now=now)


def _partners(estate: Estate) -> Pair:
    pair = fresh(estate)
    enrol(pair.police, pair.military)
    enrol(pair.military, pair.police)
    return pair
