from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.reports.town import Town


@pytest.fixture
def town(db: None) -> Town:
    """Three parties and a stranger."""
    from tests.reports.town import make_town

    return make_town()
