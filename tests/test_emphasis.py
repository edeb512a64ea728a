from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from publisher.document import Mark, Paragraph, Text
from publisher.importers.markdown import import_markdown
from publisher.importers.markdown.parser import REMARKS, make_parser
from publisher.importers.remarks import Remarks

NOTATION = {Mark.BOLD: "B", Mark.ITALIC: "I", Mark.STRIKE: "S"}


def looks(text: str) -> str:
    """The runs of a paragraph, those with a look in brackets: 这是[B 加粗]后面."""
    (block,) = import_markdown(text.encode(), "a.md").blocks
    assert isinstance(block, Paragraph)
    runs = [run for run in block.inlines if isinstance(run, Text)]
    return "".join(_look(run) for run in runs)


def _look(run: Text) -> str:
    marks = "".join(letter for mark, letter in NOTATION.items() if mark in run.marks)
    return f"[{marks} {run.text}]" if marks else run.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("这是**加粗（括号）**后面", "这是[B 加粗（括号）]后面"),
        ("**“引号”**后", "[B “引号”]后"),
        ("前**《书名》**后", "前[B 《书名》]后"),
        ("**注意：**请看", "[B 注意：]请看"),
        ("数据**增长3.5%**，", "数据[B 增长3.5%]，"),
        ("*斜体。*后", "[I 斜体。]后"),
        ("~~删除（线）~~后", "[S 删除（线）]后"),
        ("**甲**、**乙**", "[B 甲]、[B 乙]"),
        ("2**3**4", "2[B 3]4"),
        ("a**b**c", "a[B b]c"),
        ("** 不是加粗 **", "** 不是加粗 **"),
        ("增长**12%**。", "增长[B 12%]。"),
        ("（**甲**）", "（[B 甲]）"),
        ("第**（一）**条", "第[B （一）]条"),
        ("**（注）**", "[B （注）]"),
        ("他说：**“好。”**然后", "他说：[B “好。”]然后"),
        ("**甲：**乙，**丙：**丁", "[B 甲：]乙，[B 丙：]丁"),
        ("***粗斜（括）***后", "[BI 粗斜（括）]后"),
        ("A股**IPO（上市）**数", "A股[B IPO（上市）]数"),
        ("**100%**的", "[B 100%]的"),
        ("**全角＊号**", "[B 全角＊号]"),
        ("__注意：__ 请看", "[B 注意：] 请看"),
        ("文件_春茶_图.png", "文件_春茶_图.png"),
    ],
)
def test_emphasis_beside_chinese_marks_is_what_its_editor_means(text: str, expected: str) -> None:
    assert looks(text) == expected


@pytest.mark.parametrize("text", ["3~5天，6~8天", "10^3和10^4", "a==b，c==d", "5~10元/斤~"])
def test_ranges_powers_and_comparisons_are_no_looks(text: str) -> None:
    assert looks(text) == text


# From the chapter on emphasis of the CommonMark specification 0.31, by its rules' order.
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*foo bar*", "<em>foo bar</em>"),
        ("a * foo bar*", "a * foo bar*"),
        ('a*"foo"*', "a*&quot;foo&quot;*"),
        ("foo*bar*", "foo<em>bar</em>"),
        ("5*6*78", "5<em>6</em>78"),
        ("_foo bar_", "<em>foo bar</em>"),
        ("_ foo bar_", "_ foo bar_"),
        ('a_"foo"_', "a_&quot;foo&quot;_"),
        ("foo_bar_", "foo_bar_"),
        ("5_6_78", "5_6_78"),
        ('aa_"bb"_cc', "aa_&quot;bb&quot;_cc"),
        ("foo-_(bar)_", "foo-<em>(bar)</em>"),
        ("_foo*", "_foo*"),
        ("*foo bar *", "*foo bar *"),
        ("*(*foo)", "*(*foo)"),
        ("*(*foo*)*", "<em>(<em>foo</em>)</em>"),
        ("*foo*bar", "<em>foo</em>bar"),
        ("_(_foo)", "_(_foo)"),
        ("_(_foo_)_", "<em>(<em>foo</em>)</em>"),
        ("_foo_bar_baz_", "<em>foo_bar_baz</em>"),
        ("_(bar)_.", "<em>(bar)</em>."),
        ("**foo bar**", "<strong>foo bar</strong>"),
        ("** foo bar**", "** foo bar**"),
        ('a**"foo"**', "a**&quot;foo&quot;**"),
        ("foo**bar**", "foo<strong>bar</strong>"),
        ("__foo, __bar__, baz__", "<strong>foo, <strong>bar</strong>, baz</strong>"),
        ("foo-__(bar)__", "foo-<strong>(bar)</strong>"),
        ("**foo bar **", "**foo bar **"),
        ("**(**foo)", "**(**foo)"),
        ("*(**foo**)*", "<em>(<strong>foo</strong>)</em>"),
        ('**foo "*bar*" foo**', "<strong>foo &quot;<em>bar</em>&quot; foo</strong>"),
        ("**foo**bar", "<strong>foo</strong>bar"),
        ("__foo__bar", "__foo__bar"),
        ("*foo**bar**baz*", "<em>foo<strong>bar</strong>baz</em>"),
        ("*foo**bar*", "<em>foo**bar</em>"),
        ("***foo** bar*", "<em><strong>foo</strong> bar</em>"),
        ("foo***bar***baz", "foo<em><strong>bar</strong></em>baz"),
        ("foo******bar*********baz", "foo<strong><strong><strong>bar</strong></strong></strong>***baz"),
        ("** is not an empty emphasis", "** is not an empty emphasis"),
        ("**foo*", "*<em>foo</em>"),
        ("*foo**", "<em>foo</em>*"),
        ("***foo***", "<em><strong>foo</strong></em>"),
        ("*foo _bar* baz_", "<em>foo _bar</em> baz_"),
        ("**foo **bar baz**", "**foo <strong>bar baz</strong>"),
        ("*a `*`*", "<em>a <code>*</code></em>"),
    ],
)
def test_english_emphasis_stays_as_commonmark_has_it(text: str, expected: str) -> None:
    assert MarkdownIt("commonmark").renderInline(text) == expected
    assert _ours(text) == expected


@given(st.lists(st.sampled_from(["*", "**", "_", "a", "b ", " ", '"', "(", ")", ".", "5"]), max_size=24).map("".join))
def test_any_latin_text_is_read_as_commonmark_reads_it(text: str) -> None:
    assert _ours(text) == MarkdownIt("commonmark").renderInline(text)


def _ours(text: str) -> str:
    return str(make_parser().renderInline(text, {REMARKS: Remarks()}))
