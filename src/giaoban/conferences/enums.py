"""Closed lists of this room."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ConferenceKind(models.TextChoices):
    """What kind of meeting it is; values are those of the record schema."""

    GIAO_BAN = "giao_ban", _("joint conference")
    SO_KET = "so_ket", _("interim review")
    TONG_KET = "tong_ket", _("final review")
    HIEP_DONG = "hiep_dong", _("coordination meeting")
    KY_KET = "ky_ket", _("signing of a regulation")
    TRAO_DOI = "trao_doi", _("exchange of experience")
    KIEM_TRA = "kiem_tra", _("joint inspection")


class Format(models.TextChoices):
    """How the sites meet."""

    IN_PERSON = "in_person", pgettext_lazy("format", "in person")
    ONLINE = "online", pgettext_lazy("format", "online")
    HYBRID = "hybrid", pgettext_lazy("format", "in person and online")
    UNKNOWN = "unknown", pgettext_lazy("format", "not recorded")


class State(models.TextChoices):
    """Where a conference is on one island."""

    DRAFT = "draft", pgettext_lazy("conference", "in preparation")
    INVITED = "invited", pgettext_lazy("conference", "invited")
    OPEN = "open", pgettext_lazy("conference", "in session")
    CONCLUDING = "concluding", pgettext_lazy("conference", "being concluded")
    CONCLUDED = "concluded", pgettext_lazy("conference", "concluded")
    CANCELLED = "cancelled", pgettext_lazy("conference", "called off")


class Act(models.TextChoices):
    """What can be done to a conference; `rules.ALLOWED` says in which state."""

    SAVE_PLAN = "save_plan", _("change the plan")
    SEND_INVITATION = "send_invitation", _("send the invitation")
    CHANGE_PLAN = "change_plan", _("announce a changed plan")
    CANCEL = "cancel", _("call it off")
    RECORD_ATTENDANCE = "record_attendance", _("call the roll")
    CONTRIBUTE = "contribute", _("hand in a contribution")
    OPEN = "open", _("open the conference")
    ADD_NOTE = "add_note", _("write the minutes")
    CLOSE_SITTING = "close_sitting", _("close the sitting")
    DRAFT_CONCLUSIONS = "draft_conclusions", _("draft the conclusions")
    PROPOSE_CONCLUSIONS = "propose_conclusions", _("propose the conclusions")
    ANSWER_CONCLUSIONS = "answer_conclusions", _("answer the proposed conclusions")
    ISSUE_OUTCOME = "issue_outcome", _("issue minutes and notice")


class ItemKind(models.TextChoices):
    """What an agenda item is for."""

    OPENING = "opening", pgettext_lazy("agenda item", "opening")
    REPORT = "report", pgettext_lazy("agenda item", "report")
    TASK_REVIEW = "task_review", pgettext_lazy("agenda item", "review of tasks")
    DISCUSSION = "discussion", pgettext_lazy("agenda item", "discussion")
    DIRECTION = "direction", pgettext_lazy("agenda item", "direction from a superior")
    CONCLUSION = "conclusion", pgettext_lazy("agenda item", "conclusion")
    OTHER = "other", pgettext_lazy("agenda item", "other")


class Presence(models.TextChoices):
    """Roll-call of one expected delegate. Decision 45/2018/QĐ-TTg: who cannot come reports and may delegate."""

    PRESENT = "present", pgettext_lazy("roll-call", "present")
    SUBSTITUTE = "substitute", pgettext_lazy("roll-call", "represented by a substitute")
    EXCUSED = "excused", pgettext_lazy("roll-call", "excused")
    ABSENT = "absent", pgettext_lazy("roll-call", "absent")


class Mode(models.TextChoices):
    """Where a delegate sits."""

    ONSITE = "onsite", pgettext_lazy("roll-call", "in the room")
    REMOTE = "remote", pgettext_lazy("roll-call", "connected")


class ConclusionKind(models.TextChoices):
    """What a conclusion is."""

    ASSESSMENT = "assessment", pgettext_lazy("conclusion", "assessment")
    TASK = "task", pgettext_lazy("conclusion", "task")


class ContributionState(models.TextChoices):
    """Where a contribution is."""

    DRAFT = "draft", pgettext_lazy("contribution", "draft")
    HANDED_IN = "handed_in", pgettext_lazy("contribution", "handed in")


class Answer(models.TextChoices):
    """What a co-chair said about a proposed text."""

    NONE = "", pgettext_lazy("answer", "no answer yet")
    ACCEPTED = "accepted", pgettext_lazy("answer", "accepted")
    OBJECTED = "objected", pgettext_lazy("answer", "objected")
