from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.document import Inline, Inlines, LineBreak, Link, Mark, NoteRef, Text, text_of
from publisher.rendering.spacing import spaced

BOLD = frozenset({Mark.BOLD})
PIECES = st.sampled_from(
    ["汉", "茶园", "AI", "a", "5", "G", "，", ".", "png", "《", "》", "#", "_", "+", "C++", "-", "/", "@", "("]
)
RUNS = st.builds(
    Text,
    st.lists(PIECES, max_size=6).map("".join),
    st.sampled_from([frozenset(), BOLD, frozenset({Mark.CODE}), frozenset({Mark.SUPERSCRIPT})]),
)
LINES = st.lists(
    RUNS | st.just(LineBreak()) | st.builds(Link, st.just("https://a.cn"), st.lists(RUNS, max_size=3).map(tuple)),
    max_size=6,
).map(tuple)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("用AI巡检茶园", "用 AI 巡检茶园"),
        ("发布DeepSeek-V3模型", "发布 DeepSeek-V3模型"),
        ("学C语言和C++语言", "学C语言和C++语言"),
        ("学Rust++语言", "学 Rust++ 语言"),
        ("研究R&D投入与ESG，AI。", "研究R&D投入与 ESG，AI。"),
        ("增长GDP的", "增长 GDP 的"),
        ("café里", "café 里"),
        ("Hello World你好", "Hello World 你好"),
        ("用 AI 巡检", "用 AI 巡检"),
    ],
)
def test_a_latin_word_stands_apart_from_chinese(text: str, expected: str) -> None:
    assert text_of(spaced((Text(text),))) == expected


@pytest.mark.parametrize(
    "text",
    [
        "2024年6月18日",
        "第18期（总第41期）",
        "增长3.5%以上，120亩",
        "5G网络",
        "3D打印",
        "A股与X光、B端",
        "变量a的值",
        "图片1.png在附件",
        "图片a.png在附件",
        "春茶AI报告.docx已发",
        "参数max_len是",
        "见www.a.cn首页",
        "邮箱desk@tea.cn联系",
        "路径src/app下",
        "《AI茶园管理》印发",
        "#AI茶园#话题",
        "“AI”与（GDP）",
    ],
)
def test_numbers_letters_names_and_marks_stay_as_typed(text: str) -> None:
    assert spaced((Text(text),)) == (Text(text),)


def test_a_space_at_a_border_of_runs_goes_to_the_plainer_side() -> None:
    link = Link("https://a.cn", (Text("AI"),))
    assert spaced((Text("用"), Text("AI", BOLD), Text("巡检"))) == (Text("用 "), Text("AI", BOLD), Text(" 巡检"))
    assert spaced((Text("用"), link, Text("巡检"))) == (Text("用 "), link, Text(" 巡检"))
    assert spaced((Text("用", BOLD), Text(""), Text("AI"))) == (Text("用", BOLD), Text(""), Text(" AI"))


@pytest.mark.parametrize(
    "inline",
    [
        Text("AI", frozenset({Mark.CODE})),
        Text("TM", frozenset({Mark.SUPERSCRIPT})),
        Link("https://a.cn/茶AI园", (Text("https://a.cn/茶AI园"),)),
        Link("mailto:tea", (Text("tea"),)),
        LineBreak(),
        NoteRef("AI"),
    ],
)
def test_code_raised_text_and_addresses_are_left_alone(inline: Inline) -> None:
    line = (Text("茶"), inline, Text("园"))
    assert spaced(line) == line


@given(LINES)
def test_doing_it_twice_changes_nothing_and_only_spaces_are_new(line: Inlines) -> None:
    once = spaced(line)
    assert spaced(once) == once
    assert text_of(once).replace(" ", "") == text_of(line)
    assert [type(inline) for inline in once] == [type(inline) for inline in line]
