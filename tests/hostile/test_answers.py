"""What comes back over HTTPS is the partner's, and the answer to what was asked; what a broker says is within bounds."""

from __future__ import annotations

import asyncio
import io
from types import SimpleNamespace
from typing import Any

import pytest
from tests.partners import ceremony, servers
from tests.partners.servers import NOW, Estate
from tests.transports.stations import Pair, answer, read, send, write

from giaoban.partners import exchange
from giaoban.partners.models import Partner, ReceiptDue
from giaoban.transports.https import client
from giaoban.transports.https.client import CallError
from giaoban.transports.https.transport import HttpsTransport
from giaoban.transports.nats import broker


def answered_with(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    """Whoever is called answers with these bytes."""

    def call(*_asked: Any, **_how: Any) -> tuple[io.BytesIO, int]:
        return io.BytesIO(content), len(content)

    monkeypatch.setattr(client, "call", call)


def test_an_answer_to_another_bundle_is_none_and_confirms_nothing(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    old = answer(pair.military, read(pair.military, write(pair.police)))
    send(pair.military, "một", to=("CAT",))
    read(pair.police, write(pair.military), one_way=True)
    answered_with(monkeypatch, old)

    with pair.police.here():
        with pytest.raises(CallError) as caught:
            HttpsTransport().visit(Partner.objects.get(), now=NOW)

        assert caught.value.detail == "the answer is to another bundle"
        assert ReceiptDue.objects.count() == 1


def test_the_answer_of_another_partner_is_none(pair: Pair, estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    third = estate.server("third")
    with third.here():
        servers.administrators("an", "binh")
        servers.agency("HQ", "Chi cục Hải quan Nam Vân")
    ceremony.enrol(pair.police, third)
    ceremony.enrol(third, pair.police)
    with pair.police.here():
        third_there = Partner.objects.get(agencies__agency__code="HQ")
        composed = exchange.compose(third_there, now=NOW)
        asked = b"".join(composed.pieces())
        composed.close()
    answered_with(monkeypatch, answer(third, read(third, asked)))

    with pair.police.here(), pytest.raises(CallError) as caught:
        HttpsTransport().visit(Partner.objects.get(agencies__agency__code="BCH"), now=NOW)

    assert caught.value.detail == "bundle.not_addressed"


@pytest.mark.parametrize(
    ("piece", "said"),
    [
        (f"0/{broker.MAX_PIECES}", True),
        (f"0/{broker.MAX_PIECES + 1}", False),
        ("1/1", False),
        ("-1/2", False),
        ("0/0", False),
        ("0", False),
        ("0/2/2", False),
        ("٠/2", False),
        ("00000/2", False),
    ],
)
def test_a_piece_is_one_of_as_many_as_a_bundle_can_have(piece: str, *, said: bool) -> None:
    message = SimpleNamespace(
        headers={"Giaoban-Bundle": "00000000-0000-4000-8000-000000000000", "Giaoban-Piece": piece}, data=b""
    )

    assert (broker._said(message) is not None) is said


class Letter(SimpleNamespace):
    """A message of the broker that remembers whether it was thrown away."""

    thrown_away = False

    async def term(self) -> None:
        self.thrown_away = True


def test_a_piece_is_no_larger_than_we_cut_them() -> None:
    headers = {"Giaoban-Bundle": "00000000-0000-4000-8000-000000000000", "Giaoban-Piece": "0/2"}
    open_ones: dict[str, Any] = {}
    large, whole = (Letter(headers=headers, data=b"x" * (broker.PIECE + more)) for more in (1, 0))

    named = [asyncio.run(broker._put(open_ones, each, 0.0, 0.0)) for each in (large, whole)]  # type: ignore[arg-type]

    assert (named, large.thrown_away, whole.thrown_away) == (["", headers["Giaoban-Bundle"]], True, False)
    assert [each.size for each in open_ones.values()] == [broker.PIECE]


def test_what_lies_open_of_a_broker_is_bounded_in_number_and_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "MAX_OPEN_BYTES", 1000)
    open_ones: dict[str, Any] = {}
    most = (0, 0)

    for number in range(40):
        uid = f"00000000-0000-4000-8000-0000000000{number:02d}"
        for size in (60 if number < 20 else 400, 60):
            headers = {"Giaoban-Bundle": uid, "Giaoban-Piece": "0/2"}
            asyncio.run(broker._put(open_ones, Letter(headers=headers, data=b"x" * size), 0.0, 0.0))  # type: ignore[arg-type]
            most = max(most[0], len(open_ones)), max(most[1], sum(each.size for each in open_ones.values()))

    assert most[0] == broker.MAX_OPEN
    assert most[1] <= 1000
    assert list(open_ones) == [f"00000000-0000-4000-8000-0000000000{number}" for number in (38, 39)]
