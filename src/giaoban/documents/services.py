"""What other rooms call: files of a document, ready to go into a dispatch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from giaoban.common.files import RenderedFile
from giaoban.documents import docx, pdf

if TYPE_CHECKING:
    from giaoban.documents.layout import OfficialDocument


def render_files(document: OfficialDocument, stem: str) -> list[RenderedFile]:
    """The document as `stem`.docx and `stem`.pdf, in this order. The same document always gives the same bytes.

    Raises metrics.FontsMissingError where set-up has not built the fonts. Writes nothing.
    """
    return [
        RenderedFile(f"{stem}.docx", docx.MEDIA_TYPE, docx.render_docx(document)),
        RenderedFile(f"{stem}.pdf", pdf.MEDIA_TYPE, pdf.render_pdf(document)),
    ]
