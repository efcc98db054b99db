"""Routes of the API, under `/api/`."""

from __future__ import annotations

from django.urls import path

from giaoban.api.main import api

urlpatterns = [path("", api.urls)]
