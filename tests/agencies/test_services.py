"""People, roles, tokens and agencies: who may write what, and how far it reaches."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.agencies.personas import NOW, TODAY, Cast, make_agency, make_person

from giaoban.agencies import queries
from giaoban.agencies.models import Agency, AgencyArea, ApiToken, Person, RoleAssignment
from giaoban.agencies.services import directory, people
from giaoban.common.access import Role
from giaoban.common.errors import NotFoundError, RefusedError


def add(cast: Cast, *, by: str, agency: Agency | None = None, username: str = "nguyen.an") -> Person:
    return people.add_person(
        agency or cast.police,
        username=username,
        full_name="Nguyễn Văn An",
        position="Cán bộ",
        rank="",
        role=Role.OFFICER,
        since=TODAY,
        by=cast.people[by],
        now=NOW,
    )


def test_an_administrator_adds_people_to_the_own_agency_only(cast: Cast) -> None:
    someone = add(cast, by="administrator")

    assert queries.roles_by_agency(someone, on=TODAY) == [(cast.police, frozenset({Role.OFFICER}))]
    assert someone.has_usable_password() is False
    with pytest.raises(RefusedError) as refused:
        add(cast, by="administrator", agency=cast.army, username="tran.binh")
    assert refused.value.code == "access.not_manager"
    assert Person.objects.filter(username="tran.binh").exists() is False


@pytest.mark.parametrize("role", ["viewer", "clerk", "officer", "approver", "nobody", "stranger"])
def test_nobody_else_adds_people(cast: Cast, role: str) -> None:
    with pytest.raises(RefusedError):
        add(cast, by=role)


@pytest.mark.parametrize("username", ["ab", "Nguyen", "nguyễn", "a b c", "-abc", "a" * 61, "ab\n"])
def test_a_sign_in_name_that_could_be_mistaken_is_refused(cast: Cast, username: str) -> None:
    with pytest.raises(RefusedError) as refused:
        add(cast, by="administrator", username=username)

    assert refused.value.code == "person.username"


def test_a_taken_sign_in_name_is_refused_and_nothing_is_half_written(cast: Cast) -> None:
    before = (Person.objects.count(), RoleAssignment.objects.count())

    with pytest.raises(RefusedError) as refused:
        add(cast, by="administrator", username="officer")

    assert refused.value.code == "person.exists"
    assert (Person.objects.count(), RoleAssignment.objects.count()) == before


def test_an_administrator_never_reaches_the_credentials_of_somebody_who_also_works_elsewhere(cast: Cast) -> None:
    both = make_person("both", cast.police, Role.OFFICER)
    RoleAssignment.objects.create(person=both, agency=cast.army, role=Role.APPROVER, since=TODAY + timedelta(days=30))
    boss = make_person("boss", cast.police, Role.VIEWER, is_server_admin=True)
    by = cast.people["administrator"]

    for someone in (both, boss, cast.people["stranger"]):
        for act in (people.reset_sign_in, people.deactivate_person, people.reactivate_person):
            with pytest.raises(RefusedError):
                act(someone, by=by, now=NOW)
        assert Person.objects.get(pk=someone.pk).has_usable_password() is True
    people.reset_sign_in(both, by=cast.people["server-admin"], now=NOW)
    assert Person.objects.get(pk=both.pk).has_usable_password() is False


def test_a_deactivated_person_acts_no_more_not_even_with_a_token(cast: Cast) -> None:
    by = cast.by("officer")
    _row, token = people.issue_token(name="thử", role=Role.OFFICER, days=10, by=by, now=NOW)
    assert queries.by_of_token(token, now=NOW) is not None

    people.deactivate_person(by.person, by=cast.people["administrator"], now=NOW)

    assert queries.by_of_token(token, now=NOW) is None
    assert cast.client("officer").get("/agencies/").status_code == 302


def test_nobody_locks_the_own_account(cast: Cast) -> None:
    with pytest.raises(RefusedError) as refused:
        people.deactivate_person(cast.people["administrator"], by=cast.people["administrator"], now=NOW)

    assert refused.value.code == "person.self"


def test_a_role_holds_from_its_first_to_its_last_day(cast: Cast) -> None:
    someone = cast.people["nobody"]

    people.assign_role(
        someone,
        cast.police,
        role=Role.CLERK,
        since=date(2026, 12, 1),
        until=date(2026, 12, 31),
        by=cast.people["administrator"],
        now=NOW,
    )

    held = [
        queries.roles_by_agency(someone, on=day) != []
        for day in (date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 31), date(2027, 1, 1))
    ]
    assert held == [False, True, True, False]


def test_the_same_role_is_not_given_twice_at_one_time(cast: Cast) -> None:
    with pytest.raises(RefusedError) as refused:
        people.assign_role(
            cast.people["clerk"],
            cast.police,
            role=Role.CLERK,
            since=TODAY,
            until=None,
            by=cast.people["administrator"],
            now=NOW,
        )

    assert refused.value.code == "role.held"


def test_the_last_administrator_cannot_leave(cast: Cast) -> None:
    row = RoleAssignment.objects.get(person=cast.people["administrator"])

    with pytest.raises(RefusedError) as refused:
        people.end_role(row, on=TODAY, by=cast.people["administrator"], now=NOW)
    assert refused.value.code == "role.last"

    people.end_role(row, on=TODAY, by=cast.people["server-admin"], now=NOW)
    row.refresh_from_db()
    assert row.until == TODAY


def test_a_token_is_bound_to_one_role_that_is_held_and_is_kept_as_a_hash_only(cast: Cast) -> None:
    by = cast.by("officer")
    row, token = people.issue_token(name="tổng hợp", role=Role.OFFICER, days=10, by=by, now=NOW)

    found = queries.by_of_token(token, now=NOW)

    assert found is not None
    assert (found.person, found.agency, found.roles, found.via) == (
        by.person,
        cast.police,
        frozenset({Role.OFFICER}),
        "api",
    )
    assert people.act_by_token(token, now=NOW) == found
    assert ApiToken.objects.get(pk=row.pk).last_used_on == TODAY
    assert token not in str(ApiToken.objects.filter(pk=row.pk).values())
    with pytest.raises(RefusedError):
        people.issue_token(name="ký thay", role=Role.APPROVER, days=10, by=by, now=NOW)


def test_a_token_stops_when_it_expires_is_revoked_or_its_role_ends(cast: Cast) -> None:
    by = cast.by("officer")
    first, expiring = people.issue_token(name="a", role=Role.OFFICER, days=1, by=by, now=NOW)
    assert queries.by_of_token(expiring, now=NOW + timedelta(days=1)) is None
    people.revoke_token(first, by=by, now=NOW)
    assert queries.by_of_token(expiring, now=NOW) is None

    _second, token = people.issue_token(name="b", role=Role.OFFICER, days=1, by=by, now=NOW)
    people.end_role(
        RoleAssignment.objects.get(person=by.person),
        on=TODAY - timedelta(days=1),
        by=cast.people["administrator"],
        now=NOW,
    )
    assert queries.by_of_token(token, now=NOW) is None


def test_a_token_of_somebody_else_is_not_there_for_others(cast: Cast) -> None:
    row, _token = people.issue_token(name="a", role=Role.OFFICER, days=1, by=cast.by("officer"), now=NOW)

    for other in ("clerk", "stranger"):
        with pytest.raises(NotFoundError):
            queries.access_token(row.pk, by=cast.by(other))
    assert queries.access_token(row.pk, by=cast.by("administrator")) == row


def test_an_area_changes_from_a_day_on_and_what_was_stays_on_record(cast: Cast) -> None:
    directory.set_area(cast.police, [cast.places["after"]], since=TODAY, by=cast.people["server-admin"], now=NOW)

    assert queries.area_of(cast.police, on=TODAY - timedelta(days=1)) == [cast.places["province"]]
    assert queries.area_of(cast.police, on=TODAY) == [cast.places["after"]]
    assert AgencyArea.objects.filter(agency=cast.police).count() == 2


def test_an_area_does_not_change_before_a_change_on_record(cast: Cast) -> None:
    boss = cast.people["server-admin"]
    directory.set_area(cast.army, [cast.places["after"]], since=TODAY, by=boss, now=NOW)

    with pytest.raises(RefusedError) as refused:
        directory.set_area(cast.army, [], since=TODAY - timedelta(days=1), by=boss, now=NOW)
    assert refused.value.code == "area.later"
    directory.set_area(cast.army, [], since=TODAY, by=boss, now=NOW)
    assert queries.area_of(cast.army, on=TODAY) == []


def test_an_area_names_no_locality_that_is_gone(cast: Cast) -> None:
    with pytest.raises(RefusedError) as refused:
        directory.set_area(cast.police, [cast.places["before"]], since=TODAY, by=cast.people["server-admin"], now=NOW)

    assert refused.value.code == "area.not_then"


def test_no_agency_stands_above_itself(cast: Cast) -> None:
    cast.army.superior = cast.police
    cast.army.save()
    facts: directory.AgencyFacts = {
        "name": "Công an tỉnh",
        "short_name": "Công an",
        "symbol": "CAT",
        "sector": "police",
        "level": "province",
        "superior": cast.army,
        "seat": "Thử Nghiệm",
        "head_position": "GIÁM ĐỐC",
        "since": None,
        "until": None,
    }

    with pytest.raises(RefusedError) as refused:
        directory.edit_agency(cast.police, facts=facts, by=cast.people["server-admin"], now=NOW)
    assert refused.value.code == "agency.circle"
    with pytest.raises(RefusedError) as denied:
        directory.edit_agency(cast.police, facts=facts, by=cast.people["administrator"], now=NOW)
    assert denied.value.code == "access.directory"


def test_a_successor_ends_its_predecessor_the_day_before(cast: Cast) -> None:
    new = make_agency("CATM", "Công an tỉnh mới", since=TODAY)

    directory.succeed_agency(cast.police, new, on=TODAY, source="QĐ 01", by=cast.people["server-admin"], now=NOW)

    assert [one.code for one in queries.agencies(on=TODAY)] == ["BCH", "CATM"]
    assert [one.code for one in queries.agencies(on=TODAY - timedelta(days=1))] == ["BCH", "CAT"]


def test_localities_are_found_with_and_without_marks_as_of_a_day(cast: Cast) -> None:
    def found(text: str, on: date) -> list[str]:
        return [place.code for place in queries.localities(on=on, text=text)]

    assert found("đồi chè", date(2025, 6, 30)) == ["90001"]
    assert found("DOI CHE", date(2025, 6, 30)) == ["90001"]
    assert found("doi che", date(2025, 7, 1)) == []
    assert found("90101", date(2025, 7, 1)) == ["90101"]
    assert [(one.predecessor.code, one.successor.code) for one in queries.lineage(cast.places["after"])] == [
        ("90001", "90101")
    ]


def test_a_new_agency_can_send_at_once_and_a_code_that_cannot_travel_is_refused_whole(cast: Cast) -> None:
    facts = directory.AgencyFacts(
        name="Hạt Kiểm lâm",
        short_name="Kiểm lâm",
        symbol="HKL",
        sector="other",
        level="province",
        superior=None,
        seat="Nam Vân",
        head_position="HẠT TRƯỞNG",
        since=None,
        until=None,
    )

    added = directory.add_agency("HKL", facts=facts, by=cast.people["server-admin"], now=NOW)
    with pytest.raises(RefusedError) as caught:
        directory.add_agency("HẠT KIỂM LÂM", facts=facts, by=cast.people["server-admin"], now=NOW)

    assert added.keys.count() == 1
    assert caught.value.code == "agency.code"
    assert not Agency.objects.filter(code="HẠT KIỂM LÂM").exists()
