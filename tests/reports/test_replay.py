"""Returns, corrections, objections and later versions verify clean; what the sample does not have is changed here and found."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.reports.town import NOW, Town

from giaoban.desk.replay import differences
from giaoban.dispatches.services import deliver_all
from giaoban.reports import services
from giaoban.reports.enums import ReportState
from giaoban.reports.models import JointFigures, JointRow, Report, ReportReturn

REASON = "Số vụ việc chưa khớp với sổ theo dõi."


def returned(town: Town) -> ReportReturn:
    """BCH's report came to CAH, which sent it back; HKL learned of it."""
    town.submit("BCH")
    deliver_all(NOW)
    services.return_report(town.report("CAH", "BCH"), by=town.approvers["CAH"], now=NOW, reason=REASON)
    deliver_all(NOW)
    return ReportReturn.objects.get(holder__code="HKL")


def codes() -> list[str]:
    return [found.code for found in differences()]


def test_what_happens_to_reports_and_tables_verifies_at_every_step(town: Town) -> None:
    returned(town)
    assert codes() == []

    draft = services.revise_report(town.report("BCH", "BCH"), by=town.officers["BCH"], now=NOW)
    assert codes() == []
    services.submit_report(draft, by=town.approvers["BCH"], now=NOW + timedelta(days=9))
    deliver_all(NOW + timedelta(days=9))
    assert codes() == []

    later = NOW + timedelta(days=10)
    for code in ("CAH", "HKL"):
        town.submit(code, now=later)
    deliver_all(later)
    for step in range(2):
        figures = services.draft_joint_figures(town.coordination, draft.period, by=town.officers["CAH"], now=later)
        for row in figures.rows.exclude(state__in=["equal", "settled"]):
            services.settle_row(row, by=town.officers["CAH"], now=later, agreed=Decimal(7), comment="Theo sổ")
        assert codes() == []
        services.propose_joint_figures(figures, by=town.approvers["CAH"], now=later)
        deliver_all(later)
        assert codes() == []
        if step == 0:
            services.object_to_figures(town.table("HKL"), by=town.approvers["HKL"], now=later, reason=REASON)
            deliver_all(later)
            assert codes() == []
    for code in ("BCH", "HKL"):
        services.sign_off(town.table(code), by=town.approvers[code], now=later)
        assert codes() == []
        deliver_all(later)
    assert [table.state for table in JointFigures.objects.filter(holder__code="BCH").order_by("version")] == [
        "replaced",
        "agreed",
    ]
    assert codes() == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("uid", uuid.UUID(int=1)),
        ("report", None),
        ("report_uid", uuid.UUID(int=1)),
        ("agency", "HKL"),
        ("at", NOW + timedelta(hours=1)),
        ("reason", "Đã khớp."),
        ("dispatch", None),
        ("holder", "HAI"),
    ],
)
def test_a_change_in_any_column_of_a_return_is_found(town: Town, column: str, value: Any) -> None:
    row = returned(town)
    stands = town.agencies[value] if column in {"agency", "holder"} else value
    ReportReturn.objects.filter(pk=row.pk).update(**{column: stands})

    assert codes() != []


def test_a_return_that_was_taken_away_or_put_in_is_found(town: Town) -> None:
    row = returned(town)
    ReportReturn.objects.filter(pk=row.pk).delete()
    assert codes() == ["replay.deleted"]

    row.pk = None
    row.save()
    assert codes() == []

    row.pk, row.uid = None, uuid.uuid4()
    row.save()
    assert codes() == ["replay.inserted"]


def test_a_return_that_is_hushed_up_is_found(town: Town) -> None:
    returned(town)
    Report.objects.filter(holder__code="CAH", agency__code="BCH").update(state=ReportState.RECEIVED)

    [found] = differences()

    said = found.as_dict()
    assert (said["column"], said["stands"], said["says"]) == ("state", "received", "returned")


def test_an_agreed_figure_that_was_changed_is_found_on_its_island_alone(town: Town) -> None:
    town.agreed()
    row = JointRow.objects.filter(joint_figures__holder__code="HKL").order_by("pk")[0]
    stood = row.agreed
    JointRow.objects.filter(pk=row.pk).update(agreed=4711)

    [found] = differences()

    said = found.as_dict()
    assert (said["agency"], said["column"], said["stands"]) == ("HKL", "agreed", "4711")
    assert Decimal(said["says"]) == stood
    assert row.indicator.name in said["thing"]
