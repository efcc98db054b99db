"""What every route may rely on: the door let a token in, so `request.by` is somebody."""

from __future__ import annotations

from django.http import HttpRequest

from giaoban.common.access import By


class ApiRequest(HttpRequest):
    """A request with a valid token."""

    by: By
