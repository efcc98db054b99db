"""Reports and joint figures across three islands and a stranger."""

from __future__ import annotations

from decimal import Decimal

from giaoban.dispatches.services import deliver_all
from giaoban.reports import queries, services
from giaoban.reports.models import JointFigures, Report, SignOff
from tests.reports.town import DUE_ON, NOW, PERIOD, Town


def test_a_draft_has_every_part_and_every_indicator_of_the_regulation(town: Town) -> None:
    report = services.open_report(town.coordination, PERIOD, by=town.officers["CAH"], now=NOW)

    assert [part.code for part in report.sections.all()] == [
        "leadership",
        "area:thong-tin",
        "area:trat-tu",
        "weak-points",
        "proposals",
        "next-tasks",
    ]
    assert sorted(cell.indicator.code for cell in report.values.all()) == ["thuoc-no", "tin", "tuan-tra", "vu-viec"]
    assert (report.state, report.version, report.due_on) == ("draft", 1, DUE_ON)


def test_a_submitted_report_arrives_at_every_other_party_and_nowhere_else(town: Town) -> None:
    own = town.submit("CAH", text="Trao đổi 10 tin.")

    deliver_all(NOW)

    assert sorted(Report.objects.values_list("holder__code", "state")) == [
        ("BCH", "received"),
        ("CAH", "submitted"),
        ("HKL", "received"),
    ]
    copy = town.report("BCH", "CAH")
    assert copy.uid == own.uid
    assert copy.dispatch == own.dispatch
    assert copy.sections.get(code="area:thong-tin").text == "Trao đổi 10 tin."
    assert {cell.indicator.code: cell.value for cell in copy.values.all()} == {
        "tin": Decimal(10),
        "tuan-tra": Decimal(30),
        "vu-viec": Decimal(4),
        "thuoc-no": Decimal("2.5"),
    }
    assert own.dispatch is not None
    assert own.dispatch.reference == "01/BC-CAH"
    assert [file.name for file in own.dispatch.files.all()] == ["bao-cao.docx", "bao-cao.pdf"]


def test_all_signatures_under_one_digest_make_the_figures_agreed_on_every_island(town: Town) -> None:
    town.agreed()

    assert sorted(JointFigures.objects.values_list("holder__code", "state")) == [
        ("BCH", "agreed"),
        ("CAH", "agreed"),
        ("HKL", "agreed"),
    ]
    assert SignOff.objects.count() == 9
    for code in ("CAH", "BCH", "HKL"):
        rows = queries.agreed_figures(town.coordination.uid, PERIOD, by=town.officers[code])
        assert {row.indicator.code: row.agreed for row in rows} == {
            "tin": Decimal(30),
            "tuan-tra": Decimal(30),
            "vu-viec": Decimal(4),
            "thuoc-no": Decimal("7.5"),
        }
