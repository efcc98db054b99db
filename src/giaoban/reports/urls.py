"""Routes of the room. Each has its row in `policy.py`."""

from __future__ import annotations

from django.urls import path

from giaoban.reports import views

app_name = "reports"

urlpatterns = [
    path("reports/", views.report_list, name="list"),
    path("reports/of/<uuid:coordination>/<str:period>/", views.period_page, name="period"),
    path("reports/of/<uuid:coordination>/<str:period>/open/", views.open_report, name="open"),
    path("reports/of/<uuid:coordination>/<str:period>/figures/", views.draft_figures, name="draft-figures"),
    path("reports/<uuid:uid>/", views.report_page, name="detail"),
    path("reports/<uuid:uid>/edit/", views.edit, name="edit"),
    path("reports/<uuid:uid>/submit/", views.submit, name="submit"),
    path("reports/<uuid:uid>/revise/", views.revise, name="revise"),
    path("reports/<uuid:uid>/return/", views.return_report, name="return"),
    path("figures/<uuid:uid>/", views.figures_page, name="figures"),
    path("figures/<uuid:uid>/figures.xlsx", views.figures_export, name="figures-export"),
    path("figures/<uuid:uid>/settle/", views.settle, name="settle"),
    path("figures/<uuid:uid>/accept-equal/", views.accept_equal, name="accept-equal"),
    path("figures/<uuid:uid>/propose/", views.propose, name="propose"),
    path("figures/<uuid:uid>/sign/", views.sign, name="sign"),
    path("figures/<uuid:uid>/object/", views.object_to, name="object"),
]
