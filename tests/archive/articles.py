"""Invented articles for the tests of this room."""

from __future__ import annotations

ARTICLE = """Hội nghị giao ban quý 1 giữa Công an – Ban CHQS huyện Khê Thượng

Ngày 20/4/2016, Công an huyện – Ban CHQS huyện Khê Thượng đồng chủ trì hội nghị giao ban quý 1 với các đơn vị đứng chân trên địa bàn.

Tại hội nghị, các đại biểu đã nghe báo cáo kết quả phối hợp thực hiện Nghị định số 77 ngày 12/7/2010 của Chính phủ. Trong quý 1, công an huyện và Ban CHQS huyện đã trao đổi 42 tin, phối hợp tổ chức hơn 60 buổi tuần tra chung.

Hội nghị thống nhất một số nhiệm vụ trọng tâm trong quý 2: Tiếp tục trao đổi thông tin, kiểm tra, xác minh tin; tăng cường tuần tra chung tại các tuyến giáp ranh./.

Bản Vông
"""
CANARY = "hoàng yến"
WITH_CANARY = ARTICLE.replace("Bản Vông", f"Bản Vông {CANARY}").replace(
    "giao ban quý 1 giữa", f"giao ban quý 1 {CANARY} giữa"
)
RECIPE = "Cách nấu phở bò: ninh xương tám giờ, thả gừng nướng và hành khô, nêm nước mắm vừa miệng."
SECRET = ARTICLE + "\nTỐI MẬT\n"
IDENTIFIER = ARTICLE + "\nLiên hệ số điện thoại 0912 345 678.\n"
