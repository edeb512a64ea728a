"""The Word files of the corpus; `python -m tests.corpus.docx FOLDER` writes them out."""

from __future__ import annotations

from tests.corpus.docx import headings, lists, odd, pictures, tables, text, wps
from tests.corpus.docx.shelf import ITEMS

__all__ = ["ITEMS", "headings", "lists", "odd", "pictures", "tables", "text", "wps"]
