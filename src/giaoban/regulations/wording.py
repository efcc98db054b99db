"""Names of periods on screens, in the person's language. Official documents have their own, always Vietnamese."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from giaoban.kernel.calendar import PeriodType

if TYPE_CHECKING:
    from giaoban.kernel.calendar import Period

_ROMAN = ("I", "II", "III", "IV")


def period_name(period: Period) -> str:
    """ "Quý III/2026" or "Quarter III of 2026"."""
    values: dict[str, str | int] = {"year": period.year, "ordinal": period.ordinal or 0, "last": period.end_year}
    match period.type:
        case PeriodType.MONTH:
            return _("Month %(ordinal)s of %(year)s") % values
        case PeriodType.QUARTER:
            return _("Quarter %(roman)s of %(year)s") % (values | {"roman": _ROMAN[(period.ordinal or 1) - 1]})
        case PeriodType.HALF if period.ordinal == 1:
            return _("First half of %(year)s") % values
        case PeriodType.HALF:
            return _("Second half of %(year)s") % values
        case PeriodType.NINE_MONTHS:
            return _("First nine months of %(year)s") % values
        case PeriodType.YEAR:
            return _("Year %(year)s") % values
        case PeriodType.MULTI_YEAR:
            return _("Years %(year)s to %(last)s") % values
