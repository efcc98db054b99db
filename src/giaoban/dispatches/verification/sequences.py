"""What goes up by one: the sequence of each sender's dispatches and its official numbers, but for what a loss took away."""

from __future__ import annotations

from collections import defaultdict

from django.utils.translation import gettext as _

from giaoban.dispatches.models import NumberSeries, RecoveryStatement, Stream
from giaoban.dispatches.verification.facts import Known, Losses
from giaoban.dispatches.verification.reading import Reading
from giaoban.kernel import envelope, recovery
from giaoban.kernel.errors import KernelError


def check_losses(reading: Reading) -> Losses:
    """What agencies stated to have lost: returns what they did sign, by agency."""
    losses: Losses = defaultdict(list)
    for row in reading.rows(RecoveryStatement):
        try:
            said = recovery.check_signed(bytes(row.sealed), reading.directory.public_keys(row.agency_id))
        except KernelError:
            said = None
        if (
            said is None
            or row.digest != envelope.digest_of(bytes(row.sealed))
            or said.agency != reading.directory.codes.get(row.agency_id)
        ):
            reading.add("recovery.statement", _("A statement of what was lost was changed."), agency=row.agency_id)
        else:
            losses[row.agency_id].append(said)
    return losses


def check_streams(reading: Reading, known: dict[int, Known], here: set[int], losses: Losses) -> None:
    """Each sender's dispatches follow one another without a gap, up to the running end."""
    sent: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
    for each in known.values():
        if each.said is not None and each.sender_id in here:
            sent[each.sender_id].append((each.said.sequence, each.digest, each.said.previous or ""))
    streams = {row.sender_id: row for row in reading.rows(Stream)}
    for agency in sorted(sent.keys() | streams.keys()):
        before, expected, given_up = "", 0, 0
        for sequence, digest, previous in sorted(sent.get(agency, [])):
            expected += 1
            follows = previous == before
            while sequence > expected and _is_void(losses, agency, expected):
                expected, given_up, follows = expected + 1, given_up + 1, True
            if sequence != expected or not follows:
                reading.add(
                    "stream.gap",
                    _("Dispatch %(sequence)s of this sender is missing or was replaced.") % {"sequence": expected},
                    agency=agency,
                )
                break
            before = digest
        stream = streams.get(agency)
        count = len(sent.get(agency, []))
        if stream is None:
            _add_no_stream(reading, agency)
        elif reading.is_sealed(stream, agency, "dispatches_stream"):
            last = max(sent[agency])[1] if count else ""
            if stream.sequence != count + given_up or stream.digest != last:
                reading.add(
                    "stream.row",
                    _("This agency has sent %(sent)s dispatches, but %(found)s are there.")
                    % {"sent": stream.sequence, "found": count},
                    agency=agency,
                )
    for agency in sorted(here - streams.keys() - sent.keys()):
        _add_no_stream(reading, agency)


def _is_void(losses: Losses, agency: int, sequence: int) -> bool:
    return any(said.stream.is_void(sequence) for said in losses[agency])


def _add_no_stream(reading: Reading, agency: int) -> None:
    reading.add("stream.row", _("The running end of this sender's dispatches is missing."), agency=agency)


def check_numbers(reading: Reading, known: dict[int, Known], here: set[int], losses: Losses) -> None:
    """Official numbers of each year and symbol are given once each, up to the last."""
    given: dict[tuple[int, int, str], list[int]] = defaultdict(list)
    for each in known.values():
        if each.said is not None and each.said.reference is not None and each.sender_id in here:
            official = each.said.reference
            given[each.sender_id, official.on.year, official.symbol].append(official.number)
    series: dict[tuple[int, int, str], int] = {}
    for row in reading.rows(NumberSeries):
        key = (row.agency_id, row.year, row.symbol)
        if reading.is_sealed(row, row.agency_id, "dispatches_numberseries"):
            series[key] = row.last
        else:
            given.pop(key, None)  # reported; what it should say is unknown
    for key in sorted(given.keys() | series.keys()):
        agency, year, symbol = key
        numbers = sorted(given.get(key, []))
        complete = numbers == list(range(1, series.get(key, 0) + 1))
        if not complete and any(said.stream.void for said in losses[agency]):
            # Numbers of dispatches that nobody holds any more: each of the others is still given once.
            complete = len(set(numbers)) == len(numbers) and max(numbers, default=0) <= series.get(key, 0)
        if not complete:
            missing = next((n for n, found in enumerate(numbers, start=1) if n != found), len(numbers) + 1)
            reading.add(
                "number.gap",
                _("Official number %(number)s/%(symbol)s of %(year)s is missing, doubled or not accounted for.")
                % {"number": f"{missing:02d}", "symbol": symbol, "year": year},
                agency=agency,
            )
