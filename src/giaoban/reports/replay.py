"""What reports and joint figures must be on an island, as its dispatches say (`giaoban verify`).

Follows `border.py` (what arrives) and the acts behind `services.py` (what is issued), without reading the rows they write. Drafts are free:
an own report or table that was not sent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from pydantic import ValidationError

from giaoban.common.clock import day_of
from giaoban.common.errors import NotFoundError
from giaoban.dispatches.replay import AnyOf, Expected, Island, Key, Link, Seen, Table, Told, by_uid, part_of
from giaoban.kernel.calendar import parse_period
from giaoban.kernel.errors import KernelError
from giaoban.regulations import queries as regime
from giaoban.regulations.models import Indicator
from giaoban.reports import border, outline, rules
from giaoban.reports.enums import FiguresState, ReportState, Verdict
from giaoban.reports.models import (
    JointFigures,
    JointRow,
    Report,
    ReportReturn,
    ReportSection,
    ReportValue,
    SignOff,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from giaoban.regulations.models import Coordination

LOST: Final = 0
"""Id of what the directory no longer has: no row has it."""


class Replay:
    """The reports of one island."""

    def __init__(self, island: Island) -> None:
        self._island = island
        self._places: dict[UUID, Place | None] = {}
        self._returns: dict[UUID, list[Expected]] = defaultdict(list)
        """Report → its returns."""
        self._words: dict[UUID, list[Expected]] = defaultdict(list)
        """Table → what parties said to it."""
        self.tables: Sequence[Table] = TABLES

    def hear(self, told: Told) -> None:
        """Reports, returns, tables, signatures and objections."""
        try:
            match told.kind:
                case border.KIND_SUBMITTED:
                    self._submitted(border.ReportSubmitted.model_validate(told.payload), told)
                case border.KIND_RETURNED:
                    self._returned(border.ReportReturned.model_validate(told.payload), told)
                case border.KIND_PROPOSED:
                    self._proposed(border.FiguresProposed.model_validate(told.payload), told)
                case border.KIND_SIGNED_OFF:
                    self._word(border.FiguresSignedOff.model_validate(told.payload), Verdict.SIGNED, "", told)
                case border.KIND_OBJECTED:
                    objected = border.FiguresObjected.model_validate(told.payload)
                    self._word(objected, Verdict.OBJECTED, objected.reason, told)
        except ValidationError:
            return  # no handler takes such a payload, so nothing follows from it

    def _place(self, uid: UUID) -> Place | None:
        if uid not in self._places:
            try:
                self._places[uid] = Place(regime.coordination_by_uid(uid))
            except NotFoundError:
                self._places[uid] = None
        return self._places[uid]

    # ---- reports -------------------------------------------------------------------------------------------------------

    def _submitted(self, said: border.ReportSubmitted, told: Told) -> None:
        place = self._place(said.coordination)
        due = {said.due_on} if told.is_own or place is None else {said.due_on, place.due_on(said.period) or said.due_on}
        early = self._returns[said.report]
        returned = any(row["report_id"] is None for row in early)
        here = ReportState.SUBMITTED if told.is_own else ReportState.RECEIVED
        self._island.expect(
            Report,
            (said.report,),
            told,
            coordination_id=LOST if place is None else place.coordination.pk,
            agency_id=told.sender.pk,
            period=said.period,
            version=said.version,
            thread=said.thread,
            state=ReportState.RETURNED if returned else here,
            due_on=AnyOf(tuple(sorted(due))),
            submitted_at=told.issued_at,
            is_late=self._is_late(said, due, told),
            dispatch_id=told.dispatch_id,
        )
        for row in early:
            if row["report_id"] is None:
                row.columns["report_id"] = Link(Report, (said.report,))
        areas = {} if place is None else place.areas
        for position, part in enumerate(said.sections):
            self._island.expect(
                ReportSection,
                (said.report, part.code),
                told,
                area_id=areas.get(part.code),
                title=part.title,
                position=position,
                text=part.text,
            )
        for cell in said.values:
            indicator = LOST if place is None else place.indicator_id(cell.indicator)
            self._island.expect(
                ReportValue,
                (said.report, indicator),
                told,
                indicator_id=indicator,
                value=None if cell.value is None else Decimal(cell.value),
                qualifier=cell.qualifier.value,
                note=cell.note,
            )

    def _is_late(self, said: border.ReportSubmitted, due: set[date], told: Told) -> Any:
        """The receiver judges a first version by the day it knows itself; a later one stays what the first was."""
        if told.is_own:
            return said.late
        if said.version == 1:
            return AnyOf(tuple(sorted({day_of(told.issued_at) > day for day in due})))
        for row in self._island.rows[Report].values():
            same = (row["agency_id"], row["period"], row["thread"]) == (told.sender.pk, said.period, said.thread)
            if same and row["version"] == 1:
                return row["is_late"]
        return said.late

    def _returned(self, said: border.ReportReturned, told: Told) -> None:
        place = self._place(said.coordination)
        report = self._island.find(Report, (said.report,))
        meant = (LOST if place is None else place.coordination.pk, self._island.id_of(said.agency))
        if report is not None and (report["coordination_id"], report["agency_id"]) != meant:
            report = None
        row = self._island.expect(
            ReportReturn,
            (said.return_uid,),
            told,
            report_id=None if report is None else Link(Report, (said.report,)),
            report_uid=said.report,
            agency_id=told.sender.pk,
            at=told.issued_at,
            reason=said.reason,
            dispatch_id=told.dispatch_id,
        )
        self._returns[said.report].append(row)
        if report is not None:
            report.change(told, state=ReportState.RETURNED)

    # ---- joint figures -------------------------------------------------------------------------------------------------

    def _proposed(self, said: border.FiguresProposed, told: Told) -> None:
        place = self._place(said.coordination)
        coordination = LOST if place is None else place.coordination.pk
        state = FiguresState.PROPOSED
        for other in self._island.rows[JointFigures].values():
            if (other["coordination_id"], other["period"]) != (coordination, said.period):
                continue
            if not told.is_own and other["drafted_by_id"] == told.sender.pk and other["version"] > said.version:
                state = FiguresState.REPLACED
            elif other["state"] != FiguresState.REPLACED:
                other.change(told, state=FiguresState.REPLACED)
        figures = self._island.expect(
            JointFigures,
            (said.figures,),
            told,
            coordination_id=coordination,
            period=said.period,
            version=said.version,
            drafted_by_id=told.sender.pk,
            state=state,
            parties=list(said.parties),
            sources={code: source.model_dump(mode="json") for code, source in said.sources.items()},
            digest=said.digest,
            proposed_at=told.issued_at,
            agreed_at=None,
            dispatch_id=told.dispatch_id,
        )
        for word in self._words[said.figures]:
            word.columns["joint_figures_id"] = Link(JointFigures, (said.figures,))
        if place is not None:
            self._rows(said, place, told)
        self._keep_word(said, Verdict.SIGNED, "", told, joined=True)
        self._settle(said.figures, figures, told)

    def _rows(self, said: border.FiguresProposed, place: Place, told: Told) -> None:
        order = {row.indicator: position for position, row in enumerate(said.rows)}
        known = [i for i in place.coordination.regulation.indicators.all() if i.code in order]
        try:
            table = rules.agreement_table(border.content_of(said), sorted(known, key=lambda i: order[i.code]))
            worked_out = {row.indicator.code: border.row_columns(row) for row in table.rows}
        except KernelError:
            worked_out = {}
        for row in said.rows:
            self._island.expect(
                JointRow,
                (said.figures, place.indicator_id(row.indicator)),
                told,
                indicator_id=place.indicator_id(row.indicator),
                position=order[row.indicator],
                values=dict(row.values),
                qualifiers={code: word.value for code, word in row.qualifiers.items()},
                is_checked=True,
                **worked_out.get(row.indicator, {}),
            )

    def _word(self, said: border.FiguresSignedOff, verdict: Verdict, reason: str, told: Told) -> None:
        place = self._place(said.coordination)
        figures = self._island.find(JointFigures, (said.figures,))
        meant = (LOST if place is None else place.coordination.pk, said.period)
        if figures is not None and (figures["coordination_id"], figures["period"]) != meant:
            figures = None
        self._keep_word(said, verdict, reason, told, joined=figures is not None)
        if figures is not None:
            self._settle(said.figures, figures, told)

    def _keep_word(
        self,
        said: border.FiguresSignedOff | border.FiguresProposed,
        verdict: Verdict,
        reason: str,
        told: Told,
        *,
        joined: bool,
    ) -> None:
        word = self._island.expect(
            SignOff,
            (said.sign_off,),
            told,
            joint_figures_id=Link(JointFigures, (said.figures,)) if joined else None,
            joint_uid=said.figures,
            agency_id=told.sender.pk,
            verdict=verdict,
            digest=said.digest,
            at=told.issued_at,
            signer=said.signer,
            reason=reason,
            dispatch_id=told.dispatch_id,
        )
        self._words[said.figures].append(word)

    def _settle(self, uid: UUID, figures: Expected, told: Told) -> None:
        """As `border.settle_state`."""
        if figures["state"] not in {FiguresState.PROPOSED, FiguresState.OBJECTED}:
            return
        codes = {agency.pk: code for code, agency in self._island.agencies.items()}
        state, agreed_at = rules.figures_state(
            parties=figures["parties"],
            digest=figures["digest"],
            words=[
                rules.Word(
                    agency=codes.get(word["agency_id"], ""),
                    verdict=word["verdict"],
                    digest=word["digest"],
                    at=word["at"],
                )
                for word in sorted(self._words[uid], key=lambda word: word["at"])
                if word["joint_figures_id"] is not None
            ],
        )
        if state != figures["state"]:
            figures.change(told, state=state, agreed_at=agreed_at)


class Place:
    """A coordination and what its regulation names, by code."""

    def __init__(self, coordination: Coordination) -> None:
        self.coordination = coordination

    @cached_property
    def areas(self) -> dict[str, int]:
        """Code of a section → id of the content area it is about."""
        areas = regime.content_areas(self.coordination.regulation)
        return {f"{outline.AREA_PREFIX}{area.code}": area.pk for area in areas}

    @cached_property
    def _indicators(self) -> dict[str, int]:
        return {indicator.code: indicator.pk for indicator in self.coordination.regulation.indicators.all()}

    def indicator_id(self, code: str) -> int:
        """Id of an indicator; `LOST` where the regulation has none of this code."""
        return self._indicators.get(code, LOST)

    def due_on(self, period: str) -> date | None:
        """The day a report on `period` is due by the directory of this server."""
        try:
            return regime.report_due_on(self.coordination, parse_period(period))
        except KernelError:
            return None


# ---- tables --------------------------------------------------------------------------------------------------------------


def _is_draft_report(row: Any, _key: Key, _seen: Seen) -> bool:
    return bool(
        row.state == ReportState.DRAFT
        and row.agency_id == row.holder_id
        and row.dispatch_id is None
        and row.submitted_at is None
    )


def _is_draft_table(row: Any, _key: Key, _seen: Seen) -> bool:
    """A draft, also one that another agency's table has pushed aside."""
    return bool(
        row.state in {FiguresState.DRAFT, FiguresState.REPLACED}
        and row.drafted_by_id == row.holder_id
        and row.dispatch_id is None
        and not row.digest
        and row.proposed_at is None
        and row.agreed_at is None
    )


def _agency(row: Mapping[str, Any], island: Island, column: str = "agency_id") -> str:
    return next((each.short_name for each in island.agencies.values() if each.pk == row.get(column)), "?")


def _report_words(row: Mapping[str, Any], island: Island) -> str:
    return _("report of %(agency)s on %(period)s, version %(version)s") % {
        "agency": _agency(row, island),
        "period": row.get("period"),
        "version": row.get("version"),
    }


def _figures_words(row: Mapping[str, Any], island: Island) -> str:
    return _("joint figures on %(period)s by %(agency)s, version %(version)s") % {
        "agency": _agency(row, island, "drafted_by_id"),
        "period": row.get("period"),
        "version": row.get("version"),
    }


def _section_words(row: Mapping[str, Any], _island: Island) -> str:
    return _("part “%(title)s”") % {"title": row.get("title")}


def _value_words(row: Mapping[str, Any], _island: Island) -> str:
    found = Indicator.objects.filter(pk=row.get("indicator_id", LOST)).first()
    return _("figure “%(indicator)s”") % {"indicator": found or "?"}


def _return_words(row: Mapping[str, Any], island: Island) -> str:
    return _("return of a report by %(agency)s") % {"agency": _agency(row, island)}


def _word_words(row: Mapping[str, Any], island: Island) -> str:
    return _("word of %(agency)s on joint figures") % {"agency": _agency(row, island)}


TABLES: Final = (
    Table(model=Report, key=by_uid, words=_report_words, is_free=_is_draft_report),
    Table(
        model=ReportSection,
        holder="report__holder",
        parent=Report,
        key=part_of(Report, "report_id", "code"),
        words=_section_words,
    ),
    Table(
        model=ReportValue,
        holder="report__holder",
        parent=Report,
        key=part_of(Report, "report_id", "indicator_id"),
        words=_value_words,
    ),
    Table(model=ReportReturn, key=by_uid, words=_return_words),
    Table(model=JointFigures, key=by_uid, words=_figures_words, is_free=_is_draft_table),
    Table(
        model=JointRow,
        holder="joint_figures__holder",
        parent=JointFigures,
        key=part_of(JointFigures, "joint_figures_id", "indicator_id"),
        words=_value_words,
    ),
    Table(model=SignOff, key=by_uid, words=_word_words),
)
