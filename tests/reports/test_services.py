"""Reports and joint figures across three islands and a stranger."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import serializers
from django.utils import translation
from pytest_django import DjangoAssertNumQueries
from tests.reports.town import DUE_ON, NOW, PERIOD, Town

from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.dispatches.models import Dispatch
from giaoban.dispatches.services import deliver_all
from giaoban.reports import queries, services
from giaoban.reports.models import JointFigures, JointRow, Report, ReportReturn, ReportSection, ReportValue, SignOff
from giaoban.reports.rules import ValueInput


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


def test_a_report_after_the_day_it_was_due_is_late_on_every_island(town: Town) -> None:
    town.submit("CAH")
    town.submit("BCH", now=NOW + timedelta(days=3))

    deliver_all(NOW + timedelta(days=3))

    assert {report.agency.code: report.is_late for report in Report.objects.filter(holder=town.agencies["HKL"])} == {
        "CAH": False,
        "BCH": True,
    }
    lines = queries.report_status(town.coordination, PERIOD, by=town.officers["HKL"], now=NOW + timedelta(days=3))
    assert [(line.agency.code, line.standing, line.late, line.days_left) for line in lines] == [
        ("CAH", "submitted", False, -1),
        ("BCH", "submitted_late", True, -1),
        ("HKL", "overdue", True, -1),
    ]


def test_a_returned_report_is_corrected_as_the_next_version_and_everybody_follows(town: Town) -> None:
    first = town.submit("BCH", {"tin": 5})
    deliver_all(NOW)

    services.return_report(
        town.report("CAH", "BCH"), by=town.approvers["CAH"], now=NOW, reason="Thiếu số buổi tuần tra."
    )
    deliver_all(NOW)

    first.refresh_from_db()
    assert (first.state, town.report("HKL", "BCH").state) == ("returned", "returned")
    assert [one.reason for one in first.returns.all()] == ["Thiếu số buổi tuần tra."]
    draft = services.revise_report(first, by=town.officers["BCH"], now=NOW)
    assert services.revise_report(first, by=town.officers["BCH"], now=NOW) == draft
    assert draft.values.get(indicator__code="tin").value == Decimal(5)
    services.save_report(
        draft, by=town.officers["BCH"], now=NOW, values={"tuan-tra": ValueInput(value=Decimal(30), qualifier="over")}
    )
    services.submit_report(draft, by=town.approvers["BCH"], now=NOW)
    deliver_all(NOW)

    for code in ("CAH", "HKL"):
        copy = town.report(code, "BCH")
        assert (copy.version, copy.state, copy.thread) == (2, "received", first.uid)
        assert copy.values.get(indicator__code="tuan-tra").qualifier == "over"


def test_differing_shared_figures_are_settled_with_a_comment_or_not_at_all(town: Town) -> None:
    for code, patrols in (("CAH", 30), ("BCH", 28), ("HKL", 30)):
        town.submit(code, {"tuan-tra": patrols, "tin": 1})
    deliver_all(NOW)
    figures = services.draft_joint_figures(town.coordination, PERIOD, by=town.officers["CAH"], now=NOW)
    row = figures.rows.get(indicator__code="tuan-tra")

    assert (row.state, row.joint, row.agreed) == ("differs", None, None)
    with pytest.raises(RefusedError) as refused:
        services.settle_row(row, by=town.officers["CAH"], now=NOW, agreed=Decimal(30))
    assert refused.value.code == "figures.comment"
    with pytest.raises(RefusedError) as refused:
        services.propose_joint_figures(figures, by=town.approvers["CAH"], now=NOW)
    assert refused.value.code == "figures.not_settled"
    settled = services.settle_row(row, by=town.officers["CAH"], now=NOW, agreed=Decimal(30), comment="Sổ trực ban")
    assert (settled.state, settled.agreed, settled.is_checked) == ("settled", Decimal(30), True)
    assert services.accept_equal(figures, by=town.officers["CAH"], now=NOW) == 1
    assert services.accept_equal(figures, by=town.officers["CAH"], now=NOW) == 0


def test_a_correction_after_the_proposal_makes_signing_wait_for_a_new_version(town: Town) -> None:
    figures = town.proposed()
    services.sign_off(town.table("BCH"), by=town.approvers["BCH"], now=NOW)
    old = figures.digest
    draft = services.revise_report(town.report("HKL", "HKL"), by=town.officers["HKL"], now=NOW)
    services.save_report(draft, by=town.officers["HKL"], now=NOW, values={"tin": ValueInput(value=Decimal(11))})
    services.submit_report(draft, by=town.approvers["HKL"], now=NOW)
    deliver_all(NOW)

    with pytest.raises(RefusedError) as refused:
        services.sign_off(town.table("HKL"), by=town.approvers["HKL"], now=NOW)
    assert refused.value.code == "figures.outdated"

    second = services.draft_joint_figures(town.coordination, PERIOD, by=town.officers["CAH"], now=NOW)
    second = services.propose_joint_figures(second, by=town.approvers["CAH"], now=NOW)
    deliver_all(NOW)
    assert (second.version, second.digest == old) == (2, False)
    table = queries.figures(town.coordination, PERIOD, by=town.officers["HKL"])
    assert table is not None
    assert {line.agency.code: line.has_signed for line in table.signatures} == {"CAH": True, "BCH": False, "HKL": False}
    assert {row.indicator.code: row.agreed for row in table.rows}["tin"] == Decimal(31)
    for code in ("BCH", "HKL"):
        services.sign_off(town.table(code), by=town.approvers[code], now=NOW)
    deliver_all(NOW)
    assert sorted(JointFigures.objects.values_list("holder__code", "version", "state")) == [
        (code, version, state) for code in ("BCH", "CAH", "HKL") for version, state in ((1, "replaced"), (2, "agreed"))
    ]


def test_an_objection_stops_the_agreement_until_the_objector_signs(town: Town) -> None:
    town.proposed()
    services.object_to_figures(town.table("HKL"), by=town.approvers["HKL"], now=NOW, reason="Thiếu một buổi tuần tra.")
    services.sign_off(town.table("BCH"), by=town.approvers["BCH"], now=NOW)
    deliver_all(NOW)

    assert [town.table(code).state for code in ("CAH", "BCH", "HKL")] == ["objected"] * 3
    services.sign_off(town.table("HKL"), by=town.approvers["HKL"], now=NOW)
    deliver_all(NOW)
    assert [town.table(code).state for code in ("CAH", "BCH", "HKL")] == ["agreed"] * 3


def test_signing_twice_is_one_signature(town: Town) -> None:
    town.proposed()

    first = services.sign_off(town.table("BCH"), by=town.approvers["BCH"], now=NOW)
    again = services.sign_off(town.table("BCH"), by=town.approvers["BCH"], now=NOW)

    assert first == again
    assert Dispatch.objects.filter(kind="figures.signed_off").count() == 1


def test_figures_are_compared_with_the_last_period_and_the_same_period_last_year(town: Town) -> None:
    town.agreed(period="2025-Q3", CAH={"tin": 10}, BCH={"tin": 10}, HKL={"tin": 10})
    town.agreed(period="2026-Q2", CAH={"tin": 20}, BCH={"tin": 20}, HKL={"tin": 20})
    town.agreed(CAH={"tin": 25}, BCH={"tin": 25}, HKL={"tin": 25})

    (row,) = queries.agreed_figures(town.coordination.uid, PERIOD, by=town.officers["HKL"])

    assert (row.agreed, row.previous, row.same_last_year) == (Decimal(75), Decimal(60), Decimal(30))
    assert (row.delta, row.percent, row.delta_last_year, row.percent_last_year) == (
        Decimal(15),
        Decimal("25.0"),
        Decimal(45),
        Decimal("150.0"),
    )
    sources = {said.agency.code: said.dispatch_uid for said in row.per_party}
    assert sources == {
        code: dispatch.uid
        for code in ("CAH", "BCH", "HKL")
        if (dispatch := town.report("HKL", code).dispatch) is not None
    }
    indicator = row.indicator
    points = queries.history(indicator, town.coordination, by=town.officers["CAH"])
    assert [(point.period, point.value) for point in points] == [
        ("2025-Q3", Decimal(30)),
        ("2026-Q2", Decimal(60)),
        ("2026-Q3", Decimal(75)),
    ]


def test_secrets_and_personal_identifiers_never_leave(town: Town) -> None:
    report = town.write("CAH", text="Đối tượng sinh ngày 01/02/1990, CCCD 001090123456.")

    with pytest.raises(RefusedError) as refused:
        services.submit_report(report, by=town.approvers["CAH"], now=NOW)

    assert refused.value.code == "dispatch.screened"
    report.refresh_from_db()
    assert (report.state, report.dispatch, Dispatch.objects.count()) == ("draft", None, 0)


def test_two_officers_do_not_overwrite_each_other(town: Town) -> None:
    report = services.open_report(town.coordination, PERIOD, by=town.officers["CAH"], now=NOW)
    seen = report.row_version
    services.save_report(
        report, by=town.officers["CAH"], now=NOW, values={"tin": ValueInput(value=Decimal(1))}, row_version=seen
    )

    with pytest.raises(RefusedError) as refused:
        services.save_report(
            report, by=town.approvers["CAH"], now=NOW, values={"tin": ValueInput(value=Decimal(2))}, row_version=seen
        )

    assert refused.value.code == "report.saved_meanwhile"
    assert "Người officer CAH" in str(refused.value)
    assert report.values.get(indicator__code="tin").value == Decimal(1)


def test_words_that_overtake_the_table_they_are_about_are_kept_and_counted(town: Town) -> None:
    from giaoban.dispatches.ports import Received
    from giaoban.kernel import envelope
    from giaoban.reports import border

    figures = town.proposed()
    services.sign_off(town.table("BCH"), by=town.approvers["BCH"], now=NOW)
    hkl = town.agencies["HKL"]
    town.table("HKL").delete()
    word, proposal = Dispatch.objects.get(kind="figures.signed_off"), figures.dispatch
    assert proposal is not None

    def received(dispatch: Dispatch) -> Received:
        return Received(dispatch, dispatch.sender, dict(envelope.parse(bytes(dispatch.sealed)).payload))

    border.on_figures_signed_off(received(word), holder=hkl, now=NOW)
    border.on_figures_proposed(received(proposal), holder=hkl, now=NOW)

    table = queries.figures(town.coordination, PERIOD, by=town.officers["HKL"])
    assert table is not None
    assert [line.has_signed for line in table.signatures] == [True, True, False]


def _everything() -> str:
    tables = (Report, ReportSection, ReportValue, ReportReturn, JointFigures, JointRow, SignOff, Dispatch)
    return "".join(serializers.serialize("json", table.objects.order_by("pk")) for table in tables)


STEPS = {
    "save": lambda t: services.save_report(t.report("BCH", "CAH"), by=t.officers["BCH"], now=NOW, values={}),
    "save submitted": lambda t: services.save_report(t.report("CAH", "CAH"), by=t.officers["CAH"], now=NOW, values={}),
    "save of a stranger": lambda t: services.save_report(t.report("CAH", "CAH"), by=t.officers["HAI"], now=NOW),
    "submit twice": lambda t: services.submit_report(t.report("CAH", "CAH"), by=t.approvers["CAH"], now=NOW),
    "submit as officer": lambda t: services.submit_report(t.report("CAH", "CAH"), by=t.officers["CAH"], now=NOW),
    "open as a stranger": lambda t: services.open_report(t.coordination, PERIOD, by=t.officers["HAI"], now=NOW),
    "open no period": lambda t: services.open_report(t.coordination, "2026-Q9", by=t.officers["CAH"], now=NOW),
    "return as no host": lambda t: services.return_report(t.report("HKL", "CAH"), by=t.approvers["HKL"], now=NOW, reason="Sai"),
    "return own": lambda t: services.return_report(t.report("CAH", "CAH"), by=t.approvers["CAH"], now=NOW, reason="Sai"),
    "return without reason": lambda t: services.return_report(t.report("CAH", "BCH"), by=t.approvers["CAH"], now=NOW, reason=" "),
    "correct after agreement": lambda t: services.revise_report(t.report("HKL", "HKL"), by=t.officers["HKL"], now=NOW),
    "draft as no host": lambda t: services.draft_joint_figures(t.coordination, PERIOD, by=t.officers["HKL"], now=NOW),
    "draft over another's": lambda t: services.draft_joint_figures(t.coordination, PERIOD, by=t.officers["BCH"], now=NOW),
    "draft over agreed": lambda t: services.draft_joint_figures(t.coordination, PERIOD, by=t.officers["CAH"], now=NOW),
    "draft without reports": lambda t: services.draft_joint_figures(t.coordination, "2026-Q4", by=t.officers["CAH"], now=NOW),
    "settle agreed": lambda t: services.settle_row(t.table("CAH").rows.all()[0], by=t.officers["CAH"], now=NOW, agreed=Decimal(1)),
    "settle another's": lambda t: services.settle_row(t.table("BCH").rows.all()[0], by=t.officers["BCH"], now=NOW, agreed=Decimal(1)),
    "propose agreed": lambda t: services.propose_joint_figures(t.table("CAH"), by=t.approvers["CAH"], now=NOW),
    "sign another's copy": lambda t: services.sign_off(t.table("BCH"), by=t.approvers["CAH"], now=NOW),
    "sign as officer": lambda t: services.sign_off(t.table("BCH"), by=t.officers["BCH"], now=NOW),
    "object to agreed": lambda t: services.object_to_figures(t.table("BCH"), by=t.approvers["BCH"], now=NOW, reason="Muộn"),
}  # fmt: skip


def test_illegal_steps_are_refused_and_change_nothing(town: Town) -> None:
    town.agreed()
    before = _everything()

    for name, step in STEPS.items():
        with pytest.raises((RefusedError, NotFoundError)):
            step(town)
        assert _everything() == before, name


@pytest.mark.parametrize("value", ["-1", "1000000000000", "1.5", "NaN"])
def test_figures_that_cannot_be_are_refused(town: Town, value: str) -> None:
    report = services.open_report(town.coordination, PERIOD, by=town.officers["CAH"], now=NOW)

    with pytest.raises(RefusedError) as refused:
        services.save_report(report, by=town.officers["CAH"], now=NOW, values={"tin": ValueInput(value=Decimal(value))})

    assert refused.value.code == "report.value"
    assert report.values.get(indicator__code="tin").value is None


def test_what_waits_for_each_person_follows_the_work(town: Town) -> None:
    def waits(code: str, *, approver: bool = False) -> list[str]:
        people = town.approvers if approver else town.officers
        with translation.override("en"):
            return [str(line.what) for line in queries.to_do(by=people[code], now=NOW)]

    assert waits("CAH") == ["Write the report on Quarter III of 2026"]
    town.proposed()
    assert waits("CAH") == []
    assert waits("BCH") == []
    assert waits("BCH", approver=True) == ["Sign off the joint figures on Quarter III of 2026"]
    assert waits("HAI", approver=True) == []
    services.object_to_figures(town.table("BCH"), by=town.approvers["BCH"], now=NOW, reason="Sai một số.")
    deliver_all(NOW)
    assert waits("CAH") == ["Answer the objection to the joint figures on Quarter III of 2026"]


def test_the_desk_asks_a_fixed_number_of_statements_however_much_there_is(
    town: Town, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    town.proposed()
    with django_assert_num_queries(6):
        queries.to_do(by=town.approvers["BCH"], now=NOW)
    town.agreed(period="2026-Q2")
    town.agreed(period="2025-Q3")
    with django_assert_num_queries(6):
        queries.to_do(by=town.approvers["BCH"], now=NOW)
