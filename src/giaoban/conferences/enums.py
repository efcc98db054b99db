"""Closed lists of this room."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


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

    IN_PERSON = "in_person", _("in person")
    ONLINE = "online", _("online")
    HYBRID = "hybrid", _("in person and online")
    UNKNOWN = "unknown", _("not recorded")


class State(models.TextChoices):
    """Where a conference is on one island."""

    DRAFT = "draft", _("in preparation")
    INVITED = "invited", _("invited")
    OPEN = "open", _("in session")
    CONCLUDING = "concluding", _("being concluded")
    CONCLUDED = "concluded", _("concluded")
    CANCELLED = "cancelled", _("called off")


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

    OPENING = "opening", _("opening")
    REPORT = "report", _("report")
    TASK_REVIEW = "task_review", _("review of tasks")
    DISCUSSION = "discussion", _("discussion")
    DIRECTION = "direction", _("direction from a superior")
    CONCLUSION = "conclusion", _("conclusion")
    OTHER = "other", _("other")


class Presence(models.TextChoices):
    """Roll-call of one expected delegate. Decision 45/2018/QĐ-TTg: who cannot come reports and may delegate."""

    PRESENT = "present", _("present")
    SUBSTITUTE = "substitute", _("represented by a substitute")
    EXCUSED = "excused", _("excused")
    ABSENT = "absent", _("absent")


class Mode(models.TextChoices):
    """Where a delegate sits."""

    ONSITE = "onsite", _("in the room")
    REMOTE = "remote", _("connected")


class ConclusionKind(models.TextChoices):
    """What a conclusion is."""

    ASSESSMENT = "assessment", _("assessment")
    TASK = "task", _("task")


class ContributionState(models.TextChoices):
    """Where a contribution is."""

    DRAFT = "draft", _("draft")
    HANDED_IN = "handed_in", _("handed in")


class Answer(models.TextChoices):
    """What a co-chair said about a proposed text."""

    NONE = "", _("no answer yet")
    ACCEPTED = "accepted", _("accepted")
    OBJECTED = "objected", _("objected")
