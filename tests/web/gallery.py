"""One page with every part of the design system, for the tests of this folder."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.template import engines

from giaoban.common import clock
from giaoban.common.errors import RefusedError
from giaoban.web.feedback import done
from giaoban.web.forms import DayField, refuse
from giaoban.web.parts import Fact, Moment, Step, Tab
from giaoban.web.states import STATES

if TYPE_CHECKING:
    from django.http import HttpRequest

TEMPLATE = Path(__file__).with_name("gallery.html")
ERROR = RefusedError("x.closed", "Kỳ báo cáo đã đóng.", "Hạn là 20/11/2026.", "Đề nghị cơ quan chủ trì mở lại.")


class Form(forms.Form):
    """Every kind of control."""

    summary = forms.CharField(label="Trích yếu", help_text="Ngắn gọn, một câu.", max_length=80)
    held_on = DayField(label="Ngày họp")
    kind = forms.ChoiceField(label="Hình thức", choices=[("1", "Trực tiếp"), ("2", "Trực tuyến")])
    sites = forms.MultipleChoiceField(
        label="Điểm cầu",
        choices=[("1", "Tỉnh"), ("2", "Xã")],
        widget=forms.CheckboxSelectMultiple,
        help_text="Ít nhất một.",
    )
    note = forms.CharField(label="Ghi chú", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    urgent = forms.BooleanField(label="Hỏa tốc", required=False)


def context(today: date) -> dict[str, Any]:
    """Values for every part, around `today`."""
    form = Form({"summary": "", "held_on": "13/31/2026", "kind": "1"})
    refuse(form, ERROR)
    rows = [
        {
            "title": "Phối hợp kiểm tra, xác minh thông tin tại các xã giáp ranh",
            "lead": "Công an tỉnh",
            "due": today + timedelta(days=offset),
            "state": state,
            "figure": figure,
            "trend": [3, 5, 4, None, 7, figure],
        }
        for offset, state, figure in ((4, "open", 12), (-3, "overdue", 1234.5), (0, "done", 7), (-400, "done-late", 0))
    ]
    return {
        "steps": [
            Step(label="Chuẩn bị", state="done", note="10/11/2026"),
            Step(
                label="Thống nhất",
                state="current",
                note="còn 2 ngày làm việc",
                missing=["Số liệu của Sở NN&MT", "Ý kiến BĐBP"],
            ),
            Step(label="Họp", state="todo", note="28/11/2026"),
            Step(label="Kết luận", state="todo"),
            Step(label="Theo dõi", state="todo"),
        ],
        "tab_items": [Tab(label="Chung", url="?", current=True), Tab(label="Nhiệm vụ", url="?tab=tasks", count=12)],
        "fact_items": [
            Fact(label="Cơ quan chủ trì", value="Công an tỉnh", url="/"),
            Fact(label="Kỳ", value="Quý III/2026"),
            Fact(label="Số", value=None),
        ],
        "counts": [("done", 5), ("done-late", 1), ("open", 3), ("overdue", 2)],
        "tasks": rows,
        "page": Paginator(range(500), 20).page(9),
        "moments": [
            Moment(
                at=datetime(2026, 11, 20, 8, 5, tzinfo=clock.HANOI),
                title="Gửi giấy mời",
                who="Công an tỉnh",
                state="sent",
                url="/",
                detail="15/GM-CAT",
            ),
            Moment(at=date(2026, 11, 21), title="Đã nhận", who="BĐBP tỉnh", state="received"),
            Moment(at=None, title="Họp"),
        ],
        "keys": list(STATES),
        "error": ERROR,
        "form": form,
    }


def view(request: HttpRequest) -> HttpResponse:
    """The page."""
    if "said" in request.GET:
        done(request, "Đã lưu nhiệm vụ.", undo="/undo/")
        messages.warning(request, "Máy chủ đang chậm.")
    template = engines["django"].from_string(TEMPLATE.read_text(encoding="utf-8"))
    return HttpResponse(template.render(context(clock.day_of(clock.now())), request))
