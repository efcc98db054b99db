"""What acts on reports and on joint figures share: who has a part, who else is told, what may be written."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from giaoban.common.errors import RefusedError
from giaoban.kernel import agreement
from giaoban.kernel.calendar import parse_period
from giaoban.kernel.errors import KernelError
from giaoban.reports import border, rules
from giaoban.reports.numbers import MAX_WHOLE_DIGITS

if TYPE_CHECKING:
    from giaoban.agencies.models import Agency
    from giaoban.regulations.models import Coordination, Indicator


def parties(coordination: Coordination, period: str) -> list[Agency]:
    """Who reports on this period. Raises `RefusedError` `report.period` when the coordination knows no such period."""
    try:
        return border.parties(coordination, parse_period(period))
    except KernelError as error:
        raise RefusedError(
            "report.period",
            _("There is no such period."),
            _("“%(period)s” names no period of this coordination.") % {"period": period[:20]},
            _("Choose a period from the list."),
        ) from error


def others(members: list[Agency], own: Agency) -> list[Agency]:
    """All but the acting agency."""
    return [agency for agency in members if agency.pk != own.pk]


def checked_reason(reason: str) -> str:
    """A reason, cleaned. Raises `RefusedError` `report.reason` when it is empty, `report.too_long` when it is long."""
    cleaned = checked_length(rules.clean_text(reason), border.MAX_REASON)
    if not cleaned:
        raise RefusedError(
            "report.reason",
            _("Nothing was sent."),
            _("A reason is needed, so that the other side knows what to change."),
            _("Write which figure or part is wrong, and why."),
        )
    return cleaned


def checked_length(text: str, limit: int) -> str:
    """The same text. Raises `RefusedError` `report.too_long` above `limit` characters."""
    if len(text) > limit:
        raise RefusedError(
            "report.too_long",
            _("The text was not saved."),
            _("It has %(length)s characters; %(limit)s are possible here.") % {"length": len(text), "limit": limit},
            _("Shorten it, or attach the long form to the conference papers."),
        )
    return text


def check_size(value: Decimal, indicator: Indicator) -> None:
    """Raises `RefusedError` `report.value` for what is no count of this indicator."""
    fits = value.is_finite() and 0 <= value < 10**MAX_WHOLE_DIGITS
    try:
        agreement.check_value(value, rules.kernel_indicator(indicator))
    except KernelError:
        fits = False
    if not fits:
        raise RefusedError(
            "report.value",
            _("The figure was not saved."),
            _("It must be 0 or more, with at most 12 digits and %(decimals)s decimal places.")
            % {"decimals": indicator.decimals},
            _("Write a count, like 1.250 or 61,475."),
        )


def unknown_part(code: str) -> RefusedError:
    """A section, indicator or word that this report does not have."""
    return RefusedError(
        "report.unknown_part",
        _("Nothing was saved."),
        _("The report has no part or indicator “%(code)s”.") % {"code": code[:60]},
        _("Open the report again; its form may have changed."),
    )


def not_host() -> RefusedError:
    """Somebody acts who does not co-chair."""
    return RefusedError(
        "report.not_host",
        _("You may not do this."),
        _("Only the agencies that co-chair the conference do."),
        _("Ask a co-chair."),
    )
