"""The parties write to each other: requests answered and late, more time asked for and granted, a recall, a replacement, a forward."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from giaoban.correspondence import services
from giaoban.correspondence.enums import LetterKind, Purpose
from giaoban.correspondence.models import Letter
from giaoban.correspondence.services import Draft, Upload
from giaoban.regulations.enums import Urgency
from giaoban.regulations.queries import working_days_for

if TYPE_CHECKING:
    from giaoban.regulations.models import Coordination
    from giaoban.sample.build import Stage
    from giaoban.sample.conference_story import Scene

AREA, ARTICLE = "trao-doi-thong-tin", "điều khoản về trao đổi, kiểm tra, xác minh thông tin"
MARK = "(Nội dung mẫu, không có thật.)"
POLICE, ARMY, BORDER = "M.CAT", "M.BCHQS", "M.BDBP"


class _Post:
    """Who writes what to whom, at which hour of which working day before today."""

    def __init__(self, stage: Stage, coordination: Coordination) -> None:
        self.stage, self.coordination = stage, coordination
        today = stage.now.date()
        self._calendar = working_days_for(today)
        self._days = [self._calendar.add_working_days(today, -number) for number in range(30)]
        self.letters: dict[str, Letter] = {}

    def at(self, days_ago: int, hour: int) -> datetime:
        """That hour of the `days_ago`-th working day before today."""
        return self.stage.at(self._days[days_ago], hour)

    def day(self, ahead: int) -> date:
        """A working day about so many days ahead of today."""
        return self._calendar.on_or_after(self.stage.now.date() + timedelta(days=ahead))

    def write(
        self,
        name: str,
        kind: LetterKind,
        sender: str,
        to: tuple[str, ...],
        summary: str,
        text: str,
        at: datetime,
        **said: Any,
    ) -> None:
        """An officer writes, the approver signs, the post goes."""
        letter = services.begin_letter(kind, self.coordination, by=self.stage.officer(sender), now=at)
        self.finish(name, letter, summary, text, at, recipients=to, **said)

    def finish(self, name: str, letter: Letter, summary: str, text: str, at: datetime, **said: Any) -> None:
        """Complete a draft, sign it, let it arrive."""
        sender = letter.sender.code
        uploads = said.pop("uploads", ())
        purpose = said.pop("purpose", Purpose(letter.purpose))
        draft = Draft(
            summary=summary,
            text=f"{text}\n{MARK}",
            area=AREA,
            article=ARTICLE,
            purpose=purpose,
            recipients=said.pop("recipients", tuple(letter.addressed)),
            **said,
        )
        services.save_draft(letter, draft, by=self.stage.officer(sender), now=at, uploads=uploads)
        self.letters[name] = services.issue_letter(
            letter, by=self.stage.approver(sender), now=at + timedelta(minutes=20)
        )
        self.stage.post(at + timedelta(minutes=21))

    def copy(self, name: str, holder: str) -> Letter:
        """A letter on the island of an agency."""
        return Letter.objects.get(holder__code=holder, uid=self.letters[name].uid)

    def register(self, name: str, holder: str, at: datetime, *, opinion: str = "") -> None:
        """Registered, and given to the officer with the opinion of the head."""
        letter = self.copy(name, holder)
        head = self.stage.approver(holder)
        services.register(letter, by=head, now=at)
        if opinion:
            officer = self.stage.officer(holder).person
            services.assign(letter, officer=officer, opinion=opinion, by=head, now=at + timedelta(minutes=10))
        self.stage.post(at + timedelta(minutes=11))

    def reply(self, name: str, to: str, holder: str, text: str, at: datetime) -> None:
        """The reply drafted from the request, signed and sent."""
        letter = services.draft_reply(self.copy(to, holder), by=self.stage.officer(holder), now=at)
        self.finish(name, letter, letter.summary, f"{letter.text}{text}", at)


def scenes(stage: Stage, coordination: Coordination) -> list[Scene]:
    """What happened in the last weeks, each at its hour."""
    post = _Post(stage, coordination)
    return [
        (post.at(17, 8), lambda: _notice(post)),
        (post.at(16, 9), lambda: _verification(post)),
        (post.at(15, 10), lambda: post.register("verify", ARMY, post.at(15, 10), opinion="Giao tham mưu xác minh.")),
        (post.at(15, 14), lambda: post.register("verify", BORDER, post.at(15, 14), opinion="Kiểm tra tại địa bàn.")),
        (post.at(13, 9), lambda: post.reply("answer", "verify", ARMY, "Nguồn tin đúng, đã xử lý.", post.at(13, 9))),
        (post.at(12, 8), lambda: _forward(post)),
        (post.at(9, 8), lambda: _shift_plan(post)),
        (post.at(8, 8), lambda: _replaced(post)),
        (post.at(6, 9), lambda: _relief(post)),
        (post.at(6, 15), lambda: post.register("relief", POLICE, post.at(6, 15), opinion="Chuẩn bị lực lượng.")),
        (post.at(5, 9), lambda: _more_time(post)),
        (post.at(4, 8), lambda: _taken_back(post)),
        (post.at(3, 9), lambda: _patrol(post)),
        (post.at(2, 9), lambda: _urgent(post)),
        *((post.at(ago, 7), lambda ago=ago: _reminders(post, post.at(ago, 7))) for ago in (10, 5, 1)),
        (stage.now - timedelta(hours=3), lambda: _today(post)),
    ]


def _notice(post: _Post) -> None:
    at = post.at(17, 8)
    post.write(
        "notice",
        LetterKind.NOTICE,
        POLICE,
        (ARMY, BORDER),
        "Thông báo lịch trực bảo đảm trật tự dịp lễ của tỉnh",
        "Lịch trực của các đơn vị gửi kèm; đề nghị các bên biết, phối hợp.",
        at,
        uploads=(Upload("lich-truc.txt", b"Lich truc mau, khong co that."),),
    )
    later = at + timedelta(hours=2)
    post.register("notice", ARMY, later)
    services.complete(post.copy("notice", ARMY), by=post.stage.officer(ARMY), now=later + timedelta(minutes=20))
    services.refuse(
        post.copy("notice", BORDER),
        reason="Thiếu phụ lục phân công tuyến biên giới; đề nghị gửi lại.",
        by=post.stage.approver(BORDER),
        now=later + timedelta(minutes=30),
    )
    post.stage.post(later + timedelta(minutes=31))


def _verification(post: _Post) -> None:
    post.write(
        "verify",
        LetterKind.VERIFICATION,
        POLICE,
        (ARMY, BORDER),
        "Đề nghị xác minh nguồn tin về hoạt động khai thác lâm sản tại khu vực giáp ranh",
        "Đề nghị hai đơn vị kiểm tra, xác minh nguồn tin và trả lời bằng văn bản trong thời hạn quy định.",
        post.at(16, 9),
    )


def _forward(post: _Post) -> None:
    at = post.at(12, 8)
    letter = services.draft_forward(post.copy("verify", ARMY), by=post.stage.officer(ARMY), now=at)
    post.finish("forward", letter, letter.summary, letter.text, at, recipients=("M.UBND",))


def _shift_plan(post: _Post) -> None:
    post.write(
        "shift",
        LetterKind.REQUEST,
        ARMY,
        (POLICE,),
        "Đề nghị thống nhất kế hoạch trực chung quý tới",
        "Đề nghị đơn vị tham gia ý kiến vào kế hoạch trực chung.",
        post.at(9, 8),
    )


def _replaced(post: _Post) -> None:
    at = post.at(8, 8)
    post.register("shift", POLICE, at)
    draft = services.draft_about(
        LetterKind.REPLACEMENT, post.letters["shift"], by=post.stage.officer(ARMY), now=at + timedelta(hours=1)
    )
    text = "Đề nghị đơn vị tham gia ý kiến vào kế hoạch trực chung (bản đã bổ sung lực lượng)."
    post.finish("shift-new", draft, draft.summary, text, at + timedelta(hours=1))
    later = at + timedelta(hours=3)
    services.answer_recall(post.copy("shift", POLICE), agreed=True, by=post.stage.approver(POLICE), now=later)
    post.register("shift-new", POLICE, later + timedelta(minutes=5), opinion="Nghiên cứu, tham gia ý kiến.")


def _relief(post: _Post) -> None:
    post.write(
        "relief",
        LetterKind.REQUEST,
        BORDER,
        (POLICE, ARMY),
        "Đề nghị phối hợp lực lượng giúp dân khắc phục hậu quả mưa lũ",
        "Đề nghị các đơn vị bố trí lực lượng, phương tiện và thông báo đầu mối.",
        post.at(6, 9),
    )


def _more_time(post: _Post) -> None:
    at = post.at(5, 9)
    services.ask_time(
        post.copy("relief", POLICE),
        due_on=post.day(6),
        reason="Cần khảo sát tuyến đường bị chia cắt.",
        by=post.stage.officer(POLICE),
        now=at,
    )
    post.register("relief", ARMY, at + timedelta(minutes=5), opinion="Bố trí một trung đội dân quân.")
    services.decide_extension(
        post.letters["relief"], POLICE, granted=True, by=post.stage.approver(BORDER), now=at + timedelta(hours=1)
    )
    services.ask_time(
        post.copy("relief", ARMY),
        due_on=post.day(8),
        reason="Chờ phương tiện từ tuyến sau.",
        by=post.stage.officer(ARMY),
        now=at + timedelta(hours=2),
    )
    post.stage.post(at + timedelta(hours=2))


def _taken_back(post: _Post) -> None:
    at = post.at(4, 8)
    post.write(
        "wrong",
        LetterKind.NOTICE,
        POLICE,
        (ARMY,),
        "Thông báo điều chỉnh thời gian tuần tra chung",
        "Thời gian tuần tra chung được điều chỉnh theo phụ lục.",
        at,
    )
    draft = services.draft_about(
        LetterKind.RECALL, post.letters["wrong"], by=post.stage.officer(POLICE), now=at + timedelta(hours=2)
    )
    post.finish("recall", draft, draft.summary, f"{draft.text}gửi nhầm phụ lục.", at + timedelta(hours=2))


def _patrol(post: _Post) -> None:
    post.write(
        "patrol",
        LetterKind.REQUEST,
        ARMY,
        (POLICE, BORDER),
        "Đề nghị cung cấp tình hình an ninh, trật tự phục vụ diễn tập",
        "Đề nghị các đơn vị cung cấp tình hình trên địa bàn diễn tập.",
        post.at(3, 9),
    )


def _urgent(post: _Post) -> None:
    post.write(
        "urgent",
        LetterKind.VERIFICATION,
        BORDER,
        (POLICE,),
        "Đề nghị xác minh gấp thông tin sạt lở trên tuyến đường tuần tra",
        "Đề nghị kiểm tra ngay và thông báo lại để bảo đảm an toàn cho lực lượng tuần tra.",
        post.at(2, 9),
        urgency=Urgency.URGENT,
    )


def _reminders(post: _Post, at: datetime) -> None:
    """What a running server does by itself every day."""
    services.give_reminders(at)
    post.stage.post(at)


def _today(post: _Post) -> None:
    """A draft that waits for its signature, one that is still being written."""
    at = post.stage.now - timedelta(hours=3)
    officer = post.stage.officer(POLICE)
    letter = services.begin_letter(LetterKind.REQUEST, post.coordination, by=officer, now=at)
    services.save_draft(
        letter,
        Draft(
            summary="Đề nghị thống nhất đầu mối trao đổi thông tin năm tới",
            text=f"Đề nghị các đơn vị thông báo đầu mối và đường dây nóng.\n{MARK}",
            recipients=(ARMY, BORDER),
            area=AREA,
            purpose=Purpose.ACTION,
        ),
        by=officer,
        now=at,
    )
    services.hand_to_approver(letter, by=officer, now=at)
    services.begin_letter(LetterKind.NOTICE, post.coordination, by=officer, now=at)
