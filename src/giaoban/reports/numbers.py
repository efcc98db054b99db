"""Numbers as people type them in Vietnam: dots between thousands, a comma before decimals ("1.250,5").

Strict on purpose: "1.5" could be one and a half or a slip in one thousand five hundred, so it is not guessed but asked back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from giaoban.common.errors import Text

MAX_WHOLE_DIGITS = 12
_NUMBER = re.compile(r"(?P<whole>\d+|\d{1,3}(?:\.\d{3})+)(?:,(?P<part>\d+))?", re.ASCII)
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009]+")


@dataclass(eq=False)
class NumberError(Exception):
    """What was typed is no number an indicator can take: why, and how to write it."""

    why: Text
    how: Text

    def __str__(self) -> str:
        return f"{self.why} {self.how}"


def parse_number(text: str, *, decimals: int = 0) -> Decimal | None:
    """The number typed, None for an empty cell. Raises `NumberError`.

    `decimals` is how many places after the comma the indicator has. Spaces between thousands are taken as in Excel.
    """
    bare = _SPACES.sub("", text)
    if bare in {"", "-", "–"}:
        return None
    if bare.startswith(("-", "–", "−")):
        raise NumberError(_("A count cannot be negative."), _("Write the number without a sign."))
    if match := _NUMBER.fullmatch(bare):
        whole, part = match["whole"].replace(".", ""), (match["part"] or "").rstrip("0")
        if len(whole.lstrip("0")) > MAX_WHOLE_DIGITS:
            raise NumberError(_("The number is too large."), _("At most 12 digits before the comma."))
        if len(part) > decimals:
            raise NumberError(*_too_fine(decimals))
        return Decimal(f"{whole}.{part or '0'}").quantize(Decimal(1).scaleb(-decimals))
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+", bare, re.ASCII):
        raise NumberError(
            _("The dots and commas are set the other way round."),
            _("Write thousands with dots and decimals with a comma, like 1.250,5."),
        )
    raise NumberError(
        _("This is not a number."), _("Write digits only, like 1250 or 1.250,5; leave the cell empty for none.")
    )


def format_number(value: Decimal | None, *, decimals: int = 0) -> str:
    """ "1.250,5": as it is shown and as `parse_number` reads it; "" for none.

    At most `decimals` places and no zeros at their end: beside "2.450", "20,000" would read as twenty thousand.
    """
    if value is None:
        return ""
    shown = f"{value:,.{decimals}f}"
    if "." in shown:
        shown = shown.rstrip("0").rstrip(".")
    return shown.translate(str.maketrans(",.", ".,"))


def _too_fine(decimals: int) -> tuple[Text, Text]:
    if decimals == 0:
        return _("This indicator is a whole number."), _("Write it without a comma; thousands are set off with dots.")
    return (
        _("There are too many decimal places."),
        _("This indicator has at most %(decimals)s.") % {"decimals": decimals},
    )
