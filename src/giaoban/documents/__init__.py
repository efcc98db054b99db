"""Official documents: one layout model, drawn as DOCX and as PDF in the measures of Decree 30/2020/NĐ-CP.

No models, no dispatches, no database. Start with `layout.py` (what a document says), then `measures.py` (how large, with the
article), `compose.py` (the texts both formats share), `pdf.py` and `docx.py` (the two renderers) and `services.py` (what rooms call).
Texts here are Vietnamese literals on purpose: official documents are Vietnamese whatever the language of the screen.
"""
