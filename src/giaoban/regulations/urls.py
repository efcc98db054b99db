"""Routes of the room. Each has its row in `policy.py`."""

from __future__ import annotations

from django.urls import path

from giaoban.regulations import views

app_name = "regulations"

urlpatterns = [
    path("regulations/", views.regulation_list, name="list"),
    path("regulations/add/", views.regulation_add, name="regulation-add"),
    path("regulations/days/", views.days, name="regulation-days"),
    path("regulations/days/<int:pk>/forget/", views.day_forget, name="regulation-day-forget"),
    path("regulations/<uuid:uid>/", views.regulation, name="detail"),
    path("regulations/<uuid:uid>/edit/", views.regulation_edit, name="regulation-edit"),
    path("regulations/<uuid:uid>/<slug:part>/add/", views.part_add, name="regulation-part-add"),
    path("regulations/<uuid:uid>/<slug:part>/<int:pk>/", views.part_edit, name="regulation-part-edit"),
    path("regulations/<uuid:uid>/<slug:part>/<int:pk>/remove/", views.part_remove, name="regulation-part-remove"),
    path("coordinations/", views.coordination_list, name="coordinations"),
    path("coordinations/add/", views.coordination_add, name="coordination-add"),
    path("coordinations/<uuid:uid>/", views.coordination, name="coordination"),
    path("coordinations/<uuid:uid>/edit/", views.coordination_edit, name="coordination-edit"),
    path("coordinations/<uuid:uid>/parties/add/", views.party_add, name="coordination-party-add"),
    path("coordinations/<uuid:uid>/parties/<int:pk>/", views.party_edit, name="coordination-party-edit"),
    path("coordinations/<uuid:uid>/parties/<int:pk>/end/", views.party_end, name="coordination-party-end"),
]
