"""Routes of this room."""

from __future__ import annotations

from django.urls import path

from giaoban.conferences import views

app_name = "conferences"

urlpatterns = [
    path("conferences/", views.conference_list, name="list"),
    path("conferences/next/<uuid:uid>/", views.propose, name="propose"),
    path("conferences/<uuid:uid>/", views.detail, name="detail"),
    path("conferences/<uuid:uid>/plan/", views.plan, name="plan"),
    path("conferences/<uuid:uid>/invite/", views.invite, name="invite"),
    path("conferences/<uuid:uid>/cancel/", views.cancel, name="cancel"),
    path("conferences/<uuid:uid>/agenda/", views.agenda, name="agenda"),
    path("conferences/<uuid:uid>/dossier.zip", views.dossier, name="dossier"),
    path("conferences/<uuid:uid>/hold/", views.hold, name="hold"),
    path("conferences/<uuid:uid>/hall/", views.hall, name="hall"),
    path("conferences/<uuid:uid>/open/", views.open_conference, name="open"),
    path("conferences/<uuid:uid>/close/", views.close, name="close"),
    path("conferences/<uuid:uid>/items/<uuid:item>/note/", views.note, name="note"),
    path("conferences/<uuid:uid>/sites/<uuid:site>/roll/", views.roll, name="roll"),
    path("conferences/<uuid:uid>/contribute/", views.contribute, name="contribute"),
    path("conferences/<uuid:uid>/conclude/", views.conclude, name="conclude"),
    path("conferences/<uuid:uid>/conclude/propose/", views.propose_conclusions, name="propose-conclusions"),
    path("conferences/<uuid:uid>/answer/", views.answer, name="answer"),
    path("conferences/<uuid:uid>/issue/", views.issue, name="issue"),
]
