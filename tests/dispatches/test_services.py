from __future__ import annotations

from datetime import datetime, timedelta
from unittest.mock import sentinel

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from giaoban.common.clock import HANOI
from giaoban.common.errors import NotFoundError, RefusedError
from giaoban.common.files import RenderedFile
from giaoban.dispatches import delivering, guards, issuing, keys, ports, queries, services
from giaoban.dispatches.models import (
    FACTS,
    Checkpoint,
    Dispatch,
    Incoming,
    NumberSeries,
    Outbox,
    Receipt,
    Register,
    RegisterEntry,
)
from giaoban.dispatches.parcels import StoredFiles
from giaoban.kernel import envelope, receipt
from giaoban.kernel.errors import ErrorCode, KernelError
from tests.dispatches import handlers
from tests.dispatches.houses import NOW, House, agency, by_of, paper
