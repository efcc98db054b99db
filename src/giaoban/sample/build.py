"""Builds the sample: the directory, the regime, three past periods, one concluded conference, one being prepared, and letters.

Everything after the directory goes through the services at past instants, and every dispatch is delivered, so the registers a
newcomer finds are real ones and verify.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from operator import itemgetter
from typing import TYPE_CHECKING

from django.db import transaction

from giaoban.agencies.models import Agency, Person, RoleAssignment
from giaoban.common.access import ROLE_LABELS, By, Role
from giaoban.common.clock import HANOI
from giaoban.dispatches import services as dispatches
from giaoban.kernel.calendar import Period, PeriodType
from giaoban.sample import conference_story, directory, letter_story, past_story, regime, report_story

if TYPE_CHECKING:
    from collections.abc import Callable


PAST_QUARTERS = 5
"""Quarters with agreed figures: three for the trend, and the same quarter of last year to compare with."""


@dataclass(frozen=True)
class Account:
    """A sample account as the server prints it."""

    username: str
    password: str
    full_name: str
    role: str
    agency: str


class Stage:
    """The invented world while it is being built: who acts, at which instant, and the post between them."""

    def __init__(self, agencies: dict[str, Agency], people: dict[str, Person], now: datetime) -> None:
        self.agencies, self.people, self.now = agencies, people, now

    def by(self, username: str) -> By:
        """The person of that sign-in name, acting in their agency."""
        sample = next(one for one in directory.PEOPLE if one.username == username)
        return By(
            person=self.people[username],
            agency=self.agencies[sample.agency],
            roles=frozenset({sample.role}),
            via="sample",
        )

    def officer(self, agency: str) -> By:
        """The officer of an agency, or its approver where it has no officer."""
        return self._with_role(agency, Role.OFFICER, Role.APPROVER)

    def approver(self, agency: str) -> By:
        """The approver of an agency."""
        return self._with_role(agency, Role.APPROVER)

    def at(self, day: date, hour: int = 9, minute: int = 0) -> datetime:
        """An instant of the story, never later than now."""
        return min(datetime.combine(day, time(hour, minute), tzinfo=HANOI), self.now)

    def post(self, at: datetime) -> None:
        """Let everything that was issued arrive."""
        dispatches.deliver_all(at)

    def _with_role(self, agency: str, *roles: Role) -> By:
        for role in roles:
            for sample in directory.PEOPLE:
                if sample.agency == agency and sample.role is role:
                    return self.by(sample.username)
        raise LookupError(f"nobody in the sample holds {roles} in {agency}")


def build_sample(*, now: datetime, progress: Callable[[str], None] = lambda _step: None) -> None:
    """Fill an empty server. Takes some seconds: about a hundred documents are drawn, sealed, delivered and receipted.

    Writes nothing when anything fails: directory and story are one transaction each step, and the caller checks that the
    server is empty.
    """
    progress("directory")
    with transaction.atomic():
        agencies = directory.build_agencies(directory.build_places())
        people = directory.build_people(agencies)
        for agency in agencies.values():
            dispatches.create_key(agency, now=datetime.combine(directory.FOUNDED, time(8), tzinfo=HANOI))
        stage = Stage(agencies, people, now)
        coordinations = regime.build(stage)
    progress("past record")
    past_story.play(stage, coordinations["district"])
    quarters = _quarters_before(now)
    for quarter in quarters[:-1]:
        progress(f"reports {quarter.key}")
        report_story.play(stage, coordinations["province"], quarter)
    progress("conference concluded")
    scenes = conference_story.play_concluded(stage, coordinations["province"], quarters[-2])
    scenes.append(report_story.unfinished(stage, coordinations["province"], quarters[-1]))
    scenes.append(conference_story.civil_defence(stage, coordinations["civil_defence"]))
    scenes += letter_story.scenes(stage, coordinations["province"])
    for _at, happens in sorted(scenes, key=itemgetter(0)):
        happens()
    progress("conference being prepared")
    conference_story.play_prepared(stage, coordinations["province"], quarters[-1])
    past_story.leave_one_waiting(stage)
    stage.post(now)


def accounts() -> list[Account]:
    """The sample accounts that this server has, for whoever starts it."""
    rows = RoleAssignment.objects.filter(person__is_sample=True).select_related("person", "agency").order_by("pk")
    return [
        Account(
            row.person.username,
            directory.PASSWORD,
            row.person.full_name,
            str(ROLE_LABELS[Role(row.role)]),
            row.agency.name,
        )
        for row in rows
    ]


def _quarters_before(now: datetime) -> list[Period]:
    """The last completed quarters, oldest first; the last of them is the one the next conference is about."""
    today = now.astimezone(HANOI).date()
    running = Period(PeriodType.QUARTER, today.year, (today.month + 2) // 3)
    found = []
    for _ in range(PAST_QUARTERS + 1):
        running = running.previous()
        found.append(running)
    return found[::-1]
