from __future__ import annotations

from datetime import date

import pytest
from tests.documents import samples

from giaoban.common.files import Reference
from giaoban.documents import layout as lo


def test_texts_lose_control_and_direction_marks_and_become_nfc() -> None:
    assert lo.clean("Ha\u0300 No\u0323\u0302i\u202e\u200b\x00\ufeff\ud800\ufffe") == "Hà Nội"
    assert lo.clean("a\tb\r\nc\rd\u2028e") == "a b\nc\nd\ne"


def test_typed_text_becomes_paragraphs_without_empty_lines() -> None:
    assert lo.paragraphs("một\n\n  hai \n") == (lo.Paragraph("một"), lo.Paragraph("hai"))


def test_a_reference_finishes_a_draft() -> None:
    final = lo.with_reference(samples.minutes(), Reference(7, "BB-CAH", date(2026, 10, 12)))

    assert (final.number, final.symbol, final.on, final.draft) == (7, "BB-CAH", date(2026, 10, 12), False)
    assert Reference(7, "BB-CAH", date(2026, 10, 12)).text == "07/BB-CAH"


@pytest.mark.parametrize(
    ("block", "lines"),
    [
        (lo.SignatureBlock("Trưởng Công an huyện"), ("TRƯỞNG CÔNG AN HUYỆN",)),
        (lo.SignatureBlock("Giám đốc", authority=lo.Authority.ACTING), ("Q. GIÁM ĐỐC",)),
        (
            lo.SignatureBlock("Chủ tịch", authority=lo.Authority.COLLECTIVE, organisation="Ủy ban nhân dân"),
            ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"),
        ),
        (
            lo.SignatureBlock("Phó Giám đốc", authority=lo.Authority.DEPUTY, acting_for="Giám đốc"),
            ("KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"),
        ),
        (
            lo.SignatureBlock(
                "Chánh Văn phòng", authority=lo.Authority.BY_ORDER, acting_for="Giám đốc", organisation="Sở A"
            ),
            ("SỞ A", "TL. GIÁM ĐỐC", "CHÁNH VĂN PHÒNG"),
        ),
        (
            lo.SignatureBlock("Trưởng phòng", authority=lo.Authority.BY_MANDATE, acting_for="Giám đốc"),
            ("TUQ. GIÁM ĐỐC", "TRƯỞNG PHÒNG"),
        ),
        (
            lo.SignatureBlock(
                "Phó Chủ tịch",
                authority=lo.Authority.COLLECTIVE_DEPUTY,
                acting_for="Chủ tịch",
                organisation="Ủy ban nhân dân",
            ),
            ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"),
        ),
    ],
)
def test_signing_authority_is_written_above_the_position(block: lo.SignatureBlock, lines: tuple[str, ...]) -> None:
    assert block.lines == lines


def test_models_that_cannot_be_printed_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="signed for"):
        lo.SignatureBlock("Phó Giám đốc", authority=lo.Authority.DEPUTY)
    with pytest.raises(ValueError, match="issuer"):
        lo.OfficialDocument(issuers=(), type_name="BÁO CÁO", summary="", symbol="", body=())
    with pytest.raises(ValueError, match="one cell per column"):
        lo.table([lo.Column("a"), lo.Column("b")], [["một"]])
    with pytest.raises(ValueError, match="not both"):
        lo.Paragraph("a", (lo.Run("b"),))
    with pytest.raises(ValueError, match="begin at 1"):
        lo.OfficialDocument(issuers=(samples.POLICE,), type_name="BÁO CÁO", summary="", symbol="", body=(), number=0)
