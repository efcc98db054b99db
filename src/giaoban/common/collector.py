"""The collector of circles of objects, for processes of ours (not for those that only borrow our code, like tests)."""

from __future__ import annotations

import gc
from typing import Final

YOUNG_OBJECTS: Final = 20_000
"""New objects until it looks among them. An exchange makes hundreds for each dispatch, and hardly a circle: looking as often as by default
(700) costs a fifteenth of an import, and memory is the same.
"""


def look_less_often() -> None:
    """For the rest of this process."""
    gc.set_threshold(YOUNG_OBJECTS, *gc.get_threshold()[1:])
