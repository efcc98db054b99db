"""All routes: one line a room."""

from __future__ import annotations

from pathlib import Path

from django.urls import include, path

ROOMS = {
    "desk": "",
    "agencies": "",
    "regulations": "",
    "dispatches": "",
    "reports": "",
    "tasks": "",
    "conferences": "",
    "archive": "",
    "project.health": "",
    "api": "api/",
}
"""Room → prefix of its routes."""


PACKAGE = Path(__file__).resolve().parent.parent


def _routes(room: str) -> str:
    return room if room == "project.health" else f"{room}.urls"


urlpatterns = [
    path(prefix, include(f"giaoban.{_routes(room)}"))
    for room, prefix in ROOMS.items()
    if (PACKAGE / f"{_routes(room).replace('.', '/')}.py").exists()
]

handler400 = "giaoban.web.views.bad_request"
handler403 = "giaoban.web.views.forbidden"
handler404 = "giaoban.web.views.not_found"
handler500 = "giaoban.web.views.server_error"
