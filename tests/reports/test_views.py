"""The screens of the room: what each costs, what they keep, and what they never show to others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries
    from tests.reports.town import Town


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock stands at NOW of the town."""
    from tests.reports.town import NOW

    from giaoban.common import clock

    monkeypatch.setattr(clock, "now", lambda: NOW)


def _paths(town: Town) -> dict[str, str]:
    from tests.reports.town import PERIOD

    place = f"/reports/of/{town.coordination.uid}/{PERIOD}/"
    return {
        "list": "/reports/",
        "period": place,
        "edit": f"/reports/{town.report('CAH', 'CAH').uid}/edit/",
        "submit": f"/reports/{town.report('CAH', 'CAH').uid}/submit/",
        "detail": f"/reports/{town.report('CAH', 'CAH').uid}/",
    }


@pytest.mark.parametrize(("page", "budget"), [("list", 8), ("period", 8), ("detail", 10), ("edit", 10), ("submit", 8)])
def test_each_page_keeps_its_budget_of_statements(
    page: str, budget: int, client: Client, town: Town, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    town.write("CAH")
    from tests.reports.clients import sign_in

    sign_in(client, town.approvers["CAH"])

    path = _paths(town)[page]

    with django_assert_num_queries(budget):
        answer = client.get(path)

    assert answer.status_code == 200


def test_the_agreement_page_keeps_its_budget_whatever_its_size(
    client: Client, town: Town, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    from tests.reports.clients import sign_in

    figures = town.proposed()
    sign_in(client, town.approvers["CAH"])

    with django_assert_num_queries(12):
        answer = client.get(f"/figures/{figures.uid}/")

    assert answer.status_code == 200
    assert "Công an" in answer.content.decode()


def test_an_officer_fills_in_the_sheet_without_scripts(client: Client, town: Town) -> None:
    from tests.reports.clients import sign_in
    from tests.reports.town import PERIOD

    sign_in(client, town.officers["CAH"])

    opened = client.post(f"/reports/of/{town.coordination.uid}/{PERIOD}/open/")
    answer = client.post(
        opened.headers["Location"],
        {
            "row_version": "1",
            "v-tin": "1.250",
            "v-thuoc-no": "2,500",
            "q-tin": "over",
            "s-leadership": "Đã  tham mưu.\r\n",
        },
    )

    assert answer.status_code == 302
    report = town.report("CAH", "CAH")
    found = {
        cell.indicator.code: (str(cell.value), cell.qualifier) for cell in report.values.all() if cell.value is not None
    }
    assert found == {"tin": ("1250.0000", "over"), "thuoc-no": ("2.5000", "")}
    assert report.sections.get(code="leadership").text == "Đã  tham mưu."


def test_a_wrong_cell_is_told_beside_it_and_nothing_typed_is_lost(client: Client, town: Town) -> None:
    from tests.reports.clients import sign_in

    report = town.write("CAH")
    sign_in(client, town.officers["CAH"])

    answer = client.post(
        f"/reports/{report.uid}/edit/",
        {
            "row_version": str(report.row_version),
            "v-tin": "1,250.5",
            "v-vu-viec": "9",
            "s-leadership": "Giữ nguyên câu này.",
        },
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="1,250.5"' in page
    assert "1.250,5" in page
    assert "Giữ nguyên câu này." in page
    values = {cell.indicator.code: cell.value for cell in town.report("CAH", "CAH").values.all()}
    assert (values["tin"], values["vu-viec"]) == (10, 9)


def test_the_script_saves_by_the_same_form_and_is_told_what_is_wrong(client: Client, town: Town) -> None:
    from tests.reports.clients import sign_in

    report = town.write("CAH")
    sign_in(client, town.officers["CAH"])

    answer = client.post(
        f"/reports/{report.uid}/edit/",
        {
            "row_version": str(report.row_version),
            "v-tin": "12",
            "v-vu-viec": "4,5",
            "s-leadership": "CCCD 001090123456",
        },
        headers={"Accept": "application/json"},
    )

    said = answer.json()
    assert answer.status_code == 200
    assert said["row_version"] == report.row_version + 1
    assert list(said["problems"]) == ["v-vu-viec"]
    assert list(said["warnings"]) == ["s-leadership"]
    late = client.post(
        f"/reports/{report.uid}/edit/",
        {"row_version": str(report.row_version), "v-tin": "99"},
        headers={"Accept": "application/json"},
    )
    assert (late.status_code, late.json()["code"]) == (409, "report.saved_meanwhile")


def test_who_saves_over_a_colleague_sees_both_and_saves_again(client: Client, town: Town) -> None:
    from tests.reports.clients import sign_in

    report = town.write("CAH")
    path = f"/reports/{report.uid}/edit/"
    sign_in(client, town.officers["CAH"])
    client.post(path, {"row_version": str(report.row_version), "v-tin": "77"})

    answer = client.post(path, {"row_version": str(report.row_version), "v-tin": "55", "s-leadership": "Bản của tôi."})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert 'value="55"' in page
    assert "77" in page
    assert "Bản của tôi." in page
    fresh = town.report("CAH", "CAH")
    assert f'name="row_version" value="{fresh.row_version}"' in page
    client.post(path, {"row_version": str(fresh.row_version), "v-tin": "55"})
    assert town.report("CAH", "CAH").values.get(indicator__code="tin").value == 55


def test_an_approver_signs_and_two_agencies_agree_on_screens(client: Client, town: Town) -> None:
    from tests.reports.clients import sign_in
    from tests.reports.town import NOW, PERIOD

    from giaoban.dispatches.services import deliver_all
    from giaoban.reports import services

    report = town.write("CAH", {"tuan-tra": 30, "tin": 1})
    sign_in(client, town.approvers["CAH"])
    assert client.get(f"/reports/{report.uid}/submit/").status_code == 200
    assert client.post(f"/reports/{report.uid}/submit/").status_code == 302
    town.submit("BCH", {"tuan-tra": 28, "tin": 1})
    town.submit("HKL", {"tuan-tra": 30, "tin": 1})
    deliver_all(NOW)
    client.post(f"/reports/of/{town.coordination.uid}/{PERIOD}/figures/")
    figures = town.table("CAH")
    base = f"/figures/{figures.uid}"

    wrong = client.post(
        f"{base}/settle/", {"row_version": str(figures.row_version), "a-tuan-tra": "29", "c-tuan-tra": ""}
    )
    assert wrong.status_code == 409
    assert 'value="29"' in wrong.content.decode()
    client.post(
        f"{base}/settle/", {"row_version": str(figures.row_version), "a-tuan-tra": "29", "c-tuan-tra": "Sổ trực"}
    )
    client.post(f"{base}/accept-equal/")
    client.post(f"{base}/propose/")
    deliver_all(NOW)
    client.logout()
    sign_in(client, town.approvers["BCH"])
    client.post(f"/figures/{town.table('BCH').uid}/sign/")
    services.sign_off(town.table("HKL"), by=town.approvers["HKL"], now=NOW)
    deliver_all(NOW)

    assert [town.table(code).state for code in ("CAH", "BCH", "HKL")] == ["agreed"] * 3
    page = client.get(f"/figures/{town.table('BCH').uid}/").content.decode()
    dispatch = town.report("BCH", "CAH").dispatch
    assert dispatch is not None
    assert f"/dispatches/{dispatch.uid}/" in page
    assert client.get(f"/figures/{town.table('BCH').uid}/figures.xlsx").content[:2] == b"PK"


def test_a_draft_is_found_nowhere_by_the_others(client: Client, town: Town) -> None:
    from tests.reports.clients import sign_in

    from giaoban.dispatches.models import Dispatch

    canary = "hoàng oanh mùa thu 7391"
    town.submit("BCH")
    report = town.write("CAH", {"tin": 739174}, canary)
    place = f"/reports/of/{town.coordination.uid}"
    paths = [
        "/reports/",
        f"/reports/?q={canary}",
        f"{place}/2026-Q3/",
        f"{place}/2026-Q2/",
        f"/reports/{report.uid}/",
        f"/reports/{report.uid}/edit/",
        f"/reports/{report.uid}/submit/",
        f"/reports/{report.uid}/return/",
        f"/figures/{report.uid}/",
        f"/figures/{report.uid}/figures.xlsx",
        f"/coordinations/{town.coordination.uid}/",
        f"/coordinations/?q={canary}",
    ]

    for people in (town.officers, town.approvers):
        for code in ("BCH", "HKL", "HAI"):
            sign_in(client, people[code])
            for path in paths:
                text = client.get(path).content.decode()
                assert canary not in text, path
                assert "739174" not in text.replace(".", ""), path
            assert client.get(f"/reports/{report.uid}/").status_code == 404
            client.logout()
    assert Dispatch.objects.count() == 1
    sign_in(client, town.officers["CAH"])
    assert canary in client.get(f"/reports/{report.uid}/").content.decode()


def test_a_stranger_finds_neither_reports_nor_figures_that_others_share(client: Client, town: Town) -> None:
    from tests.reports.clients import sign_in

    figures = town.agreed()
    report = town.report("BCH", "CAH")
    sign_in(client, town.approvers["HAI"])

    for path in (
        f"/figures/{figures.uid}/",
        f"/figures/{figures.uid}/figures.xlsx",
        f"/reports/{report.uid}/",
        f"/reports/of/{town.coordination.uid}/2026-Q3/",
    ):
        assert client.get(path).status_code == 404, path
    for path in (f"/figures/{figures.uid}/sign/", f"/reports/of/{town.coordination.uid}/2026-Q3/open/"):
        assert client.post(path).status_code == 404, path
    assert "2026" not in client.get("/reports/").content.decode().split("<main")[1]


@pytest.mark.parametrize("period", ["2026-Q9", "x", "0000", "2199-Q4", "2026-Q3'--"])
def test_an_address_with_no_period_is_not_found(period: str, client: Client, town: Town) -> None:
    from tests.reports.clients import sign_in

    sign_in(client, town.officers["CAH"])

    assert client.get(f"/reports/of/{town.coordination.uid}/{period}/").status_code == 404
