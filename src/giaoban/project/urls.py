"""All routes: one line a room."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("giaoban.desk.urls")),
    path("", include("giaoban.agencies.urls")),
    path("", include("giaoban.regulations.urls")),
    path("", include("giaoban.dispatches.urls")),
    path("", include("giaoban.partners.urls")),
    path("", include("giaoban.correspondence.urls")),
    path("", include("giaoban.reports.urls")),
    path("", include("giaoban.tasks.urls")),
    path("", include("giaoban.conferences.urls")),
    path("", include("giaoban.archive.urls")),
    path("", include("giaoban.project.health")),
    path("api/", include("giaoban.api.urls")),
]

handler400 = "giaoban.web.views.bad_request"
handler403 = "giaoban.web.views.forbidden"
handler404 = "giaoban.web.views.not_found"
handler500 = "giaoban.web.views.server_error"
