"""The outline of a report: what comes before and after the content areas of the regulation.

The parts are those that published reports have in common: leadership and advice, the results by content area, weak points and
their causes, proposals, the key tasks of the next period. Titles are Vietnamese because they are printed; `label` is what a
screen shows in the person's language.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from giaoban.common.errors import Text
    from giaoban.regulations.models import ContentArea, Indicator

LEADERSHIP, WEAK_POINTS, PROPOSALS, NEXT_TASKS = "leadership", "weak-points", "proposals", "next-tasks"

BEFORE: tuple[tuple[str, str], ...] = ((LEADERSHIP, "Công tác lãnh đạo, chỉ đạo và tham mưu"),)
AFTER: tuple[tuple[str, str], ...] = (
    (WEAK_POINTS, "Hạn chế, khó khăn và nguyên nhân"),
    (PROPOSALS, "Kiến nghị, đề xuất"),
    (NEXT_TASKS, "Phương hướng, nhiệm vụ trọng tâm kỳ tới"),
)
AREA_PREFIX = "area:"
"""Section codes of content areas begin with it, so that a regulation may name an area as it likes."""

_LABELS: dict[str, Text] = {
    LEADERSHIP: _("Leadership, direction and advice"),
    WEAK_POINTS: _("Weak points, difficulties and causes"),
    PROPOSALS: _("Proposals"),
    NEXT_TASKS: _("Direction and key tasks of the next period"),
}


def parts(areas: list[ContentArea]) -> list[tuple[str, str, ContentArea | None]]:
    """(code, title, area) of every section of a report, in order."""
    return [
        *((code, title, None) for code, title in BEFORE),
        *((f"{AREA_PREFIX}{area.code}", area.name, area) for area in areas),
        *((code, title, None) for code, title in AFTER),
    ]


def label(code: str, title: str, area: ContentArea | None = None) -> Text:
    """The heading of a section on a screen."""
    return named(area) if area is not None else _LABELS.get(code, title)


def named(thing: ContentArea | Indicator) -> str:
    """Its name in the person's language: Vietnamese, or English where the regime gives one."""
    english = (get_language() or "vi").startswith("en")
    return thing.name_en if english and thing.name_en else thing.name
