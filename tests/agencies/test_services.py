"""People, roles, tokens and agencies: who may write what, and how far it reaches."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.agencies.personas import NOW, TODAY, World, make_agency, make_person

from giaoban.agencies import queries
from giaoban.agencies.models import Agency, AgencyArea, ApiToken, Person, RoleAssignment
from giaoban.agencies.services import directory, people
from giaoban.common.access import Role
from giaoban.common.errors import NotFoundError, RefusedError


def add(world: World, *, by: str, agency: Agency | None = None, username: str = "nguyen.an") -> Person:
    return people.add_person(
        agency or world.police,
        username=username,
        full_name="Nguyễn Văn An",
        position="Cán bộ",
        rank="",
        role=Role.OFFICER,
        since=TODAY,
        by=world.people[by],
        now=NOW,
    )


def test_an_administrator_adds_people_to_the_own_agency_only(world: World) -> None:
    someone = add(world, by="administrator")

    assert queries.roles_by_agency(someone, on=TODAY) == [(world.police, frozenset({Role.OFFICER}))]
    assert someone.has_usable_password() is False
    with pytest.raises(RefusedError) as refused:
        add(world, by="administrator", agency=world.army, username="tran.binh")
    assert refused.value.code == "access.not_manager"
    assert Person.objects.filter(username="tran.binh").exists() is False


@pytest.mark.parametrize("role", ["viewer", "clerk", "officer", "approver", "nobody", "stranger"])
def test_nobody_else_adds_people(world: World, role: str) -> None:
    with pytest.raises(RefusedError):
        add(world, by=role)


@pytest.mark.parametrize("username", ["ab", "Nguyen", "nguyễn", "a b c", "-abc", "a" * 61, "ab\n"])
def test_a_sign_in_name_that_could_be_mistaken_is_refused(world: World, username: str) -> None:
    with pytest.raises(RefusedError) as refused:
        add(world, by="administrator", username=username)

    assert refused.value.code == "person.username"


def test_a_taken_sign_in_name_is_refused_and_nothing_is_half_written(world: World) -> None:
    before = (Person.objects.count(), RoleAssignment.objects.count())

    with pytest.raises(RefusedError) as refused:
        add(world, by="administrator", username="officer")

    assert refused.value.code == "person.exists"
    assert (Person.objects.count(), RoleAssignment.objects.count()) == before


def test_an_administrator_never_reaches_the_credentials_of_somebody_who_also_works_elsewhere(world: World) -> None:
    both = make_person("both", world.police, Role.OFFICER)
    RoleAssignment.objects.create(person=both, agency=world.army, role=Role.APPROVER, since=TODAY + timedelta(days=30))
    boss = make_person("boss", world.police, Role.VIEWER, is_server_admin=True)
    by = world.people["administrator"]

    for someone in (both, boss, world.people["stranger"]):
        for act in (people.reset_sign_in, people.deactivate_person, people.reactivate_person):
            with pytest.raises(RefusedError):
                act(someone, by=by, now=NOW)
        assert Person.objects.get(pk=someone.pk).has_usable_password() is True
    people.reset_sign_in(both, by=world.people["server-admin"], now=NOW)
    assert Person.objects.get(pk=both.pk).has_usable_password() is False


def test_a_deactivated_person_acts_no_more_not_even_with_a_token(world: World) -> None:
    by = world.by("officer")
    _row, token = people.issue_token(name="thử", role=Role.OFFICER, days=10, by=by, now=NOW)
    assert queries.by_of_token(token, now=NOW) is not None

    people.deactivate_person(by.person, by=world.people["administrator"], now=NOW)

    assert queries.by_of_token(token, now=NOW) is None
    assert world.client("officer").get("/agencies/").status_code == 302


def test_nobody_locks_the_own_account(world: World) -> None:
    with pytest.raises(RefusedError) as refused:
        people.deactivate_person(world.people["administrator"], by=world.people["administrator"], now=NOW)

    assert refused.value.code == "person.self"


def test_a_role_holds_from_its_first_to_its_last_day(world: World) -> None:
    someone = world.people["nobody"]

    people.assign_role(
        someone,
        world.police,
        role=Role.CLERK,
        since=date(2026, 12, 1),
        until=date(2026, 12, 31),
        by=world.people["administrator"],
        now=NOW,
    )

    held = [
        queries.roles_by_agency(someone, on=day) != []
        for day in (date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 31), date(2027, 1, 1))
    ]
    assert held == [False, True, True, False]


def test_the_same_role_is_not_given_twice_at_one_time(world: World) -> None:
    with pytest.raises(RefusedError) as refused:
        people.assign_role(
            world.people["clerk"],
            world.police,
            role=Role.CLERK,
            since=TODAY,
            until=None,
            by=world.people["administrator"],
            now=NOW,
        )

    assert refused.value.code == "role.held"


def test_the_last_administrator_cannot_leave(world: World) -> None:
    row = RoleAssignment.objects.get(person=world.people["administrator"])

    with pytest.raises(RefusedError) as refused:
        people.end_role(row, on=TODAY, by=world.people["administrator"], now=NOW)
    assert refused.value.code == "role.last"

    people.end_role(row, on=TODAY, by=world.people["server-admin"], now=NOW)
    row.refresh_from_db()
    assert row.until == TODAY


def test_a_token_is_bound_to_one_role_that_is_held_and_is_kept_as_a_hash_only(world: World) -> None:
    by = world.by("officer")
    row, token = people.issue_token(name="tổng hợp", role=Role.OFFICER, days=10, by=by, now=NOW)

    found = queries.by_of_token(token, now=NOW)

    assert found is not None
    assert (found.person, found.agency, found.roles, found.via) == (
        by.person,
        world.police,
        frozenset({Role.OFFICER}),
        "api",
    )
    assert token not in str(ApiToken.objects.filter(pk=row.pk).values())
    with pytest.raises(RefusedError):
        people.issue_token(name="ký thay", role=Role.APPROVER, days=10, by=by, now=NOW)


def test_a_token_stops_when_it_expires_is_revoked_or_its_role_ends(world: World) -> None:
    by = world.by("officer")
    first, expiring = people.issue_token(name="a", role=Role.OFFICER, days=1, by=by, now=NOW)
    assert queries.by_of_token(expiring, now=NOW + timedelta(days=1)) is None
    people.revoke_token(first, by=by, now=NOW)
    assert queries.by_of_token(expiring, now=NOW) is None

    _second, token = people.issue_token(name="b", role=Role.OFFICER, days=1, by=by, now=NOW)
    people.end_role(
        RoleAssignment.objects.get(person=by.person),
        on=TODAY - timedelta(days=1),
        by=world.people["administrator"],
        now=NOW,
    )
    assert queries.by_of_token(token, now=NOW) is None


def test_a_token_of_somebody_else_is_not_there_for_others(world: World) -> None:
    row, _token = people.issue_token(name="a", role=Role.OFFICER, days=1, by=world.by("officer"), now=NOW)

    for other in ("clerk", "stranger"):
        with pytest.raises(NotFoundError):
            queries.access_token(row.pk, by=world.by(other))
    assert queries.access_token(row.pk, by=world.by("administrator")) == row


def test_an_area_changes_from_a_day_on_and_what_was_stays_on_record(world: World) -> None:
    directory.set_area(world.police, [world.places["after"]], since=TODAY, by=world.people["server-admin"], now=NOW)

    assert queries.area_of(world.police, on=TODAY - timedelta(days=1)) == [world.places["province"]]
    assert queries.area_of(world.police, on=TODAY) == [world.places["after"]]
    assert AgencyArea.objects.filter(agency=world.police).count() == 2


def test_an_area_names_no_locality_that_is_gone(world: World) -> None:
    with pytest.raises(RefusedError) as refused:
        directory.set_area(
            world.police, [world.places["before"]], since=TODAY, by=world.people["server-admin"], now=NOW
        )

    assert refused.value.code == "area.not_then"


def test_no_agency_stands_above_itself(world: World) -> None:
    world.army.superior = world.police
    world.army.save()
    facts: directory.AgencyFacts = {
        "name": "Công an tỉnh",
        "short_name": "Công an",
        "symbol": "CAT",
        "sector": "police",
        "level": "province",
        "superior": world.army,
        "seat": "Thử Nghiệm",
        "head_position": "GIÁM ĐỐC",
        "since": None,
        "until": None,
    }

    with pytest.raises(RefusedError) as refused:
        directory.edit_agency(world.police, facts=facts, by=world.people["server-admin"], now=NOW)
    assert refused.value.code == "agency.circle"
    with pytest.raises(RefusedError) as denied:
        directory.edit_agency(world.police, facts=facts, by=world.people["administrator"], now=NOW)
    assert denied.value.code == "access.directory"


def test_a_successor_ends_its_predecessor_the_day_before(world: World) -> None:
    new = make_agency("CATM", "Công an tỉnh mới", since=TODAY)

    directory.succeed_agency(world.police, new, on=TODAY, source="QĐ 01", by=world.people["server-admin"], now=NOW)

    assert [one.code for one in queries.agencies(on=TODAY)] == ["BCH", "CATM"]
    assert [one.code for one in queries.agencies(on=TODAY - timedelta(days=1))] == ["BCH", "CAT"]


def test_localities_are_found_with_and_without_marks_as_of_a_day(world: World) -> None:
    def found(text: str, on: date) -> list[str]:
        return [place.code for place in queries.localities(on=on, text=text)]

    assert found("đồi chè", date(2025, 6, 30)) == ["90001"]
    assert found("DOI CHE", date(2025, 6, 30)) == ["90001"]
    assert found("doi che", date(2025, 7, 1)) == []
    assert found("90101", date(2025, 7, 1)) == ["90101"]
    assert [(one.predecessor.code, one.successor.code) for one in queries.lineage(world.places["after"])] == [
        ("90001", "90101")
    ]
