"""Chinese text in terms that an index finds again, and what a reader asks in the same terms.

    folding    one form for every way to write the same: full width, case, traditional characters
    terms      text -> terms: pairs of neighbours, of which a Han character is one and a whole word is one
    questions  what a reader sent -> phrases to look for, without 有没有 and 的文章
    pieces     what a reader sees of each article of a draft, as one text

There is no dictionary: pairs find every word of two and more characters, new ones too. Pure: no clock, no disk, no
database; which index holds the terms is the store's business.
"""

from __future__ import annotations

from publisher.segmentation.folding import fold
from publisher.segmentation.pieces import share_out, text_of_sections
from publisher.segmentation.questions import Phrase, Question, Way, ask
from publisher.segmentation.terms import SCHEME, text_terms, title_terms

__all__ = [
    "SCHEME", "Phrase", "Question", "Way", "ask", "fold", "share_out", "text_of_sections", "text_terms", "title_terms",
]  # fmt: skip
