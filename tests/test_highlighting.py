from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.rendering.highlighting import LANGUAGES, LONGEST, ROLES, highlight

PYTHON = """import os

# 每公斤的价格
# 按等级
class Tea(Crop):
    @property
    def price(self) -> float:
        return 1.5 if not self.fine else f"{self.grade}元"
"""
PIECES = st.sampled_from(
    ["\n", "  ", "\t", '"', "'", "`", "#", "//", "/*", "*/", "<a ", ">", "{", "}", "\\", "\r", "1.5"]
)


def colours(text: str, language: str) -> list[tuple[str, str]]:
    return [run for run in highlight(text, language) if run[0]]


def test_words_of_a_language_get_a_role_each() -> None:
    assert colours(PYTHON, "Python") == [
        ("code-keyword", "import"),
        ("code-comment", "# 每公斤的价格\n# 按等级"),
        ("code-keyword", "class"),
        ("code-name", "Tea"),
        ("code-name", "@property"),
        ("code-keyword", "def"),
        ("code-name", "price"),
        ("code-keyword", "return"),
        ("code-number", "1.5"),
        ("code-keyword", "if not"),
        ("code-keyword", "else"),
        ("code-string", 'f"{'),
        ("code-string", '}元"'),
    ]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("json", '{"产量": 12}', [("code-name", '"产量"'), ("code-number", "12")]),
        ("jsonc", "{} // 注", [("code-comment", "// 注")]),
        (
            "xml",
            '<a b="c">文</a>',
            [("code-name", "<a"), ("code-string", '"c"'), ("code-name", ">"), ("code-name", "</a>")],
        ),
        ("c", "#include <a.h>", [("code-keyword", "#include"), ("code-string", "<a.h>")]),
        ("diff", "-旧\n+新", [("code-keyword", "-旧"), ("code-string", "+新")]),
        ("js", "a and b", []),
        ("console", "$ ls\na.txt", [("code-comment", "$"), ("code-comment", "a.txt")]),
    ],
)
def test_each_kind_of_text_is_coloured_by_its_own_rules(
    language: str, text: str, expected: list[tuple[str, str]]
) -> None:
    assert colours(text, language) == expected


@pytest.mark.parametrize("language", ["", "茶语", "text", "brainfuck", "python-3 说明"])
def test_a_language_that_nobody_knows_is_not_guessed(language: str) -> None:
    assert highlight(PYTHON, language) == (("", PYTHON),)


def test_long_code_stays_plain_and_none_is_no_run() -> None:
    text = "x = 1\n" * (LONGEST // 6 + 1)
    assert highlight(text, "python") == (("", text),)
    assert highlight("", "python") == ()
    assert highlight(" \n", "python") == (("", " \n"),)


def test_few_spans_come_of_code() -> None:
    assert len(colours("public static final int 年 = 1;\n" * 10, "java")) == 20


@given(st.lists(PIECES | st.text(max_size=5), max_size=30).map("".join), st.sampled_from(sorted(LANGUAGES)))
def test_every_character_of_the_code_is_kept_and_no_run_could_be_joined(text: str, language: str) -> None:
    runs = highlight(text, language)
    assert "".join(piece for _, piece in runs) == text
    assert all(piece == piece.strip() and role in ROLES for role, piece in runs if role)
    assert all(first[0] != second[0] for first, second in pairwise(runs))
