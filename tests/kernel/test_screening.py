from __future__ import annotations

import time
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from giaoban.kernel.screening import Refusal, RefusalKind, find_refusals, has_secret_mark

SECRET, ID, PHONE = RefusalKind.SECRET_MARK, RefusalKind.ID_NUMBER, RefusalKind.PHONE
PLATE, BIRTH, PASSPORT = RefusalKind.LICENCE_PLATE, RefusalKind.BIRTH_DATE, RefusalKind.PASSPORT

REFUSED = [
    # marks in capitals
    ("BÁO CÁO MẬT về tình hình", SECRET, "MẬT"),
    ("Kế hoạch TỐI MẬT số 5", SECRET, "TỐI MẬT"),
    ("TUYỆT MẬT", SECRET, "TUYỆT MẬT"),
    ("CÔNG VĂN MẬT", SECRET, "MẬT"),
    ("BÁO CÁO TOI MAT", SECRET, "TOI MAT"),
    ("TUYET MAT", SECRET, "TUYET MAT"),
    # marks by their place
    ("Mật\nBÁO CÁO", SECRET, "Mật"),
    ("BÁO CÁO\n  mật  \nQuý I", SECRET, "mật"),
    ("BÁO CÁO\nMAT\nQuý I", SECRET, "MAT"),
    ("Phương án bảo vệ (mật)", SECRET, "mật"),
    ("văn bản đóng dấu “Tối mật”", SECRET, "Tối mật"),
    ("Độ mật: Mật", SECRET, "Mật"),
    ("độ mật: tối mật", SECRET, "tối mật"),
    ("Mức độ mật là tuyệt mật", SECRET, "tuyệt mật"),
    ("Do mat: mat", SECRET, "mat"),
    ("văn bản độ Mật", SECRET, "Mật"),
    ("tài liệu độ tối mật", SECRET, "tối mật"),
    ("gửi kèm tài liệu Mật số 05", SECRET, "Mật"),
    # marks with their letters apart
    ("M Ậ T", SECRET, "M Ậ T"),
    ("T Ố I   M Ậ T", SECRET, "T Ố I   M Ậ T"),
    ("dấu T.U.Y.Ệ.T M.Ậ.T ở góc", SECRET, "T.U.Y.Ệ.T M.Ậ.T"),
    ("M A T", SECRET, "M A T"),
    # marks in disguise
    (unicodedata.normalize("NFD", "BÁO CÁO MẬT"), SECRET, unicodedata.normalize("NFD", "MẬT")),
    ("BÁO CÁO M\u200bẬT", SECRET, "M\u200bẬT"),
    ("BÁO CÁO MẬ\u0422", SECRET, "MẬ\u0422"),
    ("ＴＵＹỆＴ ＭẬＴ", SECRET, "ＴＵＹỆＴ ＭẬＴ"),
    ("M\u034fẬ\u200eT", SECRET, "M\u034fẬ\u200eT"),
    ("TỐI\u00a0M\ufe0fẬT", SECRET, "TỐI\u00a0M\ufe0fẬT"),
    ("M/Ậ/T", SECRET, "M/Ậ/T"),
    # marks in file names
    ("Phương án tối mật.pdf", SECRET, "tối mật"),
    (unicodedata.normalize("NFD", "tuyệt mật.docx"), SECRET, unicodedata.normalize("NFD", "tuyệt mật")),
    ("Kế hoạch (tuyệt mật) quý 4.docx", SECRET, "tuyệt mật"),
    ("mật.pdf", SECRET, "mật"),
    ("BC MAT.pdf", SECRET, "MAT"),
    ("toimat.docx", SECRET, "toimat"),
    ("ke-hoach_TOI-MAT.docx", SECRET, "TOI-MAT"),
    ("BC_MAT.pdf", SECRET, "MAT"),
    ("phương-án-mật.pdf", SECRET, "mật"),
    ("ke-hoach-tuyet-mat.pdf", SECRET, "tuyet-mat"),
    # stamps
    ("TÀI LIỆU THU HỒI", SECRET, "TÀI LIỆU THU HỒI"),
    # identity numbers
    ("001-085-012-345", ID, "001-085-012-345"),
    ("001085 012345", ID, "001085 012345"),
    ("001 085012345", ID, "001 085012345"),
    ("001\u2011085\u2011012\u2011345", ID, "001\u2011085\u2011012\u2011345"),
    ("001\u00b7085\u00b7012\u00b7345", ID, "001\u00b7085\u00b7012\u00b7345"),
    (
        "\u0660\u0660\u0661\u0660\u0668\u0665\u0660\u0661\u0662\u0663\u0664\u0665",
        ID,
        "\u0660\u0660\u0661\u0660\u0668\u0665\u0660\u0661\u0662\u0663\u0664\u0665",
    ),
    ("012-345-678", ID, "012-345-678"),
    ("liên hệ 09 1234 5678", PHONE, "09 1234 5678"),
    ("liên hệ 09-12-34-56-78", PHONE, "09-12-34-56-78"),
    ("0084 912 345 678", PHONE, "0084 912 345 678"),
    ("0912\u2013345\u2013678", PHONE, "0912\u2013345\u2013678"),
    ("CCCD số 001080012345", ID, "001080012345"),
    ("căn cước công dân: 079 180 012 345", ID, "079 180 012 345"),
    ("CMND 123456789", ID, "123456789"),
    ("chứng minh nhân dân số 012.345.678", ID, "012.345.678"),
    ("đã làm việc với 001080012345 tại trụ sở", ID, "001080012345"),
    ("số 201456789 cấp năm 2010", ID, "201456789"),
    ("CCCD: ００１０８００１２３４５", ID, "００１０８００１２３４５"),
    # telephone numbers
    ("liên hệ 0912345678", PHONE, "0912345678"),
    ("liên hệ 0912.345.678.", PHONE, "0912.345.678"),
    ("gọi 091 234 5678", PHONE, "091 234 5678"),
    ("gọi +84 912 345 678", PHONE, "+84 912 345 678"),
    ("gọi (+84)912345678", PHONE, "(+84)912345678"),
    ("gọi 84912345678", PHONE, "84912345678"),
    ("Điện thoại: +842438221111", PHONE, "+842438221111"),
    ("số cũ 01689123456", PHONE, "01689123456"),
    ("trực ban 0236.3822111", PHONE, "0236.3822111"),
    ("trực ban (024) 3822 1111", PHONE, "(024) 3822 1111"),
    ("ĐT: 0511.3822111", PHONE, "0511.3822111"),
    ("số máy 02438221111", PHONE, "02438221111"),
    # licence plates
    ("xe 29A-123.45", PLATE, "29A-123.45"),
    ("xe ô tô 51F 12345", PLATE, "51F 12345"),
    ("mô tô 29-H1 123.45", PLATE, "29-H1 123.45"),
    ("BKS 43A1234", PLATE, "43A1234"),
    ("biển số TM-12-34", PLATE, "TM-12-34"),
    ("BIỂN SỐ: QH 56-78", PLATE, "QH 56-78"),
    ("chiếc 75B-1234 vượt chốt", PLATE, "75B-1234"),
    # dates of birth
    ("Nguyễn Văn A sinh ngày 12/3/1980", BIRTH, "sinh ngày 12/3/1980"),
    ("đối tượng (SN 1980)", BIRTH, "SN 1980"),
    ("sinh ngày 12 tháng 3 năm 1980 tại", BIRTH, "sinh ngày 12 tháng 3 năm 1980"),
    ("chị An sinh năm 1985", BIRTH, "sinh năm 1985"),
    ("Ngày sinh: 01/01/1990", BIRTH, "Ngày sinh: 01/01/1990"),
    ("Năm sinh: 1975", BIRTH, "Năm sinh: 1975"),
    ("Nguyễn Văn A, sinh năm 1980, trú tại", BIRTH, "sinh năm 1980"),
    ("N.V.A (sinh năm 1980)", BIRTH, "sinh năm 1980"),
    ("Trần Thị Thu sinh năm 1990", BIRTH, "sinh năm 1990"),
    ("ông sinh năm 1960", BIRTH, "sinh năm 1960"),
    ("học viên sinh ngày 01/02/2005", BIRTH, "sinh ngày 01/02/2005"),
    ("sinh 02-09-1978", BIRTH, "sinh 02-09-1978"),
    # passports
    ("hộ chiếu số B1234567", PASSPORT, "B1234567"),
    ("hộ chiếu AB 123456", PASSPORT, "AB 123456"),
    ("mang C9876543 qua cửa khẩu", PASSPORT, "C9876543"),
]

PASSES = [
    "",
    "Tăng cường bảo vệ bí mật nhà nước; bảo mật thông tin, giữ bí mật tuyệt đối.",
    "BẢO VỆ BÍ MẬT NHÀ NƯỚC TRONG CƠ QUAN",
    "CÔNG TÁC BẢO MẬT VÀ CƠ MẬT",
    "Mật độ dân số cao; phối hợp mật thiết; tuần tra, mật phục; đổi mật khẩu; mật danh; mật ong; thân mật, cẩn mật.",
    "TĂNG CƯỜNG TUẦN TRA, MẬT PHỤC; MẬT ĐỘ GIAO THÔNG; ĐỔI MẬT KHẨU",
    "ĐẢNG ỦY VIÊN TRẦN VĂN MẬT",
    "Quản lý tài liệu mật theo quy định của pháp luật.",
    "Độ mật: Không",
    "ĐỘ MẬT: THƯỜNG",
    "ỦY BAN MẶT TRẬN TỔ QUỐC; UY BAN MAT TRAN TO QUOC; CO MAT TAI HOI TRUONG; RA MAT CAU LAC BO",
    "bao-cao-mat-tran-to-quoc.pdf",
    "BC_MAT-TRAN_2026.docx",
    "B Í   M Ậ T   N H À   N Ư Ớ C",
    "C Ộ N G   H Ò A",
    "Nghị định số 77/2010/NĐ-CP ngày 12/7/2010; Nghị định 03/2019/NĐ-CP ngày 05/9/2019; số 15/BC-CAH",
    "Kinh phí 1.250.000 đồng, 12.345.678.900 đồng, 125000000 đồng; 230759 lượt người; 80.715 lượt tổ",
    "Ngân sách 2026: 123456789 nghìn đồng; số tiền 201456789",
    "Mã số thuế 0301234567; MST: 0912345678; tài khoản 001080012345",
    "Quý I/2026, 6 tháng đầu năm 2025, giai đoạn 2016 - 2020, nhiệm kỳ 2016-2021, từ 15/12/2025 đến 14/6/2026",
    "lúc 14:23 ngày 05/01/2021; 202611221530; 2026-11-22T15:33:00+07:00",
    "Quốc lộ 14B; lớp 12A 2026; Điều 12a; mẫu 15B-2020; TCVN 11930-2017; QCVN 102:2016/BTTTT; H29.14.05",
    "Phát sinh ngày 12/3/2021 hai vụ; vụ việc phát sinh năm 2020; tuyển sinh năm 2026; học sinh 2025",
    "lễ Giáng sinh ngày 24/12/2025; Giáng sinh 2026; hy sinh ngày 27/7/1968; khai sinh năm 2020; vệ sinh ngày 5/6/2024",
    "Kỷ niệm 136 năm Ngày sinh Chủ tịch Hồ Chí Minh (19/5/1890 - 19/5/2026)",
    "Đường dây nóng 113, 114, 115; tổng đài 19001234",
    "7f3c1a90-0912-4456-8890-001080012345 và 0912345678ab4456",
    "mã hồ sơ B2026001; tàu KN-414-TS; máy bay Su-30; bắn đạn 7,62mm",
    "63 tỉnh + 701 huyện; 34 tỉnh, 3.321 xã; 61,475 kg; 1.584 tổ với 9.586 người",
    "Điểm 0,912345678 và 0.912345678; tọa độ 16.0544 - 108.2022",
    "Số 201/KH-UBND; Thông báo 123456789/TB",
    "Đăng ký nghĩa vụ quân sự cho công dân nam sinh năm 2007; trẻ em sinh năm 2020 được tiêm chủng",
    "THANH NIÊN SINH NĂM 2007 ĐỦ ĐIỀU KIỆN; theo năm sinh 2007; (sinh năm 2008)",
    "Kinh phí 84.912.345.678 đồng; DT 84.123.456 m2; xe từ 15-20 chỗ, xe ô tô từ 16-29 chỗ, xe có 10-12 người",
    "Huy động 15 xe, 02 tàu; tuần tra 120 buổi với 1.200 lượt cán bộ, chiến sĩ; 05 xe ô tô 45 chỗ 2026",
    "Công an tỉnh, Bộ CHQS tỉnh, Bộ CHBĐBP tỉnh; Ban CHPTKV 1 - Tân Phú; e 125, f 305; CATP, CSGT; KV 1-2",
    "Thời hạn: 30/6/2026; số đến 00123; mã định danh cơ quan H29.14.05; G01.123.456; A01.02",
    "Tỷ lệ 91,8%, tăng 12,5% so với cùng kỳ; 0,5 ha; 1/3 số vụ; 24/24 giờ; 3-5 km; lúc 07h30",
]


@pytest.mark.parametrize(("text", "kind", "place"), REFUSED)
def test_it_finds_exactly_the_place(text: str, kind: RefusalKind, place: str) -> None:
    start = text.rindex(place)

    assert find_refusals(text) == [Refusal(start, start + len(place), kind)]


@pytest.mark.parametrize("text", PASSES)
def test_ordinary_administrative_text_passes(text: str) -> None:
    assert [(r.kind, text[r.start : r.end]) for r in find_refusals(text)] == []


def test_several_places_come_in_order() -> None:
    text = "MẬT\nông B, SN 1980, ĐT 0912345678, CCCD 001080012345, xe 29A-123.45"

    assert [r.kind for r in find_refusals(text)] == [SECRET, BIRTH, PHONE, ID, PLATE]


def test_two_telephone_numbers_side_by_side_are_both_found() -> None:
    text = "0912345678-0987654321/0356789012"

    assert [text[r.start : r.end] for r in find_refusals(text)] == ["0912345678", "0987654321", "0356789012"]


def test_a_file_name_is_asked_for_marks_only() -> None:
    assert has_secret_mark("KH_TUYỆT MẬT.docx")
    assert not has_secret_mark("0912345678.pdf")


@given(st.text(max_size=80), st.sampled_from([case for case in REFUSED if "\n" not in case[0]]), st.text(max_size=80))
def test_a_line_is_found_wherever_it_stands(before: str, case: tuple[str, RefusalKind, str], after: str) -> None:
    text = f"{before}\n{case[0]}\n{after}"

    assert case[1] in {refusal.kind for refusal in find_refusals(text)}


@given(st.text(max_size=200))
def test_places_lie_in_the_text_in_order_without_overlap(text: str) -> None:
    refusals = find_refusals(text)

    assert all(0 <= r.start < r.end <= len(text) for r in refusals)
    assert all(one.end <= other.start for one, other in pairwise(refusals))


@given(st.text(st.sampled_from("0123456789 .-/()+MẬTTỐIsinhngày:\n"), max_size=120))
def test_digits_and_marks_in_any_order_never_break_it(text: str) -> None:
    for refusal in find_refusals(text):
        assert text[refusal.start : refusal.end].strip()


@given(st.sampled_from(PASSES + [case[0] for case in REFUSED]))
def test_the_normal_form_of_the_text_makes_no_difference(text: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))

    def places(given_text: str) -> list[tuple[RefusalKind, str]]:
        return [(r.kind, unicodedata.normalize("NFC", given_text[r.start : r.end])) for r in find_refusals(given_text)]

    assert places(composed) == places(decomposed)


def test_a_long_hostile_text_is_read_in_linear_time() -> None:
    started = time.process_time()
    for hostile in ("M " * 20_000, "0" * 40_000, "sinh " * 8_000, "- " * 20_000, "(" * 40_000, "cccd " * 8_000):
        find_refusals(hostile)

    assert time.process_time() - started < 10
