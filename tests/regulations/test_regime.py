"""The regime: who may write it, what it refuses, and its screens."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

    from giaoban.agencies.models import Agency, Person
    from giaoban.regulations.models import Coordination


@pytest.fixture
def now() -> datetime:
    from giaoban.common.clock import HANOI

    return datetime(2026, 11, 22, 9, 0, tzinfo=HANOI)


@pytest.fixture
def admin(db: None) -> Person:
    from giaoban.agencies.models import Person

    return Person.objects.create(username="quan.tri", full_name="Quản trị", is_server_admin=True)


@pytest.fixture
def agencies(db: None) -> list[Agency]:
    from giaoban.agencies.models import Agency

    return [
        Agency.objects.create(
            code=code,
            name=name,
            short_name=name,
            symbol=code,
            level="province",
            seat="Nam Vân",
            head_position="GIÁM ĐỐC",
        )
        for code, name in (("CAT", "Công an tỉnh"), ("BCH", "Bộ Chỉ huy quân sự"), ("BP", "Bộ đội Biên phòng"))
    ]


@pytest.fixture
def viewer(agencies: list[Agency]) -> Person:
    from giaoban.agencies.models import Person, RoleAssignment

    person = Person.objects.create(username="xem", full_name="Người Xem")
    RoleAssignment.objects.create(person=person, agency=agencies[0], role="viewer")
    return person


@pytest.fixture
def coordination(admin: Person, agencies: list[Agency], now: datetime) -> Coordination:
    from giaoban.regulations import samples, services

    regulation = samples.load_sample_regime(now)[samples.DECREE_03]
    made = services.save_coordination(None, facts=_facts(regulation), by=admin, now=now)
    for agency in agencies[:2]:
        services.add_party(made, agency, role="party", is_co_chair=True, by=admin, now=now)
    return made


def _facts(regulation: object, **changes: object) -> dict[str, object]:
    return {
        "name": "Phối hợp Nghị định 03 tỉnh Nam Vân",
        "regulation": regulation,
        "level": "province",
        "parent": None,
        "cadence": "quarter",
        "scheme": "decree09",
        "report_due_days": 5,
        "conference_offset_days": 15,
        "since": None,
        "until": None,
    } | changes


def test_the_sample_regime_is_the_chain_of_the_decrees_and_is_written_once(db: None, now: datetime) -> None:
    from giaoban.regulations import queries, samples
    from giaoban.regulations.models import Indicator, Regulation

    samples.load_sample_regime(now)
    counts = Regulation.objects.count(), Indicator.objects.count()
    samples.load_sample_regime(now)

    assert (Regulation.objects.count(), Indicator.objects.count()) == counts == (3, 38)
    assert [[one.number for one in chain] for chain in queries.chains()] == [
        ["09/2026/QC-PTDS"],
        ["77/2010/NĐ-CP", "03/2019/NĐ-CP"],
    ]
    assert [one.number for one in queries.in_force_on(date(2016, 4, 22))] == ["77/2010/NĐ-CP"]
    assert [one.number for one in queries.in_force_on(date(2026, 11, 22))] == ["03/2019/NĐ-CP", "09/2026/QC-PTDS"]


def test_only_an_administrator_of_the_server_writes_the_regime(
    viewer: Person, agencies: list[Agency], coordination: Coordination, now: datetime
) -> None:
    from giaoban.common.errors import RefusedError
    from giaoban.regulations import services
    from giaoban.regulations.models import Party

    with pytest.raises(RefusedError) as refused:
        services.add_party(coordination, agencies[2], role="party", by=viewer, now=now)

    assert refused.value.code == "access.directory"
    assert Party.objects.count() == 2


def test_co_chairs_draft_figures_in_turn_and_a_part_that_ended_is_no_longer_asked(
    admin: Person, agencies: list[Agency], coordination: Coordination, now: datetime
) -> None:
    from giaoban.kernel.calendar import parse_period
    from giaoban.regulations import queries, services

    drafters = [queries.drafter_of(coordination, parse_period(f"2026-Q{quarter}")) for quarter in (1, 2, 3, 4)]
    police, army, border = agencies

    assert drafters == [police, army, police, army]

    services.end_party(coordination.parties.get(agency=army), on=date(2026, 10, 1), by=admin, now=now)
    services.add_party(coordination, border, role="party", since=date(2026, 10, 1), by=admin, now=now)
    fresh = queries.coordination_by_uid(coordination.uid)
    assert queries.reporting_agencies(fresh, date(2026, 9, 14)) == [police, army]
    assert queries.reporting_agencies(fresh, date(2026, 12, 14)) == [police, border]


def test_days_the_operator_marks_move_the_deadline_of_reports(
    admin: Person, coordination: Coordination, now: datetime
) -> None:
    from giaoban.kernel.calendar import parse_period
    from giaoban.regulations import queries, services

    period = parse_period("2026-Q3")

    assert queries.window_of(coordination, period).cut_off == date(2026, 9, 14)
    assert queries.report_due_on(coordination, period) == date(2026, 9, 21)
    services.mark_day(date(2026, 9, 17), is_working=False, reason="Công văn 01", by=admin, now=now)
    assert queries.report_due_on(coordination, period) == date(2026, 9, 22)
    # Days after the cut-off belong to the next period.
    assert queries.period_for(coordination, date(2026, 9, 14)).key == "2026-Q3"
    assert queries.period_for(coordination, date(2026, 9, 15)).key == "2026-Q4"


BACKWARDS = {"since": date(2026, 2, 1), "until": date(2026, 1, 1)}


@pytest.mark.parametrize(
    ("code", "act"),
    [
        ("coordination.due", lambda s, c, a, p, n: s.save_coordination(c, facts=_facts(c.regulation, report_due_days=15), by=p, now=n)),
        ("coordination.circle", lambda s, c, a, p, n: s.save_coordination(c, facts=_facts(c.regulation, parent=c), by=p, now=n)),
        ("regulation.dates", lambda s, c, a, p, n: s.save_coordination(c, facts=_facts(c.regulation, **BACKWARDS), by=p, now=n)),
        ("party.overlaps", lambda s, c, a, p, n: s.add_party(c, a[0], role="party", since=date(2027, 1, 1), by=p, now=n)),
        ("party.co_chair", lambda s, c, a, p, n: s.add_party(c, a[2], role="invited", is_co_chair=True, by=p, now=n)),
        ("regulation.in_use", lambda s, c, a, p, n: s.remove_part(c.regulation.content_areas.first(), by=p, now=n)),
        ("regulation.limit", lambda s, c, a, p, n: s.save_time_limit(c.regulation, urgency="normal", working_days=1, hours=2, by=p, now=n)),
        ("regulation.exists", lambda s, c, a, p, n: s.save_content_area(c.regulation, code="dan-van", name="x", position=1, by=p, now=n)),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_changes_nothing(
    code: str,
    act: Callable[..., object],
    admin: Person,
    agencies: list[Agency],
    coordination: Coordination,
    now: datetime,
) -> None:
    from django.core import serializers

    from giaoban.common.errors import RefusedError
    from giaoban.regulations import models, services

    def everything() -> str:
        rows = [
            model.objects.order_by("pk")
            for model in (models.Coordination, models.Party, models.ContentArea, models.TimeLimit)
        ]
        return "".join(serializers.serialize("json", found) for found in rows)

    before = everything()

    with pytest.raises(RefusedError) as refused:
        act(services, coordination, agencies, admin, now)

    assert refused.value.code == code
    assert everything() == before


@pytest.mark.parametrize(
    ("route", "budget"),
    [
        ("/regulations/", 4),
        ("/regulations/{regulation}/", 12),
        ("/coordinations/", 5),
        ("/coordinations/{coordination}/", 8),
    ],
)
def test_everybody_inside_reads_the_regime_within_the_budget_of_each_page(
    route: str,
    budget: int,
    client: Client,
    viewer: Person,
    coordination: Coordination,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client.force_login(viewer)
    path = route.format(regulation=coordination.regulation.uid, coordination=coordination.uid)

    with django_assert_num_queries(budget):
        page = client.get(path)

    assert page.status_code == 200


def test_an_administrator_writes_a_whole_regime_on_screens(
    client: Client, admin: Person, agencies: list[Agency], now: datetime
) -> None:
    from giaoban.regulations.models import Coordination, DayOverride, Regulation

    client.force_login(admin)

    client.post(
        "/regulations/add/",
        {
            "kind": "Quy chế phối hợp",
            "number": "12/QC",
            "title": "phối hợp phòng dịch",
            "issuer": "UBND tỉnh",
            "issued_on": "05/01/2026",
        },
    )
    regulation = Regulation.objects.get(number="12/QC")
    base = f"/regulations/{regulation.uid}"
    client.post(f"{base}/areas/add/", {"code": "thong-tin", "name": "Thông tin", "position": "1"})
    area = regulation.content_areas.get()
    client.post(
        f"{base}/indicators/add/",
        {
            "area": area.pk,
            "code": "tin",
            "name": "Tin",
            "unit": "tin",
            "decimals": "0",
            "kind": "separate",
            "aggregation": "sum",
            "position": "1",
        },
    )
    client.post(f"{base}/limits/add/", {"urgency": "normal", "working_days": "5"})
    client.post(f"{base}/instruments/add/", {"kind": "yearly_plan", "title": "Kế hoạch 2026"})
    client.post(
        "/coordinations/add/",
        {
            "name": "Phòng dịch tỉnh",
            "regulation": regulation.pk,
            "level": "province",
            "cadence": "month",
            "scheme": "calendar",
            "report_due_days": "3",
            "conference_offset_days": "10",
        },
    )
    coordination = Coordination.objects.get(name="Phòng dịch tỉnh")
    client.post(
        f"/coordinations/{coordination.uid}/parties/add/",
        {"agency": agencies[0].pk, "role": "party", "is_co_chair": "on", "since": "01/01/2026"},
    )
    client.post("/regulations/days/", {"day": "02/01/2026", "is_working": "0", "reason": "Công văn 12729"})

    assert regulation.indicators.get().code == "tin"
    assert regulation.time_limits.get().working_days == 5
    assert regulation.instruments.get().title == "Kế hoạch 2026"
    assert coordination.parties.get().agency == agencies[0]
    assert DayOverride.objects.get().is_working is False
    assert client.get(f"/coordinations/{coordination.uid}/").status_code == 200


def test_a_mistake_keeps_what_was_typed_and_says_what_is_wrong(
    client: Client, admin: Person, coordination: Coordination
) -> None:
    client.force_login(admin)

    page = client.post(
        "/regulations/add/",
        {
            "kind": "Nghị định",
            "number": "03/2019/NĐ-CP",
            "title": "trùng số",
            "issuer": "Chính phủ",
            "issued_on": "05/09/2019",
        },
    )

    assert page.status_code == 422
    assert "trùng số" in page.content.decode()


@pytest.mark.parametrize("path", ["/regulations/add/", "/coordinations/add/", "/regulations/days/"])
def test_screens_that_write_are_shut_to_everybody_else(path: str, client: Client, viewer: Person) -> None:
    client.force_login(viewer)

    assert client.get(path).status_code == 403
    assert client.post(path, {}).status_code == 403
