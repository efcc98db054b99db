"""Items of a bundle that a partner's server made by hand: each is named with a code, costs little, and the good one beside it flows."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.db import connections
from tests.dispatches import handlers
from tests.partners import ceremony, servers
from tests.partners.servers import Estate
from tests.transports import stations
from tests.transports.stations import Pair, counts, only, read, send, write

from giaoban.agencies.models import Agency
from giaoban.dispatches import keys, services
from giaoban.dispatches.models import Incoming
from giaoban.dispatches.ports import Arrival, Taken
from giaoban.kernel import envelope, status
from giaoban.kernel.bundle import ItemType
from giaoban.partners import spool, statements


def bent(sealed: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    """The same dispatch with a changed body in a good frame; the signature cannot hold any more."""
    body = json.loads(envelope.unframe(sealed, envelope.DISPATCH_TYPE).body)
    change(body)
    changed = json.dumps(body).encode()
    kind = envelope.DISPATCH_TYPE.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(changed), changed) + sealed[-64:]


ODD: dict[str, Callable[[dict[str, Any]], object]] = {
    "sender is a list": lambda body: body.update(sender=["CAT"]),
    "sender is an object": lambda body: body.update(sender={"CAT": 1}),
    "sender is null": lambda body: body.update(sender=None),
    "sender in another case": lambda body: body.update(sender="cat"),
    "recipient is a lone surrogate": lambda body: body.update(recipients=[{"agency": "\ud800", "sequence": 1}]),
    "recipient has a NUL": lambda body: body.update(recipients=[{"agency": "B\x00H", "sequence": 1}]),
    "recipient is a list": lambda body: body.update(recipients=[{"agency": ["BCH"], "sequence": 1}]),
    "recipient is very long": lambda body: body.update(recipients=[{"agency": "B" * 1_000_000, "sequence": 1}]),
    "recipients is an object": lambda body: body.update(recipients={"agency": "BCH"}),
    "recipients is a number": lambda body: body.update(recipients=7),
    "no recipients": lambda body: body.update(recipients=[]),
    "recipient twice": lambda body: body.update(recipients=body["recipients"] * 2),
    "sequence is a text": lambda body: body.update(recipients=[{"agency": "BCH", "sequence": "1"}]),
    "files is a number": lambda body: body.update(files=1),
    "a file is a list": lambda body: body.update(files=[["x"]]),
    "hash of a file is an object": lambda body: body["files"][0].update(sha256={}),
    "hash of a file is a path": lambda body: body["files"][0].update(sha256="../../../etc/passwd"),
    "size of a file is negative": lambda body: body["files"][0].update(size=-1),
    "device name": lambda body: body["files"][0].update(name="a/../../NUL"),
    "deep": lambda body: body.update(payload=json.loads("[" * 900 + "]" * 900)),
}


def test_odd_dispatches_are_named_and_the_good_one_behind_them_flows(pair: Pair) -> None:
    send(pair.police, "tốt")
    manifest, parts = stations.taken_apart(write(pair.police))
    good = next(part for item, part in parts if item.type is ItemType.DISPATCH)
    odd = {name: bent(good, change) for name, change in ODD.items()}
    rest = [(item.type, part) for item, part in parts if item.type is not ItemType.DISPATCH]
    bad = [(ItemType.DISPATCH, each) for each in odd.values()]
    content = stations.put_together(pair.police, manifest, [*rest, *bad, (ItemType.DISPATCH, good)])
    kept = counts(pair.military)["Incoming"]

    taken = read(pair.military, content)

    codes = {problem.digest: problem.code for problem in taken.problems}
    assert [name for name, each in odd.items() if not codes.get(stations.digest_of(each))] == []
    assert (len(taken.receipts), len(taken.problems)) == (1, len(odd))
    assert counts(pair.military)["Incoming"] == kept + 1
    assert handlers.taken == [("BCH", "tốt")]


def test_a_dispatch_to_very_many_costs_no_search_for_each(pair: Pair, django_assert_max_num_queries: Any) -> None:
    send(pair.police, "tốt")
    manifest, parts = stations.taken_apart(write(pair.police))
    good = next(part for item, part in parts if item.type is ItemType.DISPATCH)
    many = [{"agency": f"A{number}", "sequence": 1} for number in range(100_000)]
    bad = bent(good, lambda body: body.update(recipients=many))
    content = stations.put_together(pair.police, manifest, [(ItemType.DISPATCH, bad)])

    with pair.military.here(), django_assert_max_num_queries(60, connection=connections["default"]):
        taken = read(pair.military, content)

    assert [problem.code for problem in taken.problems] == ["envelope.value"]
    assert only(content, ItemType.DISPATCH) == [bad]


def test_a_file_that_many_dispatches_name_is_not_read_so_often_in_one_commit(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        send(pair.police, f"số {number}")
    content = write(pair.police)
    weight = min(item.size for item, _part in stations.taken_apart(content)[1] if item.type is ItemType.FILE)
    commits: list[int] = []
    receive_many = services.receive_many

    def counted(arrivals: Sequence[Arrival], *, now: datetime) -> list[Taken]:
        commits.append(len(arrivals))
        return receive_many(arrivals, now=now)

    monkeypatch.setattr(services, "receive_many", counted)
    monkeypatch.setattr(spool, "SOFT_BYTES", weight)

    taken = read(pair.military, content)

    assert (len(taken.receipts), taken.problems) == (6, [])
    assert commits == [1] * 6


def test_more_statements_than_there_are_agencies_are_not_kept_in_memory(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(pair.police, "tốt")
    manifest, parts = stations.taken_apart(write(pair.police))
    flood = [(ItemType.KEYS, b"x" * (number + 1)) for number in range(5)]
    monkeypatch.setattr(status, "MAX_STATEMENTS", 2)

    taken = read(
        pair.military,
        stations.put_together(pair.police, manifest, [*flood, *((item.type, part) for item, part in parts)]),
    )

    assert sorted(taken.not_believed) == ["envelope.framing"] * 2 + [statements.TOO_MANY] * 3
    assert len(taken.receipts) == 1


def test_a_dispatch_is_not_taken_in_for_an_agency_of_a_third_server(pair: Pair, estate: Estate) -> None:
    third = estate.server("third")
    with third.here():
        servers.administrators("an")
        servers.agency("HQ", "Chi cục Hải quan Nam Vân")
    ceremony.enrol(pair.military, third)
    send(pair.police, "một")
    manifest, parts = stations.taken_apart(write(pair.police))
    with pair.police.here():
        seed = keys.signing_key(Agency.objects.get(code="CAT", partner_link=None)).seed
    good = next(part for item, part in parts if item.type is ItemType.DISPATCH)
    said = envelope.parse(good)
    both = envelope.seal(replace(said, recipients=(*said.recipients, envelope.Recipient("HQ", 1))), seed)
    rest = [(item.type, part) for item, part in parts if item.type is not ItemType.DISPATCH]

    taken = read(pair.military, stations.put_together(pair.police, manifest, [*rest, (ItemType.DISPATCH, both)]))

    assert (taken.dispatches, len(taken.receipts), taken.problems) == (1, 1, [])
    with pair.military.here():
        assert not Incoming.objects.filter(holder__code="HQ").exists()
