"""What a person should look at: every warning the reader can give, each one fixed English sentence (a msgid of the room's catalogue).

A warning starts with the field it is about, so that a screen can put it beside that field.
"""

from __future__ import annotations

from enum import StrEnum


def _(text: str) -> str:
    """Mark a text for the catalogue; this package itself speaks no language."""
    return text


class Notice(StrEnum):
    """A warning of the reader."""

    EMPTY = _("text: there is nothing to read")
    CUT = _("text: too long, only its beginning was read")
    NOT_A_CONFERENCE = _("kind: this is not the record of a conference of several organisations on their coordination")
    LEGAL_TEXT = _("kind: this is a legal text, not the record of a conference")
    ONE_AGENCY = _("kind: only one organisation is found; a joint conference has two or more")
    CEREMONY = _("kind: this is a signing ceremony, not a conference")
    OTHER_EVENT = _("kind: the article is about another event (patrol, exercise, training, inspection)")
    ANNOUNCED = _("kind: the conference is announced, not yet held")
    NO_EVENT = _("kind: no particular conference is told of")
    TWO_CONFERENCES = _("kind: the article tells of more than one conference; only the first was read")
    NO_TITLE = _("title: no title was found")
    TYPE_UNKNOWN = _("conference_type: the type of the conference is not said")
    TYPE_DIFFERS = _("conference_type: title and text name different types")
    PAGE_CLOCK = _("published_on: a date above the title may be the clock of the saved page and was not used")
    POSTINGS_DIFFER = _("published_on: different posting dates are given")
    PUBLISHED_INVALID = _("published_on: the posting date is not a day of the calendar")
    PUBLISHED_BEFORE_HELD = _("published_on: the posting date is before the day of the conference")
    WEEKDAY_DIFFERS = _("published_on: the weekday and the date do not fit together")
    HELD_UNKNOWN = _("held_on: the day of the conference is not said")
    HELD_INVALID = _("held_on: the date is not a day of the calendar")
    HELD_CONTRADICTS = _("held_on: different days are given for the conference")
    HELD_SEVERAL_DAYS = _("held_on: the conference took several days; the first is given")
    HELD_RELATIVE = _("held_on: the day was worked out from the posting date")
    YEAR_FROM_POSTING = _("held_on: year inferred from the posting date")
    YEAR_FROM_PERIOD = _("held_on: year inferred from the period reported")
    YEAR_FROM_TEXT = _("held_on: year inferred from other words of the text")
    YEAR_UNKNOWN = _("held_on: the year is not known")
    PERIOD_UNKNOWN = _("period: the period reported is not said")
    PERIOD_OPEN = _("period: it runs to the day of the conference and is no calendar period")
    PERIOD_YEAR_INFERRED = _("period: year inferred from the day of the conference")
    PERIOD_YEAR_UNKNOWN = _("period: the year is not known")
    PERIODS_DIFFER = _("period: title and text name different periods")
    PERIOD_HALF_UNKNOWN = _("period: it is not said which half of the year")
    PERIOD_LENGTH_ONLY = _("period: only its length in years is given")
    NEXT_YEAR_INFERRED = _("next_period: year inferred from the period reported")
    LEVEL_UNKNOWN = _("level: the level cannot be told from the organisations")
    HOSTS_UNKNOWN = _("hosts: who held the conference is not said")
    HOSTS_FROM_CHAIRS = _("hosts: taken from the chairs, for nobody else is said to have held the conference")
    CHAIR_WITHOUT_ORGANISATION = _("chairs: the organisation of a chair is not said")
    CHAIRS_RESOLVED = _("chairs: taken from the hosts, to whom the text refers")
    PARTICIPANTS_RESOLVED = _("participants: the sectors were taken from the hosts, to whom the text refers")
    BASIS_UNKNOWN_NUMBER = _("legal_bases: the full number of an instrument is not known")
    BASIS_AMBIGUOUS = _("legal_bases: several known instruments have this number")
    BASIS_DATE_DIFFERS = _("legal_bases: the date written is not the date of this instrument")
    NO_RESULTS = _("results: no sentence on the past period was found")
    NO_TASKS = _("tasks: no task for the next period was found")
    TASK_COUNT_DIFFERS = _("tasks: the number of tasks said differs from the number found")
    FIGURE_UNCLEAR = _("indicators: a figure can be read in two ways and was left out")
